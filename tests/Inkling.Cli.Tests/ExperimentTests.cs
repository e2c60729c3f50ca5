using System.Text.Json;

namespace Inkling.Cli.Tests;

public sealed class ExperimentTests : IDisposable
{
    private readonly Command _inkling = new();

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task A_rung_of_the_ladder_is_run_with_its_seeds_and_set_beside_nielsens_figure()
    {
        TrainTests.SkipWithoutData();
        Command.Result table = await _inkling.RunAsync(
            withData: true, "experiment", "ladder", "--rows", "5", "--seeds", "2", "--epochs", "2");
        Assert.Equal(0, table.ExitCode);
        Assert.Matches(@"ch\. 3: cross-entropy, 784-30-10, eta 0\.5 +│ 95\.49 +│ 9\d\.\d\d ± \d\.\d\d", table.Output);

        Command.Result json = await _inkling.RunAsync(
            withData: true, "experiment", "ladder", "--rows", "5,7-7", "--seeds", "1", "--epochs", "1", "--json");
        JsonElement[] lines = [.. json.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([95.49, 96.49], lines.Select(line => line.GetProperty("nielsen").GetDouble()));
        Assert.All(lines, line => Assert.InRange(line.GetProperty("bestAccuracy").GetDouble(), 0.85, 1));
    }

    [Fact]
    public async Task Training_a_bundled_network_again_leaves_its_files_and_once_there_they_are_not_made_twice()
    {
        TrainTests.SkipWithoutData();
        string[] job = ["experiment", "best", "--model", "mlp", "--epochs", "1", "--seeds", "1", "--out", "made", "--json"];
        Command.Result first = await _inkling.RunAsync(withData: true, job);
        Assert.Equal(0, first.ExitCode);
        Assert.True(
            JsonDocument.Parse(Assert.Single(first.Lines)).RootElement.GetProperty("testAccuracy").GetDouble() > 0.95,
            first.Output);
        Assert.Equal(
            ["mlp-1.safetensors", "mlp.safetensors"],
            Directory.GetFiles(_inkling.PathOf("made")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        Command.Result second = await _inkling.RunAsync(withData: true, job);
        Assert.Equal(first.Output, second.Output);
        Assert.DoesNotContain("epoch 0", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_network_without_cuts_is_trained_on_numbers_and_judged_on_writers_that_it_has_not_seen()
    {
        TrainTests.SkipWithoutData();
        string[] job = ["experiment", "lines", "--numbers", "400", "--out", "made", "--json"];
        Command.Result result = await _inkling.RunAsync(withData: true, job);
        Assert.Equal(0, result.ExitCode);
        JsonElement report = JsonDocument.Parse(Assert.Single(result.Lines)).RootElement;
        Assert.InRange(report.GetProperty("apart").GetDouble(), 0, 1);
        Assert.InRange(report.GetProperty("touching").GetDouble(), 0, 1);
        Assert.InRange(report.GetProperty("readApart").GetDouble(), 0.9, 1); // by the bundled networks
        Assert.InRange(report.GetProperty("readTouching").GetDouble(), 0.6, 1);
        Network network = Network.Load(_inkling.PathOf("made/lines.safetensors"));
        Assert.Equal("11x1x*", network.Architecture.Output.ToString());
        Assert.Equal(["lines.safetensors"], Directory.GetFiles(_inkling.PathOf("made")).Select(Path.GetFileName));

        Command.Result again = await _inkling.RunAsync(withData: true, job);
        Assert.Equal(result.Output, again.Output); // nothing is trained anew
        Assert.DoesNotContain("cycle 1:", again.Error, StringComparison.Ordinal);
        Command.Result other = await _inkling.RunAsync(
            withData: true, "experiment", "lines", "--numbers", "800", "--out", "made");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("was not made by this training", other.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_readers_confidence_is_fitted_to_ones_own_sets_of_pictures()
    {
        LabelledImages digits = GeneratedDigits.Create(4, seed: 3);
        for (int i = 0; i < digits.Count; i++)
        {
            string set = _inkling.PathOf(i < 2 ? "sets/a" : "sets/b");
            Directory.CreateDirectory(set);
            Plots.ContactSheet.Save(
                Path.Combine(set, $"{digits.ClassOf(i)}_{i}.png"), "1", [digits.Pixels(i).ToArray()], columns: 1);
        }

        Command.Result result = await _inkling.RunAsync("experiment", "reader", "--images", _inkling.PathOf("sets"), "--json");
        Assert.Equal(0, result.ExitCode);
        JsonElement[] lines = [.. result.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["a", "b", "all", "all, as it is"], lines[..^1].Select(line => line.GetProperty("set").GetString()));
        Assert.Equal([2, 2, 4, 4], lines[..^1].Select(line => line.GetProperty("images").GetInt32()));
        Assert.All(lines[^1].GetProperty("weights").EnumerateArray(), weight => Assert.True(double.IsFinite(weight.GetDouble())));
    }

    [Theory]
    [InlineData(1, "two or more folders with labelled pictures are needed", "reader", "--images", ".")]
    [InlineData(1, "nowhere: there is no such folder.", "reader", "--images", "nowhere")]
    [InlineData(2, "There is no experiment \"best of all\", only seed, ladder, best, lines, reader", "best of all")]
    [InlineData(1, "--rows takes numbers from 1 to 15, as 1-7,9, not \"3-1\".", "ladder", "--rows", "3-1")]
    [InlineData(2, "--model takes one of best, tiny, mlp, segments, not \"huge\"", "best", "--model", "huge")]
    public async Task A_wrong_experiment_is_answered_in_one_line(int exitCode, string message, params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(["experiment", .. arguments]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(message, result.ErrorLines[^1], StringComparison.Ordinal);
    }
}
