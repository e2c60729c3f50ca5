using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics;

/// <summary>
/// What one row of a product looks at, from its first number: <paramref name="Runs"/> runs of <paramref name="Length"/>
/// contiguous numbers, <paramref name="Pitch"/> apart. A dense layer's input is one run; a convolution's window is as many
/// runs as the kernel has rows, since in [height, width, channels] the pixels of a row and their channels are contiguous.
/// </summary>
internal readonly record struct Window(int Runs, int Length, int Pitch)
{
    /// <summary>How many numbers a row looks at: K of the product.</summary>
    public int Size => Runs * Length;

    /// <summary>Where each of them lies, from the row's first number: [size].</summary>
    public int[] Offsets()
    {
        int[] offsets = new int[Size];
        for (int k = 0; k < offsets.Length; k++)
            offsets[k] = k / Length * Pitch + k % Length;
        return offsets;
    }
}

/// <summary>
/// The two products that dense and convolutional layers are made of, forward and backward, with weights in panels of 16
/// neurons ([panels, K, 16], see <see cref="Rows"/>). A row is an image for a dense layer and an output pixel for a
/// convolution, which so needs no im2col: rows are read where they lie.
/// </summary>
/// <remarks>
/// Seven rows (28, 14 and 7 are multiples of it) by two vectors of neurons stay in registers: a weight that is loaded is
/// used seven times, an input twice. Every sum runs over k in ascending order, whatever the vector width and whoever
/// computes it.
/// </remarks>
internal static class PanelProducts
{
    private const int RowsAtOnce = 7, WeightsAtOnce = 8;

    /// <summary>y[r, j] = bias[j] + Σ_k x[rows[r] + window_k] · w[j, k].</summary>
    /// <param name="x">What the rows lie in.</param>
    /// <param name="rows">[count]: where each row begins.</param>
    /// <param name="window">What a row looks at.</param>
    /// <param name="weights">[panels, window.Size, 16].</param>
    /// <param name="bias">[stride].</param>
    /// <param name="y">Receives [count, stride]; overwritten.</param>
    public static void RowsTimesPanels(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, Window window, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
            RowsTimesPanels<Simd512, Vector512<float>>(x, rows, window, weights, bias, y);
        else if (Vector256.IsHardwareAccelerated)
            RowsTimesPanels<Simd256, Vector256<float>>(x, rows, window, weights, bias, y);
        else
            RowsTimesPanels<Simd128, Vector128<float>>(x, rows, window, weights, bias, y);
    }

    /// <summary>w[j, k] += Σ_r x[rows[r] + offsets[k]] · delta[r, j], for some of the tiles that w falls into.</summary>
    /// <param name="x">What the rows lie in.</param>
    /// <param name="rows">[count]: where each row begins.</param>
    /// <param name="offsets">[K], <see cref="Window.Offsets"/>.</param>
    /// <param name="delta">[count, stride].</param>
    /// <param name="weights">[panels, K, 16]; added to.</param>
    /// <param name="firstTile">From which tile on.</param>
    /// <param name="endTile">The first one not to be computed; <see cref="TileCount"/> for all.</param>
    public static void AddOuterProducts(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets, ReadOnlySpan<float> delta, Span<float> weights, int firstTile, int endTile)
    {
        if (Vector512.IsHardwareAccelerated)
            AddOuterProducts<Simd512, Vector512<float>>(x, rows, offsets, delta, weights, firstTile, endTile);
        else if (Vector256.IsHardwareAccelerated)
            AddOuterProducts<Simd256, Vector256<float>>(x, rows, offsets, delta, weights, firstTile, endTile);
        else
            AddOuterProducts<Simd128, Vector128<float>>(x, rows, offsets, delta, weights, firstTile, endTile);
    }

    /// <summary>How many tiles of eight inputs by two panels the weights fall into: the units that threads share out.</summary>
    public static int TileCount(int windowSize, int stride) => Tiles(windowSize) * ((stride / Rows.Panel + 1) / 2);

    private static int Tiles(int windowSize) => (windowSize + WeightsAtOnce - 1) / WeightsAtOnce;

    internal static void RowsTimesPanels<TSimd, TVector>(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, Window window, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int stride = bias.Length, lanes = TSimd.Lanes, panelLength = window.Size * Rows.Panel;
        for (int r = 0; r < rows.Length; r += RowsAtOnce)
        {
            ReadOnlySpan<int> block = rows.Slice(r, Math.Min(RowsAtOnce, rows.Length - r));
            for (int j = 0; j < stride;)
            {
                ref readonly float panel = ref weights[j / Rows.Panel * panelLength + j % Rows.Panel];
                if (stride - j >= 2 * lanes)
                {
                    nuint second = (nuint)(lanes >= Rows.Panel ? panelLength : lanes);
                    SevenRowsTimesTwo<TSimd, TVector>(in x[0], block, window, in panel, second, in bias[j], ref y[r * stride + j], (nuint)stride);
                    j += 2 * lanes;
                }
                else
                {
                    SevenRowsTimesOne<TSimd, TVector>(in x[0], block, window, in panel, in bias[j], ref y[r * stride + j], (nuint)stride);
                    j += lanes;
                }
            }
        }
    }

