namespace Inkling.Reading.Constants;

/// <summary>Which pieces of ink are a number, and which numbers a line. Chosen by hand on the development pictures.</summary>
internal sealed record LayoutConstants
{
    /// <summary>Pixels: faint ink so near to a piece is its soft edge.</summary>
    public int SoftEdgeReach { get; init; } = 2;

    /// <summary>Pixels: the least distance from a side of a piece's box within which a pixel counts as its outline ...</summary>
    public int OutlineMinDistance { get; init; } = 2;

    /// <summary>... and that distance as this part of the box's shorter side.</summary>
    public int OutlineDivisor { get; init; } = 16;

    /// <summary>The same of the distance from a side within which ink belongs to that side of a box on a form.</summary>
    public int SideDivisor { get; init; } = 8;

    /// <summary>Pixels: what is lower is a speck.</summary>
    public int MinDigitHeight { get; init; } = 6;

    /// <summary>Share of the digits' height from which on a piece is a digit or a part of one, not a dot or a dash.</summary>
    public double TallShare { get; init; } = 0.45;

    /// <summary>Share of the lower one's height by which two neighbours in a number overlap at least.</summary>
    public double MinCommonRows { get; init; } = 0.35;

    /// <summary>Digit heights: the widest gap in a number.</summary>
    public double MaxGap { get; init; } = 1.6;

    /// <summary>Share of the lower one's height by which two numbers on a line overlap at least.</summary>
    public double LineMinCommonRows { get; init; } = 0.5;

    /// <summary>Share of a digit height's square: what has less ink is a speck, not a dot.</summary>
    public double SpeckArea { get; init; } = 0.001;

    /// <summary>Pixels: what has less ink is a speck, however small the digits are.</summary>
    public int SpeckMinArea { get; init; } = 3;

    /// <summary>Digit heights to the left of a number within which a small piece's middle belongs to it.</summary>
    public double SmallPieceLeft { get; init; } = 0.6;

    /// <summary>The same to the right.</summary>
    public double SmallPieceRight { get; init; } = 0.8;

    /// <summary>The same above.</summary>
    public double SmallPieceAbove { get; init; } = 0.35;

    /// <summary>The same below.</summary>
    public double SmallPieceBelow { get; init; } = 0.3;

    /// <summary>
    /// Digit heights: a small piece at least this high may be a digit, and extends the number for others near to it.
    /// </summary>
    public double SmallDigitMinHeight { get; init; } = 0.25;

    /// <summary>Digit heights: a piece beside a number, at least as high as this ...</summary>
    public double UnreadMinHeight { get; init; } = 0.6;

    /// <summary>... and at most so high ...</summary>
    public double UnreadMaxHeight { get; init; } = 1.6;

    /// <summary>... with more ink than this, in squares of a digit height, may be a digit that was not read ...</summary>
    public double UnreadMinArea { get; init; } = 0.06;

    /// <summary>... if it is no farther from the number than this, in digit heights.</summary>
    public double UnreadMaxGap { get; init; } = 1;

    /// <summary>Digit heights: the rest of a rule under the digits is lower than this.</summary>
    public double RuleRestMaxHeight { get; init; } = 0.2;

    /// <summary>Width over height: it is flatter than this.</summary>
    public double RuleRestMinAspect { get; init; } = 3;

    /// <summary>Digit heights: it is wider than this.</summary>
    public double RuleRestMinWidth { get; init; } = 0.3;

    /// <summary>
    /// Digit heights: its middle is at most so far above the digits' lower edge. Higher up it is a dash, or a 5's hat.
    /// </summary>
    public double RuleRestMaxRise { get; init; } = 0.2;

    /// <summary>Share of the whole's height: the largest gap between parts of a number that is torn from top to bottom.</summary>
    public double StackMaxGap { get; init; } = 0.2;

    /// <summary>Share of the narrower one's width by which such parts overlap at least.</summary>
    public double StackMinCommonColumns { get; init; } = 0.4;

    /// <summary>Width over height: the widest whole of such parts.</summary>
    public double StackMaxAspect { get; init; } = 1.3;
}
