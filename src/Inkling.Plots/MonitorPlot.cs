using System.Globalization;
using Inkling.Training;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>A training by epoch: cost, error rate, and the norms of each layer's weights and gradients.</summary>
internal static class MonitorPlot
{
    private const float Width = 640, Height = 300, Gap = 36, TitleHeight = 30;

    /// <summary>Margins of the axes below and above, as <see cref="Style.NewPlot"/> sets them.</summary>
    private const float MarginBelow = 58, MarginAbove = 10;

    private const float NameSize = 13, NameHeight = 17;

    /// <summary>Draws four panels into a PNG or SVG file.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="entries">The recorded epochs, at least one.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<MonitorEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        string[] layers = [.. entries.Count == 0 ? [] : entries[0].Norms.Select(layer => layer.Name)];
        double[] epochs = [.. entries.Select(entry => (double)entry.Epoch)];
        Panel[] panels =
        [
            new("Cost", "mean of the images, log scale", IsLogarithmic: true,
            [
                ("training", [.. entries.Select(entry => entry.TrainingCost)]),
                ("validation", [.. entries.Select(entry => entry.ValidationCost ?? double.NaN)]),
            ]),
            new("Read wrongly", "% of the images, log scale", IsLogarithmic: true,
            [
                ("training", [.. entries.Select(entry => 100 * (1 - entry.TrainingAccuracy))]),
                ("validation", [.. entries.Select(entry => 100 * (1 - entry.ValidationAccuracy ?? double.NaN))]),
            ]),
            new("Size of each layer's weights", "Euclidean norm", IsLogarithmic: false, OfEachLayer(layer => layer.WeightNorm)),
            new("Size of each layer's gradient", "Euclidean norm, log scale", IsLogarithmic: true,
                OfEachLayer(layer => layer.GradientNorm)),
        ];
        float across = Width + Gap, down = TitleHeight + Height + Gap;
        Sheet.Save(path, new Heading(title), across + Width, 2 * down - Gap, sheet =>
        {
            for (int i = 0; i < panels.Length; i++)
                Draw(sheet, panels[i], epochs, i % 2 * across, i / 2 * down);
        });

        (string, double[])[] OfEachLayer(Func<LayerNorms, double> valueOf) =>
            [.. layers.Select((name, l) => (name, entries.Select(entry => valueOf(entry.Norms[l])).ToArray()))];
    }

    private static void Draw(Sheet sheet, Panel panel, double[] epochs, float left, float top)
    {
        sheet.Text(panel.Title, left, top + 16, 16, isStrong: true);
        Plot plot = Style.NewPlot("epoch", panel.YLabel);
        float right = 20 + panel.Series.Select(line => Sheet.Measure(line.Name, NameSize)).DefaultIfEmpty().Max();
        plot.Layout.Fixed(new PixelPadding(left: 76, right: right, bottom: MarginBelow, top: MarginAbove));
        List<double> shown = [];
        List<(string Name, SKColor Colour, double End)> ends = [];
        for (int s = 0; s < panel.Series.Length; s++)
        {
            (string name, double[] values) = panel.Series[s];
            (double X, double Y)[] points =
            [
                .. epochs.Zip(values)
                    .Where(point => double.IsFinite(point.Second) && (!panel.IsLogarithmic || point.Second > 0))
                    .Select(point => (point.First, panel.IsLogarithmic ? Math.Log10(point.Second) : point.Second)),
            ];
            if (points.Length == 0)
                continue;
            double[] xs = [.. points.Select(point => point.X)], ys = [.. points.Select(point => point.Y)];
            Scatter line = plot.Add.Scatter(xs, ys, Style.SeriesColour(s).ForScottPlot());
            line.LineWidth = 2;
            line.MarkerSize = epochs.Length <= 60 ? 5 : 0;
            shown.AddRange(ys);
            ends.Add((name, Style.SeriesColour(s), ys[^1]));
        }

        plot.Axes.Bottom.TickGenerator = Style.Ticks(integersOnly: true);
        (double low, double high) = (0, 1);
        if (shown.Count > 0)
        {
            double margin = Math.Max(1e-3, 0.08 * (shown.Max() - shown.Min()));
            low = panel.IsLogarithmic ? shown.Min() - margin : Math.Min(0, shown.Min());
            high = shown.Max() + margin;
            plot.Axes.SetLimits(epochs[0] - 0.5, epochs[^1] + 0.5, low, high);
            if (panel.IsLogarithmic)
                plot.Axes.Left.TickGenerator = Decades(low, high);
        }

        float plotTop = top + TitleHeight;
        sheet.Plot(plot, left, plotTop, Width, Height);
        float inner = Height - MarginAbove - MarginBelow;
        NameLines(
            sheet,
            left + Width - right + 8,
            plotTop + MarginAbove,
            plotTop + MarginAbove + inner,
            [.. ends.Select(end => (end.Name, end.Colour, HeightOf(end.End)))]);

        float HeightOf(double value) => plotTop + MarginAbove + (float)((high - value) / (high - low)) * inner;
    }

    /// <summary>Writes each line's name beside its end. Names that would overlap are moved apart.</summary>
    private static void NameLines(
        Sheet sheet, float left, float top, float bottom, (string Name, SKColor Colour, float Y)[] lines)
    {
        Array.Sort(lines, (a, b) => a.Y.CompareTo(b.Y));
        float step = Math.Min(NameHeight, (bottom - top) / Math.Max(1, lines.Length - 1));
        for (int i = 1; i < lines.Length; i++)
            lines[i].Y = Math.Max(lines[i].Y, lines[i - 1].Y + step);
        for (int i = lines.Length - 1; i >= 0; i--)
            lines[i].Y = Math.Min(lines[i].Y, bottom - (lines.Length - 1 - i) * step);
        float size = Math.Min(NameSize, 0.85f * step);
        foreach ((string name, SKColor colour, float y) in lines)
            sheet.Text(name, left, y + 0.35f * size, size, colour, isStrong: true);
    }

    /// <summary>Ticks at powers of ten, and at steps between them where the range is short.</summary>
    private static NumericManual Decades(double low, double high)
    {
        NumericManual ticks = new();
        double[] steps = (high - low) switch { > 3 => [1], > 1 => [1, 2, 5], _ => [1, 1.5, 2, 3, 4, 5, 7] };
        for (int power = (int)Math.Floor(low); power <= Math.Ceiling(high); power++)
        {
            foreach (double step in steps)
            {
                double value = step * Math.Pow(10, power);
                string label = value.ToString(power < -4 ? "0e0" : "0.######", CultureInfo.InvariantCulture);
                if (Math.Log10(value) >= low && Math.Log10(value) <= high)
                    ticks.AddMajor(Math.Log10(value), label);
            }
        }

        return ticks;
    }

    /// <summary>A panel: a line for each series, over epochs.</summary>
    private sealed record Panel(string Title, string YLabel, bool IsLogarithmic, (string Name, double[] Values)[] Series);
}
