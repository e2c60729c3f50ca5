using System.Diagnostics;

namespace Inkling.Cli.Tests;

/// <summary>A network learns in the way that is asked for, and goes on learning where it, or a training, was left.</summary>
public sealed class LearnFurtherTests : IDisposable
{
    private readonly Command _inkling = new();
    private readonly string _data;

    public LearnFurtherTests() => _data = _inkling.SmallData();

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task From_a_saved_network_training_goes_on_where_that_was()
    {
        await Train("--epochs", "20", "--out", "first.safetensors");
        Command.Result further = await Train("--from", "first.safetensors", "--epochs", "2", "--out", "second.safetensors");
        Assert.True(further.ExitCode == 0, further.Error);
        Assert.Contains(further.ErrorLines, line =>
            line.StartsWith("first.safetensors is right on ", StringComparison.Ordinal)
            && line.Contains("of the validation images before", StringComparison.Ordinal));
        Assert.Contains(further.ErrorLines, line => line.Contains("learning rate 0.3", StringComparison.Ordinal));
        Network first = Network.Load(_inkling.PathOf("first.safetensors")),
            second = Network.Load(_inkling.PathOf("second.safetensors"));
        Assert.Matches("^[0-9]+ epochs? of ", first.History);
        Assert.StartsWith($"{first.History}; then ", second.History, StringComparison.Ordinal);
        Assert.True(CorrectAfterFirstEpoch(further) > 50, further.Output); // of 100; a new network has far fewer
    }

    [Fact]
    public async Task A_bundled_network_or_one_of_layers_of_neurons_is_trained_further_as_its_kind_is()
    {
        Command.Result tiny = await Train("--from", "tiny", "--epochs", "1", "--out", "tiny.safetensors");
        Assert.True(tiny.ExitCode == 0, tiny.Error);
        Assert.Contains(tiny.ErrorLines, line => line.Contains("Adam", StringComparison.Ordinal));
        Network before = BundledModels.Load("tiny"), after = Network.Load(_inkling.PathOf("tiny.safetensors"));
        Assert.Equal(before.Architecture.ToString(), after.Architecture.ToString());
        string then = before.History is { } made ? $"{made}; then " : "1 epoch of ";
        Assert.StartsWith(then, after.History, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cost_weights_optimiser_schedule_and_regularisation_are_those_asked_for()
    {
        Command.Result result = await Train(
            "--cost", "cross-entropy", "--init", "Scaled", "--optimizer", "adam:0.01", "--schedule", "cosine", "--l2", "0.5",
            "--epochs", "2", "--out", "net.safetensors");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(
            "Adam (betas 0.9 and 0.999, weight decay 0.01), learning rate 0.001, cosine to 0 of it, L2 0.5.",
            result.Error,
            StringComparison.Ordinal);
        Network network = Network.Load(_inkling.PathOf("net.safetensors"));
        Assert.Equal(Cost.CrossEntropy, network.Architecture.Cost);
        Assert.Contains("cosine to 0 of it", network.History, StringComparison.Ordinal);
        Assert.True(network.WeightedLayers[0].CopyWeights().Max(Math.Abs) < 1); // standard normal weights reach 4
    }

    [Theory]
    [InlineData("learning rate 3.", "--optimiser", "sgd")]
    [InlineData("SGD (momentum 0.9), learning rate 0.3.", "--optimiser", "sgd:0.9")]
    [InlineData("learning rate 0.001.", "--optimiser", "adam")]
    [InlineData("learning rate 0.5.", "--cost", "cross-entropy")]
    [InlineData("learning rate 0.2.", "--learning-rate", "0.2")]
    [InlineData("halved after 3 epochs without improvement", "--schedule", "halve-on-stall:3")]
    [InlineData("patience 2", "--patience", "2")]
    public async Task The_learning_rate_fits_what_was_asked_for_and_all_is_said_before_it_begins(
        string message, params string[] options)
    {
        Command.Result result = await Train(["--epochs", "1", "--out", "net.safetensors", .. options]);
        Assert.Contains(result.ErrorLines, line =>
            line.StartsWith("1 epoch of ", StringComparison.Ordinal) && line.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, "--cost cross-entropy: The cross-entropy cost", "--model", "tiny", "--cost", "cross-entropy")]
    [InlineData(1, "--from tiny does not fit", "--from", "tiny", "--data", "wide")]
    [InlineData(1, "Did you mean \"tiny\"? Known by name: best, tiny", "--from", "tinny")]
    [InlineData(2, "--optimiser takes sgd, sgd:MOMENTUM, ", "--optimiser", "sgd:2")]
    [InlineData(2, "--schedule takes constant, cosine, one-cycle, ", "--schedule", "stepped:0:1")]
    [InlineData(2, "--init takes one of standard-normal, scaled, glorot, he, not \"hee\".", "--init", "hee")]
    [InlineData(2, "give one of them", "--from", "tiny", "--init", "he")]
    [InlineData(2, "give one of them", "--from", "tiny", "--model", "tiny")]
    public async Task What_does_not_go_together_is_said_before_anything_is_learned(
        int exitCode, string message, params string[] options)
    {
        string wide = Directory.CreateDirectory(_inkling.PathOf("wide")).FullName;
        foreach ((string name, int count) in new[] { ("train", 600), ("t10k", 100) })
        {
            byte[] pixels = new byte[count * 6], labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))];
            new Random(count).NextBytes(pixels);
            Data.IdxFile.Write(Path.Combine(wide, $"{name}-images-idx3-ubyte"), Data.IdxArray.Create(pixels, count, 2, 3));
            Data.IdxFile.Write(Path.Combine(wide, $"{name}-labels-idx1-ubyte"), Data.IdxArray.Create(labels, count));
        }

