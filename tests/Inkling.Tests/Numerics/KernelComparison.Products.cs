using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Tests.Numerics;

/// <summary>The matrix products, each against plain code with one loop for each index.</summary>
internal static partial class KernelComparison<TSimd, TVector>
{
    private static void RowsTimesPanels(KernelCase c)
    {
        Window window =
            c.Size(0, 3) == 0 ? new Window(3, 3, c.Size(3, 9)) : new Window(c.Size(1, 4), c.Size(1, 20), c.Size(0, 25));
        int count = c.Size(1, 70), stride = Rows.StrideOf(c.Size(1, 70)), places = c.Size(1, 40), size = window.Size;
        Planes planes = new(
            c.Coin() ? 1 : c.Size(2, 5), places + (int)window.Reach + c.Size(0, 9), count * stride + 16 * c.Size(0, 2));
        ReadOnlySpan<float> x = c.Numbers((planes.Count - 1) * planes.X + places - 1 + (int)window.Reach),
            weights = c.Numbers(planes.Count * stride * size), bias = c.Numbers(planes.Count * stride);
        ReadOnlySpan<int> rows = c.Offsets(count, places);
        Span<float> y = c.Output((planes.Count - 1) * planes.Y + count * stride), expected = y.ToArray();
        int[] offsets = window.Offsets();
        for (int p = 0; p < planes.Count; p++)
        {
            for (int r = 0; r < count; r++)
            {
                for (int j = 0; j < stride; j++)
                {
                    float sum = bias[p * stride + j];
                    for (int k = 0; k < size; k++)
                        sum = MathF.FusedMultiplyAdd(
                            x[p * planes.X + rows[r] + offsets[k]], weights[p * stride * size + Rows.IndexOf(j, k, size)], sum);
                    expected[p * planes.Y + r * stride + j] = sum;
                }
            }
        }

        if (planes.Count == 1)
            PanelProducts.RowsTimesPanels<TSimd, TVector>(x, rows, window, weights, bias, y);
        else
            PanelProducts.PlanesTimesPanels<TSimd, TVector>(planes, x, rows, window, weights, bias, y);
        KernelCase.AssertSame(expected, y); // and nothing between the planes was written
    }

    private static void LargestOfFourNines(KernelCase c)
    {
        int count = c.Size(1, 30), stride = Rows.StrideOf(c.Size(1, 70)), pitch = c.Size(4, 30), places = c.Size(1, 40);
        bool isRectified = c.Coin();
        Span<float> x = c.Numbers(places - 1 + 3 * pitch + 4);
        if (c.Coin())
            x[c.Size(0, x.Length - 1)] = float.NaN;
        ReadOnlySpan<float> weights = c.Numbers(stride * 9), bias = c.Numbers(stride);
        ReadOnlySpan<int> corners = c.Offsets(count, places);
        Span<float> y = c.Output(count * stride), expected = new float[count * stride];
        for (int i = 0; i < expected.Length; i++)
        {
            int corner = corners[i / stride], j = i % stride;
            float largest = isRectified ? 0 : float.NegativeInfinity;
            foreach (int shift in (int[])[0, 1, pitch, pitch + 1])
            {
                float sum = bias[j];
                for (int k = 0; k < 9; k++)
                    sum = MathF.FusedMultiplyAdd(
                        x[corner + shift + k / 3 * pitch + k % 3], weights[Rows.IndexOf(j, k, inputs: 9)], sum);
                largest = Math.Max(largest, sum);
            }

            expected[i] = largest;
        }

        PanelProducts.LargestOfFourNines<TSimd, TVector>(x, corners, pitch, weights, bias, isRectified, y);
        KernelCase.AssertSame(expected, y);
    }

    private static void AddOuterProducts(KernelCase c)
    {
        int inputs = c.Size(1, 70), count = c.Size(1, 20), stride = Rows.StrideOf(c.Size(1, 70)),
            places = c.Size(1, 30), reach = c.Size(1, 70), shards = c.Size(1, Shards.Most);
        ReadOnlySpan<float> x = c.Numbers(places + reach - 1), delta = c.Numbers(count * stride);
        ReadOnlySpan<int> rows = c.Offsets(count, places), offsets = c.Offsets(inputs, reach);
        Span<float> weights = c.Numbers(stride * inputs), expected = weights.ToArray();
        for (int j = 0; j < stride; j++)
        {
            for (int k = 0; k < inputs; k++)
            {
                ref float w = ref expected[Rows.IndexOf(j, k, inputs)];
                float[] sums = new float[shards];
                for (int shard = 0; shard < shards; shard++)
                {
                    ref float sum = ref shards == 1 ? ref w : ref sums[shard];
                    for (int r = count * shard / shards; r < count * (shard + 1) / shards; r++)
                        sum = MathF.FusedMultiplyAdd(x[rows[r] + offsets[k]], delta[r * stride + j], sum);
                }

                w += ShardsTests.TreeSum(sums);
            }
        }

        int tiles = PanelProducts.TileCount(inputs, stride), between = c.Size(0, tiles);
        PanelProducts.AddOuterProducts<TSimd, TVector>(x, rows, offsets, delta, weights, between, tiles, new Shards(shards));
        PanelProducts.AddOuterProducts<TSimd, TVector>(x, rows, offsets, delta, weights, 0, between, new Shards(shards));
        KernelCase.AssertSame(expected, weights);
    }

