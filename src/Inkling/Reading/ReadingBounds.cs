using Inkling.Reading.Budget;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;

namespace Inkling.Reading;

/// <summary>What reading a picture may cost, in proportion to the pixels of its ink map (docs/reading.md, docs/adr/0009).</summary>
internal static class ReadingBounds
{
    /// <summary>
    /// What reading the numbers of an ink map may cost for each of its pixels, and beyond that: chosen so that 575 pictures of
    /// numbers, from single digits to whole pages, are read to the same bits with and without the bounds.
    /// </summary>
    private const long PixelsEach = 400, MorePixels = 2_000_000, PixelsEachOfLarge = 100, MorePixelsOfLarge = 20_000_000;

    /// <inheritdoc cref="PixelsEach"/>
    private const long PixelsToASegment = 250, MoreSegments = 1_000, WaysEach = 20, MoreWays = 20_000_000;

    /// <summary>
    /// How often a look at a picture may see each pixel of the ink map before there are numbers: finding ink some 80 times, ruled
    /// lines <see cref="RuledLines.SeenEach"/> times, and frames as often for each of <see cref="RuledLines.FramesDeep"/> in each other.
    /// </summary>
    private const long LookEach = 80 + RuledLines.SeenEach * (1 + RuledLines.FramesDeep);

    /// <summary>What reading the numbers of an ink map may cost.</summary>
    public static ReadingCost ForNumbersOn(Ink ink)
    {
        long pixels = ink.Values.Length;
        return new ReadingCost(
            Math.Min(PixelsEach * pixels + MorePixels, PixelsEachOfLarge * pixels + MorePixelsOfLarge),
            long.MaxValue / 4,
            pixels / PixelsToASegment + MoreSegments,
            WaysEach * pixels + MoreWays);
    }

    /// <summary>
    /// The most that a reading can cost, whatever the picture shows: two looks. In each, finding ink, lines and frames looks at each
    /// of the ink map's pixels at most <see cref="LookEach"/> times, and its numbers cost no more than their budget.
    /// </summary>
    /// <param name="picture">A picture.</param>
    /// <param name="ink">Its ink map.</param>
    public static ReadingCost ForReading(GreyImage picture, Ink ink)
    {
        ReadingCost numbers = ForNumbersOn(ink), overshoot = new(20L * ink.Values.Length, 0, SegmentJudge.AtOnce, Lattice.MostWaysEach);
        long pieces = 8L * InkPieces.Most * InkPieces.Most;
        ReadingCost finding = new(picture.Pixels.Length + LookEach * ink.Values.Length, pieces, 0, 0);
        ReadingCost look = finding + (numbers with { Pieces = 0 }) + overshoot;
        return look + look;
    }
}
