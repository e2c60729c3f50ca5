using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics;

/// <summary>
/// The two products of a dense layer whose inputs are mostly zeros: what is zero is never touched. Weights lie in panels of
/// 16 neurons (<see cref="Rows"/>), so a pixel's weights are whole cache lines.
/// </summary>
/// <remarks>
/// The weights of 784 pixels to two panels are 100 KB and would come from the second cache for every image. So the columns
/// fall into blocks whose weights fit into the first cache, and all rows of the mini-batch pass a block before the next one
/// (docs/kernels.md). A neuron's sum is formed block by block, four partial sums in each, whatever the vector width and
/// whoever computes it.
/// </remarks>
internal static class SparseProducts
{
    /// <summary>z[r, j] = bias[j] + Σ_k x[rows[r], k] · w[j, k], for some of the panels.</summary>
    /// <param name="x">The examples.</param>
    /// <param name="rows">[count]: which of them.</param>
    /// <param name="weights">[panels, columns, 16].</param>
    /// <param name="bias">[stride].</param>
    /// <param name="z">[count, stride]; the panels asked for are overwritten.</param>
    /// <param name="firstPanel">From which panel on.</param>
    /// <param name="endPanel">The first one not to be computed.</param>
    public static void RowsTimesPanels(SparseRows x, ReadOnlySpan<int> rows, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> z, int firstPanel, int endPanel)
    {
        if (Vector512.IsHardwareAccelerated)
            RowsTimesPanels<Simd512, Vector512<float>>(x, rows, weights, bias, z, firstPanel, endPanel);
        else if (Vector256.IsHardwareAccelerated)
            RowsTimesPanels<Simd256, Vector256<float>>(x, rows, weights, bias, z, firstPanel, endPanel);
        else
            RowsTimesPanels<Simd128, Vector128<float>>(x, rows, weights, bias, z, firstPanel, endPanel);
    }

    /// <summary>w[j, k] += Σ_r x[rows[r], k] · delta[r, j], for some of the panels and some of the blocks of columns.</summary>
    /// <param name="x">The examples.</param>
    /// <param name="rows">[count]: which of them.</param>
    /// <param name="delta">[count, stride].</param>
    /// <param name="weights">[panels, columns, 16]; added to.</param>
    /// <param name="firstPanel">From which panel on.</param>
    /// <param name="endPanel">The first one not to be computed.</param>
    public static void AddOuterProducts(SparseRows x, ReadOnlySpan<int> rows, ReadOnlySpan<float> delta, Span<float> weights, int firstPanel, int endPanel)
    {
        if (Vector512.IsHardwareAccelerated)
            AddOuterProducts<Simd512, Vector512<float>>(x, rows, delta, weights, firstPanel, endPanel);
        else if (Vector256.IsHardwareAccelerated)
            AddOuterProducts<Simd256, Vector256<float>>(x, rows, delta, weights, firstPanel, endPanel);
        else
            AddOuterProducts<Simd128, Vector128<float>>(x, rows, delta, weights, firstPanel, endPanel);
    }

