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
    public async Task A_network_trained_on_a_device_is_the_processors_up_to_rounding_and_is_evaluated_there()
    {
        string[] training =
        [
            "train", "--data", _inkling.SmallData(120, 20), "--layers", "784,4,10", "--epochs", "1", "--mini-batch", "50",
            "--json",
        ];
        Command.Result there = await _inkling.RunAsync([.. training, "--device", "EMULATED", "--out", "there.safetensors"]);
        Assert.True(there.ExitCode == 0, there.Error);
        Assert.Contains("Training on emulated (emulated on the CPU).", there.ErrorLines);
        Assert.Equal("emulated", JsonDocument.Parse(there.Lines[^1]).RootElement.GetProperty("device").GetString());
        Command.Result here = await _inkling.RunAsync([.. training, "--out", "here.safetensors"]);
        AssertSame(here, there);
        string[] evaluation = ["evaluate", "there.safetensors", "--data", _inkling.PathOf("small"), "--json"];
        there = await _inkling.RunAsync([.. evaluation, "--device", "emulated"]);
        Assert.True(there.ExitCode == 0, there.Error);
        AssertSame(await _inkling.RunAsync(evaluation), there);

        static void AssertSame(Command.Result one, Command.Result other)
        {
            JsonElement a = JsonDocument.Parse(one.Lines[0]).RootElement, b = JsonDocument.Parse(other.Lines[0]).RootElement;
            Assert.Equal(a.GetProperty("correct").GetInt32(), b.GetProperty("correct").GetInt32());
            Assert.Equal(a.GetProperty("cost").GetDouble(), b.GetProperty("cost").GetDouble(), 1e-4);
        }
    }

    [Fact]
    public async Task The_seeds_experiment_on_a_device_has_the_results_of_the_processor()
    {
        string[] experiment =
            ["experiment", "seed", "--seeds", "1", "--epochs", "1", "--json", "--data", _inkling.SmallData(40, 20)];
        Command.Result there = await _inkling.RunAsync([.. experiment, "--device", "emulated"]);
        Assert.True(there.ExitCode == 0, there.Error);
        Assert.Equal((await _inkling.RunAsync(experiment)).Lines.Order(), there.Lines.Order());
        Assert.Equal(3, there.Lines.Length);
    }

    [Fact]
    public async Task A_rung_of_the_ladder_is_trained_on_a_device()
    {
        Command.Result result = await _inkling.RunAsync(
            "experiment", "ladder", "--rows", "1", "--seeds", "1", "--epochs", "1", "--json",
            "--data", _inkling.SmallData(40, 20), "--device", "emulated");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("\"chosenEpoch\":0", Assert.Single(result.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_begun_on_the_processor_is_resumed_on_a_device()
    {
        string[] training =
            ["train", "--data", _inkling.SmallData(120, 20), "--mini-batch", "50", "--layers", "784,4,10", "--checkpoint", "run"];
        Assert.Equal(0, (await _inkling.RunAsync([.. training, "--epochs", "1", "--out", "1.npz"])).ExitCode);
        Command.Result result = await _inkling.RunAsync(
            [.. training, "--epochs", "2", "--out", "2.npz", "--device", "emulated", "--resume", "--json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            [0, 1], result.Lines[..2].Select(line => JsonDocument.Parse(line).RootElement.GetProperty("epoch").GetInt32()));
    }

    [Fact]
    public async Task A_device_that_is_lost_leaves_the_checkpoint_from_which_the_processor_ends_in_the_same_bits()
    {
        string data = _inkling.SmallData(); // 499 images to learn from: five mini-batches
        Assert.Equal(1, await TrainAsync("broken", new LostDevice(miniBatches: 7), resume: false));
        Network afterOne = Network.Load(_inkling.PathOf("broken.safetensors"));
        Assert.Equal(0, await TrainAsync("broken", null, resume: true));
        Assert.Equal(0, await TrainAsync("whole", null, resume: false));
        Network resumed = Network.Load(_inkling.PathOf("broken.safetensors")),
            whole = Network.Load(_inkling.PathOf("whole.safetensors"));
        Assert.NotEqual(afterOne.Parameters.Span.ToArray(), resumed.Parameters.Span.ToArray());
        Assert.Equal(whole.Parameters.Span, resumed.Parameters.Span);

        Task<int> TrainAsync(string name, TrainingDevice? device, bool resume) => TrainCommand.RunAsync(
            new TrainCommand.Job(
                Recipe.Seed with
                {
                    Options = new TrainingOptions
                    {
                        Epochs = 3,
                        MiniBatchSize = 100,
                        Checkpoint = _inkling.PathOf($"{name}.checkpoint"),
                        Device = device,
                    },
                },
                Start: null,
                Seed: 1,
                DataChoice.Of(data),
                _inkling.PathOf($"{name}.safetensors"),
                Plot: null,
                Monitor: null,
                resume),
            new Terminal(json: false),
            ranks: null,
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_emulated_device_is_not_listed_as_if_it_were_one() =>
        Assert.DoesNotContain("emulated", (await _inkling.RunAsync("devices", "--json")).Output, StringComparison.Ordinal);
}
