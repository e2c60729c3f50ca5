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

/// <summary>The coarse map of the paper's shade in uneven light. Chosen by hand on the development pictures.</summary>
internal sealed record PaperConstants
{
    /// <summary>Cells of the map along the picture's longer side.</summary>
    public int CellsOnTheLongSide { get; init; } = 40;

    /// <summary>Pixels: the smallest side of a cell.</summary>
    public int MinCell { get; init; } = 8;

    /// <summary>Share of a cell's pixels that are darker (for dark ink) than its paper.</summary>
    public double Quantile { get; init; } = 0.65;

    /// <summary>
    /// Cells: strokes that fill up to twice as many cells are bridged (the reach of the morphological closing).
    /// </summary>
    public int ClosingReach { get; init; } = 2;

    /// <summary>Pixels around ink that are covered with it: its soft edges.</summary>
    public int CoverReach { get; init; } = 3;
}

/// <summary>
/// A sheet of paper on a table. Strict, since what is outside is not read. Chosen by hand on drawn sheets; no development picture
/// of a number alone has one.
/// </summary>
internal sealed record SheetConstants
{
    /// <summary>Cells of the map of shades along the picture's longer side.</summary>
    public int CellsOnTheLongSide { get; init; } = 96;

    /// <summary>Pixels: a picture whose shorter side is less shows no table.</summary>
    public int MinSide { get; init; } = 200;

    /// <summary>
    /// Grey levels by which neighbouring cells of one sheet may differ: tried in this order. Uneven light needs more, a table
    /// nearly as bright as the sheet less.
    /// </summary>
    public IReadOnlyList<int> Steps { get; init; } = [3, 6, 12];

    /// <summary>Share of the picture that a sheet covers at least ...</summary>
    public double MinArea { get; init; } = 0.15;

    /// <summary>... and at most.</summary>
    public double MaxArea { get; init; } = 0.95;

    /// <summary>Sides of the picture that may cut a sheet off: a shadow reaches three, a picture without a table four.</summary>
    public int MaxSidesCut { get; init; } = 2;

    /// <summary>Share of one of the picture's sides that a sheet which it cuts off covers at least.</summary>
    public double MinCut { get; init; } = 0.05;

    /// <summary>
    /// Share of its area by which a sheet may differ from the quadrilateral through its corners: the inside of a 0 differs by
    /// half.
    /// </summary>
    public double MaxMisfit { get; init; } = 0.1;

    /// <summary>Grey levels: the table beside the sheet, and at the picture's border, differs by at least so many.</summary>
    public double MinContrast { get; init; } = 8;

    /// <summary>Share of the places around a sheet where it does, and all in the same direction.</summary>
    public double MinContrastShare { get; init; } = 0.9;

    /// <summary>Cells from a sheet's edge outwards and inwards where the two are compared.</summary>
    public int EdgeDistance { get; init; } = 2;
}
