using System.Globalization;
using Inkling.Training;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace Inkling.Plots;

/// <summary>A training by epoch: cost, error rate, and the norms of each layer's weights and gradients.</summary>
internal static class MonitorPlot
{
    private const float Width = 560, Height = 320, Gap = 40;

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
        (string, double[])[] costs =
        [
            ("training", [.. entries.Select(entry => entry.TrainingCost)]),
            ("validation", [.. entries.Select(entry => entry.ValidationCost ?? double.NaN)]),
        ];
        (string, double[])[] errors =
        [
            ("training", [.. entries.Select(entry => 100 * (1 - entry.TrainingAccuracy))]),
            ("validation", [.. entries.Select(entry => 100 * (1 - entry.ValidationAccuracy ?? double.NaN))]),
        ];
        (string, double[])[] weights = OfEachLayer(layer => layer.WeightNorm);
        (string, double[])[] gradients = OfEachLayer(layer => layer.GradientNorm);
        Sheet.Save(path, new Heading(title), 2 * Width + Gap, 2 * Height + Gap, sheet =>
        {
            sheet.Plot(Panel("cost", costs, epochs, isLogarithmic: true), 0, 0, Width, Height);
            sheet.Plot(Panel("read wrongly (%)", errors, epochs, isLogarithmic: true), Width + Gap, 0, Width, Height);
            Plot weightPanel = Panel("size of the weights", weights, epochs, isLogarithmic: false);
            sheet.Plot(weightPanel, 0, Height + Gap, Width, Height);
            Plot gradientPanel = Panel("size of the gradients", gradients, epochs, isLogarithmic: true);
            sheet.Plot(gradientPanel, Width + Gap, Height + Gap, Width, Height);
        });

        (string, double[])[] OfEachLayer(Func<LayerNorms, double> valueOf) =>
            [.. layers.Select((name, l) => (name, entries.Select(entry => valueOf(entry.Norms[l])).ToArray()))];
    }

    private static Plot Panel(string yLabel, (string Name, double[] Values)[] series, double[] epochs, bool isLogarithmic)
    {
        Plot plot = Style.NewPlot("epoch", yLabel);
        List<double> shown = [];
        for (int s = 0; s < series.Length; s++)
        {
            (double X, double Y)[] points =
            [
                .. epochs.Zip(series[s].Values)
                    .Where(point => double.IsFinite(point.Second) && (!isLogarithmic || point.Second > 0))
                    .Select(point => (point.First, isLogarithmic ? Math.Log10(point.Second) : point.Second)),
            ];
            if (points.Length == 0)
                continue;
            double[] xs = [.. points.Select(point => point.X)], ys = [.. points.Select(point => point.Y)];
            Scatter line = plot.Add.Scatter(xs, ys, Style.SeriesColour(s).ForScottPlot());
            line.LineWidth = 2;
            line.MarkerSize = epochs.Length <= 60 ? 5 : 0;
            line.LegendText = series[s].Name;
            shown.AddRange(ys);
        }

        if (shown.Count > 0)
        {
            double low = isLogarithmic ? shown.Min() : Math.Min(0, shown.Min()), high = shown.Max();
            double margin = Math.Max(1e-3, 0.08 * (high - low));
            // The legend is at the upper right: costs fall and leave it free, weights grow and need space below it.
            double marginAbove = isLogarithmic ? margin : 0.5 * (high - low);
            plot.Axes.SetLimits(epochs[0] - 0.5, epochs[^1] + 0.5, low - (isLogarithmic ? margin : 0), high + marginAbove);
            if (isLogarithmic)
                plot.Axes.Left.TickGenerator = Decades(low - margin, high + margin);
        }

        plot.Axes.Bottom.TickGenerator = Style.Ticks(integersOnly: true);
        plot.ShowLegend(Alignment.UpperRight);
        plot.Legend.FontName = Typefaces.Family;
        plot.Legend.FontSize = 12;
        plot.Legend.OutlineColor = Style.Frame.ForScottPlot();
        plot.Legend.ShadowColor = Colors.Transparent;
        return plot;
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
}
