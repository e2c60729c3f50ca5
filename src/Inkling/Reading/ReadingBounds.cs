using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;
using Inkling.Reading.Ruling;

namespace Inkling.Reading;

/// <summary>
/// What reading a picture may cost, in proportion to the pixels of its ink map (docs/reading.md, docs/adr/0009).
/// </summary>
internal static class ReadingBounds
{
    /// <summary>
    /// How many times the pixels of the picture's ink map a sheet's has at most. A sheet that is a share f of the picture's
    /// longer side is reduced f times as much, and has at most 1 / f times the pixels; f is at least a sheet's smallest share of
    /// the picture.
    /// </summary>
    private const long MaxSheetGrowth = 8;

    /// <summary>What reading the numbers of an ink map may cost. Pieces are bounded by their number alone.</summary>
    public static ReadingCost ForNumbersOn(Ink ink, BudgetConstants c) => ForNumbersOn(ink.Values.Length, c);

    private static ReadingCost ForNumbersOn(long pixels, BudgetConstants c)
    {
        return new ReadingCost(
            Pixels: Math.Min(c.LooksPerPixel * pixels + c.MoreLooks, c.LooksPerPixelOfLarge * pixels + c.MoreLooksOfLarge),
            Pieces: long.MaxValue / 4,
            Segments: pixels / c.PixelsPerSegment + c.MoreSegments,
            Ways: c.WaysPerPixel * pixels + c.MoreWays);
    }

    /// <summary>
    /// The most that a reading can cost, whatever the picture shows: two looks at it, one with the gaps of strokes closed, three
    /// turned ones, as many at a sheet on it that turned out to have nothing to read, and two at a small one's double.
    /// </summary>
    /// <param name="picture">A picture.</param>
    /// <param name="ink">Its ink map.</param>
    /// <param name="constants">What the reader goes by.</param>
    public static ReadingCost ForReading(GreyImage picture, Ink ink, ReaderConstants constants)
    {
        // A sheet is reduced less, but its map has no more pixels than the picture and few times those of the picture's map.
        long ofSheet = Math.Min(picture.Pixels.Length, MaxSheetGrowth * ink.Values.Length);
        ReadingCost look = ForLook(picture.Pixels.Length, ink.Values.Length, constants);
        ReadingCost atSheet = ForLook(picture.Pixels.Length, ofSheet, constants);
        int growth = constants.Turn.MaxGrowth;
        ReadingCost turned = ForLook(picture.Pixels.Length, growth * ink.Values.Length, constants);
        ReadingCost turnedSheet = ForLook(picture.Pixels.Length, growth * ofSheet, constants);
        // Closing looks at no pixel more often than finding the ink does, which is done once less.
        ReadingCost all =
            look + look + look + turned + turned + turned + atSheet + atSheet + atSheet + turnedSheet + turnedSheet + turnedSheet;
        if (!MayBeDoubled(picture, constants.Decision))
            return all;
        ReadingCost atDouble = ForLook(4L * picture.Pixels.Length, 4L * picture.Pixels.Length, constants);
        return all + atDouble + atDouble;
    }

    /// <summary>Whether a picture is so small that it may be looked at again, twice as large.</summary>
    public static bool MayBeDoubled(GreyImage picture, DecisionConstants c) =>
        Math.Max(picture.Width, picture.Height) < c.DoubleMaxSide;

    private static ReadingCost ForLook(long picturePixels, long pixels, ReaderConstants constants)
    {
        BudgetConstants c = constants.Budget;
        long linesAndFrames = RuledLines.MaxLooksPerPixel(constants) * (1 + 2 * c.MaxFrameArea); // frames, and boxes
        long comparedPieces = 8L * c.MaxPieces * c.MaxPieces; // each with each, a few times: surroundings, words, lines
        ReadingCost finding = new(2 * picturePixels + (c.FindingLooks + linesAndFrames) * pixels, comparedPieces, 0, 0);
        ReadingCost numbers = ForNumbersOn(pixels, c) with { Pieces = 0 };
        ReadingCost overshoot = new(c.OvershootLooks * pixels, 0, SegmentJudge.AtOnce, Lattice.MaxWaysPerPart(constants));
        return finding + numbers + overshoot;
    }
}
