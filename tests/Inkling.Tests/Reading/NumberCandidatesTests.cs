using Inkling.Reading;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Deciding;

namespace Inkling.Tests.Reading;

/// <summary>What two readers propose, and what becomes of it.</summary>
public sealed class NumberCandidatesTests
{
    private readonly DigitReader _reader = DigitReader.Load();

    [Fact]
    public void Each_number_is_proposed_once_and_the_best_for_both_readers_is_read()
    {
        NumberStages number = Assert.Single(_reader.Explain(NumberPicture.Of("504192", gap: -0.03)).Numbers);
        string[] texts = [.. number.Candidates.Select(candidate => candidate.Way.Text)];
        Assert.Equal(texts.Distinct(), texts);
        Assert.Contains("504192", texts);
        Assert.Equal(texts[0], number.Number.Text);
        double best = number.Candidates.Max(candidate => candidate.CutScore);
        double[] scores =
        [
            .. number.Candidates.Select(candidate =>
                NumberCandidates.Score(candidate.CutScore, best, candidate.LineScore!.Value, ReaderConstants.Default.Lines)),
        ];
        Assert.Equal(scores.OrderDescending(), scores);
    }

    [Fact]
    public void What_one_reader_rules_out_the_other_can_still_bring_about()
    {
        LineConstants c = ReaderConstants.Default.Lines;
        Assert.True(NumberCandidates.Score(-100, 0, lineScore: -0.1, c) > NumberCandidates.Score(0, 0, lineScore: -20, c));
        Assert.True(NumberCandidates.Score(0, 0, lineScore: -1, c) > NumberCandidates.Score(-4, 0, lineScore: -1, c));
    }

    [Fact]
    public void A_number_that_the_ink_cannot_be_is_not_read_and_is_no_error()
    {
        GreyImage seven = NumberPicture.Of("7"), four = NumberPicture.Of("1984");
        Assert.Equal("", _reader.Read(seven, new ReadingOptions { ExpectedDigits = 20 }).Text);
        ReadingOptions never = new() { AllowedPattern = NumberPattern.Parse("dddd", _ => false) };
        Assert.Equal("", _reader.Read(four, never).Text);
        ReadingOptions contradiction = new() { ExpectedDigits = 3, AllowedPattern = NumberPattern.Parse("dddd") };
        Assert.Equal("", _reader.Read(four, contradiction).Text);
    }

    [Fact]
    public void A_ruler_with_more_strokes_than_a_number_has_digits_is_no_error()
    {
        byte[] pixels = [.. Enumerable.Repeat((byte)230, 1200 * 60)];
        for (int stroke = 0; stroke < 125; stroke++)
        {
            for (int y = 20; y < 40; y++)
                pixels.AsSpan(y * 1200 + 30 + 9 * stroke, 3).Fill(30);
        }

        ReadingResult reading = _reader.Read(new GreyImage(1200, 60, pixels));
        Assert.All(reading.Numbers, number => Assert.Equal(number.Text.Length, number.Digits.Count));
    }

    [Fact]
    public void A_digit_cut_out_where_the_line_network_has_it_is_boxed_by_its_ink()
    {
        NumberStages number = Assert.Single(_reader.Explain(NumberPicture.Of("88")).Numbers);
        Strip strip = number.Strip;
        float threshold = number.Upright.Threshold;
        Segment first = Segments.OfColumns(strip, -5, strip.Width / 2, threshold, new ReadingWork())!;
        for (int y = 0; y < strip.Height; y++)
        {
            for (int x = 0; x < strip.Width / 2; x++)
            {
                bool isInside = x >= first.Box.Left && x < first.Box.Right && y >= first.Box.Top && y < first.Box.Bottom;
                Assert.True(isInside || strip.Values[y * strip.Width + x] < threshold, $"ink at {x}, {y}");
            }
        }

        Assert.InRange(first.Box.Width, 15, 60);
        Assert.Null(Segments.OfColumns(strip, 0, 0, threshold, new ReadingWork()));
    }
}
