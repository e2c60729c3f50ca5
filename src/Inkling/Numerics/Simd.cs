using System.Runtime.CompilerServices;

namespace Inkling.Numerics;

/// <summary>
/// The vector operations that kernels are written in, once for every width: a kernel is generic over the width, the JIT
/// compiles it for each as if it had been written for that one. Neurons lie in the lanes, so the width never changes the
/// order in which a neuron's sum is formed, and results are the same bits for every width. (A processor without fused
/// multiply-add rounds once more and differs in the last place.)
/// </summary>
/// <typeparam name="TVector">A vector of floats of this width.</typeparam>
internal interface ISimd<TVector>
    where TVector : struct
{
    static abstract int Lanes { get; }

    /// <summary>Whether there are 32 registers rather than 16, which decides how large a block can be kept in them.</summary>
    static abstract bool HasManyRegisters { get; }

    static abstract TVector Create(float value);

    static abstract TVector Load(ref readonly float source, nuint offset);

    static abstract void Store(TVector vector, ref float destination, nuint offset);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    /// <summary>a·b + c, fused where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>The larger of each pair.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>The value where a = b, zero elsewhere.</summary>
    static abstract TVector WhereEqual(TVector a, TVector b, TVector value);

    static abstract TVector Clamp(TVector vector, TVector low, TVector high);

    /// <summary>The nearest integers.</summary>
    static abstract TVector Round(TVector vector);

    /// <summary>2 to the power of integers from -126 to 127, made by writing the exponent bits.</summary>
    static abstract TVector PowerOfTwo(TVector integers);

    /// <summary>Zero where |vector| is under the threshold, the number itself elsewhere.</summary>
    static abstract TVector ZeroBelow(TVector vector, TVector threshold);
}

/// <summary>What the hot methods carry: compiled once, fully optimised, at the first call, not after 30 calls.</summary>
internal static class Hot
{
    public const MethodImplOptions Method = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    public const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
}
