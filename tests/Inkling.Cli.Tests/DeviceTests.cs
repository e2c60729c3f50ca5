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
    [InlineData("no such card", "seed", "graphics processor", "There is no device \"no such card\"")]
    [InlineData("gpu", "reader", "Only experiment seed is run on a graphics processor, not reader.", "Only experiment seed")]
    [InlineData("gpu", "ladder", "Only experiment seed is run on a graphics processor, not ladder.", "Only experiment seed")]
    public async Task A_device_that_there_is_not_or_an_experiment_that_needs_the_processor_is_told_in_one_line(
        string device, string experiment, string without, string with)
    {
        Command.Result result = await _inkling.RunAsync("experiment", experiment, "--device", device);
        Assert.Equal(1, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.True(line.Contains(without, StringComparison.Ordinal) || line.Contains(with, StringComparison.Ordinal), line);
    }
}
