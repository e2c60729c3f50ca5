using System.Diagnostics;

namespace Inkling.Cli.Tests;

/// <summary>Runs the samples as their first lines say.</summary>
public sealed class SamplesTests
{
    [Fact]
    public async Task The_perceptron_sample_walks_through_the_seeds_gates()
    {
        string output = await RunAsync("perceptron.cs");
        Assert.Contains("(-2)·1 + (-2)·1 + 3 = -1   output 0", output, StringComparison.Ordinal);
        Assert.Contains("1 + 1 = carry 1, sum 0", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_seeds_session_trains_to_about_95_percent()
    {
        TrainTests.SkipWithoutData();
        string[] lines = (await RunAsync("seed.cs")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^Epoch 29: 9[45]\d\d / 10000$", lines[^1]);
    }

    [Fact]
    public async Task The_reading_sample_reads_a_picture()
    {
        using Command home = new();
        new Network([784, 30, 10], seed: 1).Save(home.PathOf("net.safetensors"));
        Plots.ContactSheet.Save(
            home.PathOf("digit.png"), "1", [GeneratedDigits.Create(1, seed: 3).Pixels(0).ToArray()], columns: 1);
        Assert.Matches(@"^\d, \d+.*sure", await RunAsync("read.cs", home.PathOf("digit.png"), home.PathOf("net.safetensors")));
    }

    private static async Task<string> RunAsync(string sample, params string[] arguments)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "samples", sample)))
            folder = Path.GetDirectoryName(folder);
        ProcessStartInfo start = new("dotnet", ["run", Path.Combine(folder!, "samples", sample), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder
        };
        // Leaves no build node or compiler server running, and uses none of the build that runs the tests.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["RunAnalyzers"] = "false"; // they run when the tests are built
        foreach (string inherited in new[] { "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath" })
            start.Environment.Remove(inherited);
        if (Environment.GetEnvironmentVariable("INKLING_DATA") is { Length: > 0 } data)
            start.Environment["INKLING_DATA"] = Path.GetFullPath(data);
        using Process process = Process.Start(start)!;
        Command.Result result = await Command.FinishAsync(process);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        return result.Output;
    }
}
