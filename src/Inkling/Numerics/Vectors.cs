using System.Numerics;
using System.Runtime.InteropServices;

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
}
