using Inkling.Reading;

namespace Inkling.Tests.Reading;

/// <summary>A photograph of a sheet of paper shows the table, too.</summary>
public sealed class SheetTests
{
    private readonly DigitReader _reader = DigitReader.Load();

    [Theory]
    [InlineData(60, 0)] // a dark table
    [InlineData(250, 0)] // a light one
    [InlineData(60, 0.05)] // not level
    [InlineData(250, -0.05)]
    public void A_sheet_on_a_table_is_read_with_boxes_in_the_whole_picture(int table, double slope)
    {
        GreyImage sheet = NumberPicture.Of("2745\n319", height: 40);
        ReadingResult alone = _reader.Read(sheet), onTable = _reader.Read(OnTable(sheet, (byte)table, margin: 60, slope));
        Assert.Equal("2745\n319", alone.Text);
        Assert.Equal(alone.Text, onTable.Text);
        foreach ((ReadDigit digit, ReadDigit there) in alone.Digits.Zip(onTable.Digits))
        {
            Assert.InRange(there.Box.Left - digit.Box.Left, 60 - 12, 60 + 12);
            Assert.InRange(there.Box.Top - digit.Box.Top - slope * (60 + digit.Box.Left), 60 - 8, 60 + 8);
        }
    }

    [Fact]
    public void A_frame_around_a_number_is_no_sheet()
    {
        GreyImage picture = NumberPicture.Of("2745", height: 80);
        byte[] pixels = picture.Pixels.ToArray();
        for (int y = 20; y < picture.Height - 20; y++)
        {
            for (int x = 20; x < picture.Width - 20; x++)
            {
                if (x < 30 || x >= picture.Width - 30 || y < 30 || y >= picture.Height - 30)
                    pixels[y * picture.Width + x] = NumberPicture.Pen;
            }
        }

        GreyImage framed = new(picture.Width, picture.Height, pixels);
        ReadingStages stages = _reader.Explain(framed);
        Assert.Equal((framed.Width, framed.Height), (stages.Ink.Width, stages.Ink.Height));
    }

    private static GreyImage OnTable(GreyImage sheet, byte table, int margin, double slope)
    {
        int width = sheet.Width + 2 * margin, height = sheet.Height + 2 * margin;
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i % width, y = i / width;
            int column = x - margin, row = (int)Math.Round(y - margin - slope * x);
            bool isSheet = column >= 0 && column < sheet.Width && row >= 0 && row < sheet.Height;
            pixels[i] = isSheet ? sheet[row, column] : table;
        }

        return new GreyImage(width, height, pixels);
    }
}
