using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Inkling.Numerics.Kernels;

/// <summary>y = x·wᵀ, in blocks of rows by vectors of neurons.</summary>
internal static partial class PanelProducts
{
    /// <summary><see cref="PlanesTimesPanels{TSimd, TVector}"/> with one plane.</summary>
    internal static void RowsTimesPanels<TSimd, TVector>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> rows,
        Window window,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct =>
        PlanesTimesPanels<TSimd, TVector>(new Planes(1, 0, 0), x, rows, window, weights, bias, y);

    internal static void PlanesTimesPanels<TSimd, TVector>(
        Planes planes,
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> rows,
        Window window,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (rows.IsEmpty)
            return;
        KernelArguments.Require(planes is { Count: >= 1, X: >= 0, Y: >= 0 } && bias.Length % planes.Count == 0);
        int stride = bias.Length / planes.Count;
        long lastX = (planes.Count - 1L) * planes.X, lastY = (planes.Count - 1L) * planes.Y;
        KernelArguments.Require(window is { Runs: >= 1, Length: >= 1, Pitch: >= 0 } && KernelArguments.IsWholePanels(stride));
        KernelArguments.Require(lastX + KernelArguments.Largest(rows) + window.Reach <= x.Length);
        KernelArguments.Require((long)bias.Length * window.Size <= weights.Length);
        KernelArguments.Require(lastY + (long)stride * rows.Length <= y.Length);
        if (IsNine(window) && planes.Count == 1)
        {
            for (int j = 0; j < stride; j += TSimd.Lanes)
                RowsTimesNine<TSimd, TVector>(
                    in x[0],
                    rows,
                    window.Pitch,
                    in weights[j / Rows.Panel * 9 * Rows.Panel + j % Rows.Panel],
                    in bias[j],
                    ref y[j],
                    (nuint)stride);
            return;
        }

        // A plane's weights are in the L1 cache for the blocks behind the first; with one block no plane needs a call of its own.
        int together = BlockOf<TSimd, TVector>(rows.Length) == rows.Length ? planes.Count : 1;
        for (int p = 0; p < planes.Count; p += together)
        {
            for (int r = 0; r < rows.Length;)
            {
                ReadOnlySpan<int> block = rows.Slice(r, BlockOf<TSimd, TVector>(rows.Length - r));
                MultiplyBlock<TSimd, TVector>(
                    planes with { Count = together },
                    in x[p * planes.X],
                    block,
                    window,
                    in weights[p * stride * window.Size],
                    in bias[p * stride],
                    ref y[p * planes.Y + r * stride],
                    stride);
                r += block.Length;
            }
        }
    }

