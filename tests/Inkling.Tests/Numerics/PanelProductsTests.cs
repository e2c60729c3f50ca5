using System.Runtime.Intrinsics;
using CsCheck;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Tests.Numerics;

/// <summary>The matrix products of dense and convolutional layers, against plain code with one loop for each index.</summary>
public class PanelProductsTests
{
    private static readonly Gen<Case> Cases = Gen.Select(
        Gen.Int[1, 20],
        Gen.Int[1, 3],
        Gen.Int[1, 9],
        Gen.Int[1, 100],
        Gen.Int,
        (rows, runs, length, neurons, seed) => new Case(rows, new Window(runs, length, length + 3), neurons, seed));

    [Fact]
    public void Rows_times_panels_is_the_weighted_sum_for_each_row_and_neuron()
    {
        Cases.Sample(c =>
        {
            float[] y = new float[c.Rows.Length * c.Stride];
            PanelProducts.RowsTimesPanels(c.X, c.Rows, c.Window, c.Weights, c.Bias, y);
            for (int r = 0; r < c.Rows.Length; r++)
            {
                for (int j = 0; j < c.Neurons; j++)
                {
                    double expected = c.Bias[j] + Enumerable.Range(0, c.Window.Size)
                        .Sum(k => (double)c.X[c.Rows[r] + c.Offsets[k]]
                            * c.Weights[Inkling.Numerics.Rows.IndexOf(j, k, c.Window.Size)]);
                    Assert.Equal(expected, y[r * c.Stride + j], 1e-4);
                }
            }
        });
    }

    [Fact]
    public void Outer_products_are_added_for_each_row_whoever_takes_which_tiles()
    {
        Cases.Sample(c =>
        {
            float[] whole = [.. c.Weights], shared = [.. c.Weights];
            int tiles = PanelProducts.TileCount(c.Window.Size, c.Stride);
            PanelProducts.AddOuterProducts(c.X, c.Rows, c.Offsets, c.Delta, whole, 0, tiles, Shards.One);
            for (int tile = tiles - 1; tile >= 0; tile--)
                PanelProducts.AddOuterProducts(c.X, c.Rows, c.Offsets, c.Delta, shared, tile, tile + 1, Shards.One);
            Assert.Equal(whole, shared);
            for (int k = 0; k < c.Window.Size; k++)
            {
                for (int j = 0; j < c.Neurons; j++)
                {
                    int at = Inkling.Numerics.Rows.IndexOf(j, k, c.Window.Size);
                    double expected = c.Weights[at] + Enumerable.Range(0, c.Rows.Length)
                        .Sum(r => (double)c.X[c.Rows[r] + c.Offsets[k]] * c.Delta[r * c.Stride + j]);
                    Assert.Equal(expected, whole[at], 1e-4);
                }
            }
        });
    }

    [Fact]
    public void Every_vector_width_gives_the_same_bits()
    {
        Cases.Sample(c =>
        {
            float[][] y = [.. Enumerable.Range(0, 3).Select(_ => new float[c.Rows.Length * c.Stride])];
            PanelProducts.RowsTimesPanels<Simd128, Vector128<float>>(c.X, c.Rows, c.Window, c.Weights, c.Bias, y[0]);
            PanelProducts.RowsTimesPanels<Simd256, Vector256<float>>(c.X, c.Rows, c.Window, c.Weights, c.Bias, y[1]);
            PanelProducts.RowsTimesPanels<Simd512, Vector512<float>>(c.X, c.Rows, c.Window, c.Weights, c.Bias, y[2]);
            Assert.Equal(y[0], y[1]);
            Assert.Equal(y[0], y[2]);

            float[][] w = [.. Enumerable.Range(0, 3).Select(_ => c.Weights.ToArray())];
            Shards shards = Shards.Of(c.Rows.Length, smallest: 2);
            int tiles = PanelProducts.TileCount(c.Window.Size, c.Stride);
            PanelProducts.AddOuterProducts<Simd128, Vector128<float>>(
                c.X, c.Rows, c.Offsets, c.Delta, w[0], 0, tiles, shards);
            PanelProducts.AddOuterProducts<Simd256, Vector256<float>>(
                c.X, c.Rows, c.Offsets, c.Delta, w[1], 0, tiles, shards);
            PanelProducts.AddOuterProducts<Simd512, Vector512<float>>(
                c.X, c.Rows, c.Offsets, c.Delta, w[2], 0, tiles, shards);
            Assert.Equal(w[0], w[1]);
            Assert.Equal(w[0], w[2]);
        });
    }

    private sealed class Case
    {
        public Case(int rows, Window window, int neurons, int seed)
        {
            RandomStream random = new(seed);
            Window = window;
            Neurons = neurons;
            Offsets = window.Offsets();
            Rows = [.. Enumerable.Range(0, rows).Select(_ => random.NextInt32(30))];
            X = Random(30 + window.Runs * window.Pitch);
            Weights = Random(window.Size * Stride);
            Bias = Random(Stride);
            Delta = Random(rows * Stride);

            float[] Random(int length) => [.. Enumerable.Range(0, length).Select(_ => (float)random.NextGaussian())];
        }

        public Window Window { get; }

        public int Neurons { get; }

        public int Stride => Inkling.Numerics.Rows.StrideOf(Neurons);

        public int[] Rows { get; }

        public int[] Offsets { get; }

        public float[] X { get; }

        public float[] Weights { get; }

        public float[] Bias { get; }

        public float[] Delta { get; }
    }
}
