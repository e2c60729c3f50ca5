using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// Max pooling and average pooling, forward and backward, for all channels of a pixel at once. A window that contains NaN gives
/// NaN.
/// </summary>
/// <exception cref="ArgumentException">
/// A window reaches past the end of its map, or the lengths do not fit each other.
/// </exception>
internal static class Pooling
{
    /// <summary>
    /// Whether this is non-overlapping max pooling of four pixels, as 2×2, whose backward pass writes each pixel's error once
    /// rather than adding to it.
    /// </summary>
    public static bool IsNonOverlappingMaxOfFour(int places, bool isMax, bool overlap) => isMax && !overlap && places == 4;

    /// <summary>Pools a feature map.</summary>
    /// <param name="x">[pixels, pitch].</param>
    /// <param name="corners">[output pixels]: the offset of each window.</param>
    /// <param name="places">The offsets of a window's pixels from its corner.</param>
    /// <param name="pitch">Channels, including padding.</param>
    /// <param name="isMax">True for the largest, false for the mean.</param>
    /// <param name="y">Receives [output pixels, pitch].</param>
    public static void Forward(
        ReadOnlySpan<float> x, ReadOnlySpan<int> corners, ReadOnlySpan<int> places, int pitch, bool isMax, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Simd512, Vector512<float>>(x, corners, places, pitch, isMax, y);
        else if (Vector256.IsHardwareAccelerated)
            Forward<Simd256, Vector256<float>>(x, corners, places, pitch, isMax, y);
        else
            Forward<Simd128, Vector128<float>>(x, corners, places, pitch, isMax, y);
    }

    /// <summary>
    /// Passes each window's error back to its largest number, the first on ties; or, for the mean, in equal parts to all.
    /// </summary>
    /// <param name="x">[pixels, pitch]: what was pooled.</param>
    /// <param name="errors">[output pixels, pitch].</param>
    /// <param name="corners">[output pixels]: the offset of each window.</param>
    /// <param name="places">The offsets of a window's pixels from its corner.</param>
    /// <param name="pitch">Channels, including padding.</param>
    /// <param name="isMax">True for the largest, false for the mean.</param>
    /// <param name="overlap">Whether a pixel may be in several windows.</param>
    /// <param name="isRectified">
    /// Whether x is the output of ReLU, whose derivative is then applied too: where the largest is 0, no error goes back. Used
    /// only where <see cref="IsNonOverlappingMaxOfFour"/>.
    /// </param>
    /// <param name="inputErrors">Receives [pixels, pitch].</param>
    public static void Back(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> errors,
        ReadOnlySpan<int> corners,
        ReadOnlySpan<int> places,
        int pitch,
        bool isMax,
        bool overlap,
        bool isRectified,
        Span<float> inputErrors)
    {
        if (Vector512.IsHardwareAccelerated)
            Back<Simd512, Vector512<float>>(x, errors, corners, places, pitch, isMax, overlap, isRectified, inputErrors);
        else if (Vector256.IsHardwareAccelerated)
            Back<Simd256, Vector256<float>>(x, errors, corners, places, pitch, isMax, overlap, isRectified, inputErrors);
        else
            Back<Simd128, Vector128<float>>(x, errors, corners, places, pitch, isMax, overlap, isRectified, inputErrors);
    }

    [MethodImpl(Hot.Method)]
    internal static void Forward<TSimd, TVector>(
        ReadOnlySpan<float> x, ReadOnlySpan<int> corners, ReadOnlySpan<int> places, int pitch, bool isMax, Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(AreInside(corners, places, pitch, x.Length) && (long)corners.Length * pitch <= y.Length);
        if (isMax && places.Length == 4)
        {
            LargestOfFour<TSimd, TVector>(x, corners, places, pitch, y);
            return;
        }

        ref float from = ref MemoryMarshal.GetReference(x);
        ref float to = ref MemoryMarshal.GetReference(y);
        TVector count = TSimd.Create(places.Length);
        foreach (int corner in corners)
        {
            for (int c = 0; c < pitch; c += TSimd.Lanes)
            {
                ref float window = ref Unsafe.Add(ref from, corner + c);
                TVector value = TSimd.Load(in window, 0);
                for (int p = 1; p < places.Length; p++)
                {
                    TVector next = TSimd.Load(in window, (nuint)places[p]);
                    value = isMax ? TSimd.OrNaN(TSimd.Max(value, next), value, next) : TSimd.Add(value, next);
                }

                TSimd.Store(isMax ? value : TSimd.Divide(value, count), ref to, 0);
                to = ref Unsafe.Add(ref to, TSimd.Lanes);
            }
        }
    }

    private static bool AreInside(ReadOnlySpan<int> corners, ReadOnlySpan<int> places, int pitch, int length) =>
        pitch > 0 && KernelArguments.IsWholePanels(pitch) && !places.IsEmpty
        && (corners.IsEmpty || (long)KernelArguments.Largest(corners) + KernelArguments.Largest(places) + pitch <= length);

