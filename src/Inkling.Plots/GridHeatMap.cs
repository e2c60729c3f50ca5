using SkiaSharp;

namespace Inkling.Plots;

/// <summary>A cell of a grid of trainings: how its runs came out.</summary>
/// <param name="Accuracy">The runs' mean accuracy, 0 to 1; null where none ended with a network.</param>
/// <param name="Deviation">Their standard deviation; null for fewer than two runs.</param>
/// <param name="Note">A line below, such as the worst run; may be empty.</param>
internal sealed record GridCell(double? Accuracy, double? Deviation, string Note);

/// <summary>Heat map of a grid of trainings: mean ± standard deviation of each cell's runs.</summary>
internal static class GridHeatMap
{
    private const float CellWidth = 148, CellHeight = 72, Gap = 2, Top = 52, LabelGap = 22, TextSize = 14;

    /// <summary>Errors below this have one colour: the logarithm of none is infinite.</summary>
    private const double LeastError = 1e-4;

    private static readonly SKColor Empty = SKColor.Parse("#F6F7F9");
    private static readonly SKColor High = SKColor.Parse("#EDF2FA"), Low = SKColor.Parse("#2456A4");

    /// <summary>
    /// Draws the grid into a PNG or SVG file. The colour follows the logarithm of the error, 1 - accuracy: the steps between
    /// good cells are seen beside cells that learned nothing. The best cell has a black border, the worst a red one.
    /// </summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="note">Below the heading; may be empty.</param>
    /// <param name="rowAxes">The names of the axes whose values tell the rows apart.</param>
    /// <param name="rows">[rows][row axes]: their values.</param>
    /// <param name="columnAxis">The name of the axis of the columns; empty for none.</param>
    /// <param name="columns">Its values.</param>
    /// <param name="cells">[rows, columns]; null where there is no run yet.</param>
    /// <exception cref="ArgumentException">The cells are not as many as rows and columns say.</exception>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(
        string path,
        string title,
        string note,
        IReadOnlyList<string> rowAxes,
        IReadOnlyList<IReadOnlyList<string>> rows,
        string columnAxis,
        IReadOnlyList<string> columns,
        GridCell?[,] cells)
    {
        if (cells.GetLength(0) != rows.Count || cells.GetLength(1) != columns.Count)
            throw new ArgumentException($"There are not {rows.Count}×{columns.Count} cells.", nameof(cells));
        float[] labelEnds = new float[rowAxes.Count];
        float left = 0;
        for (int axis = 0; axis < rowAxes.Count; axis++)
        {
            left += rows.Select(row => row[axis]).Append(rowAxes[axis])
                .Max(text => Sheet.Measure(text, TextSize, isStrong: true));
            labelEnds[axis] = left;
            left += LabelGap;
        }

        double[] depths = [.. cells.Cast<GridCell?>().Select(cell => cell?.Accuracy).OfType<double>().Select(DepthOf)];
        (double low, double high) = depths.Length == 0 ? (0, 0) : (depths.Min(), depths.Max());
        float width = left + (columns.Count * CellWidth), height = Top + (rows.Count * CellHeight);
        Sheet.Save(path, new Heading(title, note), width, height, sheet =>
        {
            sheet.Text(
                columnAxis, left + (columns.Count * CellWidth / 2), 14, TextSize, Style.Muted, SKTextAlign.Center);
            for (int axis = 0; axis < rowAxes.Count; axis++)
                sheet.Text(rowAxes[axis], labelEnds[axis], Top - 14, TextSize, Style.Muted, SKTextAlign.Right);
            for (int column = 0; column < columns.Count; column++)
            {
                float middle = left + ((column + 0.5f) * CellWidth);
                DrawCentred(sheet, columns[column], middle, Top - 14, 15, Style.Ink, isStrong: true);
            }

            for (int row = 0; row < rows.Count; row++)
            {
                float y = Top + (row * CellHeight);
                for (int axis = 0; axis < rowAxes.Count; axis++)
                {
                    sheet.Text(
                        rows[row][axis], labelEnds[axis], y + (CellHeight / 2) + 5, TextSize, align: SKTextAlign.Right,
                        isStrong: true);
                }

                for (int column = 0; column < columns.Count; column++)
                    DrawCell(sheet, left + (column * CellWidth), y, cells[row, column], low, high);
            }
        });
    }

    /// <summary>The colour's place: the logarithm of the error, negative.</summary>
    private static double DepthOf(double accuracy) => -Math.Log(Math.Max(LeastError, 1 - accuracy));

    private static void DrawCell(Sheet sheet, float x, float y, GridCell? cell, double low, double high)
    {
        (float width, float height, float middle) = (CellWidth - (2 * Gap), CellHeight - (2 * Gap), x + (CellWidth / 2));
        if (cell?.Accuracy is not { } mean)
        {
            string note = cell?.Note ?? "";
            sheet.Box(x + Gap, y + Gap, width, height, Empty, radius: 4);
            DrawCentred(sheet, "–", middle, y + (CellHeight / 2) + (note.Length > 0 ? -2 : 5), 15, Style.Muted);
            DrawCentred(sheet, note, middle, y + (CellHeight / 2) + 19, 12, Style.Muted);
            return;
        }

        double depth = DepthOf(mean), share = high > low ? (depth - low) / (high - low) : 0.5;
        bool isDark = share > 0.5;
        SKColor ink = isDark ? SKColors.White : Style.Ink, muted = isDark ? SKColors.White : Style.Muted;
        sheet.Box(x + Gap, y + Gap, width, height, Style.Blend(High, Low, share), radius: 4);
        if (high > low && (depth == high || depth == low))
        {
            sheet.Outline(
                SKRect.Create(x + Gap, y + Gap, width, height), depth == high ? Style.Ink : Style.Red, width: 3);
        }

        string accuracy = Percent(mean);
        if (cell.Deviation is { } deviation)
            accuracy += $" ± {Percent(deviation)}";
        DrawCentred(sheet, accuracy, middle, y + (CellHeight / 2) - 2, 16, ink, isStrong: true);
        DrawCentred(sheet, cell.Note, middle, y + (CellHeight / 2) + 19, 12, muted);
    }

    private static void DrawCentred(
        Sheet sheet, string text, float middle, float baseline, float size, SKColor colour, bool isStrong = false) =>
        sheet.Text(text, middle, baseline, size, colour, SKTextAlign.Center, isStrong);

    private static string Percent(double share) =>
        (100 * share).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
}
