namespace Inkling.Reading.Constants;

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
