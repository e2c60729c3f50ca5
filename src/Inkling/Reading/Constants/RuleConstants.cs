namespace Inkling.Reading.Constants;

/// <summary>Rules (long, straight and thin) and frames. Chosen by hand on the development pictures.</summary>
internal sealed record RuleConstants
{
    /// <summary>Pixels without ink for which a line may be interrupted.</summary>
    public int MaxGap { get; init; } = 3;

    /// <summary>Pixels for which a stroke that crosses may hide a line.</summary>
    public int MaxHidden { get; init; } = 40;

    /// <summary>Pixels: shorter lines are not looked at.</summary>
    public int MinTrace { get; init; } = 6;

    /// <summary>Share of a line's length along which it is seen with paper on both sides, at least.</summary>
    public double MinThinShare { get; init; } = 0.5;

    /// <summary>Share of the breadth across it: the thickest line.</summary>
    public double MaxThickness { get; init; } = 0.1;

    /// <summary>Pixels that a line may always be thick.</summary>
    public int AlwaysAllowedThickness { get; init; } = 4;

    /// <summary>Rise over length of the steepest line.</summary>
    public double MaxSlope { get; init; } = 0.12;

    /// <summary>Pixels by which a line leaves the straight one, at most ...</summary>
    public double MaxDeviation { get; init; } = 1.25;

    /// <summary>... and this share of its length: paper bends.</summary>
    public double MaxBend { get; init; } = 0.006;

    /// <summary>Pixels: a line that begins or ends so near to the edge reaches it.</summary>
    public int EdgeDistance { get; init; } = 6;

    /// <summary>Pixels: in what is shorter along the rule no rule is looked for.</summary>
    public int MinLength { get; init; } = 40;

    /// <summary>Pixels: in what is narrower across the rule no rule is looked for.</summary>
    public int MinBreadth { get; init; } = 8;

    /// <summary>Length over thickness: a line from edge to edge is a rule if it is thinner than this.</summary>
    public double AcrossMinAspect { get; init; } = 12;

    /// <summary>Share of the picture's width: a line that spans this ...</summary>
    public double LongSpan { get; init; } = 0.55;

    /// <summary>
    /// ... and is so long, in picture heights, since a digit's stroke is hardly longer than the digit is high ...
    /// </summary>
    public double LongShare { get; init; } = 0.9;

    /// <summary>... is a rule if its length is so many times its thickness.</summary>
    public double LongMinAspect { get; init; } = 18;

    /// <summary>Share of the picture's width: lines that go on in each other are one where each spans this ...</summary>
    public double PieceSpan { get; init; } = 0.1;

    /// <summary>... is so many times longer than thick ...</summary>
    public double PieceMinAspect { get; init; } = 12;

    /// <summary>... and the straight lines through them are so near to each other in the picture's middle, in pixels.</summary>
    public double PieceTolerance { get; init; } = 2.5;

    /// <summary>Share of the picture's width: lines that span only this ...</summary>
    public double ShortSpan { get; init; } = 0.5;

    /// <summary>... are rules if <see cref="RepeatedRules"/> of them are so many times longer than thick.</summary>
    public double ShortMinAspect { get; init; } = 30;

    /// <summary>
    /// From so many rules in one direction on, paper is ruled: its rules go on to the picture's edges, and more are looked for at
    /// their distance.
    /// </summary>
    public int RepeatedRules { get; init; } = 3;

    /// <summary>Pixels between two rules, at least.</summary>
    public double MinRuleDistance { get; init; } = 6;

    /// <summary>Share of the distance between two rules by which it may be larger between others, beyond one pixel.</summary>
    public double RuleDistanceTolerance { get; init; } = 0.1;

    /// <summary>Pixels by which a rule may be off for each distance from the next rule that is sure.</summary>
    public double RuleDistanceDrift { get; init; } = 0.25;

    /// <summary>Length over thickness of what lies where a rule would be, at least.</summary>
    public double RepeatedMinAspect { get; init; } = 4;

    /// <summary>Pixels: the thickest side of a frame, and upright rule from edge to edge ...</summary>
    public double FrameThickness { get; init; } = 3.5;

    /// <summary>... or this share of the breadth across it.</summary>
    public double FrameThicknessShare { get; init; } = 0.025;

    /// <summary>Width over height: a picture that is narrower may show one digit alone, with a bar from edge to edge.</summary>
    public double CellMinAspect { get; init; } = 1.1;

    /// <summary>Share of the breadth from an edge within which the border of a cell is looked for.</summary>
    public double BorderDepth { get; init; } = 0.35;

    /// <summary>Share of its length along which a row of a cell's level border has ink, at least ...</summary>
    public double BorderMinShare { get; init; } = 0.85;

    /// <summary>... of an upright one, which a 1 may be nearly as long as ...</summary>
    public double UprightBorderMinShare { get; init; } = 0.95;

    /// <summary>... and of the rows beside that, as far as they belong to the border.</summary>
    public double BorderMinRow { get; init; } = 0.6;

    /// <summary>Rise over length of the steepest border.</summary>
    public double BorderMaxSlope { get; init; } = 0.06;

    /// <summary>Rises that are tried upwards, and as many downwards, at most.</summary>
    public int BorderRises { get; init; } = 4;

    /// <summary>Rows that are looked at for a border, and places along them, at most.</summary>
    public int BorderRows { get; init; } = 64;

    /// <inheritdoc cref="BorderRows"/>
    public int BorderPlaces { get; init; } = 128;

    /// <summary>Pixels from a side of a frame's box within which that side begins, at least ...</summary>
    public int SideMinReach { get; init; } = 3;

    /// <summary>... and that distance as this part of the box's shorter side.</summary>
    public int SideDivisor { get; init; } = 6;

    /// <summary>Share of its length along which a side of a frame is there, at least.</summary>
    public double SideMinShare { get; init; } = 0.5;

    /// <summary>Pixels: an upright that ends so near to a rule meets it.</summary>
    public int JointReach { get; init; } = 3;

    /// <summary>Length over thickness of an upright of a form, at least.</summary>
    public double UprightMinAspect { get; init; } = 3;

    /// <summary>
    /// Rule thicknesses: what belongs to a form or to ruled paper is no thicker than this, beyond one pixel of rounding.
    /// </summary>
    public double AlikeThickness { get; init; } = 1.3;

    /// <summary>
    /// By how much the angle between two rules differs from a right one or from 0, as a tangent, beyond one pixel of rise.
    /// </summary>
    public double AlikeSlope { get; init; } = 0.03;

    /// <summary>Share of a tick's height by which the ticks of a comb differ, beyond 2 pixels.</summary>
    public double TickTolerance { get; init; } = 0.1;

    /// <summary>Rule thicknesses: what is thicker, beyond one pixel of rounding, is a stroke that crosses the rule.</summary>
    public double EraseThickness { get; init; } = 1.5;

    /// <summary>Ink, 0 to 1: a rule whose mean ink is at most this is told from the pen's strokes by that, too.</summary>
    public float FaintLevel { get; init; } = 0.6f;

    /// <summary>Share of a rule's mean ink: what is fainter, where a stroke crosses, is the rule's ...</summary>
    public float FaintShare { get; init; } = 1.25f;

    /// <summary>... with this much ink, 0 to 1, for noise.</summary>
    public float FaintMargin { get; init; } = 0.05f;

    /// <summary>Pixels on either side of a rule that are taken away with it: its soft edge.</summary>
    public int SoftEdge { get; init; } = 2;
}
