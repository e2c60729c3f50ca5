namespace Inkling.Reading.Constants;

/// <summary>
/// What a way through the segments costs. Penalties are differences of log likelihood (natural logarithms) and are subtracted
/// from the networks' log probabilities. Chosen by hand on the development pictures.
/// </summary>
internal sealed record LatticeConstants
{
    /// <summary>Ways kept at each part.</summary>
    public int MaxWays { get; init; } = 12;

    /// <summary>Ways kept at each part where the number must have so many digits or fit a pattern.</summary>
    public int MaxWaysToFit { get; init; } = 200;

    /// <summary>The likeliest digits of a segment that are tried; all ten where the number must fit something.</summary>
    public int DigitsPerSegment { get; init; } = 3;

    /// <summary>Probabilities count as at least this, so that one segment cannot rule out a way.</summary>
    public double MinProbability { get; init; } = 1e-6;

    /// <summary>Digit heights: lower digits cost something ...</summary>
    public double LowHeight { get; init; } = 0.6;

    /// <summary>... and higher ones ...</summary>
    public double HighHeight { get; init; } = 1.6;

    /// <summary>... times the square of the logarithm of how far beyond they are.</summary>
    public double SizeWeight { get; init; } = 5;

    /// <summary>Digit heights from the line of middles within which a digit's middle costs nothing ...</summary>
    public double FreeOffset { get; init; } = 0.35;

    /// <summary>... and what the square of each digit height beyond costs.</summary>
    public double OffsetWeight { get; init; } = 12;

    /// <summary>Digit heights: a gap in a digit that costs nothing ...</summary>
    public double FreeGap { get; init; } = 0.1;

    /// <summary>... and what each digit height beyond costs.</summary>
    public double GapWeight { get; init; } = 8;

    /// <summary>For each piece of ink that a digit is joined from, beyond the first.</summary>
    public double JoinedPenalty { get; init; } = 0.7;

    /// <summary>For a digit that is cut off from the next one.</summary>
    public double CutOffPenalty { get; init; } = 0.5;

    /// <summary>For a stroke that is borrowed from the next one.</summary>
    public double BorrowedPenalty { get; init; } = 0.5;

    /// <summary>Share of the narrower one's width by which two digits may stand above each other for nothing ...</summary>
    public double FreeOverlap { get; init; } = 0.5;

    /// <summary>... and what each share beyond costs.</summary>
    public double OverlapWeight { get; init; } = 8;

    /// <summary>Digit heights: a mark (a dot, a dash) is lower than this ...</summary>
    public double MarkMaxHeight { get; init; } = 0.4;

    /// <summary>... and neither wider nor higher than this.</summary>
    public double MarkMaxSize { get; init; } = 0.9;

    /// <summary>How much the networks' log probability that it is no digit counts for a mark.</summary>
    public double MarkTrust { get; init; } = 0.4;

    /// <summary>For each mark.</summary>
    public double MarkPenalty { get; init; } = 0.1;

    /// <summary>
    /// For a mark's ink, in strokes of a digit height. At 0.5 a 7 lost its top and a 5 its bar; of the values up to 2.5 this one
    /// reads most of the development pictures.
    /// </summary>
    public double MarkInkWeight { get; init; } = 1.5;

    /// <summary>For each part that is neither digit nor mark.</summary>
    public double UnreadPenalty { get; init; } = 1;

    /// <summary>For such a part's ink, in strokes of a digit height.</summary>
    public double UnreadInkWeight { get; init; } = 4;

    /// <summary>For a way without any digit: pictures are taken of something.</summary>
    public double EmptyPenalty { get; init; } = 3;
}
