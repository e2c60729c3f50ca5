using ILGPU;
using ILGPU.Runtime.Cuda;

namespace Inkling.Gpu;

/// <summary>
/// Arithmetic that rounds as the CPU's does. Compilers for devices may fuse a product and the sum that follows it, so each kind
/// of device has operations of its own; a kernel is compiled for one of them.
/// </summary>
internal interface IDeviceMath
{
    /// <summary>a · b + c with one rounding.</summary>
    float MultiplyAdd(float a, float b, float c);

    /// <summary>a · b.</summary>
    float Multiply(float a, float b);

    /// <summary>a + b.</summary>
    float Add(float a, float b);

    /// <summary>a - b.</summary>
    float Subtract(float a, float b);
}

/// <summary>Each instruction names its rounding, which forbids the driver to fuse it.</summary>
internal readonly struct CudaMath : IDeviceMath
{
    public float MultiplyAdd(float a, float b, float c)
    {
        CudaAsm.Emit("fma.rn.f32 %0, %1, %2, %3;", out float result, a, b, c);
        return result;
    }

    public float Multiply(float a, float b)
    {
        CudaAsm.Emit("mul.rn.f32 %0, %1, %2;", out float result, a, b);
        return result;
    }

    public float Add(float a, float b)
    {
        CudaAsm.Emit("add.rn.f32 %0, %1, %2;", out float result, a, b);
        return result;
    }

    public float Subtract(float a, float b)
    {
        CudaAsm.Emit("sub.rn.f32 %0, %1, %2;", out float result, a, b);
        return result;
    }
}

/// <summary>
/// Plain C#, in which the device's compiler may fuse a product and the sum that follows, as CUDA's does: for results within
/// rounding. In OpenCL C they are rounded apart: ILGPU writes a statement for each, and OpenCL fuses within an expression at
/// most.
/// </summary>
internal readonly struct CompilerMath : IDeviceMath
{
    public float MultiplyAdd(float a, float b, float c) => a * b + c;

    public float Multiply(float a, float b) => a * b;

    public float Add(float a, float b) => a + b;

    public float Subtract(float a, float b) => a - b;
}

/// <summary>A device emulated on the CPU.</summary>
internal readonly struct EmulatedMath : IDeviceMath
{
    public float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    public float Multiply(float a, float b) => a * b;

    public float Add(float a, float b) => a + b;

    public float Subtract(float a, float b) => a - b;
}

/// <summary>The sigmoid on a device.</summary>
internal static class DeviceSigmoid<TMath>
    where TMath : struct, IDeviceMath
{
    private const float ToNearestInteger = 12_582_912; // 1.5 · 2^23: a sum with it has no bits behind the point

    /// <summary>σ(z), by the operations of <see cref="Numerics.Kernels.SigmoidKernels"/> in their order.</summary>
    public static float Of(float z) => 1 / default(TMath).Add(1, Exp(-z));

    /// <summary>e^x for |x| ≤ 87, and constant beyond; NaN stays NaN, which a device's min and max would drop.</summary>
    public static float Exp(float x)
    {
        TMath math = default;
        x = x > 87 ? 87 : x;
        x = x < -87 ? -87 : x;
        float n = math.Subtract(math.Add(math.Multiply(x, 1.44269504088896341f), ToNearestInteger), ToNearestInteger);
        float r = math.MultiplyAdd(n, -0.693359375f, x);
        r = math.MultiplyAdd(n, 2.12194440e-4f, r);
        float p = 1.9875691500e-4f;
        p = math.MultiplyAdd(p, r, 1.3981999507e-3f);
        p = math.MultiplyAdd(p, r, 8.3334519073e-3f);
        p = math.MultiplyAdd(p, r, 4.1665795894e-2f);
        p = math.MultiplyAdd(p, r, 1.6666665459e-1f);
        p = math.MultiplyAdd(p, r, 5.0000001201e-1f);
        p = math.MultiplyAdd(p, math.Multiply(r, r), math.Add(r, 1));
        return math.Multiply(p, Interop.IntAsFloat((uint)((int)n + 127) << 23));
    }

    /// <summary>error · σ'(z), with σ'(z) = a (1 - a); 0 where it is too small to change a weight.</summary>
    public static float TimesDerivative(float a, float error)
    {
        TMath math = default;
        float product = math.Multiply(error, math.Multiply(a, math.Subtract(1, a)));
        return Math.Abs(product) < 1e-30f ? 0 : product;
    }
}
