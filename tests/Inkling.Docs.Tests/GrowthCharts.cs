using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Inkling.Docs.Tests;

/// <summary>
/// The charts of how the cost of training grows, drawn from docs/measured/growth.json in the style of Inkling.Plots. Both axes
/// are logarithmic: growth in proportion is a straight line. Each chart is a card with a background, light or dark as the reader
/// prefers, so that it can be read on a page of either kind.
/// </summary>
internal static class GrowthCharts
{
    private const double Width = 720, Height = 360, Left = 76, Right = 40, Top = 100, Bottom = 64;

    /// <summary>Distance of the first and last point from the ends of the horizontal axis.</summary>
    private const double Inset = 28;

    private const string Css =
        """
        .paper{fill:#fff;stroke:#d5dae0}.title{font-size:17px;font-weight:600;fill:#1b1f24}
        .label{font-size:14px;fill:#1b1f24}.note{font-size:13px;fill:#5f6873}
        .grid{stroke:#e9ecf0}.axis{stroke:#aeb6c0}.guide{stroke:#aeb6c0;stroke-width:1.5;stroke-dasharray:5 5}
        .line{fill:none;stroke:#2456a4;stroke-width:2.5;stroke-linejoin:round}.point{fill:#2456a4}
        .value{font-size:13px;font-weight:600;fill:#1b1f24;stroke:#fff;stroke-width:4;paint-order:stroke;stroke-linejoin:round}
        @media (prefers-color-scheme:dark){
        .paper{fill:#0d1117;stroke:#30363d}.title,.label{fill:#e6edf3}.note{fill:#9198a1}
        .grid{stroke:#21262d}.axis,.guide{stroke:#656c76}
        .line{stroke:#6ea8fe}.point{fill:#6ea8fe}.value{fill:#e6edf3;stroke:#0d1117}}
        """;

