using Inkling.Execution.Costs;
using Inkling.Numerics;

namespace Inkling.Tests.Execution;

/// <summary>CTC's costs and errors are those of its definition.</summary>
public class CtcAlignmentsTests
{
    private const int Pitch = 16;

    [Fact]
    public void The_cost_of_a_string_is_that_of_all_alignments_one_by_one() => RandomCases.ForEach(300, seed =>
    {
        Case c = new(seed, mostColumns: 6, mostClasses: 4);
        double expected = -Math.Log(PlainCtc.ByTrying(c.Doubles, c.Label));
        Assert.Equal(expected, c.Cost(new CtcAlignments(c.Classes, Pitch)), 1e-9 * Math.Max(1, expected));
        Assert.Equal(expected, PlainCtc.Of(c.Doubles, c.Label).Cost, 1e-9 * Math.Max(1, expected));
    });

    [Fact]
    public void Its_error_is_what_central_differences_of_the_cost_in_double_precision_say() => RandomCases.ForEach(300, seed =>
    {
        Case c = new(seed, mostColumns: 12, mostClasses: 6);
        CtcAlignments alignments = new(c.Classes, Pitch);
        c.Cost(alignments);
        float[] errors = new float[c.Outputs.Length];
        alignments.WriteErrors(c.Outputs, scale: -0.5f, errors);
        const double H = 1e-5;
        for (int t = 0; t < c.Columns; t++)
        {
            for (int k = 0; k < c.Classes; k++)
            {
                double slope = (c.CostAfter(t, k, H) - c.CostAfter(t, k, -H)) / (2 * H);
                Assert.Equal(-0.5 * slope, errors[t * Pitch + k], 1e-6);
            }

            Assert.All(errors[(t * Pitch + c.Classes)..((t + 1) * Pitch)], padding => Assert.Equal(0, padding));
        }
    });

    [Fact]
    public void One_object_serves_strings_of_any_length_one_after_the_other() => RandomCases.ForEach(50, seed =>
    {
        CtcAlignments alignments = new(5, 16);
        for (int i = 0; i < 5; i++)
        {
            Case c = new(seed + i, mostColumns: 20, mostClasses: 5, classes: 5);
            Assert.Equal(c.Cost(new CtcAlignments(5, 16)), c.Cost(alignments));
        }
    });

    [Fact]
    public void A_string_on_thousands_of_columns_has_a_finite_cost_and_errors_that_add_up_to_0()
    {
        const int Columns = 5000, Classes = 11;
        RandomStream random = new(4);
        float[] outputs = Distributions(random, Columns, Classes, pitch: 16, spread: 20);
        byte[] label = [.. Enumerable.Range(0, 1000).Select(_ => (byte)random.NextInt32(10))];
        CtcAlignments alignments = new(Classes, 16);
        double cost = alignments.CostOf(outputs, Columns, label, example: 0);
        Assert.InRange(cost, 1000, 100_000); // p under 1e-434, which no double can hold
        float[] errors = new float[outputs.Length];
        alignments.WriteErrors(outputs, 1, errors);
        for (int t = 0; t < Columns; t++)
            Assert.Equal(0, errors.Skip(t * 16).Take(Classes).Sum(error => (double)error), 1e-5);
    }

    [Fact]
    public void A_string_that_does_not_fit_is_refused_with_its_number()
    {
        CtcAlignments alignments = new(3, 16);
        float[] outputs = Distributions(new RandomStream(1), 4, 3, 16, spread: 1);
        alignments.CostOf(outputs, 4, [0, 1, 0, 1], example: 7);
        alignments.CostOf(outputs, 3, [1, 1], example: 7);
        Assert.Equal(
            "Example 7: its label of 3 classes needs 5 columns of outputs, and its input gives 4. "
                + "Make it wider, or leave it out.",
            Assert.Throws<InklingException>(() => alignments.CostOf(outputs, 4, [1, 1, 1], example: 7)).Message);
        Assert.Throws<ArgumentException>(() => alignments.CostOf(outputs, 4, [2], example: 7));
    }

    [Fact]
    public void The_best_path_is_the_string_of_each_columns_most_probable_class() => RandomCases.ForEach(300, seed =>
    {
        Case c = new(seed, mostColumns: 12, mostClasses: 5);
        float[] packed = [.. Enumerable.Range(0, c.Columns).SelectMany(t => c.Outputs.Skip(t * Pitch).Take(c.Classes))];
        int[] path = [.. c.Doubles.Select(column => Array.IndexOf(column, column.Max()))];
        Assert.Equal(PlainCtc.Collapsed(path, c.Classes - 1), BestPath.Of(packed, c.Classes));
    });

    private static float[] Distributions(RandomStream random, int columns, int classes, int pitch, double spread)
    {
        float[] outputs = new float[columns * pitch];
        for (int t = 0; t < columns; t++)
        {
            double[] powers = [.. Enumerable.Range(0, classes).Select(_ => Math.Exp(random.NextDouble(0, spread)))];
            for (int k = 0; k < classes; k++)
                outputs[t * pitch + k] = (float)(powers[k] / powers.Sum());
        }

        return outputs;
    }

    /// <summary>Random outputs of a network, and a string that fits.</summary>
    private sealed class Case
    {
        private readonly double[][] _z;

        public Case(long seed, int mostColumns, int mostClasses, int? classes = null)
        {
            RandomStream random = new(seed);
            Classes = classes ?? 2 + random.NextInt32(mostClasses - 1);
            Columns = 1 + random.NextInt32(mostColumns);
            do
                Label = [.. Enumerable.Range(0, random.NextInt32(1 + Columns)).Select(_ => (byte)random.NextInt32(Classes - 1))];
            while (CtcAlignments.LeastColumnsFor(Label) > Columns);
            Outputs = Distributions(random, Columns, Classes, Pitch, spread: 4);
            Doubles = [.. Enumerable.Range(0, Columns).Select(
                t => Outputs.Skip(t * Pitch).Take(Classes).Select(a => (double)a).ToArray())];
            _z = [.. Doubles.Select(column => column.Select(x => Math.Log(x)).ToArray())];
        }

        public int Columns { get; }

        public int Classes { get; }

        public byte[] Label { get; }

        /// <summary>[columns, pitch].</summary>
        public float[] Outputs { get; }

        public double[][] Doubles { get; }

        public double Cost(CtcAlignments alignments) => alignments.CostOf(Outputs, Columns, Label, example: 0);

        /// <summary>The cost where a weighted input is larger by <paramref name="step"/>.</summary>
        public double CostAfter(int column, int k, double step)
        {
            _z[column][k] += step;
            double[][] powers = [.. _z.Select(z => z.Select(x => Math.Exp(x)).ToArray())],
                a = [.. powers.Select(column => column.Select(x => x / column.Sum()).ToArray())];
            _z[column][k] -= step;
            return PlainCtc.Of(a, Label).Cost;
        }
    }
}
