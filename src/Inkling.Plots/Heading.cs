using SkiaSharp;

namespace Inkling.Plots;

/// <summary>The top of a sheet: a title, below it the legend, and below that a note.</summary>
/// <param name="Title">What the sheet shows.</param>
/// <param name="Note">How to read the sheet; empty for none.</param>
internal sealed record Heading(string Title, string Note = "")
{
    private const float TitleSize = 22, TextSize = 14, RowHeight = 26, Swatch = 22, Gap = 28;

    /// <summary>Names and colours of the lines. Drawn here, since a legend inside the axes would cover data.</summary>
    public IReadOnlyList<(string Name, SKColor Colour)> Legend { get; init; } = [];

    /// <summary>Width of title and note; the sheet is at least as wide.</summary>
    public float Width => Math.Max(Sheet.Measure(Title, TitleSize, isStrong: true), Sheet.Measure(Note, TextSize));

    /// <summary>Height from the title's top to the content, for a sheet of this width.</summary>
    public float HeightAt(float width)
    {
        int rows = (Note.Length > 0 ? 1 : 0) + (Legend.Count > 0 ? 1 + Places(width).Max(place => place.Row) : 0);
        return TitleSize + 18 + rows * RowHeight;
    }

    /// <summary>Draws at the sheet's upper left corner.</summary>
    public void Draw(Sheet sheet, float width)
    {
        sheet.Text(Title, 0, TitleSize - 4, TitleSize, isStrong: true);
        float y = TitleSize + RowHeight - 4;
        foreach ((float x, int row, (string name, SKColor colour)) in Places(width))
        {
            float middle = y + row * RowHeight - 5;
            sheet.Box(x, middle - 2, Swatch, 4, colour, radius: 2);
            sheet.Text(name, x + Swatch + 8, y + row * RowHeight, TextSize);
        }

        if (Note.Length > 0)
            sheet.Text(Note, 0, HeightAt(width) - 22, TextSize, Style.Muted);
    }

    /// <summary>Positions of the legend's entries: from left to right, wrapped at the given width.</summary>
    private IEnumerable<(float X, int Row, (string Name, SKColor Colour) Entry)> Places(float width)
    {
        float x = 0;
        int row = 0;
        foreach ((string Name, SKColor) entry in Legend)
        {
            float needed = Swatch + 8 + Sheet.Measure(entry.Name, TextSize);
            if (x > 0 && x + needed > width)
                (x, row) = (0, row + 1);
            yield return (x, row, entry);
            x += needed + Gap;
        }
    }
}
