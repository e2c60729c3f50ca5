using System.Runtime.Intrinsics;
using CsCheck;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;
using static Inkling.Numerics.Kernels.Winograd;

namespace Inkling.Tests.Numerics;

/// <summary>
/// Winograd's convolution against the definition, and its backward transforms against the transposes of the forward ones,
/// at every vector width.
/// </summary>
public class WinogradTests
{
    private const int Channels = Rows.Panel, Planes = Winograd.Planes, Tile = Winograd.Tile, Patch = Winograd.Patch, Kernel = 3;

    /// <summary>The position of a patch in an image of 9×8: inside it, or overlapping its edges by up to two.</summary>
    private static readonly Gen<(Place Patch, Place Tile, int Seed)> Places =
        Gen.Select(Gen.Int[-2, 5], Gen.Int[-2, 4], Gen.Int, (top, left, seed) =>
            (new Place(9, 8, Channels, Channels, top, left), new Place(7, 6, Channels, Channels, top, left), seed));

    private static readonly Place WholeKernel = new(Kernel, Kernel, Channels, Channels, 0, 0);

    [Fact]
    public void Sixteen_outputs_are_the_sums_of_their_windows() => AtEveryWidth(width => Places.Sample(c =>
    {
        Random random = new(c.Seed);
        float[] image = Numbers(random, 9 * 8 * Channels), kernel = Numbers(random, 9 * Channels),
            output = new float[7 * 6 * Channels];
        float[] x = width.ToPlanes(Map.Input, image, c.Patch), g = width.ToPlanes(Map.Kernel, kernel, WholeKernel);
        width.FromPlanes(Map.Output, [.. x.Zip(g, (a, b) => a * b)], output, c.Tile);
        for (int y = Math.Max(0, c.Tile.Top); y < Math.Min(7, c.Tile.Top + Tile); y++)
        {
            for (int column = Math.Max(0, c.Tile.Left); column < Math.Min(6, c.Tile.Left + Tile); column++)
            {
                for (int channel = 0; channel < Channels; channel++)
                {
                    double expected = 0;
                    for (int k = 0; k < Kernel * Kernel; k++)
                        expected += (double)image[((y + k / Kernel) * 8 + column + k % Kernel) * Channels + channel]
                            * kernel[k * Channels + channel];
                    Assert.Equal(expected, output[(y * 6 + column) * Channels + channel], 2e-4);
                }
            }
        }
    }));

    [Fact]
    public void What_carries_errors_back_is_the_transpose_of_what_went_forward() => AtEveryWidth(width => Places.Sample(c =>
    {
        Random random = new(c.Seed);
        float[] planes = Numbers(random, Planes * Channels);
        AssertTransposed(width, Map.Input, Map.InputError, planes, Numbers(random, 9 * 8 * Channels), c.Patch);
        AssertTransposed(width, Map.Error, Map.Output, planes, Numbers(random, 7 * 6 * Channels), c.Tile);
        AssertTransposed(width, Map.Kernel, Map.KernelGradient, planes, Numbers(random, 9 * Channels), WholeKernel);
    }));

    /// <summary>⟨Ax, p⟩ = ⟨x, Aᵀp⟩.</summary>
    private static void AssertTransposed(Width width, Map to, Map from, float[] planes, float[] image, Place place)
    {
        float[] back = new float[image.Length];
        width.FromPlanes(from, planes, back, place);
        double forward = Product(width.ToPlanes(to, image, place), planes), backward = Product(image, back);
        Assert.Equal(forward, backward, 1e-3 * (1 + Math.Abs(forward)));
    }

    private static double Product(float[] a, float[] b) => a.Zip(b, (u, v) => (double)u * v).Sum();

    private static float[] Numbers(Random random, int count)
        => [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];

    private static void AtEveryWidth(Action<Width> check)
    {
        check(new Width<Simd128, Vector128<float>>());
        check(new Width<Simd256, Vector256<float>>());
        check(new Width<Simd512, Vector512<float>>());
    }

    private abstract class Width
    {
        public abstract float[] ToPlanes(Map map, float[] image, Place at);

        public abstract void FromPlanes(Map map, float[] planes, float[] image, Place at);
    }

    private sealed class Width<TSimd, TVector> : Width
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public override float[] ToPlanes(Map map, float[] image, Place at)
        {
            float[] planes = new float[Planes * Channels];
            Winograd.ToPlanes<TSimd, TVector>(map, image, at, planes, Channels, 0);
            return planes;
        }

        public override void FromPlanes(Map map, float[] planes, float[] image, Place at) =>
            Winograd.FromPlanes<TSimd, TVector>(map, planes, Channels, 0, image, at);
    }
}
