using System.Runtime.CompilerServices;

namespace Inkling.Numerics;

/// <summary>
/// The vector operations that kernels use. A kernel is written once, generic over the vector width, and the JIT compiles a
/// specialised version for each width. Each lane holds a neuron, so the width never changes the order in which a neuron's sum
/// is formed, and results are bit-identical for every width, with and without the processor's fused multiply-add. NaN
/// propagates through every operation except <see cref="WhereEqual"/>, and <see cref="Max"/> and <see cref="Min"/> without
/// <see cref="OrNaN"/>, so that it is found at the output.
/// </summary>
/// <typeparam name="TVector">A vector of floats of this width.</typeparam>
internal interface ISimd<TVector>
    where TVector : struct
{
    static abstract int Lanes { get; }

    static abstract TVector Create(float value);

    static abstract TVector Load(ref readonly float source, nuint offset);

    static abstract void Store(TVector vector, ref float destination, nuint offset);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>
    /// a·b + c with one rounding; slow where the processor has no such instruction (<see cref="SoftwareMultiplyAdd"/>).
    /// </summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>a where a > b, otherwise b; so b for two zeros, or where either is NaN.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>a where a &lt; b, otherwise b; so b for two zeros, or where either is NaN.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>NaN where a or b is NaN, the result elsewhere.</summary>
    static abstract TVector OrNaN(TVector result, TVector a, TVector b);

    /// <summary>The value where a = b, zero elsewhere.</summary>
    static abstract TVector WhereEqual(TVector a, TVector b, TVector value);

    /// <summary>The nearest integers.</summary>
    static abstract TVector Round(TVector vector);

    /// <summary>2 to the power of integers from -126 to 127, by writing the exponent bits.</summary>
    static abstract TVector PowerOfTwo(TVector integers);

    /// <summary>Zero where |vector| is below the threshold, the number itself elsewhere; NaN stays NaN.</summary>
    static abstract TVector ZeroBelow(TVector vector, TVector threshold);
}

/// <summary>
/// Compilation options of hot methods: fully optimised at the first call, rather than after the 30 calls of tiered compilation.
/// </summary>
internal static class Hot
{
    public const MethodImplOptions Method = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    public const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
}
