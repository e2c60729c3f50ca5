using ScottPlot;
using ScottPlot.Plottables;

namespace Inkling.Plots;

/// <summary>How good each of many runs came out: Nielsen's "some runs are quite a bit worse", with every run a point.</summary>
public static class AccuracyDistribution
{
    /// <summary>Draws, for each accuracy, the share of runs that have at most that, into a PNG or SVG file.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="experiments">For each experiment its name in the legend and its runs' accuracies, 0 to 1.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(
        string path, string title, IReadOnlyList<(string Name, IReadOnlyList<double> Accuracies)> experiments)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        const float Width = 1000, Height = 480;
        Heading heading = new(title)
        {
            Legend = [.. experiments.Select((experiment, i) => (experiment.Name, Style.SeriesColour(i)))],
        };
        Plot plot = Style.NewPlot("accuracy after the last epoch (%)", "runs that come out so or worse (%)");
        for (int i = 0; i < experiments.Count; i++)
        {
            double[] ascending = [.. experiments[i].Accuracies.Select(share => 100 * share).Order()];
            double[] ranks = [.. Enumerable.Range(1, ascending.Length).Select(rank => 100.0 * rank / ascending.Length)];
            Scatter points = plot.Add.ScatterPoints(ascending, ranks, Style.SeriesColour(i).ForScottPlot());
            points.MarkerSize = ascending.Length <= 100 ? 7 : 3;
        }

        double[] all = [.. experiments.SelectMany(experiment => experiment.Accuracies).Select(share => 100 * share)];
        double low = all.DefaultIfEmpty(0).Min(), high = all.DefaultIfEmpty(100).Max();
        double margin = Math.Max(0.5, 0.05 * (high - low));
        plot.Axes.SetLimits(low - margin, high + margin, -4, 104);
        plot.Axes.Bottom.TickGenerator = Style.Ticks(density: 0.7);
        plot.Axes.Left.TickGenerator = Style.Ticks(density: 0.7);
        Sheet.Save(path, heading, Width, Height, sheet => sheet.Plot(plot, 0, 0, Width, Height));
    }
}
