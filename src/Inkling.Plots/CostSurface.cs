using ScottPlot;
using ScottPlot.Panels;
using ScottPlot.Plottables;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>The way that gradient descent took.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">From the start to the end; a way that runs off to infinity is drawn until there.</param>
public sealed record DescentPath(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A cost of two parameters seen from above, with the ways that gradient descent takes down it.</summary>
public static class CostSurface
{
    private const int Contours = 16;
    private const float Width = 1000, Height = 600;

    /// <summary>Draws contours and paths into a PNG or SVG file.</summary>
    /// <param name="path">The file; its name ends in <c>.svg</c> for SVG.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="xs">Values of the first parameter, evenly spaced, ascending, at least two.</param>
    /// <param name="ys">Values of the second parameter, evenly spaced, ascending, at least two.</param>
    /// <param name="costs">[ys, xs].</param>
    /// <param name="paths">Each from its start (a ring) to its end (a disc).</param>
    /// <param name="xLabel">The first parameter.</param>
    /// <param name="yLabel">The second parameter.</param>
    /// <exception cref="ArgumentException">The costs are not one for each pair of values.</exception>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(
        string path, string title, double[] xs, double[] ys, double[,] costs, IReadOnlyList<DescentPath> paths, string xLabel, string yLabel)
    {
        ArgumentNullException.ThrowIfNull(xs);
        ArgumentNullException.ThrowIfNull(ys);
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfLessThan(xs.Length, 2, nameof(xs));
        ArgumentOutOfRangeException.ThrowIfLessThan(ys.Length, 2, nameof(ys));
        if (costs.GetLength(0) != ys.Length || costs.GetLength(1) != xs.Length)
            throw new ArgumentException($"The costs are [{costs.GetLength(0)}, {costs.GetLength(1)}], not [{ys.Length}, {xs.Length}].", nameof(costs));

        Plot plot = Style.NewPlot(xLabel, yLabel);
        AddSurface(plot, xs, ys, costs);
        Coordinates[][] ways = [.. paths.Select(FinitePart)];
        foreach (Coordinates[] way in ways)
            plot.Add.ScatterLine(way, Colors.White).LineWidth = 5; // sets the ways off from the contours they cross
        for (int i = 0; i < ways.Length; i++)
            AddWay(plot, ways[i], PathColour(i).ForScottPlot());
        plot.Axes.SetLimits(xs[0], xs[^1], ys[0], ys[^1]);
        plot.Layout.Fixed(new PixelPadding(left: 76, right: 108, bottom: 58, top: 10));
        Heading heading = new(title, paths.Count == 0 ? "" : "Each way leads from its ring to its disc.")
        {
            Legend = [.. paths.Select((way, i) => (way.Name, PathColour(i)))],
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
        contours.ContourLineLevels = [.. Enumerable.Range(1, Contours).Select(i => low + (high - low) * Math.Pow((double)i / (Contours + 1), 2))];
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

    /// <summary>Blue, the first colour, is the surface's.</summary>
    private static SKColor PathColour(int index) => Style.SeriesColour(index + 1);

    private static Coordinates[] FinitePart(DescentPath path) =>
        [.. path.Points.Select(point => new Coordinates(point.X, point.Y)).TakeWhile(point => double.IsFinite(point.X) && double.IsFinite(point.Y))];

    private static void AddWay(Plot plot, Coordinates[] points, Color colour)
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

    /// <summary>White in the valley, blue on the heights; by the root, as the contours are spaced, since a valley is a parabola.</summary>
    private sealed class ValleyColours : IColormap
    {
        public string Name => "Valley";

        public Color GetColor(double position) =>
            Style.Blend(SKColors.White, SKColor.Parse("#4F7DC2"), Math.Sqrt(Math.Clamp(position, 0, 1))).ForScottPlot();
    }
}
