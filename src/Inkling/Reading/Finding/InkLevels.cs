using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Finding;

/// <summary>
/// Which grey levels of an evenly lit picture are paper and which are ink: a paper level, a pen level, and what lies between.
/// </summary>
internal sealed class InkLevels
{
    private readonly double _paper, _pen, _cut;

    private InkLevels(double paper, double pen, double threshold, double cut, double spread, double evenBorder)
    {
        EvenBorder = evenBorder;
        _paper = paper;
        _pen = pen;
        _cut = cut;
        Spread = spread;
        Threshold = (float)Math.Clamp((threshold - paper) / (pen - paper), cut, 1);
    }

    /// <summary>The ink, in (0, 1], above which a pixel is more pen than paper.</summary>
    public float Threshold { get; }

    /// <summary>Whether ink is darker than paper.</summary>
    public bool IsDarkOnLight => _pen < _paper;

    /// <summary>By how many grey levels ink differs from paper.</summary>
    public double Contrast => Math.Abs(_pen - _paper);

    /// <summary>The paper's own spread, in grey levels.</summary>
    public double Spread { get; }

    /// <summary>The share of the picture's border that is paper, within <see cref="InkConstants.EvenBorderTolerance"/>.</summary>
    public double EvenBorder { get; }

    /// <summary>The levels of a picture, or null where it shows nothing: one shade, or noise.</summary>
    public static InkLevels? Of(GreyImage picture, InkConstants constants, ReadingWork work)
    {
        int[] all = new int[256], border = new int[256];
        for (int row = 0; row < picture.Height; row++)
        {
            work.CountPixels(picture.Width);
            ReadOnlySpan<byte> line = picture.Pixels.Slice(row * picture.Width, picture.Width);
            foreach (byte level in line)
                all[level]++;
            if (row == 0 || row == picture.Height - 1)
            {
                foreach (byte level in line)
                    border[level]++;
            }
            else
            {
                border[line[0]]++;
                border[line[^1]]++;
            }
        }

        if (Otsu(all) is not { } threshold)
            return null;
        double darkShare = ShareUpTo(all, threshold);
        bool isMixed = darkShare > constants.MixedMinDarkShare && darkShare < constants.MixedMaxDarkShare;
        bool darkOnLight = (isMixed ? ShareUpTo(border, threshold) : darkShare) < 0.5;
        Range dark = ..(threshold + 1), light = (threshold + 1)..;
        Range paperSide = darkOnLight ? light : dark, penSide = darkOnLight ? dark : light;
        double paper = Quantile(all, paperSide, 0.5);
        double pen = Quantile(all, penSide, darkOnLight ? constants.FullInkShare : 1 - constants.FullInkShare);
        double spread = SpreadOf(all, paperSide, paper), contrast = Math.Abs(pen - paper);
        if (contrast < Math.Max(constants.EvenMinContrast, constants.EvenMinContrastInSpreads * spread))
            return null;
        double cut = Math.Clamp(constants.EvenCutInSpreads * spread / contrast, constants.EvenMinCut, constants.EvenMaxCut);
        double tolerance = constants.EvenBorderTolerance * contrast;
        int paperOnBorder = border.Where((_, level) => Math.Abs(level - paper) <= tolerance).Sum();
        double evenBorder = (double)paperOnBorder / border.Sum();
        return new InkLevels(paper, pen, threshold + 0.5, cut, spread, evenBorder);
    }

    /// <summary>How far a grey level is from paper towards pen, 0 to 1; exactly 0 where that may be noise.</summary>
    public float InkOf(byte level)
    {
        double ink = (level - _paper) / (_pen - _paper);
        return ink < _cut ? 0 : (float)Math.Min(ink, 1);
    }

    /// <summary>
    /// Otsu's threshold (1979): the level, counted to the dark side, that parts the histogram into two classes with the largest
    /// variance between them; null where all levels are one.
    /// </summary>
    private static int? Otsu(int[] histogram)
    {
        double total = 0, sum = 0;
        for (int level = 0; level < 256; level++)
        {
            total += histogram[level];
            sum += (double)level * histogram[level];
        }

        int? best = null;
        double most = -1, below = 0, belowSum = 0;
        for (int level = 0; level < 255; level++)
        {
            below += histogram[level];
            belowSum += (double)level * histogram[level];
            if (below == 0 || below == total)
                continue;
            double difference = belowSum / below - (sum - belowSum) / (total - below);
            double between = below * (total - below) * difference * difference;
            if (between > most)
                (most, best) = (between, level);
        }

        return best;
    }

    private static double ShareUpTo(int[] histogram, int level) =>
        (double)histogram.Take(level + 1).Sum() / histogram.Sum();

    private static int Quantile(int[] histogram, Range levels, double share)
    {
        (int start, int length) = levels.GetOffsetAndLength(256);
        long total = 0;
        foreach (int n in histogram.AsSpan(start, length))
            total += n;
        int level = start;
        for (long below = histogram[level]; below < share * total; below += histogram[level])
            level++;
        return level;
    }

    /// <summary>The paper's spread, 1.4826 × the median absolute deviation: soft edges of ink hardly change it.</summary>
    private static double SpreadOf(int[] histogram, Range paper, double median)
    {
        int[] deviations = new int[256];
        (int start, int length) = paper.GetOffsetAndLength(256);
        for (int level = start; level < start + length; level++)
            deviations[(int)Math.Abs(level - median)] += histogram[level];
        return 1.4826 * Quantile(deviations, .., 0.5);
    }
}
