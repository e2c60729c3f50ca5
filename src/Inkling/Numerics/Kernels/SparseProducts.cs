using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// The two products of a dense layer whose inputs are mostly zeros, which are skipped. Weights lie in panels of 16 neurons
/// (<see cref="Rows"/>), so a pixel's weights are whole cache lines.
/// </summary>
/// <remarks>
/// All rows of the mini-batch are processed for one panel before the next: the weights from 784 pixels to a panel are 50 KB, of
/// which those of the pixels that ever have ink fit into the L1 cache (docs/kernels.md). A neuron's sum is formed of four
/// partial sums, whatever the vector width or thread.
/// </remarks>
/// <exception cref="ArgumentException">There is no such row or panel, or the lengths do not fit each other.</exception>
internal static class SparseProducts
{
    /// <summary>z[r, j] = bias[j] + Σ_k x[rows[r], k] · w[j, k], for a range of panels.</summary>
    /// <param name="x">The examples.</param>
    /// <param name="rows">[count]: the indices of the rows to use.</param>
    /// <param name="weights">[panels, columns, 16].</param>
    /// <param name="bias">[stride].</param>
    /// <param name="z">[count, stride]; the range of panels is overwritten.</param>
    /// <param name="firstPanel">The first panel.</param>
    /// <param name="endPanel">One past the last panel.</param>
    /// <param name="next">Rows of the next call, prefetched into the cache meanwhile.</param>
    public static void RowsTimesPanels(
        SparseRows x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        Span<float> z,
        int firstPanel,
        int endPanel,
        ReadOnlySpan<int> next = default)
    {
        if (Vector512.IsHardwareAccelerated)
            RowsTimesPanels<Simd512, Vector512<float>>(x, rows, weights, bias, z, firstPanel, endPanel, next);
        else if (Vector256.IsHardwareAccelerated)
            RowsTimesPanels<Simd256, Vector256<float>>(x, rows, weights, bias, z, firstPanel, endPanel, next);
        else
            RowsTimesPanels<Simd128, Vector128<float>>(x, rows, weights, bias, z, firstPanel, endPanel, next);
    }

    /// <summary>w[j, k] += Σ_r x[rows[r], k] · delta[r, j], for a range of panels.</summary>
    /// <param name="x">The examples.</param>
    /// <param name="rows">[count]: the indices of the rows to use.</param>
    /// <param name="delta">[count, stride].</param>
    /// <param name="weights">From the range's first weight on, [panels, columns, 16]; added to.</param>
    /// <param name="firstPanel">The first panel.</param>
    /// <param name="endPanel">One past the last panel.</param>
    /// <param name="next">Rows of the next call, prefetched into the cache meanwhile.</param>
    public static void AddOuterProducts(
        SparseRows x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<float> delta,
        Span<float> weights,
        int firstPanel,
        int endPanel,
        ReadOnlySpan<int> next = default)
    {
        if (Vector512.IsHardwareAccelerated)
            AddOuterProducts<Simd512, Vector512<float>>(x, rows, delta, weights, firstPanel, endPanel, next);
        else if (Vector256.IsHardwareAccelerated)
            AddOuterProducts<Simd256, Vector256<float>>(x, rows, delta, weights, firstPanel, endPanel, next);
        else
            AddOuterProducts<Simd128, Vector128<float>>(x, rows, delta, weights, firstPanel, endPanel, next);
    }