    private static void SquareMultiply(KernelCase c)
    {
        int inputs = c.Size(1, 16), count = c.Size(1, 20);
        ReadOnlySpan<float> x = c.Numbers(count * 16), weights = c.Numbers(inputs * 16), bias = c.Numbers(16);
        Span<float> y = c.Output(count * 16), expected = new float[count * 16];
        for (int i = 0; i < expected.Length; i++)
        {
            expected[i] = bias[i % 16];
            for (int k = 0; k < inputs; k++)
                expected[i] = MathF.FusedMultiplyAdd(x[i / 16 * 16 + k], weights[k * 16 + i % 16], expected[i]);
        }

        PanelSquares.Multiply<TSimd, TVector>(x, inputs, weights, bias, y);
        KernelCase.AssertSame(expected, y);
    }

    private static void SquareOuterProducts(KernelCase c)
    {
        int inputs = c.Size(1, 16), count = c.Size(1, 20);
        ReadOnlySpan<float> x = c.Numbers(count * 16), delta = c.Numbers(count * 16);
        Span<float> weights = c.Numbers(inputs * 16), expected = weights.ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            for (int r = 0; r < count; r++)
                expected[i] = MathF.FusedMultiplyAdd(x[r * 16 + i / 16], delta[r * 16 + i % 16], expected[i]);
        }

        PanelSquares.AddOuterProducts<TSimd, TVector>(x, inputs, delta, weights);
        KernelCase.AssertSame(expected, weights);
    }

    private static void SparseProduct(KernelCase c)
    {
        (byte[] bytes, SparseRows x, int columns) = Sparse(c);
        int count = c.Size(1, 12), stride = Rows.StrideOf(c.Size(1, 70));
        ReadOnlySpan<int> rows = c.Offsets(count, x.Count);
        ReadOnlySpan<float> weights = c.Numbers(stride * columns), bias = c.Numbers(stride);
        Span<float> z = c.Output(count * stride);
        SparseProducts.RowsTimesPanels<TSimd, TVector>(x, rows, weights, bias, z, 0, stride / Rows.Panel, next: rows);
        for (int i = 0; i < z.Length; i++)
        {
            double sum = bias[i % stride], size = Math.Abs(sum);
            for (int k = 0; k < columns; k++)
            {
                double term =
                    (double)GreyLevels[bytes[rows[i / stride] * columns + k]] * weights[Rows.IndexOf(i % stride, k, columns)];
                (sum, size) = (sum + term, size + Math.Abs(term));
            }

            KernelCase.AssertNear(sum, z[i], 1e-6 * size);
        }
    }

    private static void SparseOuterProducts(KernelCase c)
    {
        (byte[] bytes, SparseRows x, int columns) = Sparse(c);
        int count = c.Size(1, 12), stride = Rows.StrideOf(c.Size(1, 70));
        ReadOnlySpan<int> rows = c.Offsets(count, x.Count);
        ReadOnlySpan<float> delta = c.Numbers(count * stride);
        Span<float> weights = c.Numbers(stride * columns), expected = weights.ToArray();
        for (int j = 0; j < stride; j++)
        {
            for (int k = 0; k < columns; k++)
            {
                ref float w = ref expected[Rows.IndexOf(j, k, columns)];
                for (int r = 0; r < count; r++)
                    w = MathF.FusedMultiplyAdd(GreyLevels[bytes[rows[r] * columns + k]], delta[r * stride + j], w);
            }
        }

        SparseProducts.AddOuterProducts<TSimd, TVector>(x, rows, delta, weights, 0, stride / Rows.Panel, next: rows);
        KernelCase.AssertSame(expected, weights);
    }

    private static void TransposePanel(KernelCase c)
    {
        int inputs = c.Size(1, 70), outputs = c.Size(1, 70);
        ReadOnlySpan<float> weights = c.Numbers(inputs * Rows.StrideOf(outputs));
        Span<float> transposed = c.Numbers(outputs * Rows.StrideOf(inputs)), expected = transposed.ToArray();
        for (int j = 0; j < outputs; j++)
        {
            for (int k = 0; k < inputs; k++)
                expected[Rows.IndexOf(k, j, outputs)] = weights[Rows.IndexOf(j, k, inputs)];
        }

        for (int panel = 0; panel * Rows.Panel < outputs; panel++)
            Rows.TransposePanel(weights, inputs, outputs, panel, transposed);
        KernelCase.AssertSame(expected, transposed);
    }

    private static void Flip(KernelCase c)
    {
        int positions = c.Size(1, 5) * c.Size(1, 5), channels = c.Size(1, 40), outputs = c.Size(1, 40);
        ReadOnlySpan<float> weights = c.Numbers(positions * channels * Rows.StrideOf(outputs));
        Span<float> flipped = c.Numbers(positions * outputs * Rows.StrideOf(channels)), expected = flipped.ToArray();
        for (int p = 0; p < positions; p++)
        {
            for (int i = 0; i < channels; i++)
            {
                for (int o = 0; o < outputs; o++)
                    expected[Rows.IndexOf(i, (positions - 1 - p) * outputs + o, positions * outputs)] =
                        weights[Rows.IndexOf(o, p * channels + i, positions * channels)];
            }
        }

        Rows.Flip(weights, positions, channels, outputs, flipped);
        KernelCase.AssertSame(expected, flipped);
    }

    /// <summary>Rows of bytes, some or nearly all 0: a distance between non-zero bytes may exceed one stored step.</summary>
    private static (byte[] Bytes, SparseRows Rows, int Columns) Sparse(KernelCase c)
    {
        int rows = c.Size(1, 12), columns = c.Size(1, 70) * c.Size(1, 4), rarity = c.Size(1, 60);
        byte[] bytes = new byte[rows * columns];
        foreach (ref byte value in bytes.AsSpan())
            value = (byte)(c.Size(0, rarity) == 0 ? c.Size(1, 255) : 0);
        return (bytes, SparseRows.FromBytes(bytes, rows, columns, GreyLevels), columns);
    }
}