    /// <summary>
    /// The number of rows in the next block: the rows that are left, divided evenly among the fewest blocks whose sums stay in
    /// registers. A row's block does not change its sums.
    /// </summary>
    private static int BlockOf<TSimd, TVector>(int left)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        // Of 32 registers, nine rows by two vectors leave enough for the weights; of 16, six.
        int most = TSimd.Lanes == Vector512<float>.Count || AdvSimd.IsSupported ? 9 : 6, blocks = (left + most - 1) / most;
        return (left + blocks - 1) / blocks;
    }

    /// <summary>Multiplies a block by four vectors of neurons at a time if it has few rows, then by two, then by one.</summary>
    private static void MultiplyBlock<TSimd, TVector>(
        Planes planes,
        ref readonly float x,
        ReadOnlySpan<int> rows,
        Window window,
        ref readonly float weights,
        ref readonly float bias,
        ref float y,
        int stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int lanes = TSimd.Lanes, first = 0;
        if (rows.Length <= 3 && stride >= 4 * lanes)
        {
            int end = stride / (4 * lanes) * (4 * lanes);
            if (rows.Length == 1)
                Block<One, Four, TSimd, TVector>(planes, in x, rows, window, in weights, in bias, ref y, stride, 0, end);
            else if (rows.Length == 2)
                Block<Two, Four, TSimd, TVector>(planes, in x, rows, window, in weights, in bias, ref y, stride, 0, end);
            else
                Block<Three, Four, TSimd, TVector>(planes, in x, rows, window, in weights, in bias, ref y, stride, 0, end);
            first = end;
        }

        if (stride - first >= 2 * lanes)
        {
            int end = stride / (2 * lanes) * (2 * lanes);
            MultiplyBlock<Two, TSimd, TVector>(planes, in x, rows, window, in weights, in bias, ref y, stride, first, end);
            first = end;
        }

        if (first < stride)
            MultiplyBlock<One, TSimd, TVector>(planes, in x, rows, window, in weights, in bias, ref y, stride, first, stride);
    }

    private static void MultiplyBlock<TVectors, TSimd, TVector>(
        Planes planes,
        ref readonly float x,
        ReadOnlySpan<int> rows,
        Window window,
        ref readonly float w,
        ref readonly float b,
        ref float y,
        int stride,
        int first,
        int end)
        where TVectors : ICount
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        switch (rows.Length)
        {
            case 1:
                Block<One, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
            case 2:
                Block<Two, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
            case 3:
                Block<Three, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
            case 4:
                Block<Four, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
            case 5:
                Block<Five, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
            case 6:
                Block<Six, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
            case 7:
                Block<Seven, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
            case 8:
                Block<Eight, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
            default:
                Block<Nine, TVectors, TSimd, TVector>(planes, in x, rows, window, in w, in b, ref y, stride, first, end);
                break;
        }
    }

    /// <summary>
    /// Some rows by some vectors of neurons at a time, whose sums stay in registers: compiled for each number of both. Four
    /// vectors are for at most three rows.
    /// </summary>
    [MethodImpl(Hot.Method)]
    private static void Block<TRows, TVectors, TSimd, TVector>(
        Planes planes,
        ref readonly float x,
        ReadOnlySpan<int> rows,
        Window window,
        ref readonly float weights,
        ref readonly float bias,
        ref float y,
        int stride,
        int first,
        int end)
        where TRows : ICount
        where TVectors : ICount
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float start = ref Unsafe.AsRef(in x);
        ref int row = ref MemoryMarshal.GetReference(rows);
        ref float x0 = ref Unsafe.Add(ref start, row);
        ref float x1 = ref Unsafe.Add(ref start, TRows.Count > 1 ? Unsafe.Add(ref row, 1) : 0);
        ref float x2 = ref Unsafe.Add(ref start, TRows.Count > 2 ? Unsafe.Add(ref row, 2) : 0);
        ref float x3 = ref Unsafe.Add(ref start, TRows.Count > 3 ? Unsafe.Add(ref row, 3) : 0);
        ref float x4 = ref Unsafe.Add(ref start, TRows.Count > 4 ? Unsafe.Add(ref row, 4) : 0);
        ref float x5 = ref Unsafe.Add(ref start, TRows.Count > 5 ? Unsafe.Add(ref row, 5) : 0);
        ref float x6 = ref Unsafe.Add(ref start, TRows.Count > 6 ? Unsafe.Add(ref row, 6) : 0);
        ref float x7 = ref Unsafe.Add(ref start, TRows.Count > 7 ? Unsafe.Add(ref row, 7) : 0);
        ref float x8 = ref Unsafe.Add(ref start, TRows.Count > 8 ? Unsafe.Add(ref row, 8) : 0);
        nuint lanes = (nuint)TSimd.Lanes, panelLength = (nuint)(window.Size * Rows.Panel),
            second = VectorAt<TSimd, TVector>(1, panelLength),
            third = VectorAt<TSimd, TVector>(2, panelLength), fourth = VectorAt<TSimd, TVector>(3, panelLength);
        for (int p = 0; p < planes.Count; p++)
        {
            for (int j = first; j < end; j += TVectors.Count * TSimd.Lanes)
            {
                ref float w = ref Unsafe.Add(
                    ref Unsafe.AsRef(in weights), p * stride * window.Size + j / Rows.Panel * (int)panelLength + j % Rows.Panel);
                ref float b = ref Unsafe.Add(ref Unsafe.AsRef(in bias), p * stride + j);
                TVector a0 = TSimd.Load(in b, 0), b0 = TVectors.Count > 1 ? TSimd.Load(in b, lanes) : default;
                TVector c0 = TVectors.Count > 2 ? TSimd.Load(in b, 2 * lanes) : default,
                    d0 = TVectors.Count > 2 ? TSimd.Load(in b, 3 * lanes) : default;
                TVector a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0;
                TVector b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0, b8 = b0;
                TVector c1 = c0, c2 = c0, d1 = d0, d2 = d0;
                int from = p * planes.X;
                for (int run = 0; run < window.Runs; run++, from += window.Pitch)
                {
                    nuint past = (nuint)(from + window.Length);
                    for (nuint k = (nuint)from; k < past; k++)
                    {
                        TVector wa = TSimd.Load(in w, 0), wb = TVectors.Count > 1 ? TSimd.Load(in w, second) : default;
                        TVector wc = TVectors.Count > 2 ? TSimd.Load(in w, third) : default,
                            wd = TVectors.Count > 2 ? TSimd.Load(in w, fourth) : default;
                        w = ref Unsafe.Add(ref w, Rows.Panel);
                        TVector v = TSimd.Create(Unsafe.Add(ref x0, k));
                        Add<TVectors, TSimd, TVector>(v, wa, wb, ref a0, ref b0);
                        AddTwo<TVectors, TSimd, TVector>(v, wc, wd, ref c0, ref d0);
                        if (TRows.Count > 1)
                        {
                            v = TSimd.Create(Unsafe.Add(ref x1, k));
                            Add<TVectors, TSimd, TVector>(v, wa, wb, ref a1, ref b1);
                            AddTwo<TVectors, TSimd, TVector>(v, wc, wd, ref c1, ref d1);
                        }

                        if (TRows.Count > 2)
                        {
                            v = TSimd.Create(Unsafe.Add(ref x2, k));
                            Add<TVectors, TSimd, TVector>(v, wa, wb, ref a2, ref b2);
                            AddTwo<TVectors, TSimd, TVector>(v, wc, wd, ref c2, ref d2);
                        }

                        if (TRows.Count > 3)
                            Add<TVectors, TSimd, TVector>(TSimd.Create(Unsafe.Add(ref x3, k)), wa, wb, ref a3, ref b3);
                        if (TRows.Count > 4)
                            Add<TVectors, TSimd, TVector>(TSimd.Create(Unsafe.Add(ref x4, k)), wa, wb, ref a4, ref b4);
                        if (TRows.Count > 5)
                            Add<TVectors, TSimd, TVector>(TSimd.Create(Unsafe.Add(ref x5, k)), wa, wb, ref a5, ref b5);
                        if (TRows.Count > 6)
                            Add<TVectors, TSimd, TVector>(TSimd.Create(Unsafe.Add(ref x6, k)), wa, wb, ref a6, ref b6);
                        if (TRows.Count > 7)
                            Add<TVectors, TSimd, TVector>(TSimd.Create(Unsafe.Add(ref x7, k)), wa, wb, ref a7, ref b7);
                        if (TRows.Count > 8)
                            Add<TVectors, TSimd, TVector>(TSimd.Create(Unsafe.Add(ref x8, k)), wa, wb, ref a8, ref b8);
                    }
                }

                ref float to = ref Unsafe.Add(ref y, p * planes.Y + j);
                Store<TVectors, TSimd, TVector>(a0, b0, c0, d0, ref to);
                if (TRows.Count > 1)
                    Store<TVectors, TSimd, TVector>(a1, b1, c1, d1, ref Unsafe.Add(ref to, 1 * stride));
                if (TRows.Count > 2)
                    Store<TVectors, TSimd, TVector>(a2, b2, c2, d2, ref Unsafe.Add(ref to, 2 * stride));
                if (TRows.Count > 3)
                    Store<TVectors, TSimd, TVector>(a3, b3, default, default, ref Unsafe.Add(ref to, 3 * stride));
                if (TRows.Count > 4)
                    Store<TVectors, TSimd, TVector>(a4, b4, default, default, ref Unsafe.Add(ref to, 4 * stride));
                if (TRows.Count > 5)
                    Store<TVectors, TSimd, TVector>(a5, b5, default, default, ref Unsafe.Add(ref to, 5 * stride));
                if (TRows.Count > 6)
                    Store<TVectors, TSimd, TVector>(a6, b6, default, default, ref Unsafe.Add(ref to, 6 * stride));
                if (TRows.Count > 7)
                    Store<TVectors, TSimd, TVector>(a7, b7, default, default, ref Unsafe.Add(ref to, 7 * stride));
                if (TRows.Count > 8)
                    Store<TVectors, TSimd, TVector>(a8, b8, default, default, ref Unsafe.Add(ref to, 8 * stride));
            }
        }
    }

    /// <summary>Adds a row's number times one or two vectors of weights to the row's sums.</summary>
    [MethodImpl(Hot.Inline)]
    private static void Add<TVectors, TSimd, TVector>(TVector x, TVector wa, TVector wb, ref TVector a, ref TVector b)
        where TVectors : ICount
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        a = TSimd.MultiplyAdd(x, wa, a);
        if (TVectors.Count > 1)
            b = TSimd.MultiplyAdd(x, wb, b);
    }

    /// <summary>The same for the third and the fourth vector.</summary>
    [MethodImpl(Hot.Inline)]
    private static void AddTwo<TVectors, TSimd, TVector>(TVector x, TVector wc, TVector wd, ref TVector c, ref TVector d)
        where TVectors : ICount
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (TVectors.Count > 2)
        {
            c = TSimd.MultiplyAdd(x, wc, c);
            d = TSimd.MultiplyAdd(x, wd, d);
        }
    }

    [MethodImpl(Hot.Inline)]
    private static void Store<TVectors, TSimd, TVector>(TVector a, TVector b, TVector c, TVector d, ref float y)
        where TVectors : ICount
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        nuint lanes = (nuint)TSimd.Lanes;
        TSimd.Store(a, ref y, 0);
        if (TVectors.Count > 1)
            TSimd.Store(b, ref y, lanes);
        if (TVectors.Count > 2)
        {
            TSimd.Store(c, ref y, 2 * lanes);
            TSimd.Store(d, ref y, 3 * lanes);
        }
    }

    /// <summary>The distance of a vector of weights from the first of the block.</summary>
    [MethodImpl(Hot.Inline)]
    private static nuint VectorAt<TSimd, TVector>(int vector, nuint panelLength)
        where TSimd : ISimd<TVector>
        where TVector : struct =>
        (nuint)(vector * TSimd.Lanes / Rows.Panel) * panelLength + (nuint)(vector * TSimd.Lanes % Rows.Panel);

    /// <summary>A number as a type, so that it is a compile-time constant for the JIT.</summary>
    private interface ICount
    {
        static abstract int Count { get; }
    }

    private readonly struct One : ICount
    {
        public static int Count => 1;
    }

    private readonly struct Two : ICount
    {
        public static int Count => 2;
    }

    private readonly struct Three : ICount
    {
        public static int Count => 3;
    }

    private readonly struct Four : ICount
    {
        public static int Count => 4;
    }

    private readonly struct Five : ICount
    {
        public static int Count => 5;
    }

    private readonly struct Six : ICount
    {
        public static int Count => 6;
    }

    private readonly struct Seven : ICount
    {
        public static int Count => 7;
    }

    private readonly struct Eight : ICount
    {
        public static int Count => 8;
    }

    private readonly struct Nine : ICount
    {
        public static int Count => 9;
    }
}
