using Inkling.Numerics;
using Inkling.Reading.Budget;
using Inkling.Reading.Lines;

namespace Inkling.Tests.Reading.Lines;

/// <summary>A number's digits stand where its most probable alignment, found by trying all, has them.</summary>
public class ForcedAlignmentTests
{
    [Fact]
    public void The_alignment_is_the_most_probable_of_all_and_shows_the_number() => RandomCases.ForEach(200, seed =>
    {
        RandomStream random = new(seed);
        Line line = Line.Random(random, columns: random.NextInt32(8), [2, 5]);
        foreach ((string number, (_, double best)) in line.ByTrying())
        {
            ForcedAlignment alignment = ForcedAlignment.Of(line.Outputs, number, new ReadingWork())!;
            Assert.Equal(Math.Log(best), alignment.LogProbability, 1e-9);
            int[] path = PathOf(alignment, number, line.Columns);
            Assert.Equal(number, string.Concat(PlainCtc.Collapsed(path, blank: 10)));
            Assert.Equal(Math.Log(best), path.Select((k, t) => Math.Log(line.Outputs[11 * t + k])).Sum(), 1e-9);
        }
    });

    [Fact]
    public void The_boxes_are_in_order_hold_their_digits_and_share_out_all_columns() => RandomCases.ForEach(100, seed =>
    {
        RandomStream random = new(seed);
        string number = string.Concat(Enumerable.Range(0, 1 + random.NextInt32(9)).Select(_ => random.NextInt32(10)));
        Line line = Line.Of(random, number, 3 + random.NextInt32(6), doubt: 0.5);
        ForcedAlignment alignment = ForcedAlignment.Of(line.Outputs, number, new ReadingWork())!;
        Assert.Equal(number.Length, alignment.Boxes.Count);
        Assert.Equal(
            [0, .. alignment.Boxes.Select(box => box.End)],
            [.. alignment.Boxes.Select(box => box.Start), line.Columns]);
        Assert.All(alignment.Boxes.Zip(alignment.Spans), pair =>
            Assert.True(pair.First.Start <= pair.Second.Start && pair.Second.Start < pair.Second.End
                && pair.Second.End <= pair.First.End));
    });

    [Fact]
    public void The_blanks_between_two_digits_belong_half_to_each()
    {
        Line line = Certain("--1---0-00---");
        ForcedAlignment alignment = ForcedAlignment.Of(line.Outputs, "100", new ReadingWork())!;
        Assert.Equal([new(2, 3), new(6, 7), new(8, 10)], alignment.Spans);
        Assert.Equal([new(0, 4), new(4, 7), new(7, 13)], alignment.Boxes);
        Assert.Equal(0, alignment.LogProbability);
    }

    [Fact]
    public void Of_equally_probable_alignments_it_is_always_the_same()
    {
        Line line = new([.. Enumerable.Repeat(1 / 11f, 55)]);
        ForcedAlignment alignment = ForcedAlignment.Of(line.Outputs, "44", new ReadingWork())!;
        Assert.Equal([new(0, 1), new(2, 3)], alignment.Spans);
        Assert.Equal(5 * Math.Log(1 / 11f), alignment.LogProbability, 1e-9);
    }

    [Theory]
    [InlineData("7", 0)]
    [InlineData("22", 2)] // needs a blank between
    [InlineData("252", 2)]
    [InlineData("3", 2)] // has the probability 0 in each column
    public void An_impossible_number_has_no_alignment(string number, int columns) => Assert.Null(
        ForcedAlignment.Of(Line.Random(new RandomStream(1), columns, [2, 5]).Outputs, number, new ReadingWork()));

    [Fact]
    public void A_number_without_digits_is_aligned_with_blanks()
    {
        Assert.Equal(0, ForcedAlignment.Of([], "", new ReadingWork())!.LogProbability);
        ForcedAlignment alignment = ForcedAlignment.Of(Certain("---").Outputs, "", new ReadingWork())!;
        Assert.Equal(0, alignment.LogProbability);
        Assert.Empty(alignment.Boxes);
    }

    /// <summary>Columns that show one class each; - is a blank.</summary>
    private static Line Certain(string classes)
    {
        float[] outputs = new float[11 * classes.Length];
        for (int t = 0; t < classes.Length; t++)
            outputs[11 * t + (classes[t] == '-' ? 10 : classes[t] - '0')] = 1;
        return new Line(outputs);
    }

    private static int[] PathOf(ForcedAlignment alignment, string number, int columns)
    {
        int[] path = [.. Enumerable.Repeat(10, columns)];
        for (int i = 0; i < number.Length; i++)
            Array.Fill(path, number[i] - '0', alignment.Spans[i].Start, alignment.Spans[i].End - alignment.Spans[i].Start);
        return path;
    }
}
