using System.Diagnostics;
using System.Text.Json;

namespace Inkling.Cli.Tests.Sweeps;

/// <summary>Grids of trainings, by one process and by several, killed and gone on with.</summary>
public sealed class SweepTests : IDisposable
{
    private readonly Command _inkling = new();
    private readonly string _data;

    public SweepTests() => _data = _inkling.SmallData();

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task A_sweep_ends_in_the_same_files_for_one_process_and_for_three_with_other_numbers_of_threads()
    {
        string[] grid = ["--layers", "784,10", "784,6,10", "--eta", "0.5,3", "--seeds", "1-3", "--epochs", "2"];
        Command.Result one = await _inkling.RunAsync(Sweep("one", [.. grid, "--threads", "1"]));
        Command.Result[] three = await Task.WhenAll(Enumerable.Range(1, 3).Select(
            part => _inkling.StartAsync(Sweep("three", [.. grid, "--part", $"{part}/3", "--threads", $"{part}"]))));
        Assert.True(one.ExitCode == 0, one.Error);
        Assert.All(three, part => Assert.True(part.ExitCode == 0, part.Error));
        string[] files = Files("one");
        Assert.Equal(4 + 12, files.Length); // sweep.json, two tables, a picture
        Assert.Equal(files, Files("three"));
        foreach (string file in files.Where(file => !file.EndsWith(".png", StringComparison.Ordinal)))
            Assert.Equal(await ReadAsync("one", file), await ReadAsync("three", file));

        // The run is that of train, to the last digit of its cost.
        string[] job = ["--layers", "784,6,10", "--eta", "3", "--epochs", "2", "--out", "net.safetensors"];
        Command.Result train = await _inkling.RunAsync(["train", "--data", _data, .. job, "--json"]);
        JsonElement epoch = JsonDocument.Parse(train.Lines[1]).RootElement;
        JsonElement run = (await File.ReadAllLinesAsync(_inkling.PathOf("one/results.jsonl")))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Single(result => result.GetProperty("options") is var options
                && options.GetProperty("network").GetString() == "784,6,10"
                && options.GetProperty("eta").GetDouble() == 3
                && options.GetProperty("seed").GetInt32() == 1);
        Assert.Equal(epoch.GetProperty("correct").GetInt32(), run.GetProperty("test").GetProperty("correct").GetInt32());
        double cost = run.GetProperty("epochs")[1].GetProperty("cost").GetDouble();
        Assert.Equal(epoch.GetProperty("cost").GetDouble(), Math.Round(cost, 6));
    }

