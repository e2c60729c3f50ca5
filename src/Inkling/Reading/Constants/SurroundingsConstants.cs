namespace Inkling.Reading.Constants;

/// <summary>
/// Frames, bars and shadows around the writing. Chosen by hand on the development pictures. "Smallest digit" is
/// <see cref="LayoutConstants.MinDigitHeight"/>.
/// </summary>
internal sealed record SurroundingsConstants
{
    /// <summary>Smallest digits: pieces inside are a row of digits only where they are typically so high.</summary>
    public int RowMinHeight { get; init; } = 3;

    /// <summary>Pieces that a row of digits has at least.</summary>
    public int RowMinPieces { get; init; } = 2;

    /// <summary>Share of the typical height: pieces of the row are higher than this ...</summary>
    public double RowLowest { get; init; } = 0.6;

    /// <summary>... and lower than this.</summary>
    public double RowHighest { get; init; } = 1.6;

    /// <summary>Share of the largest piece's ink that another has at least if it can be a digit beside it.</summary>
    public double MinDigitArea { get; init; } = 0.1;

    /// <summary>Digit heights: digits stick out of their row by no more than this.</summary>
    public double MaxStickOut { get; init; } = 0.25;

    /// <summary>Share of the lower one's height: what overlaps the row by less is mostly elsewhere.</summary>
    public double ElsewhereCommonRows { get; init; } = 0.5;

    /// <summary>Digit heights: what is wider or higher, and at the edge, is no part of the writing.</summary>
    public double MaxSizeAtEdge { get; init; } = 3;

    /// <summary>Share of a rectangle's pixels that are near the sides of its box, at least.</summary>
    public double RectangleOutline { get; init; } = 0.93;

    /// <summary>Smallest digits: rectangles and frames are higher than so many.</summary>
    public int FrameMinHeight { get; init; } = 3;

    /// <summary>Share of a frame's height that a piece inside has at least to be what it frames.</summary>
    public double FramedMinHeight { get; init; } = 0.3;

    /// <summary>Smallest digits: a form's boxes for a digit each are wider and higher than so many.</summary>
    public int BoxMinSize { get; init; } = 2;

    /// <summary>Share of each side of its box that a box on a form has ink near to, at least ...</summary>
    public double BoxMinSide { get; init; } = 0.85;

    /// <summary>... and the share of its width and height by which another is larger or smaller, at most.</summary>
    public double BoxTolerance { get; init; } = 0.2;

    /// <summary>So many alike are boxes even if a digit touches each of them: no digit has four straight sides.</summary>
    public int TouchedBoxes { get; init; } = 3;

    /// <summary>Such pieces that make what is around them a frame.</summary>
    public int FrameMinPieces { get; init; } = 2;

    /// <summary>Share of the picture's shorter side: a bar lies along the edge for more than this ...</summary>
    public double BarMinLength { get; init; } = 0.2;

    /// <summary>... and is thinner than this.</summary>
    public double BarMaxThickness { get; init; } = 0.16;

    /// <summary>Share of an edge: a shadow lies along it for more than this.</summary>
    public double ShadowMinLength { get; init; } = 0.5;
}
