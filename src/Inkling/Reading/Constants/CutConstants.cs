namespace Inkling.Reading.Constants;

/// <summary>Cuts between digits that touch (docs/adr/0007). Chosen by hand on the development pictures.</summary>
internal sealed record CutConstants
{
    /// <summary>Digit heights: pieces no wider are not cut.</summary>
    public double MaxUncutWidth { get; init; } = 0.34;

    /// <summary>Pen widths of ink that a cut crosses at most.</summary>
    public double MaxDepth { get; init; } = 2.4;

    /// <summary>Digit heights between two cuts, and between a cut and the piece's end, at least.</summary>
    public double MinDistance { get; init; } = 0.1;

    /// <summary>Digit heights on either side within which a cut is the cheapest.</summary>
    public double LocalReach { get; init; } = 0.05;

    /// <summary>
    /// Shares of the piece's height: rows in which cheapest places are looked for, of equal ones the first row's.
    /// </summary>
    public IReadOnlyList<double> Rows { get; init; } = [0.5, 0.25, 0.75];

    /// <summary>Ink, 0 to 1, that a diagonal step of a cut costs more than a straight one.</summary>
    public float DiagonalCost { get; init; } = 0.04f;

    /// <summary>The most cuts of a piece for each digit height of its width, and one more ...</summary>
    public double MaxPerDigitHeight { get; init; } = 4;

    /// <summary>... and the most cuts of a piece at all.</summary>
    public int MaxPerPiece { get; init; } = 24;

    /// <summary>Digit heights: parts that are lower do not tell where the middles of digits are.</summary>
    public double MiddleMinHeight { get; init; } = 0.6;
}

/// <summary>Strokes of dots, dashes or stencilled bars. Chosen by hand on generated pictures.</summary>
internal sealed record BrokenStrokeConstants
{
    /// <summary>Share of the shorter side of the box around all ink: gaps in strokes are no wider ...</summary>
    public double MaxGap { get; init; } = 0.1;

    /// <summary>... nor, in pixels, than this: with it, closing looks at each pixel 68 times.</summary>
    public int MaxGapPixels { get; init; } = 12;

    /// <summary>
    /// Pixels that are closed beyond the usual gap, on both sides together: the wider gaps of the same strokes.
    /// </summary>
    public int MoreGap { get; init; } = 4;

    /// <summary>Share of the pieces that have another one so near.</summary>
    public double MinNearPieces { get; init; } = 0.7;

    /// <summary>
    /// Pieces of ink for each digit that was read: with fewer, strokes are not broken. Chosen on pictures that gain by closing.
    /// </summary>
    public double MinPiecesPerDigit { get; init; } = 1.3;

    /// <summary>How many times the odds (score to the rest of 1) a reading with closed gaps has at least.</summary>
    public double MinOdds { get; init; } = 8;

    /// <summary>Share of the pieces that are left when the gaps are closed, at most.</summary>
    public double MaxPiecesLeft { get; init; } = 0.6;
}
