using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics;

/// <summary>Element by element on spans.</summary>
internal static class Vectors
{
    /// <summary>x *= factor.</summary>
    public static void Scale(Span<float> x, float factor)
    {
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(x);
        foreach (ref Vector<float> part in wide)
            part *= factor;
        foreach (ref float rest in x[(wide.Length * Vector<float>.Count)..])
            rest *= factor;
    }

    /// <summary>Σ x, in sixteen partial sums, so that it is the same for every vector width.</summary>
    /// <param name="x">A multiple of 16 numbers.</param>
    public static float Sum(ReadOnlySpan<float> x)
    {
        Vector512<float> sums = Vector512<float>.Zero;
        foreach (Vector512<float> part in MemoryMarshal.Cast<float, Vector512<float>>(x))
            sums += part;
        Vector256<float> eight = sums.GetLower() + sums.GetUpper();
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[1] + (four[2] + four[3]);
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
}
