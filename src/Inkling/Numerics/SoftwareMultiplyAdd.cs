using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics;

/// <summary>
/// a·b + c with one rounding, for processors without fused multiply-add: slower, but the same bits. The product of two floats
/// is exact in double precision; the sum is rounded to odd there, so that the second rounding, to float, gives what one
/// rounding would (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd",
/// 2008).
/// </summary>
internal static class SoftwareMultiplyAdd
{
    public static Vector128<float> Fused(Vector128<float> a, Vector128<float> b, Vector128<float> c)
    {
        (Vector128<double> a0, Vector128<double> a1) = Vector128.Widen(a);
        (Vector128<double> b0, Vector128<double> b1) = Vector128.Widen(b);
        (Vector128<double> c0, Vector128<double> c1) = Vector128.Widen(c);
        return Vector128.Narrow(SumRoundedToOdd(a0 * b0, c0), SumRoundedToOdd(a1 * b1, c1));
    }

    /// <summary>
    /// x + y, rounded to odd: where it is inexact, the one of its two neighbouring doubles whose last bit is odd.
    /// </summary>
    [MethodImpl(Hot.Inline)]
    private static Vector128<double> SumRoundedToOdd(Vector128<double> x, Vector128<double> y)
    {
        Vector128<double> sum = x + y, part = sum - x;
        Vector128<double> error = (x - (sum - part)) + (y - part); // the exact rounding error (Knuth's TwoSum)
        Vector128<long> bits = sum.AsInt64(), one = Vector128<long>.One;
        // False where the error is NaN.
        Vector128<long> isInexact = (Vector128.LessThan(error, default) | Vector128.GreaterThan(error, default)).AsInt64();
        Vector128<long> isEven = (bits & one) - one;
        Vector128<long> signsDiffer = Vector128.ShiftRightLogical(bits ^ error.AsInt64(), 63);
        Vector128<long> towardsError = one - (signsDiffer + signsDiffer); // +1 or -1: away from zero, or towards it
        return (bits + (towardsError & isInexact & isEven)).AsDouble();
    }
}