    /// <summary>The figures that are drawn.</summary>
    public static JsonObject Measured() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Page.Root, "docs", "measured", "growth.json")))!.AsObject();

    /// <summary>All charts, each with the name of its file below the repository's root.</summary>
    /// <param name="growth">The content of growth.json.</param>
    public static IEnumerable<(string Name, string Svg)> All(JsonObject growth)
    {
        string threads = growth["threads"]!.AsObject().Last().Key;
        (string What, string Job, Proportion Guide)[] charts =
        [
            ("hidden neurons", "784-N-10, mini-batches of 10, one thread", Proportion.Direct),
            ("images", "784-30-10, mini-batches of 10, one thread", Proportion.None),
            ("images in a mini-batch", $"784-100-100-10, ReLU, Adam, {threads} threads", Proportion.Inverse),
            ("channels", $"two 3×3 convolutions, mini-batches of 64, Adam, {threads} threads", Proportion.Direct),
            ("threads", "two 3×3 convolutions of 64 channels, mini-batches of 64, Adam", Proportion.Inverse),
        ];
        return charts.Select(chart => (
            $"docs/images/growth-{chart.What.Replace(' ', '-')}.svg",
            Draw(chart.What, chart.Job, chart.Guide, growth[chart.What]!.AsObject())));
    }

    private static string Draw(string what, string job, Proportion guide, JsonObject figures)
    {
        (double Size, double Time, string Label)[] points =
            [.. figures.Select(figure => (Parse(figure.Key), figure.Value!.GetValue<double>(), figure.Value.ToJsonString()))];
        double first = Math.Log10(points[0].Size), span = Math.Max(1e-9, Math.Log10(points[^1].Size) - first);
        double low = Math.Floor(points.Min(point => Math.Log10(point.Time))),
            high = Math.Ceiling(points.Max(point => Math.Log10(point.Time)) + 0.05);
        double bottom = Height - Bottom, right = Width - Right;
        double X(double size) => Left + Inset + (Math.Log10(size) - first) / span * (right - Left - 2 * Inset);
        double Y(double time) => Top + (high - Math.Log10(time)) / (high - low) * (bottom - Top);

        StringBuilder svg = new();
        string title = TitleOf(what, points[^1].Size / points[0].Size, points[^1].Time / points[0].Time);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {N(Width)} {N(Height)}" width="{N(Width)}" height="{N(Height)}"
              role="img" aria-label="{title}" font-family="Inter, Helvetica, Arial, sans-serif">
            <style>
            {Css}
            </style>
            <clipPath id="plot"><rect x="{N(Left)}" y="{N(Top)}" width="{N(right - Left)}" height="{N(bottom - Top)}"/></clipPath>
            <rect class="paper" x="0.5" y="0.5" width="{N(Width - 1)}" height="{N(Height - 1)}" rx="8"/>

            """);
        Text("title", 24, 36, title);
        Text("note", 24, 58, $"{job}. Dashed: {NameOf(guide)}");
        Text("note", 24, Top - 14, "µs an image");
        for (double decade = low; decade <= high; decade++)
        {
            double time = Math.Pow(10, decade);
            Line(decade == low ? "axis" : "grid", Left, Y(time), right, Y(time));
            Text("note", Left - 10, Y(time) + 4.5, time.ToString("#,0.###", CultureInfo.InvariantCulture), "end");
        }

        foreach ((double size, _, _) in points)
        {
            Line("grid", X(size), Top, X(size), bottom);
            Text("note", X(size), bottom + 20, size.ToString("N0", CultureInfo.InvariantCulture), "middle");
        }

        Text("label", (Left + right) / 2, Height - 18, $"{what} (both axes logarithmic)", "middle");
        // Costs that grow meet the line where they are largest, and those that fall where they begin.
        (double Size, double Time, string Label) anchor = guide == Proportion.Direct ? points[^1] : points[0];
        double GuideAt(double size) => Y(anchor.Time * Math.Pow(size / anchor.Size, (int)guide));
        (double from, double to) = (points[0].Size, points[^1].Size);
        Line("guide", X(from), GuideAt(from), X(to), GuideAt(to), " clip-path=\"url(#plot)\"");
        string path = string.Join(' ', points.Select(point => $"{N(X(point.Size))},{N(Y(point.Time))}"));
        svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line\" points=\"{path}\"/>\n");
        foreach ((double size, double time, string label) in points)
        {
            svg.Append(
                CultureInfo.InvariantCulture, $"<circle class=\"point\" cx=\"{N(X(size))}\" cy=\"{N(Y(time))}\" r=\"4.5\"/>\n");
            Text("value", X(size), Y(time) - 12, label, "middle");
        }

        return svg.Append("</svg>\n").ToString();

        void Text(string style, double x, double y, string text, string align = "start") => svg.Append(
            CultureInfo.InvariantCulture,
            $"<text class=\"{style}\" x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{align}\">{text}</text>\n");

        void Line(string style, double x1, double y1, double x2, double y2, string more = "") => svg.Append(
            CultureInfo.InvariantCulture,
            $"<line class=\"{style}\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"{more}/>\n");
    }

    /// <summary>What is seen, in figures: <c>100 times the hidden neurons: 46 times the time for an image</c>.</summary>
    private static string TitleOf(string what, double sizes, double times)
    {
        string time = times switch
        {
            > 10 => $"{times.ToString("0", CultureInfo.InvariantCulture)} times the time",
            < 0.1 => $"1/{(1 / times).ToString("0", CultureInfo.InvariantCulture)} of the time",
            _ => $"{times.ToString("0.0", CultureInfo.InvariantCulture)} times the time",
        };
        return $"{sizes.ToString("0", CultureInfo.InvariantCulture)} times the {what}: {time} for an image";
    }

    private static string NameOf(Proportion guide) => guide switch
    {
        Proportion.Direct => "growth in proportion",
        Proportion.Inverse => "in inverse proportion",
        _ => "no growth",
    };

    private static double Parse(string number) => double.Parse(number, CultureInfo.InvariantCulture);

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>The proportion that a chart is compared with; its value is the slope on logarithmic axes.</summary>
    private enum Proportion
    {
        Inverse = -1,
        None = 0,
        Direct = 1,
    }
}
