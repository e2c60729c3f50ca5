using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// Element-wise operations of layers, and softmax. Lengths of spans are multiples of 16. Products and sums are rounded
/// separately, so that results do not depend on the vector width. NaN propagates through all of them, except that errors become
/// 0 where ReLU's derivative is 0, even if they are NaN.
/// </summary>
/// <exception cref="ArgumentException">A length is not a multiple of 16.</exception>
/// <exception cref="IndexOutOfRangeException">An input is shorter than what is written.</exception>
internal static class Elementwise
{
    /// <summary>a = max(0, a).</summary>
    public static void Relu(Span<float> a)
    {
        foreach (ref Vector<float> x in Wide(a))
            x = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector<float>.Zero, x); // NaN stays NaN
    }

    /// <summary>errors = 0 where a is 0 or less.</summary>
    public static void TimesReluSlope(ReadOnlySpan<float> a, Span<float> errors)
    {
        ReadOnlySpan<Vector<float>> x = Wide(a);
        Span<Vector<float>> e = Wide(errors);
        for (int i = 0; i < e.Length; i++)
            e[i] = Vector.ConditionalSelect(Vector.LessThanOrEqual(x[i], Vector<float>.Zero), Vector<float>.Zero, e[i]);
    }

    /// <summary>tanh z = 2σ(2z) - 1, from σ(2z).</summary>
    public static void TanhOfSigmoid(Span<float> a)
    {
        foreach (ref Vector<float> x in Wide(a))
            x = x + x - Vector<float>.One;
    }

    /// <summary>errors *= 1 - a².</summary>
    public static void TimesTanhSlope(ReadOnlySpan<float> a, Span<float> errors)
    {
        ReadOnlySpan<Vector<float>> x = Wide(a);
        Span<Vector<float>> e = Wide(errors);
        for (int i = 0; i < e.Length; i++)
            e[i] *= Vector<float>.One - x[i] * x[i];
    }

    /// <summary>inputErrors = errors · σ(z) (1 + z (1 - σ(z))).</summary>
    public static void TimesSiluSlope(
        ReadOnlySpan<float> z, ReadOnlySpan<float> sigmoid, ReadOnlySpan<float> errors, Span<float> inputErrors)
    {
        ReadOnlySpan<Vector<float>> x = Wide(z), s = Wide(sigmoid), e = Wide(errors);
        Span<Vector<float>> to = Wide(inputErrors);
        for (int i = 0; i < to.Length; i++)
            to[i] = e[i] * (s[i] * (Vector<float>.One + x[i] * (Vector<float>.One - s[i])));
    }

    /// <summary>c = a · b.</summary>
    public static void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c)
    {
        ReadOnlySpan<Vector<float>> x = Wide(a), y = Wide(b);
        Span<Vector<float>> to = Wide(c);
        for (int i = 0; i < to.Length; i++)
            to[i] = x[i] * y[i];
    }

    /// <summary>
    /// e^z / Σ e^z over the first <paramref name="count"/> numbers; the rest become 0. If any of them is NaN or infinite, all
    /// become NaN.
    /// </summary>
    public static void Softmax(Span<float> z, int count)
    {
        KernelArguments.Require(KernelArguments.IsWholePanels(z.Length) && count >= 1 && count <= z.Length);
        float largest = float.NegativeInfinity;
        double sum = 0;
        foreach (float x in z[..count])
        {
            largest = x > largest ? x : largest;
            sum += x;
        }

        if (!double.IsFinite(sum))
        {
            z[..count].Fill(float.NaN);
            z[count..].Clear();
            return;
        }

        for (int j = 0; j < count; j++)
            z[j] -= largest;
        z[count..].Fill(float.NegativeInfinity);
        SigmoidKernels.Exp(z, z);
        z[count..].Clear();
        sum = 0;
        foreach (float e in z[..count])
            sum += e;
        float scale = (float)(1 / sum);
        foreach (ref float e in z[..count])
            e *= scale;
    }

    /// <summary>The span as vectors.</summary>
    /// <exception cref="ArgumentException">
    /// The length is not a multiple of 16: numbers after the last whole vector would be left out.
    /// </exception>
    [MethodImpl(Hot.Inline)]
    internal static Span<Vector<float>> Wide(Span<float> x)
    {
        KernelArguments.Require(KernelArguments.IsWholePanels(x.Length));
        return MemoryMarshal.Cast<float, Vector<float>>(x);
    }

    /// <inheritdoc cref="Wide(Span{float})"/>
    [MethodImpl(Hot.Inline)]
    internal static ReadOnlySpan<Vector<float>> Wide(ReadOnlySpan<float> x)
    {
        KernelArguments.Require(KernelArguments.IsWholePanels(x.Length));
        return MemoryMarshal.Cast<float, Vector<float>>(x);
    }
}
