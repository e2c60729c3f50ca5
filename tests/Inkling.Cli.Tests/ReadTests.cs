using System.Text.Json;
using Inkling.Plots;

namespace Inkling.Cli.Tests;

public sealed class ReadTests : IDisposable
{
    private readonly Command _inkling = new();

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task What_train_leaves_read_takes_and_reads_a_persons_digits()
    {
        (string pictures, int count) = PersonsDigits();
        await _inkling.RunAsync(withData: true, "train", "--epochs", "5");

        Command.Result one = await _inkling.RunAsync("read", "--model", "latest", Path.Combine(pictures, "0_7eraflops_000.png"));
        Assert.StartsWith("0 ", Assert.Single(one.Lines), StringComparison.Ordinal);

        Command.Result all = await _inkling.RunAsync("evaluate", "latest", "--images", pictures, "--json");
        JsonElement figures = JsonDocument.Parse(Assert.Single(all.Lines)).RootElement;
        Assert.Equal(count, figures.GetProperty("images").GetInt32());
        double right = figures.GetProperty("exact").GetInt32() / (double)count;
        Assert.True(right > 0.7, $"seven in ten and more are expected of the seed's network, not {right}");
        double wrong = 1 - right; // each wrong picture has one wrong digit, or more if it shows several digits
        Assert.InRange(figures.GetProperty("digitErrorRate").GetDouble(), wrong - 1e-9, 2 * wrong);
    }

