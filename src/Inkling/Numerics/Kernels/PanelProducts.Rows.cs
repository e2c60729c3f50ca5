using System.Runtime.CompilerServices;

namespace Inkling.Numerics.Kernels;

/// <summary>y = x·wᵀ, in blocks of rows by vectors of neurons.</summary>
internal static partial class PanelProducts
{
    internal static void RowsTimesPanels<TSimd, TVector>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> rows,
        Window window,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int stride = bias.Length, lanes = TSimd.Lanes, panelLength = window.Size * Rows.Panel;
        if (rows.IsEmpty)
            return;
        KernelArguments.Require(window is { Runs: >= 1, Length: >= 1, Pitch: >= 0 } && KernelArguments.IsWholePanels(stride));
        KernelArguments.Require(KernelArguments.Largest(rows) + window.Reach <= x.Length);
        KernelArguments.Require((long)stride * window.Size <= weights.Length && (long)stride * rows.Length <= y.Length);
        if (IsNine(window))
        {
            for (int j = 0; j < stride; j += lanes)
                RowsTimesNine<TSimd, TVector>(
                    in x[0],
                    rows,
                    window.Pitch,
                    in weights[j / Rows.Panel * panelLength + j % Rows.Panel],
                    in bias[j],
                    ref y[j],
                    (nuint)stride);
            return;
        }