    internal static void RowsTimesPanels<TSimd, TVector>(
        SparseRows x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        Span<float> z,
        int firstPanel,
        int endPanel,
        ReadOnlySpan<int> next = default)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int stride = bias.Length, panelLength = x.ColumnCount * Rows.Panel;
        KernelArguments.Require(KernelArguments.IsWholePanels(stride) && firstPanel >= 0 && endPanel <= stride / Rows.Panel);
        KernelArguments.Require((long)endPanel * panelLength <= weights.Length && (long)stride * rows.Length <= z.Length);
        if (rows.IsEmpty)
            return;
        KernelArguments.Require(KernelArguments.Largest(rows) < x.Count);
        int end = endPanel * Rows.Panel;
        for (int j = firstPanel * Rows.Panel, step; j < end; j += step)
        {
            ref float panel = ref Unsafe.AsRef(in weights[j / Rows.Panel * panelLength + j % Rows.Panel]);
            step = Math.Min(2 * TSimd.Lanes, end - j);
            if (step == TSimd.Lanes)
                SumsOfOne<TSimd, TVector>(x, rows, ref panel, in bias[j], ref z[j], (nuint)stride, next);
            else
                SumsOfTwo<TSimd, TVector>(x, rows, ref panel, in bias[j], ref z[j], (nuint)stride, next);
            next = default;
        }
    }

    internal static void AddOuterProducts<TSimd, TVector>(
        SparseRows x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<float> delta,
        Span<float> weights,
        int firstPanel,
        int endPanel,
        ReadOnlySpan<int> next = default)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (rows.IsEmpty)
            return;
        int stride = delta.Length / rows.Length, panelLength = x.ColumnCount * Rows.Panel;
        KernelArguments.Require(KernelArguments.IsWholePanels(stride) && stride * rows.Length == delta.Length);
        KernelArguments.Require(
            firstPanel >= 0
                && endPanel <= stride / Rows.Panel
                && (endPanel - (long)firstPanel) * panelLength <= weights.Length);
        KernelArguments.Require(KernelArguments.Largest(rows) < x.Count);
        int end = endPanel * Rows.Panel;
        for (int j = firstPanel * Rows.Panel, step; j < end; j += step)
        {
            ref float panel = ref weights[(j / Rows.Panel - firstPanel) * panelLength + j % Rows.Panel];
            step = Math.Min(OuterAtOnce<TSimd, TVector>() * TSimd.Lanes, end - j);
            if (step == TSimd.Lanes)
                OuterOfOne<TSimd, TVector>(x, rows, in delta[j], (nuint)stride, ref panel, next);
            else if (step == 2 * TSimd.Lanes)
                OuterOfTwo<TSimd, TVector>(x, rows, in delta[j], (nuint)stride, ref panel, next);
            else
                OuterOfFour<TSimd, TVector>(x, rows, in delta[j], (nuint)stride, ref panel, next);
            next = default;
        }
    }

    /// <summary>How many vectors of neurons an outer product updates at once: those of two panels, at most four.</summary>
    [MethodImpl(Hot.Inline)]
    private static int OuterAtOnce<TSimd, TVector>()
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Lanes == Rows.Panel ? 2 : 4;

    /// <summary>The distance between the weights of one vector of neurons and the next, which may be in the next panel.</summary>
    [MethodImpl(Hot.Inline)]
    private static nuint ToNextVector<TSimd, TVector>(SparseRows x)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.Lanes == Rows.Panel ? (nuint)x.ColumnCount * Rows.Panel : (nuint)TSimd.Lanes;

    [MethodImpl(Hot.Method)]
    private static void SumsOfOne<TSimd, TVector>(
        SparseRows x,
        ReadOnlySpan<int> rows,
        ref float panel,
        ref readonly float bias,
        ref float z,
        nuint stride,
        ReadOnlySpan<int> next)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref readonly float valueOf = ref x.ValueOf;
        for (int r = 0; r < rows.Length; r++)
        {
            if (r < next.Length)
                x.Prefetch(next[r]);
            SparseRows.Row row = x.Find(rows[r]);
            ref float line = ref panel;
            TVector a = TSimd.Load(in bias, 0), b = TSimd.Create(0), c = b, d = b;
            for (
                ref byte entry = ref row.First;
                Unsafe.IsAddressLessThan(ref entry, ref row.End);
                entry = ref Unsafe.Add(ref entry, SparseRows.AtOnce * SparseRows.BytesEach))
            {
                ulong four = SparseRows.ReadFour(ref entry);
                nuint to0 = SparseRows.StepTo(0, four), to1 = to0 + SparseRows.StepTo(1, four),
                    to2 = to1 + SparseRows.StepTo(2, four), to3 = to2 + SparseRows.StepTo(3, four);
                AddOne<TSimd, TVector>(0, four, in valueOf, ref line, to0, ref a);
                AddOne<TSimd, TVector>(1, four, in valueOf, ref line, to1, ref b);
                AddOne<TSimd, TVector>(2, four, in valueOf, ref line, to2, ref c);
                AddOne<TSimd, TVector>(3, four, in valueOf, ref line, to3, ref d);
                line = ref SparseRows.LineAt(ref line, to3);
            }

            TSimd.Store(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), ref z, 0);
            z = ref Unsafe.Add(ref z, stride);
        }
    }

    [MethodImpl(Hot.Method)]
    private static void SumsOfTwo<TSimd, TVector>(
        SparseRows x,
        ReadOnlySpan<int> rows,
        ref float panel,
        ref readonly float bias,
        ref float z,
        nuint stride,
        ReadOnlySpan<int> next)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes, other = ToNextVector<TSimd, TVector>(x);
        ref readonly float valueOf = ref x.ValueOf;
        for (int r = 0; r < rows.Length; r++)
        {
            if (r < next.Length)
                x.Prefetch(next[r]);
            SparseRows.Row row = x.Find(rows[r]);
            ref float line = ref panel;
            TVector a0 = TSimd.Load(in bias, 0), a1 = TSimd.Load(in bias, lanes),
                b0 = TSimd.Create(0), b1 = b0, c0 = b0, c1 = b0, d0 = b0, d1 = b0;
            for (
                ref byte entry = ref row.First;
                Unsafe.IsAddressLessThan(ref entry, ref row.End);
                entry = ref Unsafe.Add(ref entry, SparseRows.AtOnce * SparseRows.BytesEach))
            {
                ulong four = SparseRows.ReadFour(ref entry);
                nuint to0 = SparseRows.StepTo(0, four), to1 = to0 + SparseRows.StepTo(1, four),
                    to2 = to1 + SparseRows.StepTo(2, four), to3 = to2 + SparseRows.StepTo(3, four);
                AddTwo<TSimd, TVector>(0, four, in valueOf, ref line, to0, other, ref a0, ref a1);
                AddTwo<TSimd, TVector>(1, four, in valueOf, ref line, to1, other, ref b0, ref b1);
                AddTwo<TSimd, TVector>(2, four, in valueOf, ref line, to2, other, ref c0, ref c1);
                AddTwo<TSimd, TVector>(3, four, in valueOf, ref line, to3, other, ref d0, ref d1);
                line = ref SparseRows.LineAt(ref line, to3);
            }

            TSimd.Store(TSimd.Add(TSimd.Add(a0, b0), TSimd.Add(c0, d0)), ref z, 0);
            TSimd.Store(TSimd.Add(TSimd.Add(a1, b1), TSimd.Add(c1, d1)), ref z, lanes);
            z = ref Unsafe.Add(ref z, stride);
        }
    }

    [MethodImpl(Hot.Method)]
    private static void OuterOfOne<TSimd, TVector>(
        SparseRows x, ReadOnlySpan<int> rows, ref readonly float delta, nuint stride, ref float panel, ReadOnlySpan<int> next)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float d = ref Unsafe.AsRef(in delta);
        ref readonly float valueOf = ref x.ValueOf;
        for (int r = 0; r < rows.Length; r++)
        {
            if (r < next.Length)
                x.Prefetch(next[r]);
            SparseRows.Row row = x.Find(rows[r]);
            ref float line = ref panel;
            TVector error = TSimd.Load(in d, 0);
            for (
                ref byte entry = ref row.First;
                Unsafe.IsAddressLessThan(ref entry, ref row.End);
                entry = ref Unsafe.Add(ref entry, SparseRows.AtOnce * SparseRows.BytesEach))
            {
                ulong four = SparseRows.ReadFour(ref entry);
                nuint to0 = SparseRows.StepTo(0, four), to1 = to0 + SparseRows.StepTo(1, four),
                    to2 = to1 + SparseRows.StepTo(2, four), to3 = to2 + SparseRows.StepTo(3, four);
                Update<TSimd, TVector>(0, four, in valueOf, error, ref SparseRows.LineAt(ref line, to0));
                Update<TSimd, TVector>(1, four, in valueOf, error, ref SparseRows.LineAt(ref line, to1));
                Update<TSimd, TVector>(2, four, in valueOf, error, ref SparseRows.LineAt(ref line, to2));
                line = ref SparseRows.LineAt(ref line, to3);
                Update<TSimd, TVector>(3, four, in valueOf, error, ref line);
            }

            d = ref Unsafe.Add(ref d, stride);
        }
    }

    [MethodImpl(Hot.Method)]
    private static void OuterOfTwo<TSimd, TVector>(
        SparseRows x, ReadOnlySpan<int> rows, ref readonly float delta, nuint stride, ref float panel, ReadOnlySpan<int> next)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes, other = ToNextVector<TSimd, TVector>(x);
        ref float d = ref Unsafe.AsRef(in delta);
        ref readonly float valueOf = ref x.ValueOf;
        for (int r = 0; r < rows.Length; r++)
        {
            if (r < next.Length)
                x.Prefetch(next[r]);
            SparseRows.Row row = x.Find(rows[r]);
            ref float line = ref panel;
            TVector d0 = TSimd.Load(in d, 0), d1 = TSimd.Load(in d, lanes);
            for (
                ref byte entry = ref row.First;
                Unsafe.IsAddressLessThan(ref entry, ref row.End);
                entry = ref Unsafe.Add(ref entry, SparseRows.AtOnce * SparseRows.BytesEach))
            {
                ulong four = SparseRows.ReadFour(ref entry);
                nuint to0 = SparseRows.StepTo(0, four), to1 = to0 + SparseRows.StepTo(1, four),
                    to2 = to1 + SparseRows.StepTo(2, four), to3 = to2 + SparseRows.StepTo(3, four);
                UpdateTwo<TSimd, TVector>(0, four, in valueOf, d0, d1, ref SparseRows.LineAt(ref line, to0), other);
                UpdateTwo<TSimd, TVector>(1, four, in valueOf, d0, d1, ref SparseRows.LineAt(ref line, to1), other);
                UpdateTwo<TSimd, TVector>(2, four, in valueOf, d0, d1, ref SparseRows.LineAt(ref line, to2), other);
                line = ref SparseRows.LineAt(ref line, to3);
                UpdateTwo<TSimd, TVector>(3, four, in valueOf, d0, d1, ref line, other);
            }

            d = ref Unsafe.Add(ref d, stride);
        }
    }

    /// <summary>Two panels of two vectors each, or one panel of four.</summary>
    [MethodImpl(Hot.Method)]
    private static void OuterOfFour<TSimd, TVector>(
        SparseRows x, ReadOnlySpan<int> rows, ref readonly float delta, nuint stride, ref float panel, ReadOnlySpan<int> next)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes, // the second pair is in the next panel where a pair fills one
            half = 2 * lanes == Rows.Panel ? (nuint)x.ColumnCount * Rows.Panel : 2 * lanes;
        ref float d = ref Unsafe.AsRef(in delta);
        ref readonly float valueOf = ref x.ValueOf;
        for (int r = 0; r < rows.Length; r++)
        {
            if (r < next.Length)
                x.Prefetch(next[r]);
            SparseRows.Row row = x.Find(rows[r]);
            ref float line = ref panel;
            TVector d0 = TSimd.Load(in d, 0), d1 = TSimd.Load(in d, lanes),
                d2 = TSimd.Load(in d, 2 * lanes), d3 = TSimd.Load(in d, 3 * lanes);
            for (
                ref byte entry = ref row.First;
                Unsafe.IsAddressLessThan(ref entry, ref row.End);
                entry = ref Unsafe.Add(ref entry, SparseRows.AtOnce * SparseRows.BytesEach))
            {
                ulong four = SparseRows.ReadFour(ref entry);
                nuint to0 = SparseRows.StepTo(0, four), to1 = to0 + SparseRows.StepTo(1, four),
                    to2 = to1 + SparseRows.StepTo(2, four), to3 = to2 + SparseRows.StepTo(3, four);
                UpdateFour<TSimd, TVector>(0, four, in valueOf, d0, d1, d2, d3, ref SparseRows.LineAt(ref line, to0), half);
                UpdateFour<TSimd, TVector>(1, four, in valueOf, d0, d1, d2, d3, ref SparseRows.LineAt(ref line, to1), half);
                UpdateFour<TSimd, TVector>(2, four, in valueOf, d0, d1, d2, d3, ref SparseRows.LineAt(ref line, to2), half);
                line = ref SparseRows.LineAt(ref line, to3);
                UpdateFour<TSimd, TVector>(3, four, in valueOf, d0, d1, d2, d3, ref line, half);
            }

            d = ref Unsafe.Add(ref d, stride);
        }
    }

    [MethodImpl(Hot.Inline)]
    private static void AddOne<TSimd, TVector>(
        int k, ulong four, ref readonly float valueOf, ref float line, nuint to, ref TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector v = TSimd.Create(SparseRows.ValueAt(k, four, in valueOf));
        sum = TSimd.MultiplyAdd(v, TSimd.Load(in SparseRows.LineAt(ref line, to), 0), sum);
    }

    [MethodImpl(Hot.Inline)]
    private static void AddTwo<TSimd, TVector>(
        int k,
        ulong four,
        ref readonly float valueOf,
        ref float line,
        nuint to,
        nuint other,
        ref TVector first,
        ref TVector second)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector v = TSimd.Create(SparseRows.ValueAt(k, four, in valueOf));
        first = TSimd.MultiplyAdd(v, TSimd.Load(in SparseRows.LineAt(ref line, to), 0), first);
        second = TSimd.MultiplyAdd(v, TSimd.Load(in SparseRows.LineAt(ref line, to), other), second);
    }

    [MethodImpl(Hot.Inline)]
    private static void Update<TSimd, TVector>(int k, ulong four, ref readonly float valueOf, TVector error, ref float line)
        where TSimd : ISimd<TVector>
        where TVector : struct =>
        TSimd.Store(
            TSimd.MultiplyAdd(TSimd.Create(SparseRows.ValueAt(k, four, in valueOf)), error, TSimd.Load(in line, 0)),
            ref line,
            0);

    [MethodImpl(Hot.Inline)]
    private static void UpdateTwo<TSimd, TVector>(
        int k, ulong four, ref readonly float valueOf, TVector d0, TVector d1, ref float line, nuint other)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector v = TSimd.Create(SparseRows.ValueAt(k, four, in valueOf));
        TSimd.Store(TSimd.MultiplyAdd(v, d0, TSimd.Load(in line, 0)), ref line, 0);
        TSimd.Store(TSimd.MultiplyAdd(v, d1, TSimd.Load(in line, other)), ref line, other);
    }

    [MethodImpl(Hot.Inline)]
    private static void UpdateFour<TSimd, TVector>(
        int k,
        ulong four,
        ref readonly float valueOf,
        TVector d0,
        TVector d1,
        TVector d2,
        TVector d3,
        ref float line,
        nuint half)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes;
        TVector v = TSimd.Create(SparseRows.ValueAt(k, four, in valueOf));
        ref float upper = ref Unsafe.Add(ref line, half);
        TSimd.Store(TSimd.MultiplyAdd(v, d0, TSimd.Load(in line, 0)), ref line, 0);
        TSimd.Store(TSimd.MultiplyAdd(v, d1, TSimd.Load(in line, lanes)), ref line, lanes);
        TSimd.Store(TSimd.MultiplyAdd(v, d2, TSimd.Load(in upper, 0)), ref upper, 0);
        TSimd.Store(TSimd.MultiplyAdd(v, d3, TSimd.Load(in upper, lanes)), ref upper, lanes);
    }
}
