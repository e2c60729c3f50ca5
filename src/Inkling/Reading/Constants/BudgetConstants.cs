namespace Inkling.Reading.Constants;

/// <summary>
/// What a reading may cost (docs/adr/0009). Chosen so that 575 pictures of numbers, from single digits to whole pages, are read
/// to the same bits with and without the bounds; "pixel" is a pixel of the ink map.
/// </summary>
internal sealed record BudgetConstants
{
    /// <summary>A picture with more pieces of ink shows a texture, not writing.</summary>
    public int MaxPieces { get; init; } = 4000;

    /// <summary>A number with more parts is a texture. One of a hundred digits has fewer, even where all of them touch.</summary>
    public int MaxParts { get; init; } = 500;

    /// <summary>
    /// Frames are searched for lines until their areas together are so many times the map's: writing has a few frames in each
    /// other, a texture thousands.
    /// </summary>
    public long MaxFrameArea { get; init; } = 4;

    /// <summary>How often finding ink looks at each pixel, at most. Counted in the code.</summary>
    public long FindingLooks { get; init; } = 80;

    /// <summary>For numbers: looks at pixels, for each pixel ...</summary>
    public long LooksPerPixel { get; init; } = 400;

    /// <summary>... and beyond that.</summary>
    public long MoreLooks { get; init; } = 2_000_000;

    /// <summary>For the numbers of a large picture, where that is less: looks at pixels, for each pixel ...</summary>
    public long LooksPerPixelOfLarge { get; init; } = 100;

    /// <summary>... and beyond that.</summary>
    public long MoreLooksOfLarge { get; init; } = 20_000_000;

    /// <summary>For numbers: pixels for each segment that is shown to a network ...</summary>
    public long PixelsPerSegment { get; init; } = 250;

    /// <summary>... and segments beyond that.</summary>
    public long MoreSegments { get; init; } = 1_000;

    /// <summary>For numbers: ways that are scored for each pixel ...</summary>
    public long WaysPerPixel { get; init; } = 20;

    /// <summary>... and beyond that.</summary>
    public long MoreWays { get; init; } = 20_000_000;

    /// <summary>Looks at each pixel that one step may count at once, and so exceed its budget by.</summary>
    public long OvershootLooks { get; init; } = 20;
}
