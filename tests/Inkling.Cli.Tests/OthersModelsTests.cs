namespace Inkling.Cli.Tests;

/// <summary>Networks that others trained.</summary>
public sealed class OthersModelsTests : IDisposable
{
    private readonly Command _inkling = new();

    public void Dispose() => _inkling.Dispose();

    [Theory]
    [InlineData(0.1307, 0.3081, false, "(pixel - 0.1307) / 0.3081")]
    [InlineData(0, 1 / 255.0, false, "pixels from 0 to 255")]
    [InlineData(0.5, 0.5, true, ", inverted (")]
    public async Task A_network_trained_on_normalised_pixels_reads_as_well_as_it_did_there(
        double mean, double deviation, bool isInverted, string said)
    {
        Network tiny = BundledModels.Load("tiny");
        // Takes normalised pixels y, x being those that tiny takes: x = y·deviation + mean, or 1 - that.
        PixelNormalisation inverse = isInverted
            ? new(-(1 - mean) / -deviation, 1 / -deviation)
            : new(-mean / deviation, 1 / deviation);
        Save(tiny.WithNormalisation(inverse), "torch.onnx");
        tiny.Save(_inkling.PathOf("tiny.safetensors"));
        string data = _inkling.SmallData();
        Command.Result own = await _inkling.RunAsync("evaluate", "tiny.safetensors", "--data", data, "--json"),
            others = await _inkling.RunAsync("evaluate", "torch.onnx", "--data", data, "--json");
        string message = Assert.Single(
            others.ErrorLines, line => line.StartsWith("torch.onnx: takes ", StringComparison.Ordinal));
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.Equal(AccuracyOf(own), AccuracyOf(others), 0.011);
        others = await _inkling.RunAsync(
        [
            "evaluate", "torch.onnx", "--data", data, "--json",
            "--mean", $"{mean.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
            "--deviation", $"{deviation.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
            .. isInverted ? ["--invert"] : Array.Empty<string>()
        ]);
        Assert.DoesNotContain(others.ErrorLines, line => line.StartsWith("torch.onnx", StringComparison.Ordinal)); // not tried
        Assert.Equal(AccuracyOf(own), AccuracyOf(others), 0.011);
    }

    [Fact]
    public async Task Inklings_own_networks_are_not_tried()
    {
        new Network([784, 30, 10], seed: 1).Save(_inkling.PathOf("net.safetensors"));
        Assert.Equal(0, (await _inkling.RunAsync("export", "net.safetensors", "net.onnx")).ExitCode);
        Command.Result result = await _inkling.RunAsync("evaluate", "net.onnx", "--data", _inkling.SmallData());
        Assert.DoesNotContain(result.ErrorLines, line => line.Contains("generated digits read right", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_network_that_reads_no_digits_is_said_to_and_taken_as_it_is()
    {
        Save(new Network([784, 30, 10], seed: 1), "random.onnx");
        Command.Result result = await _inkling.RunAsync("export", "random.onnx", "random.npz");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Was it trained on digits?", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_of_another_program_read_with_the_layers_that_are_given()
    {
        Network network = new(Architecture.Parse("784 dense:30 relu dense:10 softmax"), seed: 1);
        network.Train(GeneratedDigits.Create(2000, seed: 1), new TrainingOptions
        {
            Epochs = 3,
            LearningRate = 0.002,
            Optimiser = new Optimiser.Adam(),
            OnEpoch = _ => { }
        });
        Save(network, "torch.safetensors");
        Command.Result without = await _inkling.RunAsync("evaluate", "torch.safetensors");
        Assert.Equal(1, without.ExitCode);
        Assert.Contains(
            "--architecture \"784 dense:30 relu dense:10 softmax\"", Assert.Single(without.ErrorLines), StringComparison.Ordinal);
        Command.Result with = await _inkling.RunAsync(
            "evaluate", "torch.safetensors", "--data", _inkling.SmallData(), "--json",
            "--architecture", "784 dense:30 relu dense:10 softmax");
        Assert.True(AccuracyOf(with) > 0.7, with.Output);
        Assert.Contains(with.ErrorLines, line => line.Contains("takes pixels from 0 to 1: ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("evaluate", "x.onnx")]
    [InlineData("read", "x.png", "--model", "x.onnx")]
    [InlineData("serve", "--model", "x.onnx")]
    public async Task Mean_and_deviation_go_together_wherever_a_network_is_named(params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync([.. arguments, "--mean", "0.1307"]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--mean and --deviation go together", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read", "x.png", "--model", "tiny", "--invert")]
    [InlineData("evaluate", "best", "--architecture", "784 dense:10 softmax")]
    public async Task Networks_known_by_name_take_pixels_as_they_are(params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("are for networks that others trained", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluate", "net.pt")]
    [InlineData("read", "x.png", "--model", "net.pt")]
    [InlineData("serve", "--model", "net.pt", "--port", "0")]
    [InlineData("export", "net.pt", "net.onnx")]
    public async Task A_file_of_another_kind_is_named_for_what_it_is(params string[] arguments)
    {
        await File.WriteAllBytesAsync(_inkling.PathOf("net.pt"), "PK\u0003\u0004............net/data.pkl"u8.ToArray());
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("net.pt: a file of torch.save", line, StringComparison.Ordinal);
        Assert.Contains("torch.onnx.export(", line, StringComparison.Ordinal);
    }

    /// <summary>Saves a network without the metadata by which Inkling knows its own.</summary>
    private void Save(Network network, string file)
    {
        string path = _inkling.PathOf(file);
        ModelFile.Save(network, path);
        byte[] bytes = File.ReadAllBytes(path);
        for (int at; (at = bytes.AsSpan().IndexOf("inkling"u8)) >= 0;)
            "another"u8.CopyTo(bytes.AsSpan(at));
        File.WriteAllBytes(path, bytes);
    }

    private static double AccuracyOf(Command.Result result) =>
        System.Text.Json.JsonDocument.Parse(Assert.Single(result.Lines)).RootElement.GetProperty("accuracy").GetDouble();
}
