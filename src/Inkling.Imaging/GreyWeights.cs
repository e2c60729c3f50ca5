using SkiaSharp;

namespace Inkling.Imaging;

/// <summary>
/// How much of red, green and blue make a grey level, times 65536, and what is added: luminance, or, where that shows nearly
/// nothing and the colours do, a difference of two of them. Ink may be as bright as its paper.
/// </summary>
internal readonly record struct GreyWeights(int Red, int Green, int Blue, int Added)
{
    /// <summary>Rec. 709: 0.2126, 0.7152 and 0.0722, rounded to the nearest level.</summary>
    public static readonly GreyWeights Luminance = new(13933, 46871, 4732, 32768);

    private const int Half = 32768, Middle = 128 << 16;

    /// <summary>Half of the difference of two colours, around 128. No two colours of equal luminance are equal in all.</summary>
    private static readonly GreyWeights[] _differences =
        [new(Half, -Half, 0, Middle), new(Half, 0, -Half, Middle), new(0, Half, -Half, Middle)];

    /// <summary>How many pixels are looked at, at most about: enough for the colour of thin strokes.</summary>
    private const int Samples = 200_000;

    /// <summary>
    /// Share of the pixels at each end that does not count for the range of a difference: specks, the codec's overshoot.
    /// </summary>
    private const double Tail = 0.002;

    /// <summary>
    /// Pixels at each end that do not count for the range of luminance: fewer, since a few dark strokes on a large page are ink.
    /// </summary>
    private const int LuminanceTail = 20;

    /// <summary>
    /// Levels: a difference of colours is looked at if its range is at least this. Paper and pencil, and what a camera makes of
    /// them, have less.
    /// </summary>
    private const int MinRange = 28;

    /// <summary>
    /// ... and at least so many times the range of luminance. A blue pen on white paper reaches a third of it, a red one a half.
    /// </summary>
    private const double MinTimesLuminance = 1.25;

    /// <summary>A pixel's level, 0 to 255.</summary>
    public int LevelOf(byte red, byte green, byte blue) => (Red * red + Green * green + Blue * blue + Added) >> 16;

    /// <summary>The weights for a picture: luminance but for those of one brightness.</summary>
    /// <param name="bitmap">RGBA, not premultiplied.</param>
    public static GreyWeights For(SKBitmap bitmap)
    {
        ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
        int step = 1;
        while ((long)(bitmap.Width / step) * (bitmap.Height / step) > Samples)
            step++;
        GreyWeights[] all = [Luminance, .. _differences];
        int[][] histograms = [.. all.Select(_ => new int[256])];
        int count = 0;
        for (int y = step / 2; y < bitmap.Height; y += step)
        {
            ReadOnlySpan<byte> line = pixels.Slice(y * bitmap.RowBytes, 4 * bitmap.Width);
            for (int at = 4 * (step / 2); at < line.Length; at += 4 * step)
            {
                if (line[at + 3] < 255)
                    return Luminance; // a transparent picture has its ink's colour alone
                count++;
                for (int i = 0; i < all.Length; i++)
                    histograms[i][all[i].LevelOf(line[at], line[at + 1], line[at + 2])]++;
            }
        }

        double tail = Tail * count;
        int[] ranges =
            [.. histograms.Select((histogram, i) => RangeOf(histogram, i == 0 ? Math.Min(LuminanceTail, tail) : tail))];
        int best = Array.IndexOf(ranges, ranges[1..].Max(), 1);
        return ranges[best] >= Math.Max(MinRange, MinTimesLuminance * ranges[0]) ? all[best] : Luminance;
    }

    /// <summary>From the level that a tail of the pixels is under to the one that a tail is over.</summary>
    private static int RangeOf(int[] histogram, double tail)
    {
        int low = 0, high = 255;
        for (double below = histogram[0]; low < 255 && below <= tail; below += histogram[low])
            low++;
        for (double above = histogram[255]; high > 0 && above <= tail; above += histogram[high])
            high--;
        return Math.Max(0, high - low);
    }
}
