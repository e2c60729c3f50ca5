using ScottPlot;
using ScottPlot.Plottables;

namespace Inkling.Plots;

/// <summary>The step function of a perceptron beside the sigmoid.</summary>
internal static class ActivationFunctions
{
    /// <summary>Draws both functions into a PNG or SVG file.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path)
    {
        const float PanelWidth = 480, PanelHeight = 380, Gap = 24;
        Heading heading = new("A sigmoid is a step made smooth")
        {
            Legend =
            [
                ("step: 1 where z > 0, otherwise 0", Style.SeriesColour(1)),
                ("sigmoid: σ(z) = 1 / (1 + exp(−z))", Style.SeriesColour(0)),
            ],
        };
        Sheet.Save(path, heading, 2 * PanelWidth + Gap, PanelHeight, sheet =>
        {
            // Two points at z = 0, one for each level, make the step vertical.
            Plot step = NewPlot("output of a perceptron");
            Add(step, [-5, 0, 0, 5], [0, 0, 1, 1], Style.SeriesColour(1));
            sheet.Plot(step, 0, 0, PanelWidth, PanelHeight);

            double[] z = [.. Enumerable.Range(0, 401).Select(i => (i - 200) / 40.0)];
            Plot sigmoid = NewPlot("output of a sigmoid neuron");
            Add(sigmoid, z, [.. z.Select(SigmoidNeuron.Sigmoid)], Style.SeriesColour(0));
            sheet.Plot(sigmoid, PanelWidth + Gap, 0, PanelWidth, PanelHeight);
        });
    }

    private static Plot NewPlot(string yLabel)
    {
        Plot plot = Style.NewPlot("z = w·x + b", yLabel);
        plot.Axes.Left.SetTicks([0, 0.5, 1], ["0", "0.5", "1"]);
        plot.Axes.SetLimits(-5, 5, -0.06, 1.06);
        return plot;
    }

    private static void Add(Plot plot, double[] z, double[] output, SkiaSharp.SKColor colour)
    {
        Scatter line = plot.Add.ScatterLine(z, output, colour.ForScottPlot());
        line.LineWidth = 3;
    }
}
