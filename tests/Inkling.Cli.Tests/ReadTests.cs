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
    public async Task Each_page_of_a_TIFF_file_is_a_line_with_its_number_and_only_such_lines_name_a_page()
    {
        await SaveNetworkAsync();
        SaveDigit("digit.png");
        await File.WriteAllBytesAsync(_inkling.PathOf("scan.tif"), TwoPages());

        Command.Result lines = await _inkling.RunAsync("read", "scan.tif", "digit.png", "--model", "net.safetensors"),
            json = await _inkling.RunAsync("read", "scan.tif", "digit.png", "--model", "net.safetensors", "--json");

        Assert.Equal(0, lines.ExitCode);
        Assert.Collection(
            lines.Lines,
            line => Assert.EndsWith("  scan.tif, page 1", line, StringComparison.Ordinal),
            line => Assert.EndsWith("  scan.tif, page 2", line, StringComparison.Ordinal),
            line => Assert.EndsWith("  digit.png", line, StringComparison.Ordinal));
        Assert.Equal(
            [("scan.tif", 1), ("scan.tif", 2), ("digit.png", 0)],
            json.Lines.Select(line => JsonDocument.Parse(line).RootElement).Select(answer => (
                answer.GetProperty("file").GetString(),
                answer.TryGetProperty("page", out JsonElement page) ? page.GetInt32() : 0)));
    }

    [Fact]
    public async Task Of_a_file_of_several_pages_explain_draws_none()
    {
        await SaveNetworkAsync();
        await File.WriteAllBytesAsync(_inkling.PathOf("scan.tif"), TwoPages());
        Command.Result result = await _inkling.RunAsync(
            "read", "scan.tif", "--explain", "drawn.png", "--model", "net.safetensors");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(
            "scan.tif: 2 pages, and --explain draws one", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.False(File.Exists(_inkling.PathOf("drawn.png")));
    }

    [Theory]
    [InlineData("digit.png", "digit.png")]
    [InlineData("digit.png", "notes/../digit.png")]
    [InlineData("digit.png", "symbolic.png")]
    [InlineData("symbolic.png", "digit.png")]
    [InlineData("digit.png", "hard.png")]
    [InlineData("digit.png", "linked/digit.png")]
    [InlineData("-", "digit.png")]
    [InlineData("-", "hard.png")]
    public async Task A_picture_that_is_read_is_not_drawn_over_under_any_name(string image, string drawn)
    {
        await SaveNetworkAsync();
        SaveDigit("digit.png");
        Directory.CreateDirectory(_inkling.PathOf("notes"));
        File.CreateSymbolicLink(_inkling.PathOf("symbolic.png"), "digit.png");
        File.CreateSymbolicLink(_inkling.PathOf("linked"), ".");
        await _inkling.RunToolAsync("ln", "digit.png", "hard.png");
        byte[] before = await File.ReadAllBytesAsync(_inkling.PathOf("digit.png"));

        Command.Result result = await _inkling.RunInShellAsync(
            "\"$@\" < digit.png", "read", image, "--explain", drawn, "--model", "net.safetensors");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("that is the same file as", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_inkling.PathOf("digit.png")));
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
            ["mnist", "fashion-mnist", "kmnist", "emnist-digits", "emnist-letters", "qmnist", "corrections"],
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
        foreach (string picture in new[]
            { "seed.png", "seed-activations.png", "seed-cost.png", "seed-generated.png", "seed-distribution.png" })
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

    /// <summary>A TIFF file with two pages, 16×16, black and white, that share their pixels.</summary>
    private static byte[] TwoPages()
    {
        const int pixels = 8, first = pixels + 32, length = 2 + 12 * 7 + 4, second = first + length;
        return [.. "II*\0"u8, .. Long(first), .. Enumerable.Range(0, 32).Select(i => (byte)(i % 8 < 2 ? 0x0F : 0xFF)),
            .. Directory(next: second), .. Directory(next: 0)];

        static byte[] Directory(int next) =>
        [
            7, 0, .. Tag(256, 16), .. Tag(257, 16), .. Tag(258, 1), .. Tag(262, 1), .. Tag(273, pixels), .. Tag(278, 16),
            .. Tag(279, 32), .. Long(next)
        ];

        static byte[] Tag(int tag, int value) => [(byte)tag, (byte)(tag >> 8), 4, 0, .. Long(1), .. Long(value)];

        static byte[] Long(int value) => BitConverter.GetBytes(value);
    }

    private async Task SaveNetworkAsync()
        => await Task.Run(() => new Network([784, 30, 10], seed: 1).Save(_inkling.PathOf("net.safetensors")));

    private void SaveDigit(string name)
        => ContactSheet.Save(
            _inkling.PathOf(name), "1", [GeneratedDigits.Create(1, seed: 3).Pixels(0).ToArray()], columns: 1);
}
