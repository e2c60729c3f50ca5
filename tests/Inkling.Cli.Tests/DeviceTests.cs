using System.Text.Json;

namespace Inkling.Cli.Tests;

/// <summary>What networks are trained on, on machines with and without a graphics processor.</summary>
public sealed class DeviceTests : IDisposable
{
    private readonly Command _inkling = new();

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task Devices_lists_the_processor_first()
    {
        Command.Result result = await _inkling.RunAsync("devices", "--json");
        Assert.Equal(0, result.ExitCode);
        JsonElement first = JsonDocument.Parse(result.Lines[0]).RootElement;
        Assert.Equal("cpu", first.GetProperty("device").GetString());
        Assert.Contains("--device", (await _inkling.RunAsync("devices")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("train", "--from", "no-such-network")]
    [InlineData("evaluate", "no-such-network")]
    [InlineData("experiment", "seed")]
    [InlineData("experiment", "ladder")]
    [InlineData("experiment", "best")]
    [InlineData("experiment", "lines")]
    public async Task A_device_that_there_is_not_is_told_in_one_line_before_any_work(params string[] command)
    {
        Command.Result result = await _inkling.RunAsync([.. command, "--device", "no such card"]);
        Assert.Equal(1, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("--device no such card: ", line, StringComparison.Ordinal);
        Assert.EndsWith("\"inkling devices\" lists what is found.", line, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_inkling.Home)); // not even data were made
    }

    [Theory]
    [InlineData("experiment reader trains no network: leave out --device.", 1, "experiment", "reader")]
    [InlineData("--images reads pictures, which the processor does: leave out --device", 2, "evaluate", "tiny", "--images", ".")]
    public async Task What_no_device_does_says_so(string message, int exitCode, params string[] command)
    {
        Command.Result result = await _inkling.RunAsync([.. command, "--device", "emulated"]);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.StartsWith(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_emulated_device_is_not_listed_as_if_it_were_one() =>
        Assert.DoesNotContain("emulated", (await _inkling.RunAsync("devices", "--json")).Output, StringComparison.Ordinal);
}
