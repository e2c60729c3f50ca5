using System.Diagnostics;
using System.Net;

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

    [Fact]
    public async Task The_cross_entropy_sample_shows_why_the_cost_was_changed()
    {
        TrainTests.SkipWithoutData();
        string output = await RunAsync("cross-entropy.cs");
        Assert.Contains("epoch 150: quadratic 0.93, cross-entropy 0.03", output, StringComparison.Ordinal);
        Assert.Matches(@"CrossEntropy: 9[3-6]\.\d+ %", output);
    }

    [Fact]
    public async Task The_endpoint_sample_reads_what_is_sent_to_it_and_says_what_it_cannot_read()
    {
        using Process server = Start("endpoint.cs", "--urls", "http://127.0.0.1:0");
        try
        {
            Uri address = await AddressOf(server);
            using HttpClient client = new();
            using ByteArrayContent picture = new(await File.ReadAllBytesAsync(PathOf("samples/42.png"), Cancellation));
            using HttpResponseMessage read = await client.PostAsync(new Uri(address, "/read"), picture, Cancellation);
            Assert.Contains("\"text\":\"42\"", await read.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
            using StringContent text = new("no picture");
            using HttpResponseMessage refused = await client.PostAsync(new Uri(address, "/read"), text, Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task The_folder_sample_reads_what_is_put_into_a_folder()
    {
        using Command home = new();
        string folder = Directory.CreateDirectory(home.PathOf("scans")).FullName, table = Path.Combine(folder, "numbers.csv");
        File.Copy(PathOf("samples/42.png"), Path.Combine(folder, "first.png"));
        using Process watcher = Start("folder.cs", folder);
        try
        {
            while (!watcher.HasExited && !(File.Exists(table) && new FileInfo(table).Length > 0))
                await Task.Delay(200, Cancellation);
            Assert.StartsWith("first.png,42,", await File.ReadAllTextAsync(table, Cancellation), StringComparison.Ordinal);
        }
        finally
        {
            watcher.Kill(entireProcessTree: true);
            await watcher.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<Uri> AddressOf(Process server)
    {
        const string before = "Now listening on: ";
        while (await server.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            if (line.Contains(before, StringComparison.Ordinal))
                return new Uri(line[(line.IndexOf(before, StringComparison.Ordinal) + before.Length)..]);
        }

        throw new InvalidOperationException(await server.StandardError.ReadToEndAsync(Cancellation));
    }

    private static async Task<string> RunAsync(string sample, params string[] arguments)
    {
        using Process process = Start(sample, arguments);
        Command.Result result = await Command.FinishAsync(process);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        return result.Output;
    }

    /// <summary>The path of a file in the repository.</summary>
    private static string PathOf(string file)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, file)))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder!, file);
    }

    private static Process Start(string sample, params string[] arguments)
    {
        string path = PathOf($"samples/{sample}");
        ProcessStartInfo start = new("dotnet", ["run", path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(Path.GetDirectoryName(path))
        };
        // Leaves no build node or compiler server running, and uses none of the build that runs the tests.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["RunAnalyzers"] = "false"; // they run when the tests are built
        foreach (string inherited in new[] { "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath" })
            start.Environment.Remove(inherited);
        if (Environment.GetEnvironmentVariable("INKLING_DATA") is { Length: > 0 } data)
            start.Environment["INKLING_DATA"] = Path.GetFullPath(data);
        return Process.Start(start)!;
    }
}
