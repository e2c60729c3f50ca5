using Inkling.Reading;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Lines;

namespace Inkling.Tests.Reading.Lines;

/// <summary>A number as the line network is shown it.</summary>
public sealed class LineStripTests
{
    private static readonly LineConstants Constants = new();
    private readonly DigitReader _reader = DigitReader.Load();

    [Fact]
    public void A_number_looks_the_same_however_large_it_was_written()
    {
        LineStrip small = StripOf(NumberPicture.Of("504192", height: 40));
        LineStrip large = StripOf(NumberPicture.Of("504192", height: 150));
        Assert.InRange(small.Width, large.Width - 6, large.Width + 6);
        Assert.InRange(small.Ink.Sum() / large.Ink.Sum(), 0.85, 1.18);
        double[] smallRows = RowsOf(small), largeRows = RowsOf(large);
        for (int y = 0; y < LineConstants.Height; y++)
            Assert.Equal(largeRows[y], smallRows[y], 0.25 * largeRows.Max());
    }

    [Fact]
    public void Digits_are_in_the_middle_with_the_same_paper_at_both_ends()
    {
        LineStrip strip = StripOf(NumberPicture.Of("504192"));
        double[] rows = RowsOf(strip), columns = [.. Enumerable.Range(0, strip.Width).Select(x => ColumnOf(strip, x))];
        double middle = rows.Select((ink, y) => ink * (y + 0.5)).Sum() / rows.Sum();
        Assert.Equal(LineConstants.Height / 2.0, middle, 1.5);
        Assert.InRange(rows.Count(ink => ink > 1), 19, 29);
        Assert.InRange(columns.Index().First(column => column.Item > 0.1).Index, Constants.Margin - 2, Constants.Margin + 1);
        int last = columns.Index().Last(column => column.Item > 0.1).Index;
        Assert.InRange(strip.Width - 1 - last, Constants.Margin - 2, Constants.Margin + 2);
    }

    [Fact]
    public void A_column_of_it_leads_back_to_the_column_that_it_came_from()
    {
        NumberStages number = NumberOf(NumberPicture.Of("504192", height: 90));
        LineStrip strip = StripOf(number);
        int first = Enumerable.Range(0, number.Strip.Width).First(x =>
            Enumerable.Range(0, number.Strip.Height).Any(y => number.Strip.Values[y * number.Strip.Width + x] > 0));
        Assert.Equal(first, strip.ColumnInStrip(Constants.Margin), 1.0);
        double scale = 90.0 / 23;
        Assert.Equal(first + 40 * scale, strip.ColumnInStrip(Constants.Margin + 40), 0.12 * 40 * scale);
    }

    [Fact]
    public void What_is_too_wide_for_a_number_is_not_looked_at()
    {
        NumberStages number = NumberOf(NumberPicture.Of("504192"));
        LineConstants narrow = Constants with { MaxWidth = 60 };
        Assert.Null(LineStrip.Of(number.Strip, number.Word.DigitHeight, middle: 40, height: 23, narrow, new ReadingWork()));
    }

    [Fact]
    public void The_right_number_is_likelier_than_any_other_and_its_digits_stand_where_they_are()
    {
        NumberStages number = NumberOf(NumberPicture.Of("504192"));
        LineReading line = number.Line!;
        double right = line.LogProbability("504192", Constants, new ReadingWork());
        foreach (string other in (string[])["50492", "504193", "5041922", "604192", ""])
            Assert.True(line.LogProbability(other, Constants, new ReadingWork()) < right, other);
        Assert.Contains("504192", line.Best(new ReadingOptions(), Constants, new ReadingWork()));
        IReadOnlyList<(int Left, int Right)> columns = line.ColumnsOf("504192", new ReadingWork())!;
        for (int i = 0; i < 6; i++)
        {
            PixelBox box = number.Number.Digits[i].Box; // the number stands upright, so that columns are the picture's
            double middle = box.Left + box.Width / 2.0 - number.Number.Box.Left;
            Assert.InRange(middle, columns[i].Left - 14, columns[i].Right + 14);
        }
    }

    [Fact]
    public void One_look_at_least_shows_all_of_a_tall_digit_beside_low_ones()
    {
        GreyImage low = NumberPicture.Of("0000", height: 45), tall = NumberPicture.Of("9", height: 90);
        byte[] pixels = [.. Enumerable.Repeat((byte)NumberPicture.Paper, 480 * 300)];
        Paste(tall, 0, 0);
        Paste(low, 130, 90);
        NumberStages number = NumberOf(new GreyImage(480, 300, pixels));
        double height = number.Word.DigitHeight;
        double rows = LineStrip.WholeHeight(number.Strip, height, Constants, new ReadingWork(), out double middle);
        Assert.True(rows < Constants.Heights[^1], $"{rows} rows");
        LineStrip whole = LineStrip.Of(number.Strip, height, middle, rows, Constants, new ReadingWork())!;
        LineStrip cut = LineStrip.Of(number.Strip, height, middle, Constants.Heights[^1], Constants, new ReadingWork())!;
        Assert.True(InkAtEdges(whole) < 0.5 * InkAtEdges(cut));

        void Paste(GreyImage picture, int left, int top)
        {
            for (int y = 0; y < Math.Min(picture.Height, 300 - top); y++)
            {
                for (int x = 0; x < Math.Min(picture.Width, 480 - left); x++)
                {
                    ref byte pixel = ref pixels[(y + top) * 480 + x + left];
                    pixel = Math.Min(pixel, picture.Pixels[y * picture.Width + x]);
                }
            }
        }

        static double InkAtEdges(LineStrip strip) => RowsOf(strip) is var rows ? rows[0] + rows[^1] : 0;
    }

    private NumberStages NumberOf(GreyImage picture) => Assert.Single(_reader.Explain(picture).Numbers);

    private LineStrip StripOf(GreyImage picture) => StripOf(NumberOf(picture));

    private static LineStrip StripOf(NumberStages number)
    {
        double middle = number.Parts.MiddleRow(number.Word.DigitHeight, ReaderConstants.Default.Cuts);
        return LineStrip.Of(number.Strip, number.Word.DigitHeight, middle, height: 23, Constants, new ReadingWork())!;
    }

    private static double[] RowsOf(LineStrip strip) =>
    [
        .. Enumerable.Range(0, LineConstants.Height)
            .Select(y => (double)strip.Ink.Skip(y * strip.Width).Take(strip.Width).Sum()),
    ];

    private static double ColumnOf(LineStrip strip, int x) =>
        Enumerable.Range(0, LineConstants.Height).Max(y => strip.Ink[y * strip.Width + x]);
}
