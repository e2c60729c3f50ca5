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
