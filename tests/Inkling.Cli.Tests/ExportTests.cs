using System.Text.Json;

namespace Inkling.Cli.Tests;

public sealed class ExportTests : IDisposable
{
    private readonly Command _inkling = new();

    public void Dispose() => _inkling.Dispose();

    [Theory]
    [InlineData("net.onnx")]
    [InlineData("net.npz")]
    [InlineData("net.json")]
    public async Task What_is_exported_evaluate_takes_and_counts_the_same_digits_right(string file)
    {
        new Network([784, 30, 10], seed: 1).Save(_inkling.PathOf("net.safetensors"));
        Command.Result export = await _inkling.RunAsync("export", "net.safetensors", file, "--json");
        JsonElement result = JsonDocument.Parse(Assert.Single(export.Lines)).RootElement;
        Assert.Equal(
            (file, new FileInfo(_inkling.PathOf(file)).Length),
            (result.GetProperty("file").GetString(), result.GetProperty("bytes").GetInt64()));
        Assert.Equal("784 dense:30 sigmoid dense:10 sigmoid", result.GetProperty("architecture").GetString());
        File.Move(_inkling.PathOf(file), _inkling.PathOf("renamed")); // the format is recognised by its first bytes
        Command.Result before = await _inkling.RunAsync("evaluate", "net.safetensors", "--json"),
            after = await _inkling.RunAsync("evaluate", "renamed", "--json");
        Assert.Equal(before.Output, after.Output);
    }

    [Fact]
    public async Task A_bundled_network_goes_out_with_one_line_and_reads_pictures_again()
    {
        Command.Result export = await _inkling.RunAsync("export", "tiny", "tiny.onnx", "--pixels", "byte", "--logits");
        Assert.Equal(0, export.ExitCode);
        Assert.Matches(@"^tiny\.onnx: \d+,\d+ bytes, 1x28x28 conv", Assert.Single(export.Lines));
        Plots.ContactSheet.Save(
            _inkling.PathOf("digit.png"), "1", [GeneratedDigits.Create(1, seed: 3).Pixels(0).ToArray()], columns: 1);
        Command.Result original = await _inkling.RunAsync("read", "digit.png", "--model", "tiny"),
            read = await _inkling.RunAsync("read", "digit.png", "--model", "tiny.onnx");
        Assert.Equal(original.Output, read.Output);
    }

    [Theory]
    [InlineData("FILE must end in one of .onnx", "export", "tiny", "tiny.pt")]
    [InlineData("--pixels takes one of unit, float255, byte", "export", "tiny", "tiny.onnx", "--pixels", "bits")]
    [InlineData("--pixels and --logits are for .onnx", "export", "tiny", "tiny.safetensors", "--logits")]
    [InlineData("--mean and --deviation go together", "export", "tiny", "tiny.safetensors", "--mean", "0.1307")]
    [InlineData("FILE.onnx", "export", "tiny")]
    public async Task Wrong_usage_says_what_is_meant(string what, params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(what, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny.npz", "sigmoid neurons only", "export", "tiny", "tiny.npz")]
    [InlineData("tiny.npz", "sigmoid neurons only", "train", "--model", "tiny", "--out", "tiny.npz")]
    [InlineData("tiny", "for networks that others trained", "export", "tiny", "net.onnx", "--mean", "0.1", "--deviation", "0.3")]
    [InlineData("broken.onnx", "truncated", "evaluate", "broken.onnx")]
    [InlineData("absent.onnx", "there is no such file", "export", "absent.onnx", "net.onnx")]
    public async Task What_cannot_be_done_is_one_line_that_names_the_file(string file, string what, params string[] arguments)
    {
        await File.WriteAllBytesAsync(_inkling.PathOf("broken.onnx"), [0x08, 0x07, 0x12, 0x40, 0x49]);
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        string line = result.ErrorLines[^1];
        Assert.StartsWith(file, line, StringComparison.Ordinal);
        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.False(File.Exists(_inkling.PathOf("net.onnx")));
    }
}
