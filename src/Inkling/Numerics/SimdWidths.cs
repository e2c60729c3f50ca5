using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Inkling.Numerics;

/// <summary>128 bits: 4 lanes.</summary>
internal readonly struct Simd128 : ISimd<Vector128<float>>
{
    public static int Lanes => Vector128<float>.Count;

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Create(float value) => Vector128.Create(value);

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Load(ref readonly float source, nuint offset) => Vector128.LoadUnsafe(in source, offset);

    [MethodImpl(Hot.Inline)]
    public static void Store(Vector128<float> vector, ref float destination, nuint offset) =>
        vector.StoreUnsafe(ref destination, offset);

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Fma.IsSupported ? Fma.MultiplyAdd(a, b, c)
        : AdvSimd.IsSupported ? AdvSimd.FusedMultiplyAdd(c, a, b)
        : SoftwareMultiplyAdd.Fused(a, b, c);

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Max(a, b) : Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), a, b);

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Min(a, b) : Vector128.ConditionalSelect(Vector128.LessThan(a, b), a, b);

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> OrNaN(Vector128<float> result, Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? result | Sse.CompareUnordered(a, b) : result | ~(Vector128.Equals(a, a) & Vector128.Equals(b, b));

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> WhereEqual(Vector128<float> a, Vector128<float> b, Vector128<float> value) =>
        Vector128.Equals(a, b) & value;

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> Round(Vector128<float> vector) => Vector128.Round(vector);

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> PowerOfTwo(Vector128<float> integers) =>
        ((Vector128.ConvertToInt32Native(integers) + Vector128.Create(127)) << 23).AsSingle();

    [MethodImpl(Hot.Inline)]
    public static Vector128<float> ZeroBelow(Vector128<float> vector, Vector128<float> threshold) =>
        Vector128.AndNot(vector, Vector128.LessThan(Vector128.Abs(vector), threshold));
}

/// <summary>256 bits: 8 lanes.</summary>
internal readonly struct Simd256 : ISimd<Vector256<float>>
{
    public static int Lanes => Vector256<float>.Count;

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Load(ref readonly float source, nuint offset) => Vector256.LoadUnsafe(in source, offset);

    [MethodImpl(Hot.Inline)]
    public static void Store(Vector256<float> vector, ref float destination, nuint offset) =>
        vector.StoreUnsafe(ref destination, offset);

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Fma.IsSupported
            ? Fma.MultiplyAdd(a, b, c)
            : Vector256.Create(
                Simd128.MultiplyAdd(a.GetLower(), b.GetLower(), c.GetLower()),
                Simd128.MultiplyAdd(a.GetUpper(), b.GetUpper(), c.GetUpper()));

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported ? Avx.Max(a, b) : Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), a, b);

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported ? Avx.Min(a, b) : Vector256.ConditionalSelect(Vector256.LessThan(a, b), a, b);

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> OrNaN(Vector256<float> result, Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported ? result | Avx.CompareUnordered(a, b) : result | ~(Vector256.Equals(a, a) & Vector256.Equals(b, b));

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> WhereEqual(Vector256<float> a, Vector256<float> b, Vector256<float> value) =>
        Vector256.Equals(a, b) & value;

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> Round(Vector256<float> vector) => Vector256.Round(vector);

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> PowerOfTwo(Vector256<float> integers) =>
        ((Vector256.ConvertToInt32Native(integers) + Vector256.Create(127)) << 23).AsSingle();

    [MethodImpl(Hot.Inline)]
    public static Vector256<float> ZeroBelow(Vector256<float> vector, Vector256<float> threshold) =>
        Vector256.AndNot(vector, Vector256.LessThan(Vector256.Abs(vector), threshold));
}

/// <summary>512 bits: 16 lanes.</summary>
internal readonly struct Simd512 : ISimd<Vector512<float>>
{
    public static int Lanes => Vector512<float>.Count;

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Create(float value) => Vector512.Create(value);

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Load(ref readonly float source, nuint offset) => Vector512.LoadUnsafe(in source, offset);

    [MethodImpl(Hot.Inline)]
    public static void Store(Vector512<float> vector, ref float destination, nuint offset) =>
        vector.StoreUnsafe(ref destination, offset);

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Avx512F.IsSupported
            ? Avx512F.FusedMultiplyAdd(a, b, c)
            : Vector512.Create(
                Simd256.MultiplyAdd(a.GetLower(), b.GetLower(), c.GetLower()),
                Simd256.MultiplyAdd(a.GetUpper(), b.GetUpper(), c.GetUpper()));

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported ? Avx512F.Max(a, b) : Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), a, b);

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported ? Avx512F.Min(a, b) : Vector512.ConditionalSelect(Vector512.LessThan(a, b), a, b);

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> OrNaN(Vector512<float> result, Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported
            ? result | Avx512F.CompareUnordered(a, b)
            : result | ~(Vector512.Equals(a, a) & Vector512.Equals(b, b));

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> WhereEqual(Vector512<float> a, Vector512<float> b, Vector512<float> value) =>
        Vector512.Equals(a, b) & value;

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> Round(Vector512<float> vector) => Vector512.Round(vector);

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> PowerOfTwo(Vector512<float> integers) =>
        ((Vector512.ConvertToInt32Native(integers) + Vector512.Create(127)) << 23).AsSingle();

    [MethodImpl(Hot.Inline)]
    public static Vector512<float> ZeroBelow(Vector512<float> vector, Vector512<float> threshold) =>
        Vector512.AndNot(vector, Vector512.LessThan(Vector512.Abs(vector), threshold));
}
