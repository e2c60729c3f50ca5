using Inkling.Numerics;

namespace Inkling.Tests.Reading;

/// <summary>
/// Pictures that are made to take a reader as much time and memory as can be: many pieces, many parts, nested frames, huge pieces
/// with holes.
/// </summary>
internal static class HostilePictures
{
    /// <summary>The kinds of them.</summary>
    public static IReadOnlyDictionary<string, Func<int, int, RandomStream, GreyImage>> Kinds { get; } =
        new Dictionary<string, Func<int, int, RandomStream, GreyImage>>(StringComparer.Ordinal)
    {
        ["comb"] = (width, height, _) => Draw(width, height, (x, y) => x % 8 < 3 || (y > height / 2 && y < height / 2 + 3)),
        ["bars"] = (width, height, _) => Draw(width, height, (x, y) => x % 7 < 3 && y > 5 && y < height - 6),
        ["rows of bars"] = (width, height, _) => Draw(width, height, (x, y) => x % 5 < 2 && y % 24 < 20),
        ["thick stripes"] = (width, height, _) => Draw(width, height, (_, y) => y % (height / 3) < height / 4),
        ["grating"] = (width, height, _) => Draw(width, height, (_, y) => y % 2 == 0),
        ["hatching"] = (width, height, _) => Draw(width, height, (x, y) => (x + y) % 9 < 2 || (x - y + height) % 11 < 2),
        ["checkerboard"] = (width, height, _) => Draw(width, height, (x, y) => (x / 7 + y / 7) % 2 == 0),
        ["dots"] = (width, height, _) => Draw(width, height, (x, y) => x % 5 < 3 && y % 10 < 7),
        ["sieve"] = (width, height, _) => Draw(width, height, (x, y) =>
            x > 3 && y > 3 && x < width - 4 && y < height - 4 && (x % 4 < 2 || y % 4 < 2)),
        ["nested frames"] = (width, height, _) => Draw(width, height, (x, y) =>
            Math.Min(Math.Min(x, width - 1 - x), Math.Min(y, height - 1 - y)) % 4 < 2),
        ["ellipses"] = (width, height, _) => Draw(width, height, (x, y) =>
            Math.Sqrt(Math.Pow((x - width / 2.0) / width, 2) + Math.Pow((y - height / 2.0) / height, 2))
            * 2 * Math.Min(width, height) % 8 < 3),
        ["spiral"] = (width, height, _) => Draw(width, height, (x, y) =>
            (Math.Sqrt(Math.Pow(x - width / 2.0, 2) + Math.Pow(y - height / 2.0, 2))
            + 4 * Math.Atan2(y - height / 2.0, x - width / 2.0) / Math.PI) % 8 < 3),
        ["stairs"] = (width, height, _) => Draw(width, height, (x, y) => (x + 3 * (y / 3)) % 40 < 12 && y % 14 < 12),
        ["specks"] = (width, height, random) => Draw(width, height, (_, _) => random.NextDouble() < 0.02),
        ["noise"] = (width, height, random) => Draw(width, height, (_, _) => random.NextDouble() < 0.5),
        ["dense noise"] = (width, height, random) => Draw(width, height, (_, _) => random.NextDouble() < 0.9),
        ["blobs"] = (width, height, random) =>
        {
            bool[] cells = [.. Enumerable.Range(0, width * height / 9 + width + height).Select(_ => random.NextDouble() < 0.35)];
            return Draw(width, height, (x, y) => cells[y / 3 * (width / 3) + x / 3]);
        },
    };

    private static GreyImage Draw(int width, int height, Func<int, int, bool> isInk)
    {
        byte[] pixels = new byte[width * height];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = isInk(i % width, i / width) ? (byte)30 : (byte)230;
        return new GreyImage(width, height, pixels);
    }
}
