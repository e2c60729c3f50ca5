using System.Xml.Linq;
using SkiaSharp;

namespace Inkling.Plots.Tests;

public sealed class PlotTests : IDisposable
{
    private readonly PlotFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly Dictionary<string, Action<string>> Savers = new(StringComparer.Ordinal)
    {
        ["activations"] = ActivationFunctions.Save,
        ["learning curve"] = path =>
            LearningCurve.Save(path, "Title", [new("test", [0.9, 0.94, 0.95]) { Costs = [0.3, 0.2, 0.1] }]),
        ["learning curve of nothing"] = path => LearningCurve.Save(path, "Title", []),
        ["confusion matrix"] = path => ConfusionMatrix.Save(path, "Title", new int[10, 10]),
        ["mistakes"] = path => MistakesSheet.Save(path, "Title", [new(new byte[784], 4, 9, 0.98)]),
        ["no mistakes"] = path => MistakesSheet.Save(path, "Title", []),
        ["weights"] = path => WeightImages.Save(path, "Title", [new float[784], new float[784]], 28, 28),
        ["cost surface"] = path =>
            PlotFolder.SaveBowl(path, [new("a path that diverges", [(1, 1), (-5, 3), (double.NaN, 0)]), new("no path", [])]),
        ["flat cost surface"] = path => CostSurface.Save(path, "Title", [0, 1], [0, 1], new double[2, 2], [], "w", "b"),
        ["grid"] = path => GridHeatMap.Save(
            path, "Title", "note", ["network"], [["784,10"]], "eta", ["1", "3"], new[,] { { new GridCell(0.9, 0.1, ""), null } }),
        ["grid of nothing"] = path => GridHeatMap.Save(path, "Title", "", [], [[]], "", [""], new GridCell?[1, 1]),
        ["contact sheet"] = path => ContactSheet.Save(path, "Title", [new byte[784]], labels: ["7"]),
        ["empty contact sheet"] = path => ContactSheet.Save(path, "Title", []),
    };

    public static TheoryData<string> Plots()
    {
        TheoryData<string> names = [];
        foreach (string name in Savers.Keys)
            names.Add(name);
        return names;
    }

    [Theory]
    [MemberData(nameof(Plots))]
    public void A_plot_is_a_PNG_of_twice_the_size_of_its_SVG_and_has_something_on_it(string plot)
    {
        string png = _folder.PathOf("plot.png"), svg = _folder.PathOf("PLOT.SVG");
        Savers[plot](png);
        Savers[plot](svg);

        XElement root = XDocument.Load(svg).Root!;
        using SKBitmap bitmap = SKBitmap.Decode(png);
        Assert.Equal(2 * (int)root.Attribute("width")!, bitmap.Width);
        Assert.Equal(2 * (int)root.Attribute("height")!, bitmap.Height);
        Assert.Contains(bitmap.Pixels, pixel => pixel.Red < 60);
        Assert.Equal(2, _folder.Files.Length); // no temporary file is left beside them
    }

    [Fact]
    public void A_title_is_drawn_even_where_the_machine_has_no_fonts()
    {
        // The typeface is the embedded one: the SVG names it first.
        XDocument sheet = _folder.SvgOf(path => ContactSheet.Save(path, "Digits", []));
        XElement title = sheet.Descendants(PlotFolder.Svg + "text").First();
        Assert.StartsWith("Inter,", (string)title.Attribute("font-family")!, StringComparison.Ordinal);

        Assert.InRange(DarkPixelsOf("IIII"), 100, 5000);
        Assert.InRange(DarkPixelsOf("MMMM"), DarkPixelsOf("IIII") * 2, 20_000);
        Assert.Equal(0, DarkPixelsOf(" "));

        int DarkPixelsOf(string text)
        {
            ContactSheet.Save(_folder.PathOf("title.png"), text, []);
            using SKBitmap bitmap = SKBitmap.Decode(_folder.PathOf("title.png"));
            return bitmap.Pixels.Count(pixel => pixel.Red < 128);
        }
    }

    [Fact]
    public void A_title_wider_than_the_content_is_not_cut()
    {
        string title = string.Join(' ', Enumerable.Repeat("wide", 40));
        ContactSheet.Save(_folder.PathOf("wide.png"), title, [new byte[784]]);

        using SKBitmap bitmap = SKBitmap.Decode(_folder.PathOf("wide.png"));
        int rightmost = Enumerable.Range(0, bitmap.Width)
            .Last(x => Enumerable.Range(0, bitmap.Height).Any(y => bitmap.GetPixel(x, y).Red < 128));
        Assert.InRange(bitmap.Width - rightmost, 60, 90); // the margin of 36 points
    }

    [Fact]
    public void Data_of_the_wrong_shape_is_an_argument_error_and_leaves_no_file()
    {
        string path = _folder.PathOf("none.png");
        Assert.Throws<ArgumentException>(() => ConfusionMatrix.Save(path, "T", new int[2, 3]));
        Assert.Throws<ArgumentException>(() => ContactSheet.Save(path, "T", [new byte[783]]));
        Assert.Throws<ArgumentException>(() => ContactSheet.Save(path, "T", [new byte[784]], labels: []));
        Assert.Throws<ArgumentException>(() => MistakesSheet.Save(path, "T", [new(new byte[1], 1, 2, 0.5)]));
        Assert.Throws<ArgumentException>(() => WeightImages.Save(path, "T", [new float[784]], 28, 27));
        Assert.Throws<ArgumentException>(() => CostSurface.Save(path, "T", [0, 1], [0, 1, 2], new double[2, 3], [], "w", "b"));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named()
    {
        string path = Directory.CreateDirectory(_folder.PathOf("folder.png")).FullName;

        InklingException e = Assert.Throws<InklingException>(() => ActivationFunctions.Save(path));

        Assert.StartsWith($"{path}: cannot be written", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plots_are_drawn_by_several_threads_at_once()
    {
        Parallel.For(0, 8, i => LearningCurve.Save(_folder.PathOf($"{i}.png"), "Title", [new("test", [0.9, 0.94, 0.95])]));

        byte[][] files = [.. _folder.Files.Select(File.ReadAllBytes)];
        Assert.Equal(8, files.Length);
        Assert.All(files, file => Assert.Equal(files[0], file));
    }
}