        for (int r = 0; r < rows.Length;)
        {
            ReadOnlySpan<int> block = rows.Slice(r, BlockOf(rows.Length - r));
            bool isFew = block.Length <= FewRows;
            for (int j = 0; j < stride;)
            {
                ref readonly float panel = ref weights[j / Rows.Panel * panelLength + j % Rows.Panel];
                if (block.Length <= 2 && stride - j >= 4 * lanes)
                {
                    TwoRowsTimesFour<TSimd, TVector>(
                        in x[0], block, window, in panel, panelLength, in bias[j], ref y[r * stride + j], (nuint)stride);
                    j += 4 * lanes;
                }
                else if (stride - j >= 2 * lanes)
                {
                    nuint second = (nuint)(lanes >= Rows.Panel ? panelLength : lanes);
                    if (isFew)
                        FewRowsTimesTwo<TSimd, TVector>(
                            in x[0], block, window, in panel, second, in bias[j], ref y[r * stride + j], (nuint)stride);
                    else
                        SevenRowsTimesTwo<TSimd, TVector>(
                            in x[0], block, window, in panel, second, in bias[j], ref y[r * stride + j], (nuint)stride);
                    j += 2 * lanes;
                }
                else
                {
                    if (isFew)
                        FewRowsTimesOne<TSimd, TVector>(
                            in x[0], block, window, in panel, in bias[j], ref y[r * stride + j], (nuint)stride);
                    else
                        SevenRowsTimesOne<TSimd, TVector>(
                            in x[0], block, window, in panel, in bias[j], ref y[r * stride + j], (nuint)stride);
                    j += lanes;
                }
            }

            r += block.Length;
        }
    }

    /// <summary>
    /// The number of rows in the next block: seven, or four where the remaining rows then fill their blocks better, since a
    /// block takes as long for fewer rows. A row's block does not change its sums.
    /// </summary>
    private static int BlockOf(int left) => left is 8 or 12 ? FewRows : Math.Min(RowsAtOnce, left);

    /// <summary>If there are fewer than seven rows, the last one is computed several times and stored once.</summary>
    [MethodImpl(Hot.Method)]
    private static void SevenRowsTimesTwo<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        Window window,
        ref readonly float panel,
        nuint second,
        ref readonly float bias,
        ref float y,
        nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float start = ref Unsafe.AsRef(in x);
        int last = rows.Length - 1;
        ref float x0 = ref Unsafe.Add(ref start, rows[0]);
        ref float x1 = ref Unsafe.Add(ref start, rows[Math.Min(1, last)]);
        ref float x2 = ref Unsafe.Add(ref start, rows[Math.Min(2, last)]);
        ref float x3 = ref Unsafe.Add(ref start, rows[Math.Min(3, last)]);
        ref float x4 = ref Unsafe.Add(ref start, rows[Math.Min(4, last)]);
        ref float x5 = ref Unsafe.Add(ref start, rows[Math.Min(5, last)]);
        ref float x6 = ref Unsafe.Add(ref start, rows[last]);
        ref float w = ref Unsafe.AsRef(in panel);
        nuint lanes = (nuint)TSimd.Lanes;
        TVector a0 = TSimd.Load(in bias, 0), b0 = TSimd.Load(in bias, lanes);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
        TVector b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0;
        nuint from = 0, length = (nuint)window.Length, pitch = (nuint)window.Pitch;
        for (int run = 0; run < window.Runs; run++)
        {
            for (nuint k = from; k < from + length; k++)
            {
                TVector wa = TSimd.Load(in w, 0), wb = TSimd.Load(in w, second);
                w = ref Unsafe.Add(ref w, Rows.Panel);
                TVector v = TSimd.Create(Unsafe.Add(ref x0, k));
                a0 = TSimd.MultiplyAdd(v, wa, a0);
                b0 = TSimd.MultiplyAdd(v, wb, b0);
                v = TSimd.Create(Unsafe.Add(ref x1, k));
                a1 = TSimd.MultiplyAdd(v, wa, a1);
                b1 = TSimd.MultiplyAdd(v, wb, b1);
                v = TSimd.Create(Unsafe.Add(ref x2, k));
                a2 = TSimd.MultiplyAdd(v, wa, a2);
                b2 = TSimd.MultiplyAdd(v, wb, b2);
                v = TSimd.Create(Unsafe.Add(ref x3, k));
                a3 = TSimd.MultiplyAdd(v, wa, a3);
                b3 = TSimd.MultiplyAdd(v, wb, b3);
                v = TSimd.Create(Unsafe.Add(ref x4, k));
                a4 = TSimd.MultiplyAdd(v, wa, a4);
                b4 = TSimd.MultiplyAdd(v, wb, b4);
                v = TSimd.Create(Unsafe.Add(ref x5, k));
                a5 = TSimd.MultiplyAdd(v, wa, a5);
                b5 = TSimd.MultiplyAdd(v, wb, b5);
                v = TSimd.Create(Unsafe.Add(ref x6, k));
                a6 = TSimd.MultiplyAdd(v, wa, a6);
                b6 = TSimd.MultiplyAdd(v, wb, b6);
            }

            from += pitch;
        }

        TSimd.Store(a0, ref y, 0);
        TSimd.Store(b0, ref y, lanes);
        if (last >= 1)
        {
            TSimd.Store(a1, ref y, stride);
            TSimd.Store(b1, ref y, stride + lanes);
        }

        if (last >= 2)
        {
            TSimd.Store(a2, ref y, 2 * stride);
            TSimd.Store(b2, ref y, 2 * stride + lanes);
        }

        if (last >= 3)
        {
            TSimd.Store(a3, ref y, 3 * stride);
            TSimd.Store(b3, ref y, 3 * stride + lanes);
        }

        if (last >= 4)
        {
            TSimd.Store(a4, ref y, 4 * stride);
            TSimd.Store(b4, ref y, 4 * stride + lanes);
        }

        if (last >= 5)
        {
            TSimd.Store(a5, ref y, 5 * stride);
            TSimd.Store(b5, ref y, 5 * stride + lanes);
        }

        if (last >= 6)
        {
            TSimd.Store(a6, ref y, 6 * stride);
            TSimd.Store(b6, ref y, 6 * stride + lanes);
        }
    }

    /// <summary>The same for one vector of neurons: the last panel, where their number is odd.</summary>
    [MethodImpl(Hot.Method)]
    private static void SevenRowsTimesOne<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        Window window,
        ref readonly float panel,
        ref readonly float bias,
        ref float y,
        nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float start = ref Unsafe.AsRef(in x);
        int last = rows.Length - 1;
        ref float x0 = ref Unsafe.Add(ref start, rows[0]);
        ref float x1 = ref Unsafe.Add(ref start, rows[Math.Min(1, last)]);
        ref float x2 = ref Unsafe.Add(ref start, rows[Math.Min(2, last)]);
        ref float x3 = ref Unsafe.Add(ref start, rows[Math.Min(3, last)]);
        ref float x4 = ref Unsafe.Add(ref start, rows[Math.Min(4, last)]);
        ref float x5 = ref Unsafe.Add(ref start, rows[Math.Min(5, last)]);
        ref float x6 = ref Unsafe.Add(ref start, rows[last]);
        ref float w = ref Unsafe.AsRef(in panel);
        TVector a0 = TSimd.Load(in bias, 0);
        TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
        nuint from = 0, length = (nuint)window.Length, pitch = (nuint)window.Pitch;
        for (int run = 0; run < window.Runs; run++)
        {
            for (nuint k = from; k < from + length; k++)
            {
                TVector wa = TSimd.Load(in w, 0);
                w = ref Unsafe.Add(ref w, Rows.Panel);
                a0 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x0, k)), wa, a0);
                a1 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x1, k)), wa, a1);
                a2 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x2, k)), wa, a2);
                a3 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x3, k)), wa, a3);
                a4 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x4, k)), wa, a4);
                a5 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x5, k)), wa, a5);
                a6 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x6, k)), wa, a6);
            }

            from += pitch;
        }

        TSimd.Store(a0, ref y, 0);
        if (last >= 1)
            TSimd.Store(a1, ref y, stride);
        if (last >= 2)
            TSimd.Store(a2, ref y, 2 * stride);
        if (last >= 3)
            TSimd.Store(a3, ref y, 3 * stride);
        if (last >= 4)
            TSimd.Store(a4, ref y, 4 * stride);
        if (last >= 5)
            TSimd.Store(a5, ref y, 5 * stride);
        if (last >= 6)
            TSimd.Store(a6, ref y, 6 * stride);
    }

    /// <summary>
    /// For the last rows, and for a single image: two rows by four vectors, so that enough independent sums hide the latency of
    /// a multiply-add.
    /// </summary>
    [MethodImpl(Hot.Method)]
    private static void TwoRowsTimesFour<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        Window window,
        ref readonly float panel,
        int panelLength,
        ref readonly float bias,
        ref float y,
        nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float start = ref Unsafe.AsRef(in x);
        ref float x0 = ref Unsafe.Add(ref start, rows[0]);
        ref float x1 = ref Unsafe.Add(ref start, rows[^1]);
        ref float w = ref Unsafe.AsRef(in panel);
        nuint lanes = (nuint)TSimd.Lanes, second = VectorAt(1), third = VectorAt(2), fourth = VectorAt(3);
        TVector a0 = TSimd.Load(in bias, 0), b0 = TSimd.Load(in bias, lanes),
            c0 = TSimd.Load(in bias, 2 * lanes), d0 = TSimd.Load(in bias, 3 * lanes);
        TVector a1 = a0, b1 = b0, c1 = c0, d1 = d0;
        nuint from = 0, length = (nuint)window.Length, pitch = (nuint)window.Pitch;
        for (int run = 0; run < window.Runs; run++)
        {
            for (nuint k = from; k < from + length; k++)
            {
                TVector wa = TSimd.Load(in w, 0), wb = TSimd.Load(in w, second),
                    wc = TSimd.Load(in w, third), wd = TSimd.Load(in w, fourth);
                w = ref Unsafe.Add(ref w, Rows.Panel);
                TVector v = TSimd.Create(Unsafe.Add(ref x0, k));
                a0 = TSimd.MultiplyAdd(v, wa, a0);
                b0 = TSimd.MultiplyAdd(v, wb, b0);
                c0 = TSimd.MultiplyAdd(v, wc, c0);
                d0 = TSimd.MultiplyAdd(v, wd, d0);
                v = TSimd.Create(Unsafe.Add(ref x1, k));
                a1 = TSimd.MultiplyAdd(v, wa, a1);
                b1 = TSimd.MultiplyAdd(v, wb, b1);
                c1 = TSimd.MultiplyAdd(v, wc, c1);
                d1 = TSimd.MultiplyAdd(v, wd, d1);
            }

            from += pitch;
        }

        TSimd.Store(a0, ref y, 0);
        TSimd.Store(b0, ref y, lanes);
        TSimd.Store(c0, ref y, 2 * lanes);
        TSimd.Store(d0, ref y, 3 * lanes);
        if (rows.Length > 1)
        {
            TSimd.Store(a1, ref y, stride);
            TSimd.Store(b1, ref y, stride + lanes);
            TSimd.Store(c1, ref y, stride + 2 * lanes);
            TSimd.Store(d1, ref y, stride + 3 * lanes);
        }

        nuint VectorAt(int vector) =>
            (nuint)(vector * TSimd.Lanes / Rows.Panel * panelLength + vector * TSimd.Lanes % Rows.Panel);
    }

    /// <summary>For three or four rows, or where fewer than four vectors of neurons are left.</summary>
    [MethodImpl(Hot.Method)]
    private static void FewRowsTimesTwo<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        Window window,
        ref readonly float panel,
        nuint second,
        ref readonly float bias,
        ref float y,
        nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float start = ref Unsafe.AsRef(in x);
        int last = rows.Length - 1;
        ref float x0 = ref Unsafe.Add(ref start, rows[0]);
        ref float x1 = ref Unsafe.Add(ref start, rows[Math.Min(1, last)]);
        ref float x2 = ref Unsafe.Add(ref start, rows[Math.Min(2, last)]);
        ref float x3 = ref Unsafe.Add(ref start, rows[last]);
        ref float w = ref Unsafe.AsRef(in panel);
        nuint lanes = (nuint)TSimd.Lanes;
        TVector a0 = TSimd.Load(in bias, 0), b0 = TSimd.Load(in bias, lanes);
        TVector a1 = a0, a2 = a0, a3 = a0;
        TVector b1 = b0, b2 = b0, b3 = b0;
        nuint from = 0, length = (nuint)window.Length, pitch = (nuint)window.Pitch;
        for (int run = 0; run < window.Runs; run++)
        {
            for (nuint k = from; k < from + length; k++)
            {
                TVector wa = TSimd.Load(in w, 0), wb = TSimd.Load(in w, second);
                w = ref Unsafe.Add(ref w, Rows.Panel);
                TVector v = TSimd.Create(Unsafe.Add(ref x0, k));
                a0 = TSimd.MultiplyAdd(v, wa, a0);
                b0 = TSimd.MultiplyAdd(v, wb, b0);
                v = TSimd.Create(Unsafe.Add(ref x1, k));
                a1 = TSimd.MultiplyAdd(v, wa, a1);
                b1 = TSimd.MultiplyAdd(v, wb, b1);
                v = TSimd.Create(Unsafe.Add(ref x2, k));
                a2 = TSimd.MultiplyAdd(v, wa, a2);
                b2 = TSimd.MultiplyAdd(v, wb, b2);
                v = TSimd.Create(Unsafe.Add(ref x3, k));
                a3 = TSimd.MultiplyAdd(v, wa, a3);
                b3 = TSimd.MultiplyAdd(v, wb, b3);
            }

            from += pitch;
        }

        TSimd.Store(a0, ref y, 0);
        TSimd.Store(b0, ref y, lanes);
        if (last >= 1)
        {
            TSimd.Store(a1, ref y, stride);
            TSimd.Store(b1, ref y, stride + lanes);
        }

        if (last >= 2)
        {
            TSimd.Store(a2, ref y, 2 * stride);
            TSimd.Store(b2, ref y, 2 * stride + lanes);
        }

        if (last >= 3)
        {
            TSimd.Store(a3, ref y, 3 * stride);
            TSimd.Store(b3, ref y, 3 * stride + lanes);
        }
    }

    /// <summary>The same for one vector of neurons: the last panel, where their number is odd.</summary>
    [MethodImpl(Hot.Method)]
    private static void FewRowsTimesOne<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        Window window,
        ref readonly float panel,
        ref readonly float bias,
        ref float y,
        nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float start = ref Unsafe.AsRef(in x);
        int last = rows.Length - 1;
        ref float x0 = ref Unsafe.Add(ref start, rows[0]);
        ref float x1 = ref Unsafe.Add(ref start, rows[Math.Min(1, last)]);
        ref float x2 = ref Unsafe.Add(ref start, rows[Math.Min(2, last)]);
        ref float x3 = ref Unsafe.Add(ref start, rows[last]);
        ref float w = ref Unsafe.AsRef(in panel);
        TVector a0 = TSimd.Load(in bias, 0);
        TVector a1 = a0, a2 = a0, a3 = a0;
        nuint from = 0, length = (nuint)window.Length, pitch = (nuint)window.Pitch;
        for (int run = 0; run < window.Runs; run++)
        {
            for (nuint k = from; k < from + length; k++)
            {
                TVector wa = TSimd.Load(in w, 0);
                w = ref Unsafe.Add(ref w, Rows.Panel);
                a0 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x0, k)), wa, a0);
                a1 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x1, k)), wa, a1);
                a2 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x2, k)), wa, a2);
                a3 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x3, k)), wa, a3);
            }

            from += pitch;
        }

        TSimd.Store(a0, ref y, 0);
        if (last >= 1)
            TSimd.Store(a1, ref y, stride);
        if (last >= 2)
            TSimd.Store(a2, ref y, 2 * stride);
        if (last >= 3)
            TSimd.Store(a3, ref y, 3 * stride);
    }
}
