using Inkling.Numerics;
using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;
using Inkling.Synthesis;

namespace Inkling.Recipes;

/// <summary>
/// Training data of the reader's segment network: segments of synthetic numbers, cut by the code that also cuts photos, in eleven
/// classes. A segment that is exactly one whole digit has that digit's class; one that is part of a digit, or more than one, has
/// <see cref="NoDigit"/>.
/// </summary>
internal static class SegmentExamples
{
    /// <summary>The class of segments that are not a digit.</summary>
    public const int NoDigit = 10;

    /// <summary>Number of classes: ten digits and <see cref="NoDigit"/>.</summary>
    public const int Classes = 11;

    /// <summary>
    /// A segment is a digit where at least this share of it is that digit's ink, and this share of that digit's ink is in it.
    /// </summary>
    private const double Whole = 0.93;

    /// <summary>With less of either it is no digit. What is between is left out. Both chosen by hand.</summary>
    private const double NotWhole = 0.8;

    /// <summary>Creates examples, about as many that are no digit as are digits.</summary>
    /// <param name="digits">28×28 images to compose numbers from.</param>
    /// <param name="lines">How many numbers to compose.</param>
    /// <param name="seed">The same seed gives the same examples, for any number of threads.</param>
    /// <returns>28×28 images in eleven classes, about ten for each number.</returns>
    /// <exception cref="ArgumentException">There are no images, or they are not 28×28 or not digits.</exception>
    public static LabelledImages Create(LabelledImages digits, int lines, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(digits);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lines);
        const int side = MnistNormalisation.Side;
        if (digits.Count == 0 || digits.Height != side || digits.Width != side || digits.Classes != NoDigit)
            throw new ArgumentException("Numbers are written with 28×28 images of digits.", nameof(digits));
        List<(byte[] Glyph, byte Label)>[] found = new List<(byte[], byte)>[lines];
        Parallel.For(0, lines, i =>
        {
            RandomStream random = new(seed, stream: i);
            WrittenLine line = WrittenLines.Write(digits, random);
            found[i] = Balanced([.. Cut(line)], random);
        });
        (byte[] Glyph, byte Label)[] all = [.. found.SelectMany(examples => examples)];
        byte[] pixels = new byte[all.Length * MnistNormalisation.Side * MnistNormalisation.Side];
        for (int i = 0; i < all.Length; i++)
            all[i].Glyph.CopyTo(pixels, i * all[i].Glyph.Length);
        return new LabelledImages(pixels, all.Select(example => example.Label).ToArray(), classes: Classes);
    }

    private static List<(byte[] Glyph, byte Label)> Balanced(List<(byte[] Glyph, byte Label)> examples, RandomStream random)
    {
        int digits = examples.Count(example => example.Label != NoDigit), others = examples.Count - digits;
        return [.. examples.Where(example => example.Label != NoDigit || random.NextDouble() * others < digits)];
    }

    private static IEnumerable<(byte[] Glyph, byte Label)> Cut(WrittenLine line)
    {
        Ink ink = new(line.Width, line.Height, line.Ink);
        ReadingWork work = new();
        ReaderConstants constants = ReaderConstants.Default;
        InkPieces pieces = InkPieces.Of(ink, constants, work);
        int[] areas = new int[line.Digits.Length + 1];
        for (int i = 0; i < line.Ink.Length; i++)
        {
            if (line.Owner[i] >= 0 && line.Ink[i] >= ink.Threshold)
                areas[line.Owner[i]]++;
        }

        foreach (Word word in TextLayout.Find(ink, pieces, constants, work).SelectMany(words => words))
        {
            Strip strip = Strip.Of(ink, pieces, word, constants.Upright, work);
            if (PartsOf(strip, ink, word, constants, work) is not { } parts)
                continue;
            int[,] counts = Counts(line, strip, parts, ink.Threshold);
            foreach (Segment segment in Segments.Of(strip, parts, word.DigitHeight, borrows: false, constants.Segments, work))
            {
                if (LabelOf(segment, counts, areas, line) is { } label)
                    yield return (segment.Glyph, label);
            }
        }
    }

    /// <summary>A number's parts; null where they are too many for a number, as of images that are textures.</summary>
    private static InkParts? PartsOf(Strip strip, Ink ink, Word word, ReaderConstants constants, ReadingWork work)
    {
        try
        {
            return InkParts.Of(strip, ink.Threshold, word.DigitHeight, constants, work);
        }
        catch (WorkLimitException)
        {
            return null;
        }
    }

    /// <summary>Counts the pixels of each digit in each part: [parts, digits + 1]; index 0 counts pixels of no digit.</summary>
    private static int[,] Counts(WrittenLine line, Strip strip, InkParts parts, float threshold)
    {
        int[,] counts = new int[parts.Count, line.Digits.Length + 1];
        for (int y = 0; y < strip.Height; y++)
        {
            for (int x = 0; x < strip.Width; x++)
            {
                int at = y * strip.Width + x;
                if (parts.Part[at] < 0 || strip.Values[at] < threshold)
                    continue;
                (int u, int v) = strip.PixelOf(x, y);
                int owner = line.Owner[Math.Clamp(v, 0, line.Height - 1) * line.Width + Math.Clamp(u, 0, line.Width - 1)];
                if (owner != WrittenLines.Joining)
                    counts[parts.Part[at], owner]++;
            }
        }

        return counts;
    }

    private static byte? LabelOf(Segment segment, int[,] counts, int[] areas, WrittenLine line)
    {
        int total = 0, best = 0;
        int[] own = new int[areas.Length];
        for (int part = segment.First; part < segment.End; part++)
        {
            for (int digit = 0; digit < own.Length; digit++)
            {
                own[digit] += counts[part, digit];
                total += counts[part, digit];
            }
        }

        for (int digit = 1; digit < own.Length; digit++)
            best = own[digit] > own[best] || best == 0 ? digit : best;
        double purity = (double)own[best] / Math.Max(1, total), share = (double)own[best] / Math.Max(1, areas[best]);
        if (purity >= Whole && share >= Whole)
            return line.Digits[best - 1];
        return purity < NotWhole || share < NotWhole ? (byte)NoDigit : null;
    }
}
