using ScottPlot;
using ScottPlot.Plottables;

namespace Inkling.Plots;

/// <summary>Accuracy of a run after each epoch.</summary>
/// <param name="name">Its name in the legend; runs with the same name share a colour.</param>
/// <param name="accuracies">0 to 1, one for each epoch, from epoch 0.</param>
public sealed class CurveSeries(string name, IReadOnlyList<double> accuracies)
{
    /// <summary>Its name in the legend.</summary>
    public string Name { get; } = name;

    /// <summary>0 to 1, one for each epoch.</summary>
    public IReadOnlyList<double> Accuracies { get; } = accuracies;

    /// <summary>The cost of each epoch, from epoch 0; empty to leave the cost out.</summary>
    public IReadOnlyList<double> Costs { get; init; } = [];
}

/// <summary>Learning curves: accuracy, and optionally cost, by epoch.</summary>
public static class LearningCurve
{
    /// <summary>Draws the runs into a PNG or SVG file, with a second panel for costs where a run has them.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="series">The runs.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<CurveSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        const float Width = 1000, Height = 480, CostHeight = 280, Gap = 16;
        string[] names = [.. series.Select(run => run.Name).Distinct(StringComparer.Ordinal)];
        Heading heading = new(title) { Legend = [.. names.Select((name, i) => (name, Style.SeriesColour(i)))] };
        bool hasCosts = series.Any(run => run.Costs.Count > 0);
        Sheet.Save(path, heading, Width, hasCosts ? Height + Gap + CostHeight : Height, sheet =>
        {
            Plot accuracy = Panel("accuracy (%)", run => [.. run.Accuracies.Select(share => 100 * share)], FitPercent);
            sheet.Plot(accuracy, 0, 0, Width, Height);
            if (hasCosts)
                sheet.Plot(Panel("cost", run => run.Costs, FitCost), 0, Height + Gap, Width, CostHeight);
        });

        Plot Panel(
            string yLabel, Func<CurveSeries, IReadOnlyList<double>> valuesOf, Func<double[], (double Low, double High)> fit)
        {
            Plot plot = Style.NewPlot("epoch", yLabel);
            foreach (CurveSeries run in series)
                AddRun(plot, valuesOf(run), Style.SeriesColour(Array.IndexOf(names, run.Name)).ForScottPlot());
            int epochs = series.Select(run => valuesOf(run).Count).DefaultIfEmpty().Max();
            (double low, double high) = fit([.. series.SelectMany(valuesOf).Where(double.IsFinite).Order()]);
            plot.Axes.SetLimits(-0.5, Math.Max(epochs, 1) - 0.5, low, high);
            plot.Axes.Bottom.TickGenerator = Style.Ticks(integersOnly: true, density: 0.7);
            plot.Axes.Left.TickGenerator = Style.Ticks(density: 0.7);
            return plot;
        }
    }

    private static void AddRun(Plot plot, IReadOnlyList<double> values, Color colour)
    {
        double[] epochs = [.. Enumerable.Range(0, values.Count).Select(epoch => (double)epoch)];
        Scatter line = plot.Add.Scatter(epochs, values.ToArray(), colour);
        line.LineWidth = 2.5f;
        line.MarkerSize = values.Count <= 60 ? 7 : 0;
    }

    /// <summary>Limits from the 5th percentile on: early epochs far below would squeeze the others together.</summary>
    private static (double Low, double High) FitPercent(double[] ascending)
    {
        if (ascending.Length == 0)
            return (0, 100);
        double low = ascending[ascending.Length / 20], high = ascending[^1], margin = Math.Max(0.5, 0.08 * (high - low));
        return (Math.Max(0, low - margin), Math.Min(100.2, high + margin));
    }

    private static (double Low, double High) FitCost(double[] ascending) =>
        (0, ascending.Length == 0 ? 1 : Math.Max(1.08 * ascending[^1], 1e-9));
}
