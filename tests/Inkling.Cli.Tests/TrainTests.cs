using System.Diagnostics;
using System.Text.Json;

namespace Inkling.Cli.Tests;

public sealed class TrainTests : IDisposable
{
    private readonly Command _inkling = new();

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task Without_data_and_network_it_trains_on_generated_digits_and_says_so_with_every_figure()
    {
        Command.Result result = await _inkling.RunAsync("train", "--epochs", "2");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("MNIST is not on this machine", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Matches(@"^Epoch 0: \d+ / 10000 on generated digits \(not MNIST\)$", result.Lines[0]);
        Assert.Matches(@"^Epoch 1: \d+ / 10000 on generated digits \(not MNIST\)$", result.Lines[1]);
        Assert.True(File.Exists(_inkling.PathOf(Path.Combine("inkling", "latest.safetensors"))));
    }

    [Fact]
    public async Task On_the_real_mnist_an_epoch_reads_four_fifths_rightly_and_prints_the_seeds_line()
    {
        SkipWithoutData();
        Command.Result result = await _inkling.RunAsync(withData: true, "train", "--epochs", "1");
        Assert.Matches(@"^Epoch 0: \d+ / 10000$", result.Lines[0]);
        Assert.InRange(int.Parse(result.Lines[0].Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture), 8000, 9500);
    }

    [Fact]
    public async Task Json_is_a_line_for_each_epoch_and_one_at_the_end_and_nothing_else()
    {
        SkipWithoutData();
        Command.Result result = await _inkling.RunAsync(
            withData: true, "train", "--epochs", "2", "--json", "--out", _inkling.PathOf("net.safetensors"));
        JsonElement[] lines = [.. result.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(3, lines.Length);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            Assert.Equal(epoch, lines[epoch].GetProperty("epoch").GetInt32());
            Assert.Equal(10_000, lines[epoch].GetProperty("total").GetInt32());
            Assert.Equal(
                lines[epoch].GetProperty("correct").GetInt32() / 10_000.0,
                lines[epoch].GetProperty("accuracy").GetDouble(),
                1e-9);
            Assert.True(lines[epoch].GetProperty("cost").GetDouble() > 0);
            Assert.True(lines[epoch].GetProperty("seconds").GetDouble() > 0);
        }

        Assert.True(lines[2].GetProperty("totalSeconds").GetDouble() > 0);
        Assert.Equal([784, 30, 10], Network.Load(_inkling.PathOf("net.safetensors")).Architecture.Sizes!);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_file_whatever_the_number_of_threads()
    {
        SkipWithoutData();
        foreach (string threads in new[] { "1", "2" })
            await _inkling.RunAsync(
                withData: true, "train", "--epochs", "2", "--threads", threads, "--seed", "7",
                "--out", _inkling.PathOf($"{threads}.safetensors"));
        Assert.Equal(
            await File.ReadAllBytesAsync(_inkling.PathOf("1.safetensors")),
            await File.ReadAllBytesAsync(_inkling.PathOf("2.safetensors")));
    }

    [Fact]
    public async Task Ctrl_C_stops_it_cleanly_and_keeps_the_best_network_so_far()
    {
        SkipWithoutData();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        Assert.SkipWhen(Command.IgnoresInterrupts, "SIGINT is ignored here, as under nohup, and in what is started here.");
        using Process process = _inkling.Start(
            withData: true, "train", "--epochs", "100000", "--out", _inkling.PathOf("kept.safetensors"));
        string? first = await process.StandardOutput.ReadLineAsync();
        Command.Interrupt(process);
        Command.Result result = await Command.FinishAsync(process);
        Assert.StartsWith("Epoch 0: ", first, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Interrupted after", result.Output, StringComparison.Ordinal);
        Assert.Equal([784, 30, 10], Network.Load(_inkling.PathOf("kept.safetensors")).Architecture.Sizes!);
    }

    [Fact]
    public async Task On_a_terminal_the_seeds_lines_stand_above_a_bar_with_images_a_second()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "This system has no script(1), which gives a command a terminal.");
        string output = await _inkling.RunOnTerminalAsync("train", "--epochs", "2");
        Assert.Matches(@"Epoch 1: \d+ / 10000", output);
        Assert.Contains("images/s", output, StringComparison.Ordinal);
        Assert.Contains("Trained in", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plot_draws_the_curve_the_confusion_matrix_the_mistakes_and_the_weights()
    {
        Command.Result result = await _inkling.RunAsync("train", "--epochs", "1", "--plot", _inkling.PathOf("run.png"));
        Assert.Equal(0, result.ExitCode);
        foreach (string picture in new[] { "run.png", "run-confusion.png", "run-mistakes.png", "run-weights.png" })
            Assert.True(new FileInfo(_inkling.PathOf(picture)).Length > 5_000, picture);
    }

    [Theory]
    [InlineData("--eta takes a number from 0.000000001 to 1000000000, not \"fast\"", "--eta", "fast")]
    [InlineData("--epochs takes a whole number from 1 to 100000, not \"0\"", "--epochs", "0")]
    [InlineData(
        "--layers takes at least two whole numbers from 1 to 65536 with commas between them, as 784,100,10, not \"784\"",
        "--layers", "784")]
    [InlineData("--model takes one of seed, seed-100, mlp, tiny, best, not \"lenet\"", "--model", "lenet")]
    [InlineData("no option \"--rate\". Did you mean \"--learning-rate\"? Options: --layers, --model", "--rate", "3")]
    [InlineData("give one of them", "--layers", "784,10", "--model", "seed")]
    public async Task A_wrong_option_is_answered_with_its_name_and_what_it_takes(string message, params string[] options)
    {
        Command.Result result = await _inkling.RunAsync(["train", .. options]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Killed_and_resumed_it_ends_with_the_same_file_as_if_it_never_was()
    {
        SkipWithoutData();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals to send.");
        Assert.SkipWhen(Command.IgnoresInterrupts, "SIGINT is ignored here, as under nohup, and in what is started here.");
        string[] job = ["train", "--epochs", "25", "--layers", "784,40,10"];
        await _inkling.RunAsync(withData: true, [.. job, "--out", "whole.safetensors"]);
        using (Process process = _inkling.Start(
            withData: true, [.. job, "--out", "resumed.safetensors", "--checkpoint", "run.checkpoint"]))
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line
                && !line.StartsWith("Epoch 9:", StringComparison.Ordinal))
            {
            }

            process.Kill();
            await process.WaitForExitAsync();
        }

        Command.Result again = await _inkling.RunAsync(withData: true, [.. job, "--checkpoint", "run.checkpoint"]);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("--resume", Assert.Single(again.ErrorLines), StringComparison.Ordinal);
        Command.Result resumed = await _inkling.RunAsync(
            withData: true, [.. job, "--out", "resumed.safetensors", "--checkpoint", "run.checkpoint", "--resume"]);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(26, resumed.Lines.Length);
        Assert.Equal(
            await File.ReadAllBytesAsync(_inkling.PathOf("whole.safetensors")),
            await File.ReadAllBytesAsync(_inkling.PathOf("resumed.safetensors")));
    }

    [Fact]
    public async Task Layers_of_ones_own_are_trained_and_watched()
    {
        Command.Result result = await _inkling.RunAsync(
            "train", "--architecture", "1x28x28 conv:8:5x5:stride4 relu flatten dense:10 softmax",
            "--epochs", "2", "--monitor", "monitor.png", "--plot", "run.png");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(
            "1x28x28 conv:8:5x5:stride4 relu flatten dense:10 softmax, log-likelihood cost, 3,098 parameters",
            result.Error,
            StringComparison.Ordinal);
        Assert.True(new FileInfo(_inkling.PathOf("monitor.png")).Length > 20_000);
    }

    [Theory]
    [InlineData(
        "--architecture: Layer 2, maxpool:40, has a window of 40x40, larger than its input 8x6x6.",
        "--architecture",
        "1x28x28 conv:8:5x5:stride4 maxpool:40 flatten dense:10")]
    [InlineData(
        "--architecture: \"convolution\" is not a layer. There are: conv:CHANNELS:HxW",
        "--architecture", "1x28x28 convolution")]
    [InlineData("--resume needs --checkpoint FILE", "--resume")]
    public async Task An_impossible_training_is_answered_in_one_line(string message, params string[] options)
    {
        Command.Result result = await _inkling.RunAsync(["train", .. options]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_learning_rate_far_too_high_ends_in_one_line_that_says_so()
    {
        Command.Result result = await _inkling.RunAsync(
            "train", "--architecture", "1x28x28 flatten dense:30 relu dense:10 softmax", "--eta", "1000000000",
            "--epochs", "3");
        Assert.True(result.ExitCode == 1 || result.Error.Contains("Stuck at", StringComparison.Ordinal), result.Error);
        Assert.Contains("ower the learning rate", result.ErrorLines[^1] + result.ErrorLines[^2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_does_not_fit_the_images_is_refused_in_one_line()
    {
        Command.Result result = await _inkling.RunAsync("train", "--layers", "100,10");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("need 784 or 1x28x28 first and 10 last", result.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_data_is_an_error_not_a_download()
    {
        Command.Result result = await _inkling.RunAsync("train", "--data", _inkling.Home);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("train-images-idx3-ubyte", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    internal static void SkipWithoutData() =>
        Assert.SkipWhen(
            string.IsNullOrEmpty(Environment.GetEnvironmentVariable("INKLING_DATA")),
            "INKLING_DATA is not set: this test needs the real MNIST.");
}