    [Fact]
    public async Task One_unreadable_picture_does_not_keep_the_others_from_being_read()
    {
        await SaveNetworkAsync();
        SaveDigit("digit.png");
        await File.WriteAllTextAsync(_inkling.PathOf("notes.png"), "not a picture");
        Command.Result result = await _inkling.RunAsync("read", "notes.png", "digit.png", "--model", "net.safetensors", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("notes.png", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Equal("1 of 2 could not be read as pictures.", result.ErrorLines[1]);
        JsonElement reading = JsonDocument.Parse(Assert.Single(result.Lines)).RootElement;
        Assert.Equal("digit.png", reading.GetProperty("file").GetString());
        Assert.Matches("^[0-9]$", reading.GetProperty("text").GetString());
        Assert.InRange(reading.GetProperty("confidence").GetDouble(), 0, 1);
    }

    [Fact]
    public async Task A_picture_with_too_much_on_it_is_read_in_part_and_says_so()
    {
        await SaveNetworkAsync();
        const int width = 1600, height = 60; // 534 strokes side by side: more than a number can have
        byte[] strokes =
            [.. Enumerable.Range(0, width * height)
                .Select(i => i % width % 3 == 0 && i / width is >= 10 and < 50 ? (byte)30 : (byte)230)];
        byte[] header =
        [
            .. "BM"u8, .. Bytes(1078 + strokes.Length), 0, 0, 0, 0, .. Bytes(1078),
            .. Bytes(40), .. Bytes(width), .. Bytes(height), 1, 0, 8, 0, .. new byte[24]
        ];
        byte[] palette = [.. Enumerable.Range(0, 256).SelectMany(grey => new[] { (byte)grey, (byte)grey, (byte)grey, (byte)0 })];
        await File.WriteAllBytesAsync(_inkling.PathOf("strokes.bmp"), [.. header, .. palette, .. strokes]);

        Command.Result result = await _inkling.RunAsync("read", "strokes.bmp", "--model", "net.safetensors", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(
            "strokes.bmp: too much is on it; not all of it was read. Divide it into several pictures.",
            Assert.Single(result.ErrorLines));
        Assert.False(JsonDocument.Parse(Assert.Single(result.Lines)).RootElement.GetProperty("complete").GetBoolean());

        static byte[] Bytes(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
    }

    [Fact]
    public async Task Before_the_first_training_the_latest_network_is_asked_for_in_vain_and_it_says_how_to_get_one()
    {
        Command.Result result = await _inkling.RunAsync("read", "--model", "latest", "digit.png");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("inkling train", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_training_the_bundled_network_reads_a_persons_digits()
    {
        (string pictures, int count) = PersonsDigits();
        foreach ((string model, double least) in new[] { ("best", 0.9), ("tiny", 0.88) })
        {
            Command.Result all = await _inkling.RunAsync("evaluate", model, "--images", pictures, "--json");
            Assert.InRange(
                JsonDocument.Parse(Assert.Single(all.Lines)).RootElement.GetProperty("exact").GetInt32() / (double)count,
                least,
                1);
        }

        Command.Result one = await _inkling.RunAsync("read", Path.Combine(pictures, "0_7eraflops_000.png"));
        Assert.StartsWith("0 ", Assert.Single(one.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("best", 0.9965, 2_500_000)]
    [InlineData("tiny", 0.994, 100_000)]
    public async Task A_bundled_network_needs_nothing_but_the_data_and_reaches_what_its_card_says(
        string model, double accuracy, long mostBytes)
    {
        TrainTests.SkipWithoutData();
        Command.Result result = await _inkling.RunAsync(withData: true, "evaluate", model, "--json");
        Assert.True(
            JsonDocument.Parse(Assert.Single(result.Lines)).RootElement.GetProperty("accuracy").GetDouble() >= accuracy,
            result.Output);
        Command.Result list = await _inkling.RunAsync("models", "--json");
        JsonElement entry = list.Lines.Select(line => JsonDocument.Parse(line).RootElement)
            .Single(entry => entry.GetProperty("name").GetString() == model);
        Assert.InRange(entry.GetProperty("bytes").GetInt64(), 1, mostBytes);
    }

    [Fact]
    public async Task A_damaged_network_is_named_in_one_line()
    {
        await File.WriteAllTextAsync(_inkling.PathOf("net.safetensors"), "{\"sizes\": [784,");
        Command.Result result = await _inkling.RunAsync("evaluate", "net.safetensors");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("net.safetensors", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_tells_accuracy_confusion_and_cost_as_json()
    {
        await SaveNetworkAsync();
        Command.Result result = await _inkling.RunAsync("evaluate", "net.safetensors", "--json");
        JsonElement figures = JsonDocument.Parse(Assert.Single(result.Lines)).RootElement;
        int total = figures.GetProperty("confusion").EnumerateArray()
            .Sum(row => row.EnumerateArray().Sum(cell => cell.GetInt32()));
        Assert.Equal(figures.GetProperty("images").GetInt32(), total);
        Assert.Equal("generated digits (not MNIST)", figures.GetProperty("data").GetString());
    }

    [Fact]
    public async Task Data_lists_every_set_and_where_it_is()
    {
        Command.Result result = await _inkling.RunAsync("data", "--json");
        Assert.Equal(
            ["mnist", "fashion-mnist", "kmnist", "emnist-digits", "emnist-letters", "qmnist"],
            result.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_download_without_network_fails_with_one_line_that_says_what_to_do()
    {
        Command.Result result = await _inkling.RunAsync("data", "fetch", "kmnist");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--data", result.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_seeds_experiments_are_rerun_beside_its_figures()
    {
        Command.Result result = await _inkling.RunAsync(
            "experiment", "seed", "--seeds", "1", "--epochs", "1", "--plot", _inkling.PathOf("seed.png"));
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("94.89", result.Output, StringComparison.Ordinal);
        Assert.Contains("generated digits (not MNIST)", result.Output, StringComparison.Ordinal);
        foreach (string picture in new[] { "seed.png", "seed-activations.png", "seed-cost.png", "seed-generated.png" })
            Assert.True(File.Exists(_inkling.PathOf(picture)), picture);
    }

    /// <summary>The folder of handwritten single digits and the number of pictures in it; skips the test without it.</summary>
    private static (string Folder, int Count) PersonsDigits()
    {
        TrainTests.SkipWithoutData();
        string folder = Path.Combine(Environment.GetEnvironmentVariable("INKLING_DATA")!, "handwriting", "single");
        Assert.SkipUnless(Directory.Exists(folder), "INKLING_DATA has no handwriting/single.");
        return (folder, Directory.GetFiles(folder, "?_*.*").Length);
    }

    private async Task SaveNetworkAsync()
        => await Task.Run(() => new Network([784, 30, 10], seed: 1).Save(_inkling.PathOf("net.safetensors")));

    private void SaveDigit(string name)
        => ContactSheet.Save(
            _inkling.PathOf(name), "1", [GeneratedDigits.Create(1, seed: 3).Pixels(0).ToArray()], columns: 1);
}
