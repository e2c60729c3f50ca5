using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Inkling.Docs.Tests;

/// <summary>The charts of how the cost of training grows show what was measured, on light and dark pages.</summary>
public sealed class GrowthChartsTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly JsonObject Measured = GrowthCharts.Measured();

    public static TheoryData<string> Names => [.. GrowthCharts.All(Measured).Select(chart => chart.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_chart_shows_the_figures_that_were_measured_and_is_on_the_page(string name)
    {
        string svg = GrowthCharts.All(Measured).Single(chart => chart.Name == name).Svg;
        string onPage = File.ReadAllText(Path.Combine(Page.Root, name));
        Assert.True(onPage == svg, $"{name} is out of date. Run: dotnet run eng/docs.cs");
        Assert.Contains(name["docs/".Length..], Page.Named("docs/performance.md").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chart_says_what_its_axes_are_and_writes_each_figure_at_its_point()
    {
        XElement chart = Drawn("growth-hidden-neurons.svg");

        string[] texts = [.. chart.Elements(Svg + "text").Select(text => text.Value)];
        Assert.Contains("µs an image", texts);
        Assert.Contains("hidden neurons (both axes logarithmic)", texts);
        JsonObject figures = Measured["hidden neurons"]!.AsObject();
        Assert.Empty(figures
            .Select(figure => figure.Key)
            .Except(texts.Select(text => text.Replace(",", "", StringComparison.Ordinal)), StringComparer.Ordinal));
        Assert.Empty(figures.Select(figure => figure.Value!.ToJsonString()).Except(texts, StringComparer.Ordinal));
        Assert.Equal(figures.Count, chart.Elements(Svg + "circle").Count());
    }

    [Fact]
    public void What_grows_in_proportion_lies_on_the_dashed_line()
    {
        JsonObject proportional = Measured.DeepClone().AsObject();
        proportional["channels"] = new JsonObject { ["8"] = 10.0, ["16"] = 20.0, ["128"] = 160.0 };

        XElement chart = Drawn("growth-channels.svg", proportional);

        XElement guide = chart.Elements(Svg + "line").Single(line => (string?)line.Attribute("class") == "guide");
        XElement[] points = [.. chart.Elements(Svg + "circle")];
        Assert.Equal((double)guide.Attribute("y1")!, (double)points[0].Attribute("cy")!, 0.02);
        Assert.Equal((double)guide.Attribute("y2")!, (double)points[^1].Attribute("cy")!, 0.02);
        Assert.Equal("16 times the channels: 16 times the time for an image", (string)chart.Attribute("aria-label")!);
    }

    [Theory]
    [InlineData("docs/images/panels.svg")]
    [InlineData("docs/images/winograd.svg")]
    [InlineData("docs/images/growth-images.svg")]
    public void A_drawing_has_a_background_of_its_own_and_dark_colours_for_readers_who_prefer_them(string name)
    {
        XElement root = XDocument.Load(Path.Combine(Page.Root, name)).Root!;
        Assert.Contains("prefers-color-scheme", root.Element(Svg + "style")!.Value, StringComparison.Ordinal);
        Assert.True((double)root.Element(Svg + "rect")!.Attribute("width")! >= (double)root.Attribute("width")! - 1);
    }

    private static XElement Drawn(string file, JsonObject? figures = null) => XElement.Parse(
        GrowthCharts.All(figures ?? Measured).Single(chart => chart.Name.EndsWith(file, StringComparison.Ordinal)).Svg);
}
