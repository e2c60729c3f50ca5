using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// y = x·wᵀ for windows of nine numbers, three runs of three: the first layer of most image networks, a 3×3 kernel on one
/// channel. Setting up a block of rows would take as long as computing it. Instead, the nine weights of a vector of neurons
/// stay in registers for all rows, and each row is a chain of nine multiply-adds that the processor overlaps with the next
/// rows'. Sums are formed in the same order as elsewhere.
/// </summary>
internal static partial class PanelProducts
{
    private static bool IsNine(in Window window) => window is { Runs: 3, Length: 3 };

    [MethodImpl(Hot.Method)]
    private static void RowsTimesNine<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        int pitch,
        ref readonly float panel,
        ref readonly float bias,
        ref float y,
        nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector w0 = TSimd.Load(in panel, 0),
            w1 = TSimd.Load(in panel, Rows.Panel), w2 = TSimd.Load(in panel, 2 * Rows.Panel);
        TVector w3 = TSimd.Load(in panel, 3 * Rows.Panel),
            w4 = TSimd.Load(in panel, 4 * Rows.Panel), w5 = TSimd.Load(in panel, 5 * Rows.Panel);
        TVector w6 = TSimd.Load(in panel, 6 * Rows.Panel),
            w7 = TSimd.Load(in panel, 7 * Rows.Panel), w8 = TSimd.Load(in panel, 8 * Rows.Panel);
        TVector start = TSimd.Load(in bias, 0);
        foreach (int row in rows)
        {
            ref float first = ref Unsafe.Add(ref Unsafe.AsRef(in x), row);
            ref float second = ref Unsafe.Add(ref first, pitch);
            ref float third = ref Unsafe.Add(ref second, pitch);
            TVector a = TSimd.MultiplyAdd(TSimd.Create(first), w0, start);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref first, 1)), w1, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref first, 2)), w2, a);
            a = TSimd.MultiplyAdd(TSimd.Create(second), w3, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref second, 1)), w4, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref second, 2)), w5, a);
            a = TSimd.MultiplyAdd(TSimd.Create(third), w6, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref third, 1)), w7, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref third, 2)), w8, a);
            TSimd.Store(a, ref y, 0);
            y = ref Unsafe.Add(ref y, stride);
        }
    }

    /// <summary>
    /// A 3×3 convolution of one channel and the max pooling of 2×2 behind it: y[r, j] = the largest of bias[j] +
    /// Σ_{u,v} x[corners[r] + (u + a)·pitch + v + b] · w[j, 3u + v] over a and b from 0 to 1, and with ReLU at least 0. NaN
    /// among the four gives NaN.
    /// </summary>
    /// <param name="x">The image.</param>
    /// <param name="corners">[count]: the offset in <paramref name="x"/> of the 4×4 pixels that each result depends on.</param>
    /// <param name="pitch">The distance between two rows of the image.</param>
    /// <param name="weights">[panels, 9, 16].</param>
    /// <param name="bias">[stride].</param>
    /// <param name="isRectified">Whether ReLU follows.</param>
    /// <param name="y">Receives [count, stride]; overwritten.</param>
    public static void LargestOfFourNines(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> corners,
        int pitch,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        bool isRectified,
        Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
            LargestOfFourNines<Simd512, Vector512<float>>(x, corners, pitch, weights, bias, isRectified, y);
        else if (Vector256.IsHardwareAccelerated)
            LargestOfFourNines<Simd256, Vector256<float>>(x, corners, pitch, weights, bias, isRectified, y);
        else
            LargestOfFourNines<Simd128, Vector128<float>>(x, corners, pitch, weights, bias, isRectified, y);
    }

    internal static void LargestOfFourNines<TSimd, TVector>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> corners,
        int pitch,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        bool isRectified,
        Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int stride = bias.Length;
        if (corners.IsEmpty)
            return;
        KernelArguments.Require(pitch >= 0 && KernelArguments.IsWholePanels(stride));
        KernelArguments.Require(KernelArguments.Largest(corners) + 3L * pitch + 4 <= x.Length);
        KernelArguments.Require(9L * stride <= weights.Length && (long)stride * corners.Length <= y.Length);
        for (int j = 0; j < stride; j += TSimd.Lanes)
            LargestOfFourNines<TSimd, TVector>(
                in x[0],
                corners,
                (nuint)pitch,
                in weights[j / Rows.Panel * 9 * Rows.Panel + j % Rows.Panel],
                in bias[j],
                isRectified,
                ref y[j],
                (nuint)stride);
    }

    /// <summary>One vector of neurons: its nine weights, and the sums of a window's four pixels, stay in registers.</summary>
    [MethodImpl(Hot.Method)]
    private static void LargestOfFourNines<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> corners,
        nuint pitch,
        ref readonly float panel,
        ref readonly float bias,
        bool isRectified,
        ref float y,
        nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector w0 = TSimd.Load(in panel, 0),
            w1 = TSimd.Load(in panel, Rows.Panel), w2 = TSimd.Load(in panel, 2 * Rows.Panel);
        TVector w3 = TSimd.Load(in panel, 3 * Rows.Panel),
            w4 = TSimd.Load(in panel, 4 * Rows.Panel), w5 = TSimd.Load(in panel, 5 * Rows.Panel);
        TVector w6 = TSimd.Load(in panel, 6 * Rows.Panel),
            w7 = TSimd.Load(in panel, 7 * Rows.Panel), w8 = TSimd.Load(in panel, 8 * Rows.Panel);
        TVector least = isRectified ? default : TSimd.Create(float.NegativeInfinity);
        foreach (int corner in corners)
        {
            ref float row = ref Unsafe.Add(ref Unsafe.AsRef(in x), corner);
            TVector a = TSimd.Load(in bias, 0), b = a, c = a, d = a;
            TVector v = TSimd.Create(row);
            a = TSimd.MultiplyAdd(v, w0, a);
            v = TSimd.Create(Unsafe.Add(ref row, 1));
            a = TSimd.MultiplyAdd(v, w1, a);
            b = TSimd.MultiplyAdd(v, w0, b);
            v = TSimd.Create(Unsafe.Add(ref row, 2));
            a = TSimd.MultiplyAdd(v, w2, a);
            b = TSimd.MultiplyAdd(v, w1, b);
            v = TSimd.Create(Unsafe.Add(ref row, 3));
            b = TSimd.MultiplyAdd(v, w2, b);

            row = ref Unsafe.Add(ref row, pitch);
            v = TSimd.Create(row);
            a = TSimd.MultiplyAdd(v, w3, a);
            c = TSimd.MultiplyAdd(v, w0, c);
            v = TSimd.Create(Unsafe.Add(ref row, 1));
            a = TSimd.MultiplyAdd(v, w4, a);
            b = TSimd.MultiplyAdd(v, w3, b);
            c = TSimd.MultiplyAdd(v, w1, c);
            d = TSimd.MultiplyAdd(v, w0, d);
            v = TSimd.Create(Unsafe.Add(ref row, 2));
            a = TSimd.MultiplyAdd(v, w5, a);
            b = TSimd.MultiplyAdd(v, w4, b);
            c = TSimd.MultiplyAdd(v, w2, c);
            d = TSimd.MultiplyAdd(v, w1, d);
            v = TSimd.Create(Unsafe.Add(ref row, 3));
            b = TSimd.MultiplyAdd(v, w5, b);
            d = TSimd.MultiplyAdd(v, w2, d);

            row = ref Unsafe.Add(ref row, pitch);
            v = TSimd.Create(row);
            a = TSimd.MultiplyAdd(v, w6, a);
            c = TSimd.MultiplyAdd(v, w3, c);
            v = TSimd.Create(Unsafe.Add(ref row, 1));
            a = TSimd.MultiplyAdd(v, w7, a);
            b = TSimd.MultiplyAdd(v, w6, b);
            c = TSimd.MultiplyAdd(v, w4, c);
            d = TSimd.MultiplyAdd(v, w3, d);
            v = TSimd.Create(Unsafe.Add(ref row, 2));
            a = TSimd.MultiplyAdd(v, w8, a);
            b = TSimd.MultiplyAdd(v, w7, b);
            c = TSimd.MultiplyAdd(v, w5, c);
            d = TSimd.MultiplyAdd(v, w4, d);
            v = TSimd.Create(Unsafe.Add(ref row, 3));
            b = TSimd.MultiplyAdd(v, w8, b);
            d = TSimd.MultiplyAdd(v, w5, d);

            row = ref Unsafe.Add(ref row, pitch);
            v = TSimd.Create(row);
            c = TSimd.MultiplyAdd(v, w6, c);
            v = TSimd.Create(Unsafe.Add(ref row, 1));
            c = TSimd.MultiplyAdd(v, w7, c);
            d = TSimd.MultiplyAdd(v, w6, d);
            v = TSimd.Create(Unsafe.Add(ref row, 2));
            c = TSimd.MultiplyAdd(v, w8, c);
            d = TSimd.MultiplyAdd(v, w7, d);
            v = TSimd.Create(Unsafe.Add(ref row, 3));
            d = TSimd.MultiplyAdd(v, w8, d);

            TVector largest = TSimd.Max(TSimd.Max(a, b), TSimd.Max(c, d));
            largest = TSimd.OrNaN(TSimd.OrNaN(largest, a, b), c, d);
            TSimd.Store(TSimd.Max(least, largest), ref y, 0);
            y = ref Unsafe.Add(ref y, stride);
        }
    }
}
