using CsCheck;
using Inkling.Numerics;

namespace Inkling.Tests.Numerics;

public class RowsTests
{
    private static readonly Gen<Case> Cases =
        from inputs in Gen.Int[1, 90]
        from neurons in Gen.Int[1, 150]
        from seed in Gen.Int
        select new Case(inputs, neurons, seed);

    [Fact]
    public void Transposing_twice_gives_the_weights_back()
    {
        Cases.Sample(c =>
        {
            float[] once = new float[c.Neurons * Rows.StrideOf(c.Inputs)], twice = new float[c.Weights.Length];
            for (int panel = 0; panel < c.Stride / Rows.Panel; panel++)
                Rows.TransposePanel(c.Weights, c.Inputs, c.Neurons, panel, once);
            for (int panel = 0; panel < Rows.StrideOf(c.Inputs) / Rows.Panel; panel++)
                Rows.TransposePanel(once, c.Neurons, c.Inputs, panel, twice);
            for (int k = 0; k < c.Inputs; k++)
            {
                for (int j = 0; j < c.Neurons; j++)
                {
                    Assert.Equal(c.Weights[Rows.IndexOf(j, k, c.Inputs)], once[Rows.IndexOf(k, j, c.Neurons)]);
                    Assert.Equal(c.Weights[Rows.IndexOf(j, k, c.Inputs)], twice[Rows.IndexOf(j, k, c.Inputs)]);
                }
            }
        });
    }

    /// <summary>Random numbers in the shapes of a layer.</summary>
    private sealed class Case
    {
        public Case(int inputs, int neurons, int seed)
        {
            RandomStream random = new(seed);
            Inputs = inputs;
            Neurons = neurons;
            Stride = Rows.StrideOf(neurons);
            Weights = [.. Enumerable.Range(0, inputs * Stride).Select(_ => (float)random.NextGaussian())];
        }

        public int Inputs { get; }

        public int Neurons { get; }

        public int Stride { get; }

        public float[] Weights { get; }

        public override string ToString() => $"{Inputs} inputs, {Neurons} neurons";
    }
}
