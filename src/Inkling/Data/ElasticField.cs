using System.Runtime.InteropServices;
using Inkling.Numerics;

namespace Inkling.Data;

/// <summary>Displacement fields for elastic distortion: noise smoothed by a Gaussian.</summary>
internal static class ElasticField
{
    public const int Side = 64, Length = Side * Side;

    public const int MostRadius = 20; // of the Gaussian, pixels

    private const int Lanes = 16;

    /// <summary>Fills one component (x or y) of a displacement field.</summary>
    /// <param name="field">Receives [height, 64], pixels.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="strength">α, pixels.</param>
    /// <param name="smoothness">σ, pixels.</param>
    /// <param name="random">Source of the noise.</param>
    public static void Fill(Span<float> field, int height, int width, double strength, double smoothness, RandomStream random)
    {
        Span<float> kernel = Gaussian(smoothness, stackalloc float[2 * MostRadius + 1]);
        Span<float> turned = stackalloc float[Length];
        for (int y = 0; y < height; y++)
        {
            ulong bits = 0;
            for (int x = 0; x < width; x++, bits >>= 16)
            {
                bits = x % 4 == 0 ? random.NextUInt64() : bits;
                turned[x * Side + y] = ((bits & 0xFFFF) - 32767.5f) * (float)(strength / 32767.5);
            }
        }

        Span<float> smooth = stackalloc float[Length];
        SmoothDown(turned, smooth, width, height, kernel);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                turned[y * Side + x] = smooth[x * Side + y];
        }

        SmoothDown(turned, field, height, width, kernel);
    }

    /// <summary>The weights of the Gaussian that smooths the noise, from one end to the other.</summary>
    /// <param name="smoothness">σ, pixels.</param>
    /// <param name="room">Receives them: up to 41.</param>
    public static Span<float> Gaussian(double smoothness, Span<float> room)
    {
        int radius = Math.Clamp((int)Math.Ceiling(2.5 * smoothness), 1, MostRadius);
        double sum = 0;
        for (int d = -radius; d <= radius; d++)
            sum += PortableMath.Exp(-d * d / (2 * smoothness * smoothness));
        for (int d = -radius; d <= radius; d++)
            room[d + radius] = (float)(PortableMath.Exp(-d * d / (2 * smoothness * smoothness)) / sum);
        return room[..(2 * radius + 1)];
    }

    /// <summary>Convolves each column with the kernel; values beyond the edge count as 0.</summary>
    private static void SmoothDown(ReadOnlySpan<float> from, Span<float> to, int rows, int columns, ReadOnlySpan<float> kernel)
    {
        int radius = kernel.Length / 2;
        for (int y = 0; y < rows; y++)
        {
            int first = Math.Max(0, y - radius), last = Math.Min(rows - 1, y + radius);
            for (int x = 0; x < columns; x += Lanes)
            {
                System.Runtime.Intrinsics.Vector512<float> sum = default;
                for (int row = first; row <= last; row++)
                    sum += MemoryMarshal.Read<System.Runtime.Intrinsics.Vector512<float>>(
                            MemoryMarshal.AsBytes(from.Slice(row * Side + x, Lanes)))
                        * kernel[row - y + radius];
                MemoryMarshal.Write(MemoryMarshal.AsBytes(to.Slice(y * Side + x, Lanes)), sum);
            }
        }
    }
}
