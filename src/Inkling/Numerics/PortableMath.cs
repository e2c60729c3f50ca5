namespace Inkling.Numerics;

/// <summary>
/// Elementary functions made only of additions, multiplications and divisions, whose results IEEE 754 defines to the bit.
/// Math.Log and similar functions call the platform's C runtime, and differ between platforms in the last place. All
/// training code uses these functions. Accurate to one unit in the last place.
/// </summary>
/// <remarks>The methods and coefficients of fdlibm (Sun Microsystems 1993), as musl simplifies them.</remarks>
internal static class PortableMath
{
    private const double Ln2High = 6.93147180369123816490e-01, Ln2Low = 1.90821492927058770002e-10;
    private const double QuarterTurn1 = 1.57079632673412561417e+00, QuarterTurn2 = 6.07710050630396597660e-11; // π/2 in parts
    private const double QuarterTurn3 = 2.02226624879595063154e-21;
    private const double LargestAngle = 1e6; // up to 2^20 quarter turns, their product with QuarterTurn1 is exact

    /// <summary>ln x; -∞ for 0, NaN for negative numbers.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        int exponent = 0;
        if (x < 2.2250738585072014e-308)
            (x, exponent) = (x * 18014398509481984.0, -54); // subnormal: times 2^54
        // x = 2^exponent · (1 + f), 1 + f from √½ to √2.
        ulong bits = BitConverter.DoubleToUInt64Bits(x) + (0x3FF0000000000000UL - 0x3FE6A09E00000000UL);
        exponent += (int)(bits >> 52) - 1023;
        double f = BitConverter.UInt64BitsToDouble((bits & 0x000FFFFFFFFFFFFFUL) + 0x3FE6A09E00000000UL) - 1;
        double s = f / (2 + f), z = s * s, w = z * z, half = 0.5 * f * f;
        double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
        double odd = w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01);
        odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + odd));
        return s * (half + (odd + even)) + exponent * Ln2Low - half + f + exponent * Ln2High;
    }

    /// <summary>e^x.</summary>
    public static double Exp(double x)
    {
        if (!(Math.Abs(x) < 746))
            return x > 0 ? double.PositiveInfinity : x < 0 ? 0 : x;
        double n = Math.Round(x * 1.44269504088896338700);
        double high = x - n * Ln2High, low = n * Ln2Low, r = high - low, z = r * r;
        double c = 6.61375632143793436117e-05 + z * (-1.65339022054652515390e-06 + z * 4.13813679705723846039e-08);
        c = r - z * (1.66666666666666019037e-01 + z * (-2.77777777770155933842e-03 + z * c));
        return Math.ScaleB(1 + (r * c / (2 - c) - low + high), (int)n);
    }

    /// <summary>The sine and cosine of an angle in radians, from -1,000,000 to 1,000,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The angle is outside this range.</exception>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        if (!(Math.Abs(angle) <= LargestAngle))
            throw new ArgumentOutOfRangeException(nameof(angle), angle, "An angle is from -1,000,000 to 1,000,000.");
        // Range reduction: what is left of the angle after whole quarter turns is x + y.
        double turns = Math.Round(angle * 6.36619772367581382433e-01), rough = angle - turns * QuarterTurn1;
        double w = turns * QuarterTurn2, rest = rough - w;
        w = turns * QuarterTurn3 - ((rough - rest) - w);
        double x = rest - w, y = (rest - x) - w;
        double z = x * x, zz = z * z;
        double r = z * zz * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10);
        r = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * 2.75573137070700676789e-06) + r;
        double v = z * x, sin = x - ((z * (0.5 * y - v * r) - y) - v * -1.66666666666666324348e-01);
        r = zz * zz * (-2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11));
        r = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * 2.48015872894767294178e-05)) + r;
        double half = 0.5 * z, near = 1 - half, cos = near + (((1 - near) - half) + (z * r - x * y));
        return ((long)turns & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    /// <inheritdoc cref="SinCos"/>
    public static double Sin(double angle) => SinCos(angle).Sin;

    /// <inheritdoc cref="SinCos"/>
    public static double Cos(double angle) => SinCos(angle).Cos;

    /// <summary>x^n, by repeated squaring; rounding errors may add up as in n multiplications.</summary>
    /// <exception cref="ArgumentOutOfRangeException">n is negative.</exception>
    public static double Power(double x, long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        double power = 1;
        for (; n > 0; n >>= 1, x *= x)
            power *= (n & 1) == 1 ? x : 1;
        return power;
    }
}
