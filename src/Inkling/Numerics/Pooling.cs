using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics;

/// <summary>The largest, or the mean, of the places of a window, for all channels of a pixel at once, and back.</summary>
internal static class Pooling
{
    /// <summary>From a feature map to the pooled one.</summary>
    /// <param name="x">[pixels, pitch].</param>
    /// <param name="corners">[output pixels]: where each window begins.</param>
    /// <param name="places">Where the window's places lie, from its corner.</param>
    /// <param name="pitch">Channels with their padding.</param>
    /// <param name="isMax">Largest, or mean.</param>
    /// <param name="y">Receives [output pixels, pitch].</param>
    public static void Forward(ReadOnlySpan<float> x, ReadOnlySpan<int> corners, ReadOnlySpan<int> places, int pitch, bool isMax, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
            Forward<Simd512, Vector512<float>>(x, corners, places, pitch, isMax, y);
        else if (Vector256.IsHardwareAccelerated)
            Forward<Simd256, Vector256<float>>(x, corners, places, pitch, isMax, y);
        else
            Forward<Simd128, Vector128<float>>(x, corners, places, pitch, isMax, y);
    }

    /// <summary>Each window's error goes to its largest number, the first of equal ones; or, for the mean, in equal parts to all.</summary>
    /// <param name="x">[pixels, pitch]: what was pooled.</param>
    /// <param name="errors">[output pixels, pitch].</param>
    /// <param name="corners">[output pixels].</param>
    /// <param name="places">Where the window's places lie, from its corner.</param>
    /// <param name="pitch">Channels with their padding.</param>
    /// <param name="isMax">Largest, or mean.</param>
    /// <param name="inputErrors">Receives [pixels, pitch].</param>
    public static void Back(ReadOnlySpan<float> x, ReadOnlySpan<float> errors, ReadOnlySpan<int> corners, ReadOnlySpan<int> places, int pitch, bool isMax, Span<float> inputErrors)
    {
        inputErrors.Clear();
        if (Vector512.IsHardwareAccelerated)
            Back<Simd512, Vector512<float>>(x, errors, corners, places, pitch, isMax, inputErrors);
        else if (Vector256.IsHardwareAccelerated)
            Back<Simd256, Vector256<float>>(x, errors, corners, places, pitch, isMax, inputErrors);
        else
            Back<Simd128, Vector128<float>>(x, errors, corners, places, pitch, isMax, inputErrors);
    }

    [MethodImpl(Hot.Method)]
    private static void Forward<TSimd, TVector>(ReadOnlySpan<float> x, ReadOnlySpan<int> corners, ReadOnlySpan<int> places, int pitch, bool isMax, Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
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
                    value = isMax ? TSimd.Max(value, next) : TSimd.Add(value, next);
                }

                TSimd.Store(isMax ? value : TSimd.Divide(value, count), ref to, 0);
                to = ref Unsafe.Add(ref to, TSimd.Lanes);
            }
        }
    }

    [MethodImpl(Hot.Method)]
    private static void Back<TSimd, TVector>(ReadOnlySpan<float> x, ReadOnlySpan<float> errors, ReadOnlySpan<int> corners, ReadOnlySpan<int> places, int pitch, bool isMax, Span<float> inputErrors)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
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
                        left = TSimd.Subtract(left, share); // what the first of equal ones has taken
                    }

                    TSimd.Store(TSimd.Add(TSimd.Load(in target, (nuint)place), share), ref target, (nuint)place);
                }
            }
        }
    }
}
