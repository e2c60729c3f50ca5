namespace Inkling.Reading.Constants;

/// <summary>From grey levels to ink. Chosen by hand on the development pictures, unless a comment says otherwise.</summary>
internal sealed record InkConstants
{
    /// <summary>Pixels: longer sides are reduced. A row of digits across a page is still thirty pixels high.</summary>
    public int MaxSide { get; init; } = 1600;

    /// <summary>
    /// Share of the pixels of ink, the darkest ones, whose lightest level is full ink: the rest may be soft edge.
    /// </summary>
    public double FullInkShare { get; init; } = 0.25;

    /// <summary>Pixels: faint ink farther than this from a stroke is the shade of the paper, not a stroke's soft edge.</summary>
    public int SoftEdgeReach { get; init; } = 2;

    /// <summary>Even light. Grey levels: ink differs from paper by at least so many.</summary>
    public double EvenMinContrast { get; init; } = 20;

    /// <summary>Even light. Spreads: ink differs from paper by at least so many.</summary>
    public double EvenMinContrastInSpreads { get; init; } = 5;

    /// <summary>Even light. Share of the contrast: what is nearer to paper is paper, at least ...</summary>
    public double EvenMinCut { get; init; } = 1 / 32.0;

    /// <summary>Even light. ... and at most.</summary>
    public double EvenMaxCut { get; init; } = 0.5;

    /// <summary>Even light. Spreads: where the paper is noisy, what is nearer to paper is paper.</summary>
    public double EvenCutInSpreads { get; init; } = 6;

    /// <summary>Even light. Grey levels: the largest spread of paper that is smooth ...</summary>
    public double EvenMaxSpread { get; init; } = 3;

    /// <summary>
    /// Even light. ... or share of the contrast, where that is more: noise of a camera that bold strokes stand out from. At 1/18
    /// the threshold halfway is nine spreads from paper.
    /// </summary>
    public double EvenMaxSpreadShare { get; init; } = 1 / 18.0;

    /// <summary>
    /// Even light. Share of the contrast by which a pixel of the border may differ from paper and still be paper.
    /// </summary>
    public double EvenBorderTolerance { get; init; } = 0.15;

    /// <summary>
    /// Light is even if this share of the border is paper: a shadow reaches the border, bold strokes hardly do.
    /// </summary>
    public double EvenMinBorderShare { get; init; } = 0.93;

    /// <summary>Light is even, too, if paper differs over the picture by no more than this share of the contrast.</summary>
    public double EvenMaxUnevenness { get; init; } = 0.2;

    /// <summary>
    /// Ink is the rarer side of the threshold. Where the share of dark pixels is above this and below
    /// <see cref="MixedMaxDarkShare"/>, the border tells which side is paper: a bold digit in a close crop.
    /// </summary>
    public double MixedMinDarkShare { get; init; } = 0.45;

    /// <inheritdoc cref="MixedMinDarkShare"/>
    public double MixedMaxDarkShare { get; init; } = 0.55;

    /// <summary>
    /// Uneven light. Grey levels: paper with a larger spread is patterned, or photographed in the dark, and is blurred.
    /// </summary>
    public float RoughSpread { get; init; } = 6;

    /// <summary>Uneven light. The most blurs of rough paper: a pattern fades with each, strokes hardly do.</summary>
    public int MaxBlurs { get; init; } = 4;

    /// <summary>Uneven light. Grey levels: the spread is taken to be at least this.</summary>
    public float MinSpread { get; init; } = 0.5f;

    /// <summary>Uneven light. Grey levels: full ink differs from paper by at least so many.</summary>
    public float MinContrast { get; init; } = 14;

    /// <summary>Uneven light. Spreads: full ink differs from paper by at least so many.</summary>
    public float MinContrastInSpreads { get; init; } = 3.2f;

    /// <summary>Uneven light. Spreads: ink begins at least so far from paper.</summary>
    public float ThresholdInSpreads { get; init; } = 2.3f;

    /// <summary>
    /// Uneven light. Share of the threshold above which a pixel connected to ink is ink as well (Canny's lower threshold).
    /// </summary>
    public float WeakShare { get; init; } = 0.55f;

    /// <summary>Uneven light. Spreads: the lower threshold is at least so far from paper.</summary>
    public float WeakInSpreads { get; init; } = 2;

    /// <summary>Uneven light. Spreads: what is nearer to paper is paper.</summary>
    public float CutInSpreads { get; init; } = 3;

    /// <summary>
    /// Uneven light. Share of the shorter side: what lies this near to the picture's edge does not tell where ink begins.
    /// </summary>
    public double EdgeMargin { get; init; } = 0.08;
}
