using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics;

/// <summary>Operations on spans of numbers: element by element, or to one result.</summary>
internal static class Vectors
{
    /// <summary>Whether none of the numbers is NaN or infinite.</summary>
    public static bool AreFinite(ReadOnlySpan<float> x)
    {
        ReadOnlySpan<Vector<uint>> wide = MemoryMarshal.Cast<float, Vector<uint>>(x);
        Vector<uint> largestExponent = new(0x7F80_0000), isFound = Vector<uint>.Zero;
        foreach (Vector<uint> part in wide)
            isFound |= Vector.Equals(part & largestExponent, largestExponent);
        foreach (float rest in x[(wide.Length * Vector<uint>.Count)..])
        {
            if (!float.IsFinite(rest))
                return false;
        }

        return isFound == Vector<uint>.Zero;
    }

    /// <summary>The index of the largest number, the first on ties. NaN counts as the largest, as in numpy's argmax.</summary>
    /// <exception cref="ArgumentException"><paramref name="x"/> is empty.</exception>
    public static int Argmax(ReadOnlySpan<float> x)
    {
        KernelArguments.Require(!x.IsEmpty);
        int best = 0;
        for (int i = 1; i < x.Length; i++)
        {
            if (x[i] > x[best] || (float.IsNaN(x[i]) && !float.IsNaN(x[best])))
                best = i;
        }

        return best;
    }

    /// <summary>x *= factor.</summary>
    public static void Scale(Span<float> x, float factor)
    {
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(x);
        foreach (ref Vector<float> part in wide)
            part *= factor;
        foreach (ref float rest in x[(wide.Length * Vector<float>.Count)..])
            rest *= factor;
    }

    /// <summary>rows[r, j] *= factors[j].</summary>
    /// <param name="rows">[rows, 16].</param>
    /// <param name="factors">[16].</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void MultiplyRows(Span<float> rows, ReadOnlySpan<float> factors)
    {
        KernelArguments.Require(KernelArguments.IsWholePanels(rows.Length) && factors.Length == Rows.Panel);
        ReadOnlySpan<Vector<float>> of = MemoryMarshal.Cast<float, Vector<float>>(factors); // one to four: a power of two
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(rows);
        for (int i = 0; i < wide.Length; i++)
            wide[i] *= of[i & (of.Length - 1)];
    }

    /// <summary>y += x.</summary>
    public static void Add(ReadOnlySpan<float> x, Span<float> y)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(x);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(y[..x.Length]);
        for (int i = 0; i < from.Length; i++)
            to[i] += from[i];
        for (int i = from.Length * Vector<float>.Count; i < x.Length; i++)
            y[i] += x[i];
    }

    /// <summary>y += share · (x - y).</summary>
    public static void MoveTowards(ReadOnlySpan<float> x, float share, Span<float> y)
    {
        ReadOnlySpan<Vector<float>> from = MemoryMarshal.Cast<float, Vector<float>>(x);
        Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(y[..x.Length]);
        for (int i = 0; i < from.Length; i++)
            to[i] += share * (from[i] - to[i]);
        for (int i = from.Length * Vector<float>.Count; i < x.Length; i++)
            y[i] += share * (x[i] - y[i]);
    }

    /// <summary>difference = scale · (x - y) where the mask is 1; 0 where it is 0.</summary>
    /// <param name="x">[rows, 16].</param>
    /// <param name="y">[rows, 16].</param>
    /// <param name="mask">[16].</param>
    /// <param name="scale">Factor of the difference.</param>
    /// <param name="difference">Receives [rows, 16].</param>
    /// <returns>Σ (x - y)², without the scale.</returns>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static double SquaredDistance(
        ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> mask, float scale, Span<float> difference)
    {
        if (Vector512.IsHardwareAccelerated)
            return SquaredDistance<Simd512, Vector512<float>>(x, y, mask, scale, difference);
        if (Vector256.IsHardwareAccelerated)
            return SquaredDistance<Simd256, Vector256<float>>(x, y, mask, scale, difference);
        return SquaredDistance<Simd128, Vector128<float>>(x, y, mask, scale, difference);
    }

    [MethodImpl(Hot.Method)]
    [SkipLocalsInit]
    internal static double SquaredDistance<TSimd, TVector>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> mask, float scale, Span<float> difference)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(KernelArguments.IsWholePanels(x.Length) && y.Length == x.Length);
        KernelArguments.Require(mask.Length == Rows.Panel && difference.Length == x.Length);
        Span<float> sums = stackalloc float[Rows.Panel]; // one per lane of 16, whatever the vector width
        for (nuint j = 0; j < Rows.Panel; j += (nuint)TSimd.Lanes)
        {
            TVector sum = TSimd.Create(0), isCounted = TSimd.Load(in mask[0], j);
            for (nuint at = j; at < (nuint)x.Length; at += Rows.Panel)
            {
                TVector d = TSimd.Multiply(isCounted, TSimd.Subtract(TSimd.Load(in x[0], at), TSimd.Load(in y[0], at)));
                sum = TSimd.MultiplyAdd(d, d, sum);
                TSimd.Store(TSimd.Multiply(TSimd.Create(scale), d), ref difference[0], at);
            }

            TSimd.Store(sum, ref sums[0], j);
        }

        double total = 0;
        foreach (float sum in sums)
            total += sum;
        return total;
    }
}
