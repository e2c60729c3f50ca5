using Inkling.Training;
using ScottPlot;
using ScottPlot.Plottables;

namespace Inkling.Plots;

/// <summary>A training as a learner wants to see it: cost, accuracy, and each layer's weights and gradients, epoch by epoch.</summary>
public static class MonitorPlot
{
    private const float Width = 560, Height = 320, Gap = 40;

    /// <summary>Draws four panels into a PNG or SVG file.</summary>
    /// <param name="path">The file; its name ends in <c>.svg</c> for SVG.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="entries">What was recorded, at least one epoch.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<MonitorEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        string[] layers = [.. entries.Count == 0 ? [] : entries[0].Layers.Select(layer => layer.Name)];
        double[] epochs = [.. entries.Select(entry => (double)entry.Epoch)];
        (string, double[])[] costs = [("training", [.. entries.Select(entry => entry.TrainingCost)]), ("validation", [.. entries.Select(entry => entry.ValidationCost ?? double.NaN)])];
        (string, double[])[] errors = [("training", [.. entries.Select(entry => 100 * (1 - entry.TrainingAccuracy))]), ("validation", [.. entries.Select(entry => 100 * (1 - entry.ValidationAccuracy ?? double.NaN))])];
        Sheet.Save(path, new Heading(title), 2 * Width + Gap, 2 * Height + Gap, sheet =>
        {
            sheet.Plot(Panel("cost", costs, epochs, isLogarithmic: true), 0, 0, Width, Height);
            sheet.Plot(Panel("read wrongly (%)", errors, epochs, isLogarithmic: true), Width + Gap, 0, Width, Height);
            sheet.Plot(Panel("size of the weights", [.. layers.Select((name, l) => (name, entries.Select(entry => entry.Layers[l].WeightNorm).ToArray()))], epochs, isLogarithmic: false), 0, Height + Gap, Width, Height);
            sheet.Plot(Panel("size of the gradients", [.. layers.Select((name, l) => (name, entries.Select(entry => entry.Layers[l].GradientNorm).ToArray()))], epochs, isLogarithmic: true), Width + Gap, Height + Gap, Width, Height);
        });
    }

    private static Plot Panel(string yLabel, (string Name, double[] Values)[] series, double[] epochs, bool isLogarithmic)
    {
        Plot plot = Style.NewPlot("epoch", yLabel);
        List<double> shown = [];
        for (int s = 0; s < series.Length; s++)
        {
            (double X, double Y)[] points = [.. epochs.Zip(series[s].Values).Where(point => double.IsFinite(point.Second) && (!isLogarithmic || point.Second > 0)).Select(point => (point.First, isLogarithmic ? Math.Log10(point.Second) : point.Second))];
            if (points.Length == 0)
                continue;
            Scatter line = plot.Add.Scatter([.. points.Select(point => point.X)], points.Select(point => point.Y).ToArray(), Style.SeriesColour(s).ForScottPlot());
            line.LineWidth = 2;
            line.MarkerSize = epochs.Length <= 60 ? 5 : 0;
            line.LegendText = series[s].Name;
            shown.AddRange(points.Select(point => point.Y));
        }

        if (shown.Count > 0)
        {
            double low = isLogarithmic ? shown.Min() : Math.Min(0, shown.Min()), high = shown.Max(), margin = Math.Max(1e-3, 0.08 * (high - low));
            double roomForLegend = isLogarithmic ? margin : 0.5 * (high - low); // costs fall, weights grow
            plot.Axes.SetLimits(epochs[0] - 0.5, epochs[^1] + 0.5, low - (isLogarithmic ? margin : 0), high + roomForLegend);
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

    /// <summary>Ticks at powers of ten, and between them where they are few.</summary>
    private static ScottPlot.TickGenerators.NumericManual Decades(double low, double high)
    {
        ScottPlot.TickGenerators.NumericManual ticks = new();
        double[] steps = (high - low) switch { > 3 => [1], > 1 => [1, 2, 5], _ => [1, 1.5, 2, 3, 4, 5, 7] };
        for (int power = (int)Math.Floor(low); power <= Math.Ceiling(high); power++)
        {
            foreach (double step in steps)
            {
                double value = step * Math.Pow(10, power);
                if (Math.Log10(value) >= low && Math.Log10(value) <= high)
                    ticks.AddMajor(Math.Log10(value), value.ToString(power < -4 ? "0e0" : "0.######", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return ticks;
    }
}
