using Inkling.Numerics.Kernels;

namespace Inkling.Tests.Numerics;

/// <summary>Winograd's transforms against their matrices: M · patch · Mᵀ.</summary>
internal static partial class KernelComparison<TSimd, TVector>
{
    private static readonly double[,] Input =
    {
        { 4, 0, -5, 0, 1, 0 },
        { 0, -4, -4, 1, 1, 0 },
        { 0, 4, -4, -1, 1, 0 },
        { 0, -2, -1, 2, 1, 0 },
        { 0, 2, -1, -2, 1, 0 },
        { 0, 4, 0, -5, 0, 1 },
    };

    private static readonly double[,] Output =
    {
        { 1, 1, 1, 1, 1, 0 },
        { 0, 1, -1, 2, -2, 0 },
        { 0, 1, 1, 4, 4, 0 },
        { 0, 1, -1, 8, -8, 1 }
    };

    private static readonly double[,] KernelMap =
    {
        { 1 / 4.0, 0, 0 },
        { -1 / 6.0, -1 / 6.0, -1 / 6.0 },
        { -1 / 6.0, 1 / 6.0, -1 / 6.0 },
        { 1 / 24.0, 1 / 12.0, 1 / 6.0 },
        { 1 / 24.0, -1 / 12.0, 1 / 6.0 },
        { 0, 0, 1 },
    };

    private static void ToPlanes(KernelCase c)
    {
        Winograd.Map map = c.Size(0, 2) switch { 0 => Winograd.Map.Input, 1 => Winograd.Map.Error, _ => Winograd.Map.Kernel };
        double[,] matrix = map == Winograd.Map.Input ? Input : map == Winograd.Map.Error ? Transposed(Output) : KernelMap;
        (Winograd.Place at, int length) = PatchOf(c, matrix.GetLength(1));
        int row = 16 * c.Size(0, 2), plane = row + at.Channels + 16 * c.Size(0, 2);
        ReadOnlySpan<float> image = c.Numbers(length);
        Span<float> planes = c.Numbers((Winograd.Planes - 1) * plane + row + at.Channels);
        float[] before = planes.ToArray();
        Winograd.ToPlanes<TSimd, TVector>(map, image, at, planes, plane, row);
        for (int channel = 0; channel < at.Channels; channel++)
        {
            double[,] patch = new double[matrix.GetLength(1), matrix.GetLength(1)];
            foreach ((int y, int x) in Inside(at, patch.GetLength(0)))
                patch[y, x] = image[at.IndexOf(y, x) + channel];
            double[,] expected = Mapped(matrix, patch);
            for (int p = 0; p < Winograd.Planes; p++)
            {
                KernelCase.AssertNear(expected[p / 6, p % 6], planes[p * plane + row + channel], 1e-4);
                before[p * plane + row + channel] = planes[p * plane + row + channel];
            }
        }

        KernelCase.AssertSame(before, planes); // and nothing else was written
    }

    private static void FromPlanes(KernelCase c)
    {
        Winograd.Map map =
            c.Size(0, 2) switch { 0 => Winograd.Map.Output, 1 => Winograd.Map.InputError, _ => Winograd.Map.KernelGradient };
        double[,] matrix = map == Winograd.Map.Output ? Output : Transposed(map == Winograd.Map.InputError ? Input : KernelMap);
        (Winograd.Place at, int length) = PatchOf(c, matrix.GetLength(0));
        int row = 16 * c.Size(0, 2), plane = row + at.Channels + 16 * c.Size(0, 2);
        ReadOnlySpan<float> planes = c.Numbers((Winograd.Planes - 1) * plane + row + at.Channels);
        Span<float> image = c.Numbers(length);
        float[] before = image.ToArray();
        Winograd.FromPlanes<TSimd, TVector>(map, planes, plane, row, image, at);
        for (int channel = 0; channel < at.Channels; channel++)
        {
            double[,] patch = new double[6, 6];
            for (int p = 0; p < Winograd.Planes; p++)
                patch[p / 6, p % 6] = planes[p * plane + row + channel];
            double[,] expected = Mapped(matrix, patch);
            foreach ((int y, int x) in Inside(at, matrix.GetLength(0)))
            {
                int i = at.IndexOf(y, x) + channel;
                KernelCase.AssertNear(expected[y, x] + (map == Winograd.Map.Output ? 0 : before[i]), image[i], 2e-3);
                before[i] = image[i];
            }
        }

        KernelCase.AssertSame(before, image);
    }

    /// <summary>A patch inside an image or overlapping its edges, and the image's length up to its last used channel.</summary>
    private static (Winograd.Place At, int Length) PatchOf(KernelCase c, int side)
    {
        bool isInside = c.Coin();
        int height = c.Size(isInside ? side : 1, 12), width = c.Size(isInside ? side : 1, 12),
            channels = 16 * c.Size(1, 3), pitch = channels + c.Size(0, 40);
        int top = isInside ? c.Size(0, height - side) : c.Size(-side, height),
            left = isInside ? c.Size(0, width - side) : c.Size(-side, width);
        int length = (height * width - 1) * pitch + channels;
        return (
            new Winograd.Place(
                height, width, pitch, channels, Math.Clamp(top, -length, length), Math.Clamp(left, -length, length)),
            length);
    }

    private static IEnumerable<(int Y, int X)> Inside(Winograd.Place at, int side) =>
        from y in Enumerable.Range(0, side)
        from x in Enumerable.Range(0, side)
        where at.Top + y >= 0 && at.Top + y < at.Height && at.Left + x >= 0 && at.Left + x < at.Width
        select (y, x);

    private static double[,] Mapped(double[,] matrix, double[,] patch) => Product(Product(matrix, patch), Transposed(matrix));

    private static double[,] Product(double[,] a, double[,] b)
    {
        double[,] product = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < product.GetLength(0); i++)
        {
            for (int j = 0; j < product.GetLength(1); j++)
            {
                for (int k = 0; k < b.GetLength(0); k++)
                    product[i, j] += a[i, k] * b[k, j];
            }
        }

        return product;
    }

    private static double[,] Transposed(double[,] matrix)
    {
        double[,] transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (int i = 0; i < transposed.GetLength(0); i++)
        {
            for (int j = 0; j < transposed.GetLength(1); j++)
                transposed[i, j] = matrix[j, i];
        }

        return transposed;
    }
}