        string[] data = options.Contains("--data", StringComparer.Ordinal) ? [] : ["--data", _data];
        Command.Result result = await _inkling.RunAsync(["train", .. data, "--epochs", "1", .. options]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, result.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_training_goes_on_with_more_epochs_as_if_it_had_had_them_from_the_start()
    {
        await Train("--epochs", "2", "--checkpoint", "h", "--out", "two.safetensors");
        Command.Result further = await Train("--epochs", "4", "--checkpoint", "h", "--out", "four.safetensors", "--resume");
        Assert.True(further.ExitCode == 0, further.Error);
        await Train("--epochs", "4", "--out", "whole.safetensors");
        Assert.Equal(
            await File.ReadAllBytesAsync(_inkling.PathOf("whole.safetensors")),
            await File.ReadAllBytesAsync(_inkling.PathOf("four.safetensors")));
    }

    [Theory]
    [InlineData("learning rate (3 there, 0.5 here)", "--eta", "0.5")]
    [InlineData("mini-batch size (10 there, 7 here)", "--mini-batch", "7")]
    [InlineData("cost (quadratic there, cross-entropy here)", "--cost", "cross-entropy")]
    [InlineData("optimiser (Sgd { Momentum = 0, Nesterov = False } there", "--optimiser", "adam")]
    [InlineData("start weights (not the same)", "--init", "scaled")]
    [InlineData("dense:40", "--layers", "784,40,10")]
    public async Task Which_settings_differ_from_those_of_the_training_to_be_resumed_is_said(
        string message, params string[] options)
    {
        await Train("--epochs", "1", "--checkpoint", "h", "--out", "net.safetensors");
        Command.Result other = await Train(
            ["--epochs", "1", "--checkpoint", "h", "--out", "net.safetensors", "--resume", .. options]);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains(message, other.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_network_that_an_interrupted_training_must_find_again_is_not_written_over()
    {
        await Train("--epochs", "1");
        byte[] latest = await File.ReadAllBytesAsync(Latest);
        Command.Result result = await Train("--from", "latest", "--epochs", "1", "--checkpoint", "h");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("that is the same file as", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(latest, await File.ReadAllBytesAsync(Latest));
        Assert.Equal(0, (await Train("--from", "latest", "--epochs", "1")).ExitCode);
    }

    [Fact]
    public async Task A_network_called_latest_that_was_better_is_kept_and_where_is_said()
    {
        await Train("--epochs", "20");
        byte[] good = await File.ReadAllBytesAsync(Latest);
        Command.Result bad = await Train("--epochs", "1", "--eta", "0.000001");
        Assert.Equal(0, bad.ExitCode);
        string said = Assert.Single(bad.ErrorLines, line => line.Contains("It is kept: ", StringComparison.Ordinal));
        Assert.StartsWith("The network that was \"latest\" until now is better", said, StringComparison.Ordinal);
        Assert.Equal(good, await File.ReadAllBytesAsync(said.Split("It is kept: ")[1]));
        Assert.NotEqual(good, await File.ReadAllBytesAsync(Latest));
        Assert.DoesNotContain("It is kept", (await Train("--epochs", "20")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run.safetensors", ".safetensors is the ending of a network")]
    [InlineData("run.PNG", ".png is the ending of a picture")]
    public async Task A_checkpoint_is_not_called_a_network_or_a_picture(string file, string message)
    {
        Command.Result result = await Train("--epochs", "1", "--checkpoint", file);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False(File.Exists(_inkling.PathOf(file)));
    }

    [Fact]
    public async Task Ctrl_C_before_the_first_epoch_is_over_replaces_nothing_and_ends_with_130()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        Assert.SkipWhen(Command.IgnoresInterrupts, "SIGINT is ignored here, as under nohup, and in what is started here.");
        await Train("--epochs", "1", "--out", "net.safetensors");
        byte[] before = await File.ReadAllBytesAsync(_inkling.PathOf("net.safetensors"));
        // An epoch of the 50,000 generated digits takes this network minutes.
        using Process process = _inkling.Start(
            withData: false, "train", "--model", "best", "--out", "net.safetensors", "--checkpoint", "h");
        while (await process.StandardError.ReadLineAsync() is { } line && !line.Contains("epochs of", StringComparison.Ordinal))
        {
        }

        Command.Interrupt(process);
        Command.Result result = await Command.FinishAsync(process);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("no network is saved", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_inkling.PathOf("net.safetensors")));
    }

    private static int CorrectAfterFirstEpoch(Command.Result result) =>
        int.Parse(result.Lines[0].Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);

    private string Latest => _inkling.PathOf(Path.Combine("inkling", "latest.safetensors"));

    private Task<Command.Result> Train(params string[] options) => _inkling.RunAsync(["train", "--data", _data, .. options]);
}
