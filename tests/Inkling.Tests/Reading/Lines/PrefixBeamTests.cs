using Inkling.Numerics;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Lines;

namespace Inkling.Tests.Reading.Lines;

/// <summary>The numbers found on a line are those of CTC's definition, and those that the options allow.</summary>
public class PrefixBeamTests
{
    private const int Wide = 100_000; // more prefixes than there are

    [Fact]
    public void A_wide_beam_finds_every_number_with_the_probability_of_all_its_alignments() => RandomCases.ForEach(200, seed =>
    {
        Line line = RandomLine(seed);
        AssertSame(line.ByTrying().Select(number => (number.Key, number.Value.All)), line.Best(Wide));
    });

    [Fact]
    public void With_options_it_finds_every_number_that_they_allow_and_no_other() => RandomCases.ForEach(200, seed =>
    {
        Line line = RandomLine(seed);
        Dictionary<string, (double All, double Best)> all = line.ByTrying();
        foreach (ReadingOptions options in (ReadingOptions[])[
            new() { ExpectedDigits = 2 },
            new() { ExpectedDigits = 4 },
            new() { AllowedPattern = NumberPattern.Parse("d0d") },
            new() { AllowedPattern = NumberPattern.Parse("1d/d1") },
            new() { AllowedPattern = NumberPattern.Parse("dddd", NumberPattern.Luhn) },
            new() { AllowedPattern = NumberPattern.Parse("ddd0", NumberPattern.Luhn) },
            new() { AllowedPattern = NumberPattern.Parse("ddd", digits => digits[0] == digits[2]) },
            new() { ExpectedDigits = 3, AllowedPattern = NumberPattern.Parse("dddd") },
        ])
        {
            AssertSame(
                all
                    .Where(number => number.Key.Length == (options.ExpectedDigits ?? number.Key.Length)
                        && options.AllowedPattern?.Fits(number.Key) != false)
                    .Select(number => (number.Key, number.Value.All)),
                line.Best(Wide, options));
        }
    });

    [Theory]
    [InlineData("0870011")]
    [InlineData("1000000")]
    [InlineData("33")]
    public void Equal_neighbours_are_kept(string number)
    {
        Line line = Line.Of(new RandomStream(1), number, columnsPerDigit: 4, doubt: 0);
        Assert.Equal(number, Best(line)[0].Digits);
        Assert.Equal(number, Best(line, new() { ExpectedDigits = number.Length })[0].Digits);
    }

    [Fact]
    public void A_narrow_beam_finds_the_best_numbers_of_a_doubtful_line_with_nearly_all_of_their_probability()
    {
        RandomStream random = new(2);
        LineLikelihood likelihood = new();
        for (int i = 0; i < 20; i++)
        {
            Line line = Line.Of(random, Digits(random, 10), columnsPerDigit: 8, doubt: 0.5);
            LineText[] narrow = [.. Best(line).Take(3)], wide = [.. line.Best(width: 200).Take(3)];
            Assert.Equal(wide.Select(text => text.Digits), narrow.Select(text => text.Digits));
            foreach (LineText text in narrow)
                Assert.Equal(likelihood.LogOf(line.Outputs, text.Digits, new ReadingWork()), text.LogProbability, 0.1);
        }
    }

    [Fact]
    public void A_check_digit_finds_the_best_number_that_has_it_although_the_beam_is_narrow()
    {
        RandomStream random = new(3);
        LineLikelihood likelihood = new();
        ReadingOptions options = new() { AllowedPattern = NumberPattern.Parse("dddd", NumberPattern.Luhn) };
        string[] valid = [.. Enumerable.Range(0, 10_000).Select(i => $"{i:0000}").Where(NumberPattern.Luhn)];
        for (int i = 0; i < 20; i++)
        {
            Line line = Line.Of(random, Digits(random, 4), columnsPerDigit: 4, doubt: 0.5);
            string best = valid.MaxBy(number => likelihood.LogOf(line.Outputs, number, new ReadingWork()))!;
            Assert.Equal(best, Best(line, options)[0].Digits);
        }
    }

    [Fact]
    public void A_rule_of_ones_own_is_obeyed_on_a_long_line()
    {
        Line line = Line.Of(new RandomStream(4), "4539578763621487", columnsPerDigit: 6, doubt: 0);
        NumberPattern own = NumberPattern.Parse("dddddddddddddddd", digits => NumberPattern.Luhn(digits)),
            known = NumberPattern.Parse("dddddddddddddddd", NumberPattern.Luhn);
        LineText[] expected = [.. Best(line, new() { AllowedPattern = known })],
            found = [.. Best(line, new() { AllowedPattern = own })];
        Assert.All(found, text => Assert.True(NumberPattern.Luhn(text.Digits)));
        Assert.Equal(expected[0].Digits, found[0].Digits);
    }

