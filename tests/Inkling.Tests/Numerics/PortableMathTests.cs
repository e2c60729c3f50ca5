using System.Runtime.InteropServices;
using System.Security.Cryptography;
using CsCheck;
using Inkling.Numerics;

namespace Inkling.Tests.Numerics;

public class PortableMathTests
{
    private const int Cases = 20_000;

    [Fact]
    public void Logarithms_exponentials_and_angles_are_those_of_the_platform_but_for_the_last_place()
    {
        Gen.Double[0, 1].Sample(x => AssertNear(Math.Log(x), PortableMath.Log(x)), iter: Cases);
        Gen.Double[-700, 700].Sample(x => AssertNear(Math.Log(Math.Exp(x)), PortableMath.Log(Math.Exp(x))), iter: Cases);
        Gen.Double[-745, 709].Sample(x => AssertNear(Math.Exp(x), PortableMath.Exp(x)), iter: Cases);
        Gen.Double[-1e6, 1e6].Sample(x => AssertNear(Math.Sin(x), PortableMath.Sin(x)), iter: Cases);
        Gen.Double[-100, 100].Sample(x => AssertNear(Math.Cos(x), PortableMath.Cos(x)), iter: Cases);
        Gen.Select(Gen.Double[0, 1], Gen.Int[0, 100])
            .Sample((x, n) => AssertNear(Math.Pow(x, n), PortableMath.Power(x, n), ulps: 4 + n), iter: Cases);
    }

    [Fact]
    public void The_ends_of_their_ranges_are_the_limits()
    {
        Assert.Equal(double.NegativeInfinity, PortableMath.Log(0));
        Assert.Equal(double.PositiveInfinity, PortableMath.Log(double.PositiveInfinity));
        Assert.True(
            double.IsNaN(PortableMath.Log(-1))
            && double.IsNaN(PortableMath.Log(double.NaN))
            && double.IsNaN(PortableMath.Exp(double.NaN)));
        Assert.Equal(0, PortableMath.Log(1));
        AssertNear(Math.Log(double.Epsilon), PortableMath.Log(double.Epsilon));
        Assert.Equal(0, PortableMath.Exp(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, PortableMath.Exp(1000));
        Assert.Equal((0, 1), PortableMath.SinCos(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PortableMath.Sin(1e7));
        Assert.Throws<ArgumentOutOfRangeException>(() => PortableMath.Sin(double.NaN));
        Assert.Equal(1, PortableMath.Power(0, 0));
        Assert.Equal(1, PortableMath.Power(1, long.MaxValue));
    }

    [Fact]
    public void Normal_numbers_are_these_very_ones_on_every_machine()
    {
        RandomStream random = new(seed: 1);
        double[] numbers = [.. Enumerable.Range(0, 10_000).Select(_ => random.NextGaussian())];
        // Computed independently in another language, from the definitions of xoshiro256++, the polar method and fdlibm's
        // logarithm.
        Assert.Equal(
            "578828D69A12854996683055D49A7B99D35AA31989DAA7121B504998979FA828",
            Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<double>(numbers))));
    }

    private static void AssertNear(double expected, double actual, int ulps = 2)
    {
        if (expected == actual)
            return; // also where both are infinite
        double tolerance = ulps * (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected));
        Assert.InRange(actual, expected - tolerance, expected + tolerance);
    }
}
