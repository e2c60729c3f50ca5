using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// The sigmoid on whole vectors, forward and backward. All spans have the same length, a multiple of 16. NaN gives NaN. The
/// functions are constant beyond ±87, and so at ±∞.
/// </summary>
/// <exception cref="ArgumentException">The lengths differ, or are not multiples of 16.</exception>
internal static class SigmoidKernels
{
    /// <summary>a = σ(z) = 1 / (1 + exp(-z)), within 4 units in the last place for |z| ≤ 87 and constant beyond.</summary>
    public static void Apply(ReadOnlySpan<float> z, Span<float> a)
    {
        if (Vector512.IsHardwareAccelerated)
            Apply<Simd512, Vector512<float>>(z, a);
        else if (Vector256.IsHardwareAccelerated)
            Apply<Simd256, Vector256<float>>(z, a);
        else
            Apply<Simd128, Vector128<float>>(z, a);
    }

    /// <summary>e^x for |x| ≤ 87, and constant beyond.</summary>
    public static void Exp(ReadOnlySpan<float> x, Span<float> e)
    {
        if (Vector512.IsHardwareAccelerated)
            Exp<Simd512, Vector512<float>>(x, e);
        else if (Vector256.IsHardwareAccelerated)
            Exp<Simd256, Vector256<float>>(x, e);
        else
            Exp<Simd128, Vector128<float>>(x, e);
    }

    /// <summary>delta = delta ⊙ σ'(z), with σ'(z) = a (1 - a) (Nielsen, the second half of BP2).</summary>
    public static void TimesDerivative(ReadOnlySpan<float> a, Span<float> delta)
    {
        if (Vector512.IsHardwareAccelerated)
            TimesDerivative<Simd512, Vector512<float>>(a, delta);
        else if (Vector256.IsHardwareAccelerated)
            TimesDerivative<Simd256, Vector256<float>>(a, delta);
        else
            TimesDerivative<Simd128, Vector128<float>>(a, delta);
    }

    [MethodImpl(Hot.Method)]
    internal static void Apply<TSimd, TVector>(ReadOnlySpan<float> z, Span<float> a)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(z.Length == a.Length && KernelArguments.IsWholePanels(a.Length));
        TVector one = TSimd.Create(1);
        for (nuint j = 0; j < (nuint)a.Length; j += (nuint)TSimd.Lanes)
        {
            TVector x = TSimd.Subtract(TSimd.Create(0), TSimd.Load(in z[0], j));
            TVector e = Exp<TSimd, TVector>(x);
            TSimd.Store(TSimd.Divide(one, TSimd.Add(one, e)), ref a[0], j);
        }
    }

    /// <summary>
    /// exp(x) for |x| ≤ 87, constant beyond, as 2^n · exp(r) with r within ±ln 2 / 2; the polynomial is that of Cephes' expf
    /// (Moshier).
    /// </summary>
    [MethodImpl(Hot.Inline)]
    private static TVector Exp<TSimd, TVector>(TVector x)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        x = TSimd.Min(TSimd.Create(87), TSimd.Max(TSimd.Create(-87), x)); // in this order NaN stays NaN
        TVector n = TSimd.Round(TSimd.Multiply(x, TSimd.Create(1.44269504088896341f)));
        TVector r = TSimd.MultiplyAdd(n, TSimd.Create(-0.693359375f), x); // ln 2 in two parts, for more digits than one float has
        r = TSimd.MultiplyAdd(n, TSimd.Create(2.12194440e-4f), r);
        TVector p = TSimd.Create(1.9875691500e-4f);
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(1.3981999507e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(8.3334519073e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(4.1665795894e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(1.6666665459e-1f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Create(5.0000001201e-1f));
        p = TSimd.MultiplyAdd(p, TSimd.Multiply(r, r), TSimd.Add(r, TSimd.Create(1)));
        return TSimd.Multiply(p, TSimd.PowerOfTwo(n));
    }

    [MethodImpl(Hot.Method)]
    internal static void Exp<TSimd, TVector>(ReadOnlySpan<float> x, Span<float> e)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(x.Length == e.Length && KernelArguments.IsWholePanels(e.Length));
        for (nuint j = 0; j < (nuint)e.Length; j += (nuint)TSimd.Lanes)
            TSimd.Store(Exp<TSimd, TVector>(TSimd.Load(in x[0], j)), ref e[0], j);
    }

    [MethodImpl(Hot.Method)]
    internal static void TimesDerivative<TSimd, TVector>(ReadOnlySpan<float> a, Span<float> delta)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(a.Length == delta.Length && KernelArguments.IsWholePanels(delta.Length));
        for (nuint j = 0; j < (nuint)delta.Length; j += (nuint)TSimd.Lanes)
            TSimd.Store(TimesDerivative<TSimd, TVector>(TSimd.Load(in a[0], j), TSimd.Load(in delta[0], j)), ref delta[0], j);
    }

    /// <summary>
    /// Multiplies an error by σ'(z). Errors too small to change any weight become 0: a saturated network would otherwise fill
    /// with subnormal numbers, which some processors handle a hundred times slower.
    /// </summary>
    [MethodImpl(Hot.Inline)]
    private static TVector TimesDerivative<TSimd, TVector>(TVector a, TVector error)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector derivative = TSimd.Multiply(a, TSimd.Subtract(TSimd.Create(1), a));
        return TSimd.ZeroBelow(TSimd.Multiply(error, derivative), TSimd.Create(1e-30f));
    }
}
