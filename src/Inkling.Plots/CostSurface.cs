using ScottPlot;
using ScottPlot.Panels;
using ScottPlot.Plottables;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>The path that gradient descent took.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">From start to end; a path that diverges is drawn up to its first value that is not finite.</param>
internal sealed record DescentPath(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Contour map of a cost of two parameters, with the paths that gradient descent takes.</summary>
internal static class CostSurface
{
    private const int Contours = 16;
    private const float Width = 1000, Height = 600;

    /// <summary>Draws contours and paths into a PNG or SVG file.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="xs">Values of the first parameter, evenly spaced, ascending, at least two.</param>
    /// <param name="ys">Values of the second parameter, evenly spaced, ascending, at least two.</param>
    /// <param name="costs">[ys, xs].</param>
    /// <param name="paths">Each is drawn from its start (a ring) to its end (a disc).</param>
    /// <param name="xLabel">Name of the first parameter.</param>
    /// <param name="yLabel">Name of the second parameter.</param>
    /// <exception cref="ArgumentException">The costs are not [ys, xs].</exception>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(
        string path,
        string title,
        double[] xs,
        double[] ys,
        double[,] costs,
        IReadOnlyList<DescentPath> paths,
        string xLabel,
        string yLabel)
    {
        ArgumentNullException.ThrowIfNull(xs);
        ArgumentNullException.ThrowIfNull(ys);
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfLessThan(xs.Length, 2, nameof(xs));
        ArgumentOutOfRangeException.ThrowIfLessThan(ys.Length, 2, nameof(ys));
        if (costs.GetLength(0) != ys.Length || costs.GetLength(1) != xs.Length)
        {
            throw new ArgumentException(
                $"The costs are [{costs.GetLength(0)}, {costs.GetLength(1)}], not [{ys.Length}, {xs.Length}].", nameof(costs));
        }

        Plot plot = Style.NewPlot(xLabel, yLabel);
        AddSurface(plot, xs, ys, costs);
        Coordinates[][] finite = [.. paths.Select(FinitePart)];
        foreach (Coordinates[] points in finite)
            plot.Add.ScatterLine(points, Colors.White).LineWidth = 5; // a white outline against the contours crossed
        for (int i = 0; i < finite.Length; i++)
            AddPath(plot, finite[i], PathColour(i).ForScottPlot());
        plot.Axes.SetLimits(xs[0], xs[^1], ys[0], ys[^1]);
        plot.Layout.Fixed(new PixelPadding(left: 76, right: 108, bottom: 58, top: 10));
        Heading heading = new(title, paths.Count == 0 ? "" : "Each path leads from its ring to its disc.")
        {
            Legend = [.. paths.Select((descent, i) => (descent.Name, PathColour(i)))],
        };
        Sheet.Save(path, heading, Width, Height, sheet => sheet.Plot(plot, 0, 0, Width, Height));
    }

    private static void AddSurface(Plot plot, double[] xs, double[] ys, double[,] costs)
    {
        double[,] topDown = new double[ys.Length, xs.Length]; // a heat map's first row is its top
        Coordinates3d[,] points = new Coordinates3d[ys.Length, xs.Length];
        for (int i = 0; i < ys.Length; i++)
        {
            for (int j = 0; j < xs.Length; j++)
            {
                topDown[ys.Length - 1 - i, j] = costs[i, j];
                points[i, j] = new Coordinates3d(xs[j], ys[i], costs[i, j]);
            }
        }

        Heatmap surface = plot.Add.Heatmap(topDown);
        surface.Extent = new CoordinateRect(xs[0], xs[^1], ys[0], ys[^1]);
        surface.Colormap = new ValleyColours();
        surface.Smooth = true;

        ContourLines contours = plot.Add.ContourLines(points, Contours);
        double low = costs.Cast<double>().Min(), high = costs.Cast<double>().Max();
        contours.ContourLineLevels =
            [.. Enumerable.Range(1, Contours).Select(i => low + (high - low) * Math.Pow((double)i / (Contours + 1), 2))];
        contours.LineStyle.Color = Style.Blue.ForScottPlot().WithAlpha(0.35);
        contours.LineStyle.Width = 1;
        contours.LabelStyle.IsVisible = false;
        contours.Update(points);

        ColorBar bar = plot.Add.ColorBar(surface);
        bar.Width = 18;
        Style.Quieten(bar.Axis);
        bar.Axis.TickGenerator = Style.Ticks(density: 0.5);
        bar.Axis.FrameLineStyle.IsVisible = false;
        bar.Label = "cost";
        bar.LabelStyle.FontName = Typefaces.Family;
        bar.LabelStyle.FontSize = 14;
        bar.LabelStyle.ForeColor = Style.Ink.ForScottPlot();
    }

    /// <summary>Skips blue, the first colour: the surface has it.</summary>
    private static SKColor PathColour(int index) => Style.SeriesColour(index + 1);

    private static Coordinates[] FinitePart(DescentPath path) =>
    [
        .. path.Points
            .TakeWhile(point => double.IsFinite(point.X) && double.IsFinite(point.Y))
            .Select(point => new Coordinates(point.X, point.Y)),
    ];

    private static void AddPath(Plot plot, Coordinates[] points, Color colour)
    {
        if (points.Length == 0)
            return;
        Scatter line = plot.Add.Scatter(points, colour);
        line.LineWidth = 2.5f;
        line.MarkerSize = points.Length <= 100 ? 6 : 0;
        Marker start = plot.Add.Marker(points[0].X, points[0].Y, MarkerShape.FilledCircle, 15, Colors.White);
        start.MarkerStyle.OutlineColor = colour;
        start.MarkerStyle.OutlineWidth = 3;
        Marker end = plot.Add.Marker(points[^1].X, points[^1].Y, MarkerShape.FilledCircle, 15, colour);
        end.MarkerStyle.OutlineColor = Colors.White;
        end.MarkerStyle.OutlineWidth = 2;
    }

    /// <summary>
    /// White at the lowest cost, blue at the highest. Takes the square root, as the contours' spacing is quadratic: near its
    /// minimum a cost is a parabola.
    /// </summary>
    private sealed class ValleyColours : IColormap
    {
        public string Name => "Valley";

        public Color GetColor(double position) =>
            Style.Blend(SKColors.White, SKColor.Parse("#4F7DC2"), Math.Sqrt(Math.Clamp(position, 0, 1))).ForScottPlot();
    }
}
