using System.Diagnostics;
using Inkling.Tests;

namespace Inkling.Benchmarks.Tests;

/// <summary>bench/gpu.sh, which is run where a graphics processor is, runs to its end where there is none.</summary>
public sealed class GpuScriptTests : IDisposable
{
    private static readonly string Program =
        typeof(Network).Assembly.Location.Replace("Inkling.dll", "Inkling.Benchmarks.Gpu.dll", StringComparison.Ordinal);

    private readonly string _folder = Directory.CreateTempSubdirectory("inkling gpu ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_part_has_a_row_on_an_emulated_device()
    {
        Result result = await RunAsync(Program, "--device", "emulated", "--tiny", "--without-peers");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        string[] rows = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];
        Assert.Equal(
            [
                "memory", "the CPU's bits", "layers: dense", "layers: convolution", "layers: batch norm.", "layers: residual",
                "start to first step", "one network of the seed's", "2 networks of the seed's", "conv32-conv64, an epoch",
                "tiny, an epoch", "product of a convolution", "product of a convolution", "product of a convolution",
            ],
            rows.Select(row => row.Split(" | ")[0][2..]));
    }

    [Fact]
    public async Task A_part_that_fails_is_a_row_that_says_why_and_the_others_are_measured()
    {
        string program = await WriteProgramAsync(
            "[ \"$1\" != sweep ] || { echo 'card: its memory is too small.' >&2; exit 1; }");
        Result result = await RunAsync(program, "--without-peers");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("| FAILED | card: its memory is too small. |", result.Output, StringComparison.Ordinal);
        Assert.Contains("| best | card | 1 s | note |", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peers_that_have_no_images_are_rows_that_say_what_to_set()
    {
        string program = await WriteProgramAsync("");
        Result result = await RunAsync(program, "--tiny");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("| JAX | – | not run: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_device_it_says_so_in_one_line()
    {
        Result result = await RunAsync(Program, "--device", "no such card", "--tiny");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("echo 'card: lost.' >&2; echo '   at Inkling.Main()' >&2; exit 3", "card: lost.")]
    [InlineData("exit 3", "exit code 3")]
    public async Task A_device_that_fails_at_once_is_told_in_one_line(string line, string told)
    {
        Result result = await RunAsync(await WriteProgramAsync(line), "--without-peers");
        Assert.Equal((1, "", told), (result.ExitCode, result.Output, result.Error.Trim()));
    }

    /// <summary>A program in place of the benchmarks, with a line of its own before the row that it writes.</summary>
    private async Task<string> WriteProgramAsync(string line)
    {
        string program = Path.Combine(_folder, "program");
        await File.WriteAllTextAsync(
            program,
            $"#!/bin/sh\n{line}\nprintf '%s\\tcard\\t1 s\\tnote\\n' \"$1\"\n",
            TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return program;
    }

    private static async Task<Result> RunAsync(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(
            Tools.Require("bash"), [Path.Combine(Repository.Folder, "bench", "gpu.sh"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C"; // bash warns where the system lacks the locale that is set
        start.Environment["INKLING_GPU_PROGRAM"] = program;
        start.Environment.Remove("INKLING_DATA"); // what is emulated or made up needs none
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Result(process.ExitCode, await output, error);
    }

    private sealed record Result(int ExitCode, string Output, string Error);
}
