using Inkling.Numerics;
using Inkling.Reading.Budget;
using Inkling.Reading.Lines;

namespace Inkling.Tests.Reading.Lines;

/// <summary>A number's probability on a line is that of all its alignments, tried one by one.</summary>
public class LineLikelihoodTests
{
    [Fact]
    public void The_probability_of_a_number_is_the_sum_of_its_alignments() => RandomCases.ForEach(200, seed =>
    {
        RandomStream random = new(seed);
        Line line = Line.Random(random, columns: random.NextInt32(8), [2, 5]);
        LineLikelihood likelihood = new();
        foreach ((string number, (double all, _)) in line.ByTrying())
            Assert.Equal(Math.Log(all), likelihood.LogOf(line.Outputs, number, new ReadingWork()), 1e-9);
    });

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("7", 0, double.NegativeInfinity)]
    [InlineData("22", 2, double.NegativeInfinity)] // needs a blank between
    [InlineData("252", 2, double.NegativeInfinity)]
    [InlineData("3", 2, double.NegativeInfinity)] // has the probability 0 in each column
    public void An_impossible_number_has_the_probability_0(string number, int columns, double log)
    {
        Line line = Line.Random(new RandomStream(1), columns, [2, 5]);
        Assert.Equal(log, new LineLikelihood().LogOf(line.Outputs, number, new ReadingWork()));
    }
}