    internal static void RowsTimesPanels<TSimd, TVector>(SparseRows x, ReadOnlySpan<int> rows, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> z, int firstPanel, int endPanel)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int stride = bias.Length, lanes = TSimd.Lanes, panelLength = x.ColumnCount * Rows.Panel, end = endPanel * Rows.Panel;
        for (int r = 0; r < rows.Length; r++)
            bias[(firstPanel * Rows.Panel)..end].CopyTo(z[(r * stride + firstPanel * Rows.Panel)..]);
        for (int j = firstPanel * Rows.Panel; j < end;)
        {
            ref readonly float panel = ref weights[j / Rows.Panel * panelLength + j % Rows.Panel];
            bool isTwo = end - j >= 2 * lanes;
            int blocks = BlocksAtOnce(isTwo ? 2 * lanes : lanes);
            for (int block = 0; block < x.Blocks; block += blocks)
            {
                if (isTwo)
                    SumsOfTwo<TSimd, TVector>(x, rows, block, block + blocks, in panel, Offset(lanes, panelLength), ref z[j], (nuint)stride);
                else
                    SumsOfOne<TSimd, TVector>(x, rows, block, block + blocks, in panel, ref z[j], (nuint)stride);
            }

            j += isTwo ? 2 * lanes : lanes;
        }
    }

    internal static void AddOuterProducts<TSimd, TVector>(SparseRows x, ReadOnlySpan<int> rows, ReadOnlySpan<float> delta, Span<float> weights, int firstPanel, int endPanel)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int stride = delta.Length / rows.Length, lanes = TSimd.Lanes, panelLength = x.ColumnCount * Rows.Panel, end = endPanel * Rows.Panel;
        for (int j = firstPanel * Rows.Panel; j < end;)
        {
            ref float panel = ref weights[j / Rows.Panel * panelLength + j % Rows.Panel];
            bool isTwo = end - j >= 2 * lanes;
            int blocks = BlocksAtOnce(isTwo ? 2 * lanes : lanes);
            for (int block = 0; block < x.Blocks; block += blocks)
            {
                if (isTwo)
                    OuterOfTwo<TSimd, TVector>(x, rows, block, block + blocks, in delta[j], (nuint)stride, ref panel, Offset(lanes, panelLength));
                else
                    OuterOfOne<TSimd, TVector>(x, rows, block, block + blocks, in delta[j], (nuint)stride, ref panel);
            }

            j += isTwo ? 2 * lanes : lanes;
        }
    }

    [MethodImpl(Hot.Method)]
    private static void SumsOfTwo<TSimd, TVector>(SparseRows x, ReadOnlySpan<int> rows, int firstBlock, int endBlock, ref readonly float panel, nuint second, ref float z, nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes;
        TVector zero = TSimd.Create(0);
        ref readonly float valueOf = ref x.ValueOf;
        int blockLength = x.BlockWidth * Rows.Panel;
        foreach (int row in rows)
        {
            TVector a0 = TSimd.Load(in z, 0), a1 = TSimd.Load(in z, lanes);
            for (int block = firstBlock; block < Math.Min(endBlock, x.Blocks); block++)
            {
                ref readonly byte pixel = ref x.Find(row, block, out nuint n);
                ref readonly float lines = ref Unsafe.Add(ref Unsafe.AsRef(in panel), block * blockLength);
                nuint k = 0;
                TVector b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
                for (; k + 4 <= n; k += 4)
                {
                    ref readonly float line = ref LineOf(in pixel, k, in lines);
                    TVector v = TSimd.Create(ValueOf(in valueOf, in pixel, k));
                    a0 = TSimd.MultiplyAdd(v, TSimd.Load(in line, 0), a0);
                    a1 = TSimd.MultiplyAdd(v, TSimd.Load(in line, second), a1);
                    line = ref LineOf(in pixel, k + 1, in lines);
                    v = TSimd.Create(ValueOf(in valueOf, in pixel, k + 1));
                    b0 = TSimd.MultiplyAdd(v, TSimd.Load(in line, 0), b0);
                    b1 = TSimd.MultiplyAdd(v, TSimd.Load(in line, second), b1);
                    line = ref LineOf(in pixel, k + 2, in lines);
                    v = TSimd.Create(ValueOf(in valueOf, in pixel, k + 2));
                    c0 = TSimd.MultiplyAdd(v, TSimd.Load(in line, 0), c0);
                    c1 = TSimd.MultiplyAdd(v, TSimd.Load(in line, second), c1);
                    line = ref LineOf(in pixel, k + 3, in lines);
                    v = TSimd.Create(ValueOf(in valueOf, in pixel, k + 3));
                    d0 = TSimd.MultiplyAdd(v, TSimd.Load(in line, 0), d0);
                    d1 = TSimd.MultiplyAdd(v, TSimd.Load(in line, second), d1);
                }

                for (; k < n; k++)
                {
                    ref readonly float line = ref LineOf(in pixel, k, in lines);
                    TVector v = TSimd.Create(ValueOf(in valueOf, in pixel, k));
                    a0 = TSimd.MultiplyAdd(v, TSimd.Load(in line, 0), a0);
                    a1 = TSimd.MultiplyAdd(v, TSimd.Load(in line, second), a1);
                }

                a0 = TSimd.Add(TSimd.Add(a0, b0), TSimd.Add(c0, d0));
                a1 = TSimd.Add(TSimd.Add(a1, b1), TSimd.Add(c1, d1));
            }

            TSimd.Store(a0, ref z, 0);
            TSimd.Store(a1, ref z, lanes);
            z = ref Unsafe.Add(ref z, stride);
        }
    }

    [MethodImpl(Hot.Method)]
    private static void SumsOfOne<TSimd, TVector>(SparseRows x, ReadOnlySpan<int> rows, int firstBlock, int endBlock, ref readonly float panel, ref float z, nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector zero = TSimd.Create(0);
        ref readonly float valueOf = ref x.ValueOf;
        int blockLength = x.BlockWidth * Rows.Panel;
        foreach (int row in rows)
        {
            TVector sum = TSimd.Load(in z, 0);
            for (int block = firstBlock; block < Math.Min(endBlock, x.Blocks); block++)
            {
                ref readonly byte pixel = ref x.Find(row, block, out nuint n);
                ref readonly float lines = ref Unsafe.Add(ref Unsafe.AsRef(in panel), block * blockLength);
                nuint k = 0;
                TVector b = zero, c = zero, d = zero;
                for (; k + 4 <= n; k += 4)
                {
                    sum = TSimd.MultiplyAdd(TSimd.Create(ValueOf(in valueOf, in pixel, k)), TSimd.Load(in LineOf(in pixel, k, in lines), 0), sum);
                    b = TSimd.MultiplyAdd(TSimd.Create(ValueOf(in valueOf, in pixel, k + 1)), TSimd.Load(in LineOf(in pixel, k + 1, in lines), 0), b);
                    c = TSimd.MultiplyAdd(TSimd.Create(ValueOf(in valueOf, in pixel, k + 2)), TSimd.Load(in LineOf(in pixel, k + 2, in lines), 0), c);
                    d = TSimd.MultiplyAdd(TSimd.Create(ValueOf(in valueOf, in pixel, k + 3)), TSimd.Load(in LineOf(in pixel, k + 3, in lines), 0), d);
                }

                for (; k < n; k++)
                    sum = TSimd.MultiplyAdd(TSimd.Create(ValueOf(in valueOf, in pixel, k)), TSimd.Load(in LineOf(in pixel, k, in lines), 0), sum);
                sum = TSimd.Add(TSimd.Add(sum, b), TSimd.Add(c, d));
            }

            TSimd.Store(sum, ref z, 0);
            z = ref Unsafe.Add(ref z, stride);
        }
    }

    [MethodImpl(Hot.Method)]
    private static void OuterOfTwo<TSimd, TVector>(SparseRows x, ReadOnlySpan<int> rows, int firstBlock, int endBlock, ref readonly float delta, nuint stride, ref float panel, nuint second)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float d = ref Unsafe.AsRef(in delta);
        ref readonly float valueOf = ref x.ValueOf;
        int blockLength = x.BlockWidth * Rows.Panel;
        foreach (int row in rows)
        {
            TVector d0 = TSimd.Load(in d, 0), d1 = TSimd.Load(in d, (nuint)TSimd.Lanes);
            for (int block = firstBlock; block < Math.Min(endBlock, x.Blocks); block++)
            {
                ref readonly byte pixel = ref x.Find(row, block, out nuint n);
                ref readonly float lines = ref Unsafe.Add(ref panel, block * blockLength);
                for (nuint k = 0; k < n; k++)
                {
                    ref float line = ref Unsafe.AsRef(in LineOf(in pixel, k, in lines));
                    TVector v = TSimd.Create(ValueOf(in valueOf, in pixel, k));
                    TSimd.Store(TSimd.MultiplyAdd(v, d0, TSimd.Load(in line, 0)), ref line, 0);
                    TSimd.Store(TSimd.MultiplyAdd(v, d1, TSimd.Load(in line, second)), ref line, second);
                }
            }

            d = ref Unsafe.Add(ref d, stride);
        }
    }

    [MethodImpl(Hot.Method)]
    private static void OuterOfOne<TSimd, TVector>(SparseRows x, ReadOnlySpan<int> rows, int firstBlock, int endBlock, ref readonly float delta, nuint stride, ref float panel)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float d = ref Unsafe.AsRef(in delta);
        ref readonly float valueOf = ref x.ValueOf;
        int blockLength = x.BlockWidth * Rows.Panel;
        foreach (int row in rows)
        {
            TVector d0 = TSimd.Load(in d, 0);
            for (int block = firstBlock; block < Math.Min(endBlock, x.Blocks); block++)
            {
                ref readonly byte pixel = ref x.Find(row, block, out nuint n);
                ref readonly float lines = ref Unsafe.Add(ref panel, block * blockLength);
                for (nuint k = 0; k < n; k++)
                {
                    ref float line = ref Unsafe.AsRef(in LineOf(in pixel, k, in lines));
                    TSimd.Store(TSimd.MultiplyAdd(TSimd.Create(ValueOf(in valueOf, in pixel, k)), d0, TSimd.Load(in line, 0)), ref line, 0);
                }
            }

            d = ref Unsafe.Add(ref d, stride);
        }
    }

    /// <summary>A block's weights to two panels fill the first cache; to one panel, those of two blocks do.</summary>
    private static int BlocksAtOnce(int neurons) => neurons > Rows.Panel ? 1 : 2;

    /// <summary>How far behind a neuron's weights those of the neuron <paramref name="neurons"/> further lie, within or across panels.</summary>
    private static nuint Offset(int neurons, int panelLength) => (nuint)(neurons / Rows.Panel * panelLength + neurons % Rows.Panel);

    [MethodImpl(Hot.Inline)]
    private static float ValueOf(ref readonly float valueOf, ref readonly byte pixels, nuint k) =>
        Unsafe.Add(ref Unsafe.AsRef(in valueOf), (nuint)Unsafe.Add(ref Unsafe.AsRef(in pixels), 2 * k + 1));

    /// <summary>The weights from the k-th input of a block that is not 0 to the neurons of a panel.</summary>
    [MethodImpl(Hot.Inline)]
    private static ref readonly float LineOf(ref readonly byte pixels, nuint k, ref readonly float lines) =>
        ref Unsafe.Add(ref Unsafe.AsRef(in lines), (nuint)Unsafe.Add(ref Unsafe.AsRef(in pixels), 2 * k) * Rows.Panel);
}
