using System.Xml.Linq;
using Inkling.Training;
using SkiaSharp;

namespace Inkling.Plots.Tests;

public sealed class PlotContentTests : IDisposable
{
    private readonly PlotFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_learning_curve_names_its_title_its_axes_and_each_run_once()
    {
        CurveSeries[] runs =
            [new("30 hidden", [0.90, 0.95]), new("100 hidden", [0.93, 0.96]), new("30 hidden", [0.91, 0.94])];

        string[] texts = _folder.TextsOf(path => LearningCurve.Save(path, "Three < four & more", runs));

        AssertShown(texts, "Three < four & more", "accuracy (%)", "epoch", "30 hidden", "100 hidden");
        Assert.Equal(2, texts.Count(text => text.EndsWith("hidden", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_learning_curve_shows_half_a_percent_at_95_percent()
    {
        double[] accuracies = [0.11, .. Enumerable.Range(0, 29).Select(epoch => 0.953 - 0.03 * Math.Exp(-0.3 * epoch))];

        string[] texts = _folder.TextsOf(path => LearningCurve.Save(path, "Title", [new("test", accuracies)]));

        AssertShown(texts, "93.5", "94", "94.5", "95");
        Assert.True(texts.All(text => text != "50"), "The first epoch squeezes the others together.");
    }

    [Fact]
    public void A_learning_curve_has_a_panel_for_costs_only_where_there_are_some()
    {
        string[] without = _folder.TextsOf(path => LearningCurve.Save(path, "Title", [new("test", [0.9, 0.95])]));
        string[] with = _folder.TextsOf(
            path => LearningCurve.Save(path, "Title", [new("test", [0.9, 0.95]) { Costs = [0.2, 0.1] }]));

        Assert.True(without.All(text => text != "cost"));
        AssertShown(with, "cost", "accuracy (%)");
    }

    [Fact]
    public void A_grid_names_its_axes_and_shows_mean_deviation_and_note_of_each_cell()
    {
        GridCell?[,] cells =
        {
            { new GridCell(0.9512, 0.0021, "worst 94.80, seed 3"), new GridCell(0.3, null, "2 of 50 failed") },
            { new GridCell(null, null, "50 of 50 failed"), new GridCell(0.9650, 0.0010, "worst 96.30, seed 7") },
        };

        string[] texts = _folder.TextsOf(path => GridHeatMap.Save(
            path, "A grid", "epochs 30", ["network", "cost"], [["784,30,10", "a"], ["784,100,10", "b"]], "eta", ["3", "30"],
            cells));

        AssertShown(
            texts, "A grid", "epochs 30", "network", "cost", "eta", "784,30,10", "784,100,10", "3", "30", "95.12 ± 0.21",
            "worst 94.80, seed 3", "30.00", "2 of 50 failed", "96.50 ± 0.10", "–",
            "50 of 50 failed");
    }

    [Fact]
    public void A_monitor_shows_cost_errors_weights_and_gradients_of_each_layer()
    {
        MonitorEntry[] entries =
        [
            .. Enumerable.Range(0, 4).Select(epoch => new MonitorEntry
            {
                Epoch = epoch,
                TrainingCost = 0.1 / (epoch + 1),
                TrainingAccuracy = 0.97 + 0.005 * epoch,
                ValidationCost = 0.12,
                ValidationAccuracy = 0.965,
                Norms = [new("conv 1", 4 + epoch, 0.1), new("dense 2", 9, 0.02 * (epoch + 1))],
            }),
        ];

        string[] texts = _folder.TextsOf(path => MonitorPlot.Save(path, "Title", entries));

        AssertShown(texts, "Title", "Cost", "Read wrongly", "Size of each layer's weights", "Size of each layer's gradient");
        AssertShown(texts, "training", "validation", "conv 1", "dense 2");
    }

    [Fact]
    public void Each_axis_of_a_monitor_says_what_it_measures_in_which_unit_and_on_which_scale()
    {
        string[] texts = _folder.TextsOf(path => MonitorPlot.Save(path, "Title", [EntryOf(0, layers: 2), EntryOf(1, layers: 2)]));

        AssertShown(texts, "epoch", "mean of the images, log scale", "% of the images, log scale");
        AssertShown(texts, "Euclidean norm", "Euclidean norm, log scale");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(14)]
    public void Names_of_lines_that_end_close_together_do_not_overlap_in_a_monitor(int layers)
    {
        XDocument svg = _folder.SvgOf(
            path => MonitorPlot.Save(path, "Title", [EntryOf(0, layers), EntryOf(1, layers), EntryOf(2, layers)]));

        (double X, double Y)[] names =
        [
            .. svg.Descendants(PlotFolder.Svg + "text")
                .Where(text => text.Value.Trim().StartsWith("dense ", StringComparison.Ordinal))
                .Select(text => (First(text, "x"), First(text, "y"))),
        ];
        Assert.Equal(2 * layers, names.Length);
        double height = (double)svg.Root!.Attribute("height")!;
        foreach (IGrouping<double, double> panel in names.GroupBy(name => name.X, name => name.Y))
        {
            double[] baselines = [.. panel.Order()];
            Assert.All(baselines.Zip(baselines.Skip(1)), pair => Assert.True(pair.Second - pair.First > 15));
            Assert.InRange(baselines[^1], 0, height - 36);
        }

        static double First(XElement text, string axis) => double.Parse(
            ((string)text.Attribute(axis)!).Split(',')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static MonitorEntry EntryOf(int epoch, int layers) => new()
    {
        Epoch = epoch,
        TrainingCost = 0.1 / (epoch + 1),
        TrainingAccuracy = 0.97 + 0.005 * epoch,
        ValidationCost = 0.12,
        ValidationAccuracy = 0.965,
        Norms = [.. Enumerable.Range(1, layers).Select(layer => new LayerNorms($"dense {layer}", 9 + 0.01 * layer, 0.02))],
    };

    [Fact]
    public void A_confusion_matrix_shows_every_count_and_the_share_read_rightly()
    {
        int[,] counts = { { 981, 0, 12 }, { 7, 1102, 26 }, { 0, 0, 0 } };

        string[] texts = _folder.TextsOf(path => ConfusionMatrix.Save(path, "Title", counts));

        AssertShown(texts, "981", "12", "7", "1102", "26", "98.8 %", "of 993", "97.1 %", "of 1135", "–");
    }

    [Fact]
    public void In_a_confusion_matrix_the_worst_mistake_is_the_strongest_red_however_many_are_right()
    {
        int[,] counts = { { 60_000, 3 }, { 1, 60_000 } };

        XDocument svg = _folder.SvgOf(path => ConfusionMatrix.Save(path, "Title", counts));

        string[] fills = [.. svg.Descendants(PlotFolder.Svg + "path").Select(cell => (string)cell.Attribute("fill")!)];

        Assert.Equal("#C8322A", fills[1]);
        Assert.NotEqual(fills[1], fills[2], StringComparer.Ordinal);
        Assert.Equal(fills[0], fills[3]);
    }

    [Fact]
    public void Mistakes_are_in_descending_confidence_and_none_claims_to_be_certain()
    {
        byte[] image = new byte[784];
        MistakeImage[] mistakes = [new(image, 4, 9, 0.62), new(image, 7, 2, 0.99999), new(image, 3, 5, 0.8)];

        string[] texts = _folder.TextsOf(path => MistakesSheet.Save(path, "Title", mistakes));

        Assert.Equal(["7 → 2", "99.9 %", "3 → 5", "80.0 %", "4 → 9", "62.0 %"], texts[2..]);
    }

    [Fact]
    public void There_is_one_numbered_tile_for_each_neuron_and_one_scale()
    {
        float[][] weights = [.. Enumerable.Range(1, 13).Select(WeightsOf)];

        XDocument svg = _folder.SvgOf(path => WeightImages.Save(path, "Title", weights, 28, 28));

        Assert.Equal(13 + 1, svg.Descendants(PlotFolder.Svg + "image").Count());
        Assert.Equal([.. Enumerable.Range(0, 13).Select(i => $"{i}")], PlotFolder.TextsOf(svg)[^13..]);

        static float[] WeightsOf(int neuron) => [.. Enumerable.Range(0, 784).Select(i => MathF.Sin(0.1f * neuron * i))];
    }

    [Fact]
    public void Excited_is_blue_inhibited_is_red_as_on_the_page_and_neither_is_white()
    {
        WeightImages.Save(_folder.PathOf("weights.png"), "T", [[1, 0, -1, -0.5f]], 2, 2);

        using SKBitmap bitmap = SKBitmap.Decode(_folder.PathOf("weights.png"));
        Assert.Equal(SKColor.Parse("#2456A4"), At(0.25, 0.25));
        Assert.Equal(SKColors.White, At(0.75, 0.25));
        Assert.Equal(SKColor.Parse("#C8322A"), At(0.25, 0.75));
        Assert.True(At(0.75, 0.75) is { Red: > 200, Blue: > 130 and < 160 });

        SKColor At(double x, double y) =>
            bitmap.GetPixel((int)(2 * (36 + 112 * x)), bitmap.Height - (int)(2 * (36 + 26 + 112 * (1 - y))));
    }

    [Fact]
    public void A_cost_surface_names_its_parameters_and_its_paths()
    {
        DescentPath[] paths = [new("η = 0.1", [(1, 1), (0.5, 0.5), (0, 0)]), new("η = 0.9", [(1, 1), (-0.5, -0.5)])];

        string[] texts = _folder.TextsOf(path => PlotFolder.SaveBowl(path, paths));

        AssertShown(texts, "Bowl", "weight w", "bias b", "cost", "η = 0.1", "η = 0.9");
    }

    [Fact]
    public void A_contact_sheet_grows_by_rows()
    {
        byte[][] images = [.. Enumerable.Repeat(new byte[784], 7)];

        XElement twoRows = _folder.SvgOf(path => ContactSheet.Save(path, "T", images, columns: 4)).Root!;
        XElement fourRows = _folder.SvgOf(path => ContactSheet.Save(path, "T", images, columns: 2)).Root!;

        Assert.Equal(2 * 64, (int)fourRows.Attribute("height")! - (int)twoRows.Attribute("height")!);
        Assert.Equal(2 * 64, (int)twoRows.Attribute("width")! - (int)fourRows.Attribute("width")!);
    }

    private static void AssertShown(string[] texts, params string[] expected) =>
        Assert.Empty(expected.Except(texts, StringComparer.Ordinal));
}
