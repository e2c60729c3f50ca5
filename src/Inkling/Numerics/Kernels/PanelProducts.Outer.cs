using System.Runtime.CompilerServices;

namespace Inkling.Numerics.Kernels;

/// <summary>w += xᵀ·δ, in blocks of weights.</summary>
internal static partial class PanelProducts
{
    [SkipLocalsInit]
    internal static void AddOuterProducts<TSimd, TVector>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<int> offsets,
        ReadOnlySpan<float> delta,
        Span<float> weights,
        int firstTile,
        int endTile,
        Shards shards)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (rows.IsEmpty || offsets.IsEmpty)
            return;
        int stride = delta.Length / rows.Length, panelLength = offsets.Length * Rows.Panel, tiles = Tiles(offsets.Length);
        KernelArguments.Require(KernelArguments.IsWholePanels(stride) && stride * rows.Length == delta.Length);
        KernelArguments.Require((long)KernelArguments.Largest(rows) + KernelArguments.Largest(offsets) < x.Length);
        KernelArguments.Require((long)stride * offsets.Length <= weights.Length);
        KernelArguments.Require(firstTile >= 0 && endTile <= TileCount(offsets.Length, stride));
        Span<float> sums = stackalloc float[shards.Count == 1 ? 0 : shards.Count * TileLength]; // [shards, 2, 8, 16]
        for (int tile = firstTile; tile < endTile; tile++)
        {
            int k = tile % tiles * WeightsAtOnce, first = tile / tiles * 2 * Rows.Panel,
                end = Math.Min(first + 2 * Rows.Panel, stride);
            ReadOnlySpan<int> inputs = offsets.Slice(k, Math.Min(WeightsAtOnce, offsets.Length - k));
            int start = first / Rows.Panel * panelLength + k * Rows.Panel, neurons = end - first;
            if (shards.Count == 1)
            {
                AddTile<TSimd, TVector>(x, rows, inputs, delta[first..], stride, neurons, weights[start..], panelLength);
                continue;
            }

            sums.Clear();
            for (int shard = 0; shard < shards.Count; shard++)
            {
                (int from, int to) = shards.ItemsOf(shard, rows.Length);
                Span<float> sum = sums.Slice(shard * TileLength, TileLength);
                if (from < to)
                    AddTile<TSimd, TVector>(
                        x, rows[from..to], inputs, delta[(from * stride + first)..], stride, neurons, sum, TileLength / 2);
            }

            Span<float> total = shards.Add(sums);
            for (int panel = 0; panel * Rows.Panel < neurons; panel++)
                Vectors.Add(
                    total.Slice(panel * TileLength / 2, inputs.Length * Rows.Panel), weights[(start + panel * panelLength)..]);
        }
    }

    /// <summary>Adds the products of some rows to a tile: the weights from at most eight inputs to one or two panels.</summary>
    /// <param name="x">The buffer that contains the rows.</param>
    /// <param name="rows">[count]: the offset of each row in <paramref name="x"/>.</param>
    /// <param name="offsets">[inputs]: relative to a row.</param>
    /// <param name="delta">From the first row's error of the tile's first neuron on.</param>
    /// <param name="stride">From one row's error to the next row's.</param>
    /// <param name="neurons">Neurons in the tile: 16 or 32.</param>
    /// <param name="tile">From the tile's first weight on.</param>
    /// <param name="panelLength">From a panel's first weight to the next panel's.</param>
    [MethodImpl(Hot.Inline)]
    private static void AddTile<TSimd, TVector>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<int> offsets,
        ReadOnlySpan<float> delta,
        int stride,
        int neurons,
        Span<float> tile,
        int panelLength)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes;
        for (int j = 0; j < neurons;)
        {
            ref float panel = ref tile[j / Rows.Panel * panelLength + j % Rows.Panel];
            if (neurons - j >= 2 * lanes)
            {
                nuint second = (nuint)(lanes >= Rows.Panel ? panelLength : lanes);
                EightWeightsOfTwo<TSimd, TVector>(in x[0], rows, offsets, in delta[j], (nuint)stride, ref panel, second);
                j += 2 * lanes;
            }
            else
            {
                EightWeightsOfOne<TSimd, TVector>(in x[0], rows, offsets, in delta[j], (nuint)stride, ref panel);
                j += lanes;
            }
        }
    }

    /// <summary>Keeps the weights from eight inputs to two vectors of neurons in registers while looping over the rows.</summary>
    [MethodImpl(Hot.Method)]
    private static void EightWeightsOfTwo<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<int> offsets,
        ref readonly float delta,
        nuint stride,
        ref float w,
        nuint second)
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

    /// <summary>The same for one vector of neurons: the last panel, where their number is odd.</summary>
    [MethodImpl(Hot.Method)]
    private static void EightWeightsOfOne<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<int> offsets,
        ref readonly float delta,
        nuint stride,
        ref float w)
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
        TVector a0 = TSimd.Load(in w, 0), a1 = TSimd.Load(in w, Line(1, l)),
            a2 = TSimd.Load(in w, Line(2, l)), a3 = TSimd.Load(in w, Line(3, l));
        TVector a4 = TSimd.Load(in w, Line(4, l)), a5 = TSimd.Load(in w, Line(5, l)),
            a6 = TSimd.Load(in w, Line(6, l)), a7 = TSimd.Load(in w, Line(7, l));
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

    /// <summary>
    /// The offset of input k's weights, or of the last input's if there are fewer: computing those twice gives the same result.
    /// </summary>
    [MethodImpl(Hot.Inline)]
    private static nuint Line(nuint k, nuint last) => Math.Min(k, last) * Rows.Panel;
}