    internal static void AddOuterProducts<TSimd, TVector>(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets, ReadOnlySpan<float> delta, Span<float> weights, int firstTile, int endTile)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int stride = delta.Length / rows.Length, lanes = TSimd.Lanes, panelLength = offsets.Length * Rows.Panel, tiles = Tiles(offsets.Length);
        for (int tile = firstTile; tile < endTile; tile++)
        {
            int k = tile % tiles * WeightsAtOnce, first = tile / tiles * 2 * Rows.Panel, end = Math.Min(first + 2 * Rows.Panel, stride);
            ReadOnlySpan<int> inputs = offsets.Slice(k, Math.Min(WeightsAtOnce, offsets.Length - k));
            for (int j = first; j < end;)
            {
                ref float panel = ref weights[j / Rows.Panel * panelLength + k * Rows.Panel + j % Rows.Panel];
                if (end - j >= 2 * lanes)
                {
                    nuint second = (nuint)(lanes >= Rows.Panel ? panelLength : lanes);
                    EightWeightsOfTwo<TSimd, TVector>(in x[0], rows, inputs, in delta[j], (nuint)stride, ref panel, second);
                    j += 2 * lanes;
                }
                else
                {
                    EightWeightsOfOne<TSimd, TVector>(in x[0], rows, inputs, in delta[j], (nuint)stride, ref panel);
                    j += lanes;
                }
            }
        }
    }

    /// <summary>Where fewer than seven rows are left, the last is computed several times and stored once.</summary>
    [MethodImpl(Hot.Method)]
    private static void SevenRowsTimesTwo<TSimd, TVector>(
        ref readonly float x, ReadOnlySpan<int> rows, Window window, ref readonly float panel, nuint second, ref readonly float bias, ref float y, nuint stride)
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

    /// <summary>The same for a last panel that has no second.</summary>
    [MethodImpl(Hot.Method)]
    private static void SevenRowsTimesOne<TSimd, TVector>(
        ref readonly float x, ReadOnlySpan<int> rows, Window window, ref readonly float panel, ref readonly float bias, ref float y, nuint stride)
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

    /// <summary>Eight inputs' weights to two vectors of neurons stay in registers while the rows pass.</summary>
    [MethodImpl(Hot.Method)]
    private static void EightWeightsOfTwo<TSimd, TVector>(
        ref readonly float x, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets, ref readonly float delta, nuint stride, ref float w, nuint second)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float start = ref Unsafe.AsRef(in x);
        int last = offsets.Length - 1;
        ref float x0 = ref Unsafe.Add(ref start, offsets[0]);
        ref float x1 = ref Unsafe.Add(ref start, offsets[Math.Min(1, last)]);
        ref float x2 = ref Unsafe.Add(ref start, offsets[Math.Min(2, last)]);
        ref float x3 = ref Unsafe.Add(ref start, offsets[Math.Min(3, last)]);
        ref float x4 = ref Unsafe.Add(ref start, offsets[Math.Min(4, last)]);
        ref float x5 = ref Unsafe.Add(ref start, offsets[Math.Min(5, last)]);
        ref float x6 = ref Unsafe.Add(ref start, offsets[Math.Min(6, last)]);
        ref float x7 = ref Unsafe.Add(ref start, offsets[last]);
        ref float d = ref Unsafe.AsRef(in delta);
        nuint l = (nuint)last;
        TVector a0 = TSimd.Load(in w, 0), b0 = TSimd.Load(in w, second);
        TVector a1 = TSimd.Load(in w, Line(1, l)), b1 = TSimd.Load(in w, Line(1, l) + second);
        TVector a2 = TSimd.Load(in w, Line(2, l)), b2 = TSimd.Load(in w, Line(2, l) + second);
        TVector a3 = TSimd.Load(in w, Line(3, l)), b3 = TSimd.Load(in w, Line(3, l) + second);
        TVector a4 = TSimd.Load(in w, Line(4, l)), b4 = TSimd.Load(in w, Line(4, l) + second);
        TVector a5 = TSimd.Load(in w, Line(5, l)), b5 = TSimd.Load(in w, Line(5, l) + second);
        TVector a6 = TSimd.Load(in w, Line(6, l)), b6 = TSimd.Load(in w, Line(6, l) + second);
        TVector a7 = TSimd.Load(in w, Line(7, l)), b7 = TSimd.Load(in w, Line(7, l) + second);
        nuint lanes = (nuint)TSimd.Lanes;
        foreach (int row in rows)
        {
            TVector da = TSimd.Load(in d, 0), db = TSimd.Load(in d, lanes);
            d = ref Unsafe.Add(ref d, stride);
            TVector v = TSimd.Create(Unsafe.Add(ref x0, row));
            a0 = TSimd.MultiplyAdd(v, da, a0);
            b0 = TSimd.MultiplyAdd(v, db, b0);
            v = TSimd.Create(Unsafe.Add(ref x1, row));
            a1 = TSimd.MultiplyAdd(v, da, a1);
            b1 = TSimd.MultiplyAdd(v, db, b1);
            v = TSimd.Create(Unsafe.Add(ref x2, row));
            a2 = TSimd.MultiplyAdd(v, da, a2);
            b2 = TSimd.MultiplyAdd(v, db, b2);
            v = TSimd.Create(Unsafe.Add(ref x3, row));
            a3 = TSimd.MultiplyAdd(v, da, a3);
            b3 = TSimd.MultiplyAdd(v, db, b3);
            v = TSimd.Create(Unsafe.Add(ref x4, row));
            a4 = TSimd.MultiplyAdd(v, da, a4);
            b4 = TSimd.MultiplyAdd(v, db, b4);
            v = TSimd.Create(Unsafe.Add(ref x5, row));
            a5 = TSimd.MultiplyAdd(v, da, a5);
            b5 = TSimd.MultiplyAdd(v, db, b5);
            v = TSimd.Create(Unsafe.Add(ref x6, row));
            a6 = TSimd.MultiplyAdd(v, da, a6);
            b6 = TSimd.MultiplyAdd(v, db, b6);
            v = TSimd.Create(Unsafe.Add(ref x7, row));
            a7 = TSimd.MultiplyAdd(v, da, a7);
            b7 = TSimd.MultiplyAdd(v, db, b7);
        }

        TSimd.Store(a0, ref w, 0);
        TSimd.Store(b0, ref w, second);
        TSimd.Store(a1, ref w, Line(1, l));
        TSimd.Store(b1, ref w, Line(1, l) + second);
        TSimd.Store(a2, ref w, Line(2, l));
        TSimd.Store(b2, ref w, Line(2, l) + second);
        TSimd.Store(a3, ref w, Line(3, l));
        TSimd.Store(b3, ref w, Line(3, l) + second);
        TSimd.Store(a4, ref w, Line(4, l));
        TSimd.Store(b4, ref w, Line(4, l) + second);
        TSimd.Store(a5, ref w, Line(5, l));
        TSimd.Store(b5, ref w, Line(5, l) + second);
        TSimd.Store(a6, ref w, Line(6, l));
        TSimd.Store(b6, ref w, Line(6, l) + second);
        TSimd.Store(a7, ref w, Line(7, l));
        TSimd.Store(b7, ref w, Line(7, l) + second);
    }

    /// <summary>The same for a last panel that has no second.</summary>
    [MethodImpl(Hot.Method)]
    private static void EightWeightsOfOne<TSimd, TVector>(
        ref readonly float x, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets, ref readonly float delta, nuint stride, ref float w)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float start = ref Unsafe.AsRef(in x);
        int last = offsets.Length - 1;
        ref float x0 = ref Unsafe.Add(ref start, offsets[0]);
        ref float x1 = ref Unsafe.Add(ref start, offsets[Math.Min(1, last)]);
        ref float x2 = ref Unsafe.Add(ref start, offsets[Math.Min(2, last)]);
        ref float x3 = ref Unsafe.Add(ref start, offsets[Math.Min(3, last)]);
        ref float x4 = ref Unsafe.Add(ref start, offsets[Math.Min(4, last)]);
        ref float x5 = ref Unsafe.Add(ref start, offsets[Math.Min(5, last)]);
        ref float x6 = ref Unsafe.Add(ref start, offsets[Math.Min(6, last)]);
        ref float x7 = ref Unsafe.Add(ref start, offsets[last]);
        ref float d = ref Unsafe.AsRef(in delta);
        nuint l = (nuint)last;
        TVector a0 = TSimd.Load(in w, 0), a1 = TSimd.Load(in w, Line(1, l)), a2 = TSimd.Load(in w, Line(2, l)), a3 = TSimd.Load(in w, Line(3, l));
        TVector a4 = TSimd.Load(in w, Line(4, l)), a5 = TSimd.Load(in w, Line(5, l)), a6 = TSimd.Load(in w, Line(6, l)), a7 = TSimd.Load(in w, Line(7, l));
        foreach (int row in rows)
        {
            TVector da = TSimd.Load(in d, 0);
            d = ref Unsafe.Add(ref d, stride);
            a0 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x0, row)), da, a0);
            a1 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x1, row)), da, a1);
            a2 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x2, row)), da, a2);
            a3 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x3, row)), da, a3);
            a4 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x4, row)), da, a4);
            a5 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x5, row)), da, a5);
            a6 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x6, row)), da, a6);
            a7 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref x7, row)), da, a7);
        }

        TSimd.Store(a0, ref w, 0);
        TSimd.Store(a1, ref w, Line(1, l));
        TSimd.Store(a2, ref w, Line(2, l));
        TSimd.Store(a3, ref w, Line(3, l));
        TSimd.Store(a4, ref w, Line(4, l));
        TSimd.Store(a5, ref w, Line(5, l));
        TSimd.Store(a6, ref w, Line(6, l));
        TSimd.Store(a7, ref w, Line(7, l));
    }

    /// <summary>Where an input's weights begin; past the last there is, the last's: what is computed twice is the same.</summary>
    [MethodImpl(Hot.Inline)]
    private static nuint Line(nuint k, nuint last) => Math.Min(k, last) * Rows.Panel;
}