    /// <summary>Max pooling of four pixels, the most common, without a loop over the window.</summary>
    [MethodImpl(Hot.Method)]
    private static void LargestOfFour<TSimd, TVector>(
        ReadOnlySpan<float> x, ReadOnlySpan<int> corners, ReadOnlySpan<int> places, int pitch, Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float from = ref MemoryMarshal.GetReference(x);
        ref float to = ref MemoryMarshal.GetReference(y);
        nuint second = (nuint)places[1], third = (nuint)places[2], fourth = (nuint)places[3];
        foreach (int corner in corners)
        {
            for (int c = 0; c < pitch; c += TSimd.Lanes)
            {
                ref float window = ref Unsafe.Add(ref from, corner + c);
                TVector x0 = TSimd.Load(in window, 0), x1 = TSimd.Load(in window, second);
                TVector x2 = TSimd.Load(in window, third), x3 = TSimd.Load(in window, fourth);
                TVector largest = TSimd.Max(TSimd.Max(x0, x1), TSimd.Max(x2, x3));
                TSimd.Store(TSimd.OrNaN(TSimd.OrNaN(largest, x0, x1), x2, x3), ref to, 0);
                to = ref Unsafe.Add(ref to, TSimd.Lanes);
            }
        }
    }

    /// <summary>Backward pass of max pooling of four pixels without overlap: each pixel's error is written once.</summary>
    [MethodImpl(Hot.Method)]
    private static void BackToLargestOfFour<TSimd, TVector>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> errors,
        ReadOnlySpan<int> corners,
        ReadOnlySpan<int> places,
        int pitch,
        bool isRectified,
        Span<float> inputErrors)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref float from = ref MemoryMarshal.GetReference(x);
        ref float error = ref MemoryMarshal.GetReference(errors);
        ref float to = ref MemoryMarshal.GetReference(inputErrors);
        nuint second = (nuint)places[1], third = (nuint)places[2], fourth = (nuint)places[3];
        TVector zero = TSimd.Create(0);
        foreach (int corner in corners)
        {
            for (int c = 0; c < pitch; c += TSimd.Lanes)
            {
                ref float window = ref Unsafe.Add(ref from, corner + c);
                ref float target = ref Unsafe.Add(ref to, corner + c);
                TVector x0 = TSimd.Load(in window, 0), x1 = TSimd.Load(in window, second),
                    x2 = TSimd.Load(in window, third), x3 = TSimd.Load(in window, fourth);
                TVector largest = TSimd.Max(TSimd.Max(x0, x1), TSimd.Max(x2, x3)), left = TSimd.Load(in error, 0);
                error = ref Unsafe.Add(ref error, TSimd.Lanes);
                if (isRectified)
                    left = TSimd.Subtract(left, TSimd.WhereEqual(largest, zero, left));
                TVector share = TSimd.WhereEqual(largest, x0, left);
                TSimd.Store(share, ref target, 0);
                left = TSimd.Subtract(left, share); // so that of equal numbers only the first gets the error
                share = TSimd.WhereEqual(largest, x1, left);
                TSimd.Store(share, ref target, second);
                left = TSimd.Subtract(left, share);
                share = TSimd.WhereEqual(largest, x2, left);
                TSimd.Store(share, ref target, third);
                left = TSimd.Subtract(left, share);
                TSimd.Store(TSimd.WhereEqual(largest, x3, left), ref target, fourth);
            }
        }
    }

    [MethodImpl(Hot.Method)]
    internal static void Back<TSimd, TVector>(
        ReadOnlySpan<float> x,
        ReadOnlySpan<float> errors,
        ReadOnlySpan<int> corners,
        ReadOnlySpan<int> places,
        int pitch,
        bool isMax,
        bool overlap,
        bool isRectified,
        Span<float> inputErrors)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(AreInside(corners, places, pitch, Math.Min(x.Length, inputErrors.Length)));
        KernelArguments.Require((long)corners.Length * pitch <= errors.Length);
        if (!IsNonOverlappingMaxOfFour(places.Length, isMax, overlap)
            || (long)corners.Length * places.Length * pitch < inputErrors.Length)
        {
            inputErrors.Clear();
        }

        if (IsNonOverlappingMaxOfFour(places.Length, isMax, overlap))
        {
            BackToLargestOfFour<TSimd, TVector>(x, errors, corners, places, pitch, isRectified, inputErrors);
            return;
        }

        ref float from = ref MemoryMarshal.GetReference(x);
        ref float error = ref MemoryMarshal.GetReference(errors);
        ref float to = ref MemoryMarshal.GetReference(inputErrors);
        TVector count = TSimd.Create(places.Length);
        foreach (int corner in corners)
        {
            for (int c = 0; c < pitch; c += TSimd.Lanes)
            {
                ref float window = ref Unsafe.Add(ref from, corner + c);
                ref float target = ref Unsafe.Add(ref to, corner + c);
                TVector left = TSimd.Load(in error, 0), largest = TSimd.Load(in window, 0), share = TSimd.Divide(left, count);
                error = ref Unsafe.Add(ref error, TSimd.Lanes);
                for (int p = 1; p < places.Length && isMax; p++)
                    largest = TSimd.Max(largest, TSimd.Load(in window, (nuint)places[p]));
                foreach (int place in places)
                {
                    if (isMax)
                    {
                        share = TSimd.WhereEqual(largest, TSimd.Load(in window, (nuint)place), left);
                        left = TSimd.Subtract(left, share); // so that of equal numbers only the first gets the error
                    }

                    TSimd.Store(TSimd.Add(TSimd.Load(in target, (nuint)place), share), ref target, (nuint)place);
                }
            }
        }
    }
}
