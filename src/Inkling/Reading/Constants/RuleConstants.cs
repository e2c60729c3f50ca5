namespace Inkling.Reading.Constants;

/// <summary>Ruled lines (long, straight and thin) and frames. Chosen by hand on the development pictures.</summary>
internal sealed record RuleConstants
{
    /// <summary>Width over height: a wider picture shows more than one digit.</summary>
    public double WidePicture { get; init; } = 1.7;

    /// <summary>Share of a wide picture's width that a rule spans at least.</summary>
    public double MinSpanOfWide { get; init; } = 0.55;

    /// <summary>
    /// The same of other pictures, of their height and of frames: a 7's bar may span a lot of a narrow picture.
    /// </summary>
    public double MinSpan { get; init; } = 0.9;

    /// <summary>Pixels that a rule may be interrupted for.</summary>
    public int MaxGap { get; init; } = 3;

    /// <summary>Pixels: a rule that begins or ends so near to the edge reaches it.</summary>
    public int EdgeDistance { get; init; } = 6;

    /// <summary>Rise over length of the steepest rule.</summary>
    public double MaxSlope { get; init; } = 0.12;

    /// <summary>
    /// Slopes are tried in steps of this part of the steepest one, rounded down to whole pixels of rise, but of one at least.
    /// </summary>
    public int SlopeSteps { get; init; } = 12;

    /// <summary>Share of the breadth across it: the thickest rule.</summary>
    public double MaxThickness { get; init; } = 0.025;

    /// <summary>Pixels that a rule may always be thick.</summary>
    public int AlwaysAllowedThickness { get; init; } = 3;

    /// <summary>Share of the height: the thickest rule from edge to edge of a wide picture, which no stroke is.</summary>
    public double MaxThicknessAcross { get; init; } = 0.1;

    /// <summary>Share of a rule's length along which it has paper on both sides within its thickness, at least.</summary>
    public double MinThinShare { get; init; } = 2 / 3.0;

    /// <summary>Pixels on either side of a rule that are taken away with it: its soft edge.</summary>
    public int SoftEdge { get; init; } = 2;

    /// <summary>Pixels: in what is shorter along the rule no rule is looked for.</summary>
    public int MinLength { get; init; } = 40;

    /// <summary>Pixels: in what is narrower across the rule no rule is looked for.</summary>
    public int MinBreadth { get; init; } = 8;
}
