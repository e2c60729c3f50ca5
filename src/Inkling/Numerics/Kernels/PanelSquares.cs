using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// Products with the 16×16 weights from a panel of neurons to at most 16 outputs: so small that calling
/// <see cref="PanelProducts"/> would take longer than the work.
/// </summary>
/// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
internal static class PanelSquares
{
    private const int Panel = Rows.Panel;

    /// <summary>y[r] = bias + Σ_k x[r, k] · w[k].</summary>
    /// <param name="x">[count, 16].</param>
    /// <param name="inputs">How many of the 16 columns of <paramref name="x"/> are used.</param>
    /// <param name="weights">[inputs, 16].</param>
    /// <param name="bias">[16].</param>
    /// <param name="y">Receives [count, 16].</param>
    public static void Multiply(
        ReadOnlySpan<float> x, int inputs, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
            Multiply<Simd512, Vector512<float>>(x, inputs, weights, bias, y);
        else if (Vector256.IsHardwareAccelerated)
            Multiply<Simd256, Vector256<float>>(x, inputs, weights, bias, y);
        else
            Multiply<Simd128, Vector128<float>>(x, inputs, weights, bias, y);
    }

    /// <summary>w[k] += Σ_r x[r, k] · delta[r].</summary>
    /// <param name="x">[count, 16].</param>
    /// <param name="inputs">How many of the 16 columns of <paramref name="x"/> are used.</param>
    /// <param name="delta">[count, 16].</param>
    /// <param name="weights">[inputs, 16]; added to.</param>
    public static void AddOuterProducts(ReadOnlySpan<float> x, int inputs, ReadOnlySpan<float> delta, Span<float> weights)
    {
        if (Vector512.IsHardwareAccelerated)
            AddOuterProducts<Simd512, Vector512<float>>(x, inputs, delta, weights);
        else if (Vector256.IsHardwareAccelerated)
            AddOuterProducts<Simd256, Vector256<float>>(x, inputs, delta, weights);
        else
            AddOuterProducts<Simd128, Vector128<float>>(x, inputs, delta, weights);
    }

    [MethodImpl(Hot.Method)]
    internal static void Multiply<TSimd, TVector>(
        ReadOnlySpan<float> x, int inputs, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> y)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(inputs is >= 1 and <= Panel && KernelArguments.IsWholePanels(x.Length));
        KernelArguments.Require(inputs * Panel <= weights.Length && bias.Length >= Panel && x.Length <= y.Length);
        for (nuint j = 0; j < Panel; j += (nuint)TSimd.Lanes)
        {
            ref float w = ref Unsafe.Add(ref Unsafe.AsRef(in weights[0]), j);
            nuint r = 0, length = (nuint)x.Length;
            for (; r + 4 * Panel <= length; r += 4 * Panel)
            {
                ref float row = ref Unsafe.Add(ref Unsafe.AsRef(in x[0]), r);
                TVector a = TSimd.Load(in bias[0], j), b = a, c = a, d = a;
                for (nuint k = 0; k < (nuint)inputs; k++)
                {
                    TVector line = TSimd.Load(in w, k * Panel);
                    a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref row, k)), line, a);
                    b = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref row, k + Panel)), line, b);
                    c = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref row, k + 2 * Panel)), line, c);
                    d = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref row, k + 3 * Panel)), line, d);
                }

                TSimd.Store(a, ref y[0], r + j);
                TSimd.Store(b, ref y[0], r + Panel + j);
                TSimd.Store(c, ref y[0], r + 2 * Panel + j);
                TSimd.Store(d, ref y[0], r + 3 * Panel + j);
            }

            for (; r < length; r += Panel)
            {
                ref float row = ref Unsafe.Add(ref Unsafe.AsRef(in x[0]), r);
                TVector a = TSimd.Load(in bias[0], j);
                for (nuint k = 0; k < (nuint)inputs; k++)
                    a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref row, k)), TSimd.Load(in w, k * Panel), a);
                TSimd.Store(a, ref y[0], r + j);
            }
        }
    }

    [MethodImpl(Hot.Method)]
    internal static void AddOuterProducts<TSimd, TVector>(
        ReadOnlySpan<float> x, int inputs, ReadOnlySpan<float> delta, Span<float> weights)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(inputs is >= 1 and <= Panel && KernelArguments.IsWholePanels(x.Length));
        KernelArguments.Require(inputs * Panel <= weights.Length && x.Length <= delta.Length);
        if (x.IsEmpty)
            return;
        for (nuint j = 0; j < Panel; j += (nuint)TSimd.Lanes)
        {
            ref float w = ref Unsafe.Add(ref weights[0], j);
            ref float d = ref Unsafe.Add(ref Unsafe.AsRef(in delta[0]), j);
            nuint k = 0, length = (nuint)x.Length;
            for (; k + 4 <= (nuint)inputs; k += 4)
            {
                ref float column = ref Unsafe.Add(ref Unsafe.AsRef(in x[0]), k);
                TVector w0 = TSimd.Load(in w, k * Panel), w1 = TSimd.Load(in w, (k + 1) * Panel),
                    w2 = TSimd.Load(in w, (k + 2) * Panel), w3 = TSimd.Load(in w, (k + 3) * Panel);
                for (nuint r = 0; r < length; r += Panel)
                {
                    TVector error = TSimd.Load(in d, r);
                    w0 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref column, r)), error, w0);
                    w1 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref column, r + 1)), error, w1);
                    w2 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref column, r + 2)), error, w2);
                    w3 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref column, r + 3)), error, w3);
                }

                TSimd.Store(w0, ref w, k * Panel);
                TSimd.Store(w1, ref w, (k + 1) * Panel);
                TSimd.Store(w2, ref w, (k + 2) * Panel);
                TSimd.Store(w3, ref w, (k + 3) * Panel);
            }

            for (; k < (nuint)inputs; k++)
            {
                TVector w0 = TSimd.Load(in w, k * Panel);
                for (nuint r = 0; r < length; r += Panel)
                    w0 = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref Unsafe.AsRef(in x[0]), k + r)), TSimd.Load(in d, r), w0);
                TSimd.Store(w0, ref w, k * Panel);
            }
        }
    }
}
