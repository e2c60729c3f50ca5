using System.Runtime.Intrinsics;
using CsCheck;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Tests.Numerics;

/// <summary>The first layer's products, which skip zero inputs, against plain code with one loop for each index.</summary>
public class SparseProductsTests
{
    private static readonly Gen<Case> Cases =
        from inputs in Gen.Int[1, 600]
        from neurons in Gen.Int[1, 70]
        from rows in Gen.Int[1, 12]
        from seed in Gen.Int
        select new Case(inputs, neurons, rows, seed);

    [Fact]
    public void Rows_times_panels_is_the_weighted_sum_for_each_row_and_neuron()
    {
        Cases.Sample(c =>
        {
            float[] z = new float[c.Examples.Length * c.Stride];
            SparseProducts.RowsTimesPanels(c.X, c.Examples, c.Weights, c.Bias, z, 0, c.Panels);
            for (int r = 0; r < c.Examples.Length; r++)
            {
                for (int j = 0; j < c.Stride; j++)
                {
                    double expected = c.Bias[j] + Enumerable.Range(0, c.Inputs)
                        .Sum(k => (double)c.Dense[c.Examples[r]][k] * c.Weights[Rows.IndexOf(j, k, c.Inputs)]);
                    Assert.Equal(expected, z[r * c.Stride + j], 1e-3);
                }
            }
        });
    }

    [Fact]
    public void Outer_products_are_added_for_each_row_and_neuron()
    {
        Cases.Sample(c =>
        {
            float[] weights = [.. c.Weights];
            SparseProducts.AddOuterProducts(c.X, c.Examples, c.Delta, weights, 0, c.Panels);
            for (int k = 0; k < c.Inputs; k++)
            {
                for (int j = 0; j < c.Stride; j++)
                {
                    double expected = c.Weights[Rows.IndexOf(j, k, c.Inputs)] + Enumerable.Range(0, c.Examples.Length)
                        .Sum(r => (double)c.Dense[c.Examples[r]][k] * c.Delta[r * c.Stride + j]);
                    Assert.Equal(expected, weights[Rows.IndexOf(j, k, c.Inputs)], 1e-4);
                }
            }
        });
    }

    [Fact]
    public void Every_vector_width_and_every_share_of_panels_gives_the_same_bits()
    {
        Cases.Sample(c =>
        {
            float[][] z = [.. Enumerable.Range(0, 4).Select(_ => new float[c.Examples.Length * c.Stride])];
            SparseProducts.RowsTimesPanels<Simd128, Vector128<float>>(c.X, c.Examples, c.Weights, c.Bias, z[0], 0, c.Panels);
            SparseProducts.RowsTimesPanels<Simd256, Vector256<float>>(c.X, c.Examples, c.Weights, c.Bias, z[1], 0, c.Panels);
            SparseProducts.RowsTimesPanels<Simd512, Vector512<float>>(c.X, c.Examples, c.Weights, c.Bias, z[2], 0, c.Panels);
            float[][] w = [.. Enumerable.Range(0, 4).Select(_ => c.Weights.ToArray())];
            SparseProducts.AddOuterProducts<Simd128, Vector128<float>>(c.X, c.Examples, c.Delta, w[0], 0, c.Panels);
            SparseProducts.AddOuterProducts<Simd256, Vector256<float>>(c.X, c.Examples, c.Delta, w[1], 0, c.Panels);
            SparseProducts.AddOuterProducts<Simd512, Vector512<float>>(c.X, c.Examples, c.Delta, w[2], 0, c.Panels);
            for (int panel = c.Panels - 1; panel >= 0; panel--)
            {
                SparseProducts.RowsTimesPanels(c.X, c.Examples, c.Weights, c.Bias, z[3], panel, panel + 1);
                Span<float> ofPanel = w[3].AsSpan(panel * c.Inputs * Rows.Panel, c.Inputs * Rows.Panel);
                SparseProducts.AddOuterProducts(c.X, c.Examples, c.Delta, ofPanel, panel, panel + 1);
            }

            Assert.All(z, other => Assert.Equal(z[0], other));
            Assert.All(w, other => Assert.Equal(w[0], other));
        });
    }

    /// <summary>Random numbers in the shapes of a layer; a third of the inputs are 0.</summary>
    private sealed class Case
    {
        public Case(int inputs, int neurons, int examples, int seed)
        {
            RandomStream random = new(seed);
            Inputs = inputs;
            Stride = Rows.StrideOf(neurons);
            byte[] bytes =
            [
                .. Enumerable.Range(0, 15 * inputs)
                    .Select(_ => random.NextDouble() < 0.33 ? (byte)0 : (byte)random.NextInt32(256))
            ];
            float[] valueOf = [.. Enumerable.Range(0, 256).Select(level => level / 255f)];
            Dense = [.. bytes.Chunk(inputs).Select(row => row.Select(level => valueOf[level]).ToArray())];
            X = SparseRows.FromBytes(bytes, Dense.Length, inputs, valueOf);
            Examples = [.. Enumerable.Range(0, examples).Select(_ => random.NextInt32(Dense.Length))];
            Weights = Random(inputs * Stride);
            Bias = Random(Stride);
            Delta = Random(examples * Stride);

            float[] Random(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
        }

        public int Inputs { get; }

        public int Stride { get; }

        public int Panels => Stride / Rows.Panel;

        public float[][] Dense { get; }

        public SparseRows X { get; }

        public int[] Examples { get; }

        public float[] Weights { get; }

        public float[] Bias { get; }

        public float[] Delta { get; }

        public override string ToString() => $"{Inputs} inputs, {Stride} neurons, {Examples.Length} examples";
    }
}
