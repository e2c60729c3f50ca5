namespace Inkling.Reading.Constants;

/// <summary>
/// Which runs of parts are candidate digits, and how they are judged. Chosen by hand on the development pictures.
/// </summary>
internal sealed record SegmentConstants
{
    /// <summary>Parts that a segment has at most.</summary>
    public int MaxParts { get; init; } = 6;

    /// <summary>Pixels around a segment's box that are its soft edge.</summary>
    public int SoftEdge { get; init; } = 2;

    /// <summary>Digit heights: no segment of several parts is wider.</summary>
    public double MaxWidth { get; init; } = 1.45;

    /// <summary>Digit heights: no segment has a wider gap.</summary>
    public double MaxGap { get; init; } = 0.4;

    /// <summary>Digit heights: what borrows a stroke nearly is a digit without it, so it is wider than this ...</summary>
    public double BorrowingMinWidth { get; init; } = 0.3;

    /// <summary>... and narrower than this.</summary>
    public double BorrowingMaxWidth { get; init; } = 1.2;

    /// <summary>Pen widths: how far behind a cut a borrowed stroke reaches.</summary>
    public double BorrowedReach { get; init; } = 1.3;

    /// <summary>Digit heights: what is lower is no digit, and no network is asked.</summary>
    public double MinHeight { get; init; } = 0.3;

    /// <summary>The likeliest ways whose segments the second network is asked about.</summary>
    public int WaysJudgedAgain { get; init; } = 4;

    /// <summary>How much of the opinion which digit it is comes from the second network, 0 to 1.</summary>
    public float SecondShare { get; init; } = 0.4f;
}
