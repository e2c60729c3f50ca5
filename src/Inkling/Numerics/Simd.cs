using System.Runtime.CompilerServices;

namespace Inkling.Numerics;

/// <summary>
/// The vector operations that kernels are written in, once for every width: a kernel is generic over the width, the JIT
/// compiles it for each as if it had been written for that one. Neurons lie in the lanes, so the width never changes the
/// order in which a neuron's sum is formed, and results are the same bits for every width, with and without the processor's
/// fused multiply-add. A NaN goes through every operation but <see cref="WhereEqual"/>, so that it is found at the output.
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

    /// <summary>a·b + c, rounded once; slowly where the processor has no such instruction (<see cref="SoftwareMultiplyAdd"/>).</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>a where a > b, otherwise b: of zeros, and where one is NaN, b.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>a where a &lt; b, otherwise b: of zeros, and where one is NaN, b.</summary>
    static abstract TVector Min(TVector a, TVector b);

    /// <summary>The result, and NaN where a or b is NaN.</summary>
    static abstract TVector OrNaN(TVector result, TVector a, TVector b);

    /// <summary>The value where a = b, zero elsewhere.</summary>
    static abstract TVector WhereEqual(TVector a, TVector b, TVector value);

    /// <summary>The nearest integers.</summary>
    static abstract TVector Round(TVector vector);

    /// <summary>2 to the power of integers from -126 to 127, made by writing the exponent bits.</summary>
    static abstract TVector PowerOfTwo(TVector integers);

    /// <summary>Zero where |vector| is under the threshold, the number itself elsewhere; a NaN stays one.</summary>
    static abstract TVector ZeroBelow(TVector vector, TVector threshold);
}

/// <summary>What the hot methods carry: compiled once, fully optimised, at the first call, not after 30 calls.</summary>
internal static class Hot
{
    public const MethodImplOptions Method = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    public const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
}
