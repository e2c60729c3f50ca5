using System.Diagnostics;

namespace Inkling.Cli.Tests;

/// <summary>A trained network is not lost through a mistake, a full disk or a second training run.</summary>
public sealed class TrainSafelyTests : IDisposable
{
    private readonly Command _inkling = new();
    private readonly string _data;

    public TrainSafelyTests() => _data = _inkling.SmallData();

    public void Dispose() => _inkling.Dispose();

    [Theory]
    [InlineData("it is a folder", "--out", "folder.npz")]
    [InlineData("--out must end in one of .onnx, .safetensors, .npz, .json, not \"net.pth\"", "--out", "net.pth")]
    [InlineData("cannot be written", "--out", "file/net.safetensors")]
    [InlineData("cannot be written", "--plot", "file/run.png")]
    [InlineData("run-mistakes.png: cannot be written: it is a folder", "--plot", "run.png")]
    [InlineData("cannot be written", "--monitor", "file/monitor.svg")]
    [InlineData("it is a folder", "--checkpoint", "folder.npz")]
    [InlineData("cannot be written", "--checkpoint", "file/run.checkpoint")]
    [InlineData("two results would go into this file", "--plot", "a.png", "--monitor", "a.png")]
    [InlineData("two results would go into this file", "--out", "a.safetensors", "--checkpoint", "./a.safetensors")]
    [InlineData("h.previous: two results would go into this file", "--checkpoint", "h", "--out", "to-previous.safetensors")]
    [InlineData("latest.safetensors: two results would go into this file", "--checkpoint", "inkling/latest.safetensors")]
    [InlineData("h2.previous: cannot be written: it is a folder", "--checkpoint", "h2")]
    [InlineData(".npz and .json hold layers of sigmoid neurons only", "--model", "tiny", "--out", "net.npz")]
    public async Task What_cannot_be_written_is_said_in_one_line_before_anything_is_learned(
        string message, params string[] options)
    {
        Directory.CreateDirectory(_inkling.PathOf("folder.npz"));
        Directory.CreateDirectory(_inkling.PathOf("run-mistakes.png"));
        Directory.CreateDirectory(_inkling.PathOf("h2.previous"));
        File.CreateSymbolicLink(_inkling.PathOf("to-previous.safetensors"), "h.previous");
        await File.WriteAllTextAsync(_inkling.PathOf("file"), "");
        Command.Result result = await _inkling.RunAsync(["train", "--data", _data, "--epochs", "1", .. options]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("--checkpoint", "small/train-images-idx3-ubyte")]
    [InlineData("--checkpoint", "small/t10k-labels-idx1-ubyte", "--resume")]
    [InlineData("--checkpoint", "./small/../link", "--resume")]
    [InlineData("--out", "link.safetensors")]
    [InlineData("--monitor", "link.png")]
    public async Task The_data_are_not_written_over_whatever_they_are_called(string option, string file, params string[] more)
    {
        foreach (string link in new[] { "link", "link.safetensors", "link.png" })
            File.CreateSymbolicLink(_inkling.PathOf(link), "small/train-labels-idx1-ubyte");
        Dictionary<string, byte[]> before = Directory.GetFiles(_data)
            .ToDictionary(name => name, File.ReadAllBytes, StringComparer.Ordinal);
        Command.Result result = await _inkling.RunAsync(["train", "--data", _data, "--epochs", "1", option, file, .. more]);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(
            $"{option} {file}: that is the same file as {_data}",
            Assert.Single(result.ErrorLines),
            StringComparison.Ordinal);
        foreach ((string name, byte[] bytes) in before)
            Assert.Equal(bytes, await File.ReadAllBytesAsync(name));
    }

    [Fact]
    public async Task A_home_that_cannot_be_written_is_said_before_anything_is_learned_with_the_way_out()
    {
        await File.WriteAllTextAsync(_inkling.PathOf("inkling"), ""); // a file where the command would create its folder
        Command.Result result = await _inkling.RunAsync("train", "--data", _data, "--epochs", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("Name a file for the network with --out.", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(result.Output);
        Assert.Equal(
            0,
            (await _inkling.RunAsync("train", "--data", _data, "--epochs", "1", "--out", "net.safetensors")).ExitCode);
    }

    [Theory]
    [InlineData("train", "--plot", "run.jpg")]
    [InlineData("train", "--monitor", "run.txt")]
    [InlineData("evaluate", "tiny", "--plot", "run.jpg")]
    [InlineData("experiment", "seed", "--plot", "run")]
    [InlineData("read", "a.png", "--explain", "a.txt")]
    public async Task A_picture_goes_into_a_file_that_is_named_as_one(params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("ends in .png or .svg", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluate", "tiny", "--plot", "file/run.png")]
    [InlineData("evaluate", "tiny", "--plot", "run.png")]
    [InlineData("export", "tiny", "file/net.onnx")]
    [InlineData("experiment", "seed", "--plot", "file/run.png")]
    [InlineData("experiment", "best", "--out", "file")]
    public async Task Other_commands_try_their_files_first_too(params string[] arguments)
    {
        await File.WriteAllTextAsync(_inkling.PathOf("file"), "");
        Directory.CreateDirectory(_inkling.PathOf("run-weights.png"));
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.Single(result.ErrorLines);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task On_a_disk_that_filled_up_meanwhile_the_network_goes_elsewhere_and_where_is_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This test needs Linux's /dev/full.");
        File.CreateSymbolicLink(_inkling.PathOf("full.safetensors"), "/dev/full");
        Command.Result result = await _inkling.RunAsync("train", "--data", _data, "--epochs", "1", "--out", "full.safetensors");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            result.ErrorLines,
            line => line.StartsWith("full.safetensors: cannot be written: No space left", StringComparison.Ordinal));
        string saved = Assert.Single(
            result.ErrorLines,
            line => line.StartsWith("Saved the network of epoch 0", StringComparison.Ordinal));
        string file = saved.Split(" to ")[1].Split(". Read")[0];
        Assert.Equal([784, 30, 10], Network.Load(file).Architecture.Sizes!);
        File.Delete(file);
    }

    [Fact]
    public async Task The_network_is_kept_where_only_a_picture_fails()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This test needs Linux's /dev/full.");
        File.CreateSymbolicLink(_inkling.PathOf("monitor.png"), "/dev/full");
        Command.Result result = await _inkling.RunAsync(
            "train", "--data", _data, "--epochs", "1", "--out", "net.safetensors",
            "--monitor", "monitor.png", "--plot", "run.png", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(result.ErrorLines, line => line.StartsWith("monitor.png: cannot be written", StringComparison.Ordinal));
        Assert.Equal([784, 30, 10], Network.Load(_inkling.PathOf("net.safetensors")).Architecture.Sizes!);
        Assert.True(File.Exists(_inkling.PathOf("run-weights.png")));
        Assert.Contains("\"out\":\"net.safetensors\"", result.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_seeds_training_is_neither_gone_on_with_nor_written_over()
    {
        await Train("--checkpoint", "h", "--seed", "7", "--out", "seven.safetensors");
        byte[] seven = await File.ReadAllBytesAsync(_inkling.PathOf("h"));
        Command.Result other = await Train("--checkpoint", "h", "--seed", "8", "--out", "eight.safetensors", "--resume");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("seed (7 there, 8 here)", other.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Equal(seven, await File.ReadAllBytesAsync(_inkling.PathOf("h")));
        File.Delete(_inkling.PathOf("h"));
        Command.Result beside = await Train("--checkpoint", "h", "--seed", "8", "--out", "eight.safetensors");
        Assert.Equal(1, beside.ExitCode);
        Assert.Equal(
            "h.previous: there is a training in this file already. Resume it with --resume, or delete it.",
            Assert.Single(beside.ErrorLines));
        Assert.False(File.Exists(_inkling.PathOf("eight.safetensors")));
    }

    [Fact]
    public async Task Other_labels_of_the_same_count_are_another_training()
    {
        await Train("--checkpoint", "h", "--out", "a.safetensors");
        string labels = Path.Combine(_data, "train-labels-idx1-ubyte");
        byte[] file = await File.ReadAllBytesAsync(labels);
        file[8] = (byte)(9 - file[8]); // the first label
        await File.WriteAllBytesAsync(labels, file);
        Command.Result other = await Train("--checkpoint", "h", "--out", "b.safetensors", "--resume");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("training labels (not the same)", other.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_passed_over_with_a_word_and_the_result_is_the_same()
    {
        await Train("--checkpoint", "h", "--out", "whole.safetensors");
        byte[] file = await File.ReadAllBytesAsync(_inkling.PathOf("h"));
        file[^1] ^= 1;
        await File.WriteAllBytesAsync(_inkling.PathOf("h"), file);
        Command.Result resumed = await Train("--checkpoint", "h", "--out", "resumed.safetensors", "--resume");
        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains("Going on from the checkpoint before it", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(
            await File.ReadAllBytesAsync(_inkling.PathOf("whole.safetensors")),
            await File.ReadAllBytesAsync(_inkling.PathOf("resumed.safetensors")));
    }

    [Fact]
    public async Task A_second_training_on_one_checkpoint_is_refused_at_its_start()
    {
        using Process first = _inkling.Start(
            withData: false, "train", "--data", _data, "--epochs", "100000", "--checkpoint", "h", "--out", "first.safetensors");
        try
        {
            Assert.StartsWith("Epoch 0", await first.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
            Command.Result second = await _inkling.RunAsync(
                "train", "--data", _data, "--epochs", "100000", "--checkpoint", "h", "--out", "second.safetensors", "--resume");
            Assert.False(first.HasExited);
            Assert.Equal(1, second.ExitCode);
            Assert.Equal(
                "h: another training is using this checkpoint. Wait for it, stop it, or name another file.",
                second.ErrorLines[^1]);
            Assert.Empty(second.Output);
        }
        finally
        {
            first.Kill(entireProcessTree: true);
            await first.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task It_says_and_writes_the_same_in_every_country()
    {
        string[] job = ["train", "--data", _data, "--epochs", "2", "--eta", "0.9", "--json"];
        string[][] commands =
        [
            ["models"],
            ["export", "here.safetensors", "net.json"],
            ["evaluate", "here.safetensors", "--data", _data],
            ["train", "--eta", "fast"],
            ["train", "--help"]
        ];
        await _inkling.RunAsync([.. job, "--out", "here.safetensors", "--checkpoint", "here"]);
        byte[] network = await File.ReadAllBytesAsync(_inkling.PathOf("here.safetensors")),
            checkpoint = await File.ReadAllBytesAsync(_inkling.PathOf("here"));
        List<string> here = [];
        foreach (string[] command in commands)
            here.Add((await _inkling.RunAsync(command)).ToString());
        foreach (string language in new[] { "tr_TR.UTF-8", "ar_SA.UTF-8" })
        {
            Command.Result there = await _inkling.RunUnderAsync(
                language, [.. job, "--out", "there.safetensors", "--checkpoint", $"there {language}"]);
            Assert.True(there.ExitCode == 0, there.Error);
            Assert.Equal(network, await File.ReadAllBytesAsync(_inkling.PathOf("there.safetensors")));
            await File.WriteAllBytesAsync(_inkling.PathOf("here"), checkpoint);
            Command.Result goneOn = await _inkling.RunUnderAsync(
                language, [.. job, "--out", "there.safetensors", "--checkpoint", "here", "--resume"]);
            Assert.True(goneOn.ExitCode == 0, goneOn.Error);
            foreach ((string[] command, string expected) in commands.Zip(here))
                Assert.Equal(expected, (await _inkling.RunUnderAsync(language, command)).ToString());
        }
    }

    private Task<Command.Result> Train(params string[] options)
        => _inkling.RunAsync(["train", "--data", _data, "--epochs", "2", .. options]);
}