    [Fact]
    public void A_digit_that_must_be_there_is_found_although_it_is_improbable()
    {
        float[] outputs = [.. Enumerable.Repeat(1e-7f, 33)];
        (outputs[10], outputs[21], outputs[32], outputs[11 + 6]) = (1, 1, 1, 1e-6f);
        Line line = new(outputs);
        Assert.Equal("", Best(line)[0].Digits);
        Assert.Equal("6", Best(line, new() { ExpectedDigits = 1 })[0].Digits);
        Assert.Equal("66", Best(line, new() { AllowedPattern = NumberPattern.Parse("66") })[0].Digits);
    }

    [Fact]
    public void Of_equally_probable_numbers_the_lower_digits_come_first()
    {
        Line line = new([.. Enumerable.Repeat(1 / 11f, 22)]);
        string[] twoDigits = [.. Enumerable.Range(0, 100).Where(i => i % 11 != 0).Select(i => $"{i:00}")];
        Assert.Equal(
            ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "", .. twoDigits],
            line.Best(Wide).Select(text => text.Digits));
        Assert.Equal(["0", "1", ""], line.Best(width: 3).Select(text => text.Digits));
        Assert.Equal(["01", "02", "03"], line.Best(3, new() { ExpectedDigits = 2 }).Select(text => text.Digits));
    }

    [Fact]
    public void A_line_without_columns_shows_no_digits()
    {
        Assert.Equal([new LineText("", 0)], Best(new Line([])));
        Assert.Empty(Best(new Line([]), new() { ExpectedDigits = 1 }));
    }

    [Fact]
    public void A_line_of_certain_blanks_shows_no_digits()
    {
        float[] outputs = new float[44];
        for (int t = 0; t < 4; t++)
            outputs[11 * t + 10] = 1;
        Assert.Equal([new LineText("", 0)], Best(new Line(outputs)));
        Assert.Empty(Best(new Line(outputs), new() { ExpectedDigits = 1 }));
    }

    [Theory]
    [InlineData("31", 2)]
    [InlineData("33", 3)]
    [InlineData("3331", 6)]
    [InlineData("0870011", 9)]
    public void A_number_is_found_on_as_many_columns_as_it_needs_and_not_on_fewer(string number, int columns)
    {
        Line line = Line.Random(new RandomStream(5), columns, [0, 1, 3, 7, 8]);
        ReadingOptions options = new() { AllowedPattern = NumberPattern.Parse(number) };
        Assert.Equal(number, Assert.Single(Best(line, options)).Digits);
        Assert.Empty(Best(new Line(line.Outputs[11..]), options));
    }

    [Fact]
    public void A_search_counts_its_work_and_ends_where_it_is_too_much()
    {
        Line line = Line.Of(new RandomStream(6), "123456", columnsPerDigit: 10, doubt: 0.5);
        ReadingWork work = new();
        PrefixBeam.Best(line.Outputs, new ReadingOptions(), 1, new LineConstants(), work);
        Assert.InRange(work.Spent.Ways, 60, 60 * 17 * 11);
        work.Allow(new ReadingCost(0, 0, 0, 59));
        Assert.Throws<WorkLimitException>(
            () => PrefixBeam.Best(line.Outputs, new ReadingOptions(), 1, new LineConstants(), work));
    }

    /// <summary>A line whose paths can all be tried.</summary>
    private static Line RandomLine(long seed)
    {
        RandomStream random = new(seed);
        return Line.Random(random, columns: random.NextInt32(7), [0, 1, 1 + random.NextInt32(9)]);
    }

    private static string Digits(RandomStream random, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => random.NextInt32(10)));

    /// <summary>The best eight, as the reader asks for them.</summary>
    private static IReadOnlyList<LineText> Best(Line line, ReadingOptions? options = null) =>
        PrefixBeam.Best(line.Outputs, options ?? new ReadingOptions(), 8, new LineConstants(), new ReadingWork());

    private static void AssertSame(IEnumerable<(string Digits, double Probability)> expected, IReadOnlyList<LineText> found)
    {
        Dictionary<string, double> probabilities = expected.ToDictionary(text => text.Digits, text => text.Probability);
        Assert.Equal(
            probabilities.Keys.Order(StringComparer.Ordinal),
            found.Select(text => text.Digits).Order(StringComparer.Ordinal));
        Assert.All(found, text => Assert.Equal(Math.Log(probabilities[text.Digits]), text.LogProbability, 1e-9));
        Assert.Equal(found.OrderByDescending(text => text.LogProbability), found);
    }
}