    [Fact]
    public async Task A_sweep_that_is_killed_makes_only_what_is_missing_when_it_is_started_again()
    {
        string[] grid = ["--eta", "1,3", "--seeds", "1-8", "--epochs", "4", "--layers", "784,40,10"];
        Dictionary<string, (string Content, DateTime Written)> kept = new(StringComparer.Ordinal);
        for (int kill = 1; kill <= 2; kill++)
        {
            using Process process = _inkling.Start(withData: false, Sweep("killed", grid));
            while (Results().Length < Math.Min(15, kept.Count + 2) && !process.HasExited)
                await Task.Delay(5, TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.All(kept, result => Assert.Equal(result.Value, StateOf(result.Key)));
            foreach (string file in Results())
                kept[file] = StateOf(file);
        }

        Command.Result last = await _inkling.RunAsync(Sweep("killed", [.. grid, "--json"]));
        Assert.True(last.ExitCode == 0, last.Error);
        Assert.Equal(
            Results().Except(kept.Keys, StringComparer.Ordinal).Select(Path.GetFileNameWithoutExtension)
                .Order(StringComparer.Ordinal),
            last.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("run").GetString())
                .Order(StringComparer.Ordinal));
        Assert.All(kept, result => Assert.Equal(result.Value, StateOf(result.Key)));
        Assert.Equal(16, Results().Length);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_inkling.PathOf("killed"), "*", SearchOption.AllDirectories),
            file => file.EndsWith(".tmp", StringComparison.Ordinal) || file.EndsWith(".lock", StringComparison.Ordinal));

        string[] Results() => Directory.Exists(_inkling.PathOf("killed/runs"))
            ? Directory.GetFiles(_inkling.PathOf("killed/runs"), "*.json", SearchOption.AllDirectories)
            : [];

        static (string, DateTime) StateOf(string file) => (File.ReadAllText(file), File.GetLastWriteTimeUtc(file));
    }

    [Fact]
    public async Task Interrupted_it_says_how_far_it_is_and_what_is_there_can_be_shown()
    {
        Assert.SkipWhen(Command.IgnoresInterrupts, "SIGINT is ignored in this process and in what it starts.");
        using Process process = _inkling.Start(
            withData: false, Sweep("stopped", ["--epochs", "1,100000", "--threads", "1", "--json"]));
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Command.Interrupt(process);
        Command.Result stopped = await Command.FinishAsync(process);
        Assert.Equal(130, stopped.ExitCode);
        Assert.Equal("Interrupted: 1 of 2 runs have a result. The same command goes on.", stopped.ErrorLines[^1]);

        Command.Result shown = await _inkling.RunAsync("sweep", "--show", "stopped", "--json");
        Assert.Equal((0, 1), (shown.ExitCode, shown.Lines.Length));
        Assert.Contains(": 1 results on ", shown.ErrorLines[0], StringComparison.Ordinal);
        Assert.Contains("the grid last begun here has 2 runs", shown.ErrorLines[0], StringComparison.Ordinal);
        Assert.True(File.Exists(_inkling.PathOf("stopped/grid.png")));
    }

    [Fact]
    public async Task Results_of_other_versions_or_data_foreign_files_and_damaged_results_are_told_in_one_line()
    {
        string[] grid = ["--layers", "784,10", "--epochs", "1"];
        Assert.Equal(0, (await _inkling.RunAsync(Sweep("done", grid))).ExitCode);
        string description = _inkling.PathOf("done/sweep.json"), text = await File.ReadAllTextAsync(description);

        await File.WriteAllTextAsync(description, text.Replace("\"version\":\"", "\"version\":\"9.", StringComparison.Ordinal));
        await FailsAsync("done: has results of version 9.", Sweep("done", grid));
        await File.WriteAllTextAsync(description, text.Replace("\"dataHash\":\"", "\"dataHash\":\"0", StringComparison.Ordinal));
        await FailsAsync("done: has results on other data", Sweep("done", grid));
        await File.WriteAllTextAsync(description, "{");
        await FailsAsync("done/sweep.json: damaged.", Sweep("done", grid));
        await File.WriteAllTextAsync(description, text);

        string result = Directory.GetFiles(_inkling.PathOf("done/runs"), "*.json", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(
            result, (await File.ReadAllTextAsync(result)).Replace("correct\":", "correct\":1", StringComparison.Ordinal));
        Command.Result shown = await _inkling.RunAsync("sweep", "--show", "done");
        Assert.Equal(0, shown.ExitCode);
        Assert.EndsWith(
            "damaged, or no result of a sweep. Delete it: its run is then made again.",
            shown.ErrorLines[0],
            StringComparison.Ordinal);

        Command.Result again = await _inkling.RunAsync(Sweep("done", grid));
        Assert.Equal(1, again.ExitCode);
        Assert.Contains(shown.ErrorLines[0], again.ErrorLines);

        Directory.CreateDirectory(_inkling.PathOf("mine"));
        await File.WriteAllTextAsync(_inkling.PathOf("mine/notes.txt"), "");
        await FailsAsync("--out mine: has files that are no sweep's, as notes.txt.", Sweep("mine", grid));
        await FailsAsync("mine: no folder of a sweep", "sweep", "--show", "mine");
    }

    [Fact]
    public async Task A_training_that_diverges_is_a_result_and_the_others_go_on()
    {
        Command.Result result = await _inkling.RunAsync(Sweep(
            "wild",
            [
                "--architecture", "784 dense:10 dense:10 softmax", "--optimiser", "sgd", "--eta", "0.01,1e8",
                "--epochs", "1", "--mini-batch", "20",
            ]));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("1, 1 of them failed", result.Output, StringComparison.Ordinal);
        string[] rows = await File.ReadAllLinesAsync(_inkling.PathOf("wild/results.csv"));
        Assert.Equal(3, rows.Length);
        Assert.EndsWith(",", rows[1], StringComparison.Ordinal); // no failure
        Assert.Contains("100000000", rows[2], StringComparison.Ordinal);
        Assert.Contains("diverged", rows[2], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Where_a_table_or_a_result_cannot_be_written_it_is_told_in_one_line_and_the_results_stay()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This test needs Linux's /dev/full.");
        string[] grid = ["--layers", "784,10", "--epochs", "1", "--seeds", "1-2"];
        Directory.CreateDirectory(_inkling.PathOf("full"));
        File.CreateSymbolicLink(_inkling.PathOf("full/results.csv"), "/dev/full");
        await FailsAsync("full/results.csv: cannot be written: No space left on device", Sweep("full", grid));
        Assert.Equal(2, Directory.GetFiles(_inkling.PathOf("full/runs"), "*.json", SearchOption.AllDirectories).Length);

        Directory.CreateDirectory(_inkling.PathOf("barred"));
        await File.WriteAllTextAsync(_inkling.PathOf("barred/runs"), "");
        await FailsAsync("barred/runs/", Sweep("barred", grid));
    }

    private string[] Sweep(string folder, string[] options) => ["sweep", "--data", _data, "--out", folder, .. options];

    private async Task FailsAsync(string line, params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(line, result.ErrorLines[^1], StringComparison.Ordinal);
    }

    private string[] Files(string folder) =>
        [.. Directory.GetFiles(_inkling.PathOf(folder), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_inkling.PathOf(folder), file))
            .Order(StringComparer.Ordinal)];

    private Task<string> ReadAsync(string folder, string file) =>
        File.ReadAllTextAsync(Path.Combine(_inkling.PathOf(folder), file));
}
