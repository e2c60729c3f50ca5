using System.Runtime.InteropServices;
using Inkling.Data;
using SkiaSharp;

namespace Inkling.Cli.Tests;

/// <summary>Networks are trained and evaluated on images of the user's own.</summary>
public sealed class OwnDataTests : IDisposable
{
    private static readonly LabelledImages Digits = GeneratedDigits.Create(300, seed: 12);

    private readonly Command _inkling = new();

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task A_folder_of_pictures_in_folders_0_to_9_is_trained_on()
    {
        for (int i = 0; i < Digits.Count; i++)
            SavePicture($"mine/{Digits.Labels[i]}/{i}.png", Digits.Pixels(i));
        Command.Result result = await TrainAsync("--data", "mine");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("mine: 300 pictures, 300 of them dark on light.", result.Error, StringComparison.Ordinal);
        Assert.Contains("centred by its mass in 28×28, as MNIST's are", result.Error, StringComparison.Ordinal);
        Assert.Contains("drawn from each class, by the seed 1", result.Error, StringComparison.Ordinal);
        Assert.Matches(@"^Epoch 0: \d+ / \d\d on mine$", result.Lines[0]);
        Command.Result evaluated = await _inkling.RunAsync("evaluate", "latest", "--data", "mine");
        Assert.Contains(" / 300 right", evaluated.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_whose_names_begin_with_their_digit_are_trained_on_and_tested_on_those_in_a_folder_test()
    {
        for (int i = 0; i < Digits.Count; i++)
            SavePicture($"mine/{(i < 200 ? "train" : "test")}/{Digits.Labels[i]}_{i}.png", Digits.Pixels(i));
        File.WriteAllText(_inkling.PathOf("mine/train/7_broken.png"), "no picture");
        SavePicture("mine/train/8_blank.png", new byte[784]);
        Command.Result result = await TrainAsync("--data", "mine");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^Epoch 0: \d+ / 100 on mine$", result.Lines[0]);
        Assert.Contains("7_broken.png: not a picture that can be read", result.Error, StringComparison.Ordinal);
        Assert.Contains("left out 1 without a digit", result.Error, StringComparison.Ordinal);
        Assert.Contains("images for validation are drawn from each class", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_beside_the_numbered_folders_and_tables_among_them_are_said_to_be_left_out()
    {
        for (int i = 0; i < Digits.Count; i++)
            SavePicture($"mine/{Digits.Labels[i]}/{i}.png", Digits.Pixels(i));
        SavePicture("mine/scan.png", Digits.Pixels(0));
        SavePicture("mine/unsorted/7_later.png", Digits.Pixels(1));
        await File.WriteAllTextAsync(_inkling.PathOf("mine/empty.csv"), "");
        await File.WriteAllTextAsync(_inkling.PathOf("mine/notes.csv"), "file,writer\n1.png,Anna\n");
        Command.Result result = await TrainAsync("--data", "mine");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("mine: 300 pictures,", result.Error, StringComparison.Ordinal);
        Assert.Contains("mine: left out 2 pictures whose digit nothing tells", result.Error, StringComparison.Ordinal);
        Assert.Contains("empty.csv: left out, since mine has pictures.", result.Error, StringComparison.Ordinal);
        Assert.Contains("notes.csv: left out, since mine has pictures.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kaggles_csv_files_are_trained_on_also_when_they_are_inverted_or_sorted_by_class()
    {
        IEnumerable<string> rows = Enumerable.Range(0, Digits.Count)
            .OrderBy(i => Digits.Labels[i])
            .Select(i => $"{Digits.Labels[i]},{string.Join(',', Digits.Pixels(i).ToArray().Select(pixel => 255 - pixel))}");
        await File.WriteAllLinesAsync(
            _inkling.PathOf("train.csv"),
            [$"label,{string.Join(',', Enumerable.Range(0, 784).Select(i => $"pixel{i}"))}", .. rows]);
        Command.Result result = await TrainAsync("--data", "train.csv");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the images are sorted by class", result.Error, StringComparison.Ordinal);
        Assert.Contains("300 of 300 images are dark on light: turned over", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("validation (0.00 %", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_page_keeps_as_corrections_is_listed_and_learned_beside_other_images()
    {
        WriteIdx(Path.Combine("inkling", "corrections"), "corrections", Digits.Slice(0, 12));
        Assert.Contains("corrections", (await _inkling.RunAsync("data")).Output, StringComparison.Ordinal);
        Command.Result result = await TrainAsync("--data", _inkling.SmallData(), "--add", "corrections");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("corrections: 12 images are learned beside", result.Error, StringComparison.Ordinal);
        Assert.Matches(@"small with corrections: 5\d\d images to learn from", result.Error);
    }

    [Fact]
    public async Task Images_added_are_not_learned_where_they_are_among_those_for_validation_or_the_test()
    {
        string small = _inkling.SmallData();
        Command.Result result = await TrainAsync("--data", small, "--add", small);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"small: \d+ images are learned beside .*small \(\d+ left out that are in its validation", result.Error);
    }

    [Fact]
    public async Task One_class_nine_times_of_ten_is_said_before_training()
    {
        LabelledImages many = GeneratedDigits.Create(20_000, seed: 13);
        LabelledImages[] ones =
            [.. Enumerable.Range(0, many.Count).Where(i => many.Labels[i] == 1).Select(i => many.Slice(i, 1))];
        WriteIdx("mine", "train", [Digits.Slice(0, 200), .. ones]);
        Command.Result result = await TrainAsync("--data", "mine");
        Assert.Contains("% of the images to learn from are of class 1", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("the learning rate", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--dataset takes one of mnist, fashion-mnist,", "--dataset", "cifar")]
    [InlineData(1, "there is no such file or folder. For the data set of this name: --dataset kmnist.", "--data", "kmnist")]
    [InlineData(1, "nowhere: there is no such file or folder.", "--data", "nowhere")]
    [InlineData(1, "no corrections are kept yet", "--dataset", "corrections")]
    [InlineData(1, "notes.csv: not a table of images", "--data", "notes.csv")]
    [InlineData(1, "net.zip: an archive. Unpack it", "--data", "net.zip")]
    [InlineData(1, "7_a.png: one picture. Name the folder that it is in.", "--data", "7_a.png")]
    [InlineData(1, "empty: has no images with labels", "--data", "empty")]
    [InlineData(1, "one: too few different images (1) to keep some", "--data", "one")]
    public async Task What_cannot_be_learned_from_is_answered_in_one_line(int exitCode, string message, params string[] options)
    {
        await File.WriteAllTextAsync(_inkling.PathOf("notes.csv"), "a,b\n1,2\n");
        await File.WriteAllTextAsync(_inkling.PathOf("net.zip"), "PK\u0003\u0004");
        Directory.CreateDirectory(_inkling.PathOf("empty"));
        SavePicture("7_a.png", Digits.Pixels(0));
        WriteIdx("one", "train", Digits.Slice(0, 1));
        Command.Result result = await TrainAsync(options);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    private Task<Command.Result> TrainAsync(params string[] options) => _inkling.RunAsync(["train", "--epochs", "2", .. options]);

    /// <summary>Saves a digit dark on light.</summary>
    private void SavePicture(string name, ReadOnlySpan<byte> ink)
    {
        string path = _inkling.PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using SKBitmap bitmap = new(28, 28, SKColorType.Gray8, SKAlphaType.Opaque);
        byte[] pixels = [.. ink.ToArray().Select(level => (byte)(255 - level))];
        for (int y = 0; y < 28; y++)
            Marshal.Copy(pixels, 28 * y, bitmap.GetPixels() + y * bitmap.RowBytes, 28);
        using FileStream file = File.Create(path);
        bitmap.Encode(file, SKEncodedImageFormat.Png, 100);
    }

    private void WriteIdx(string folder, string part, params LabelledImages[] all)
    {
        Directory.CreateDirectory(_inkling.PathOf(folder));
        byte[] labels = [.. all.SelectMany(images => images.Labels.ToArray())];
        byte[] pixels =
            [.. all.SelectMany(images => Enumerable.Range(0, images.Count).SelectMany(i => images.Pixels(i).ToArray()))];
        IdxFile.Write(
            _inkling.PathOf(Path.Combine(folder, $"{part}-images-idx3-ubyte")), IdxArray.Create(pixels, labels.Length, 28, 28));
        IdxFile.Write(
            _inkling.PathOf(Path.Combine(folder, $"{part}-labels-idx1-ubyte")), IdxArray.Create(labels, labels.Length));
    }
}
