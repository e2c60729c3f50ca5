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
    /// <summary>What reading the numbers of an ink map may cost. Pieces are bounded by their number alone.</summary>
    public static ReadingCost ForNumbersOn(Ink ink, BudgetConstants c)
    {
        long pixels = ink.Values.Length;
        return new ReadingCost(
            Pixels: Math.Min(c.LooksPerPixel * pixels + c.MoreLooks, c.LooksPerPixelOfLarge * pixels + c.MoreLooksOfLarge),
            Pieces: long.MaxValue / 4,
            Segments: pixels / c.PixelsPerSegment + c.MoreSegments,
            Ways: c.WaysPerPixel * pixels + c.MoreWays);
    }

    /// <summary>The most that a reading can cost, whatever the picture shows: two looks.</summary>
    /// <param name="picture">A picture.</param>
    /// <param name="ink">Its ink map.</param>
    /// <param name="constants">What the reader goes by.</param>
    public static ReadingCost ForReading(GreyImage picture, Ink ink, ReaderConstants constants)
    {
        BudgetConstants c = constants.Budget;
        long pixels = ink.Values.Length;
        long linesAndFrames = RuledLines.MaxLooksPerPixel(constants) * (1 + c.MaxFrameArea);
        long comparedPieces = 8L * c.MaxPieces * c.MaxPieces; // each with each, a few times: surroundings, words, lines
        ReadingCost finding = new(picture.Pixels.Length + (c.FindingLooks + linesAndFrames) * pixels, comparedPieces, 0, 0);
        ReadingCost numbers = ForNumbersOn(ink, c) with { Pieces = 0 };
        ReadingCost overshoot = new(c.OvershootLooks * pixels, 0, SegmentJudge.AtOnce, Lattice.MaxWaysPerPart(constants));
        ReadingCost look = finding + numbers + overshoot;
        return look + look;
    }
}
