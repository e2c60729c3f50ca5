using System.Runtime.Intrinsics;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Tests.Numerics;

public class SigmoidKernelsTests
{
    [Fact]
    public void The_sigmoid_is_within_four_units_in_the_last_place_of_the_exact_one()
    {
        float[] z = [.. Enumerable.Range(-80_000, 160_000).Select(i => i / 1000f)];
        float[] a = new float[z.Length];
        SigmoidKernels.Apply(z, a);
        for (int i = 0; i < z.Length; i++)
        {
            double exact = 1 / (1 + Math.Exp(-(double)z[i]));
            Assert.InRange(a[i], exact - 4 * Ulp(exact), exact + 4 * Ulp(exact));
        }
    }

    [Fact]
    public void The_sigmoid_of_the_absurd_is_still_between_0_and_1()
    {
        float[] z = [.. Enumerable.Repeat(0f, 12), -1e30f, 1e30f, float.MinValue, float.MaxValue];
        float[] a = new float[16];
        SigmoidKernels.Apply(z, a);
        Assert.Equal(0.5f, a[0]);
        Assert.Equal([0f, 1f, 0f, 1f], a[12..].Select(x => MathF.Round(x, 6)));
    }

    [Fact]
    public void Every_vector_width_gives_the_same_bits()
    {
        float[] z = [.. Enumerable.Range(-1600, 3200).Select(i => i / 31f)];
        float[] narrow = new float[z.Length], middle = new float[z.Length], wide = new float[z.Length];
        SigmoidKernels.Apply<Simd128, Vector128<float>>(z, narrow);
        SigmoidKernels.Apply<Simd256, Vector256<float>>(z, middle);
        SigmoidKernels.Apply<Simd512, Vector512<float>>(z, wide);
        Assert.Equal(narrow, middle);
        Assert.Equal(narrow, wide);
    }

    private static double Ulp(double value) => MathF.BitIncrement((float)value) - (float)value;
}
