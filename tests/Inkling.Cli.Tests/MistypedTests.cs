namespace Inkling.Cli.Tests;

/// <summary>A word with a typing mistake is answered with the word that was meant.</summary>
public sealed class MistypedTests : IDisposable
{
    private readonly Command _inkling = new();

    public void Dispose() => _inkling.Dispose();

    [Theory]
    [InlineData("There is no command \"trian\". Did you mean \"train\"?", "trian")]
    [InlineData("There is no command \"eval\". Did you mean \"evaluate\"?", "eval", "best")]
    [InlineData("inkling train has no option \"--epoch\". Did you mean \"--epochs\"?", "train", "--epoch", "3")]
    [InlineData("inkling train has no option \"-seed\". Did you mean \"--seed\"?", "train", "-seed", "3")]
    [InlineData("Did you mean \"--mini-batch\"?", "train", "--batch-size", "32")]
    [InlineData("inkling train does not take \"epochs\". Did you mean \"--epochs\"?", "train", "epochs")]
    [InlineData("inkling read has no option \"--digit\". Did you mean \"--digits\"?", "read", "--digit", "6", "a.png")]
    [InlineData("not \"tinny\". Did you mean \"tiny\"?", "train", "--model", "tinny")]
    [InlineData("not \"crossentropy\". Did you mean \"cross-entropy\"?", "train", "--cost", "crossentropy")]
    [InlineData("not \"onecycle\". Did you mean \"one-cycle\"?", "train", "--schedule", "onecycle")]
    [InlineData("There is no experiment \"ladders\", only seed, ladder, ", "experiment", "ladders")]
    [InlineData("inkling data has no command \"fetc\". Did you mean \"fetch\"?", "data", "fetc")]
    [InlineData("Did you mean \"mnist\"?", "data", "fetch", "mnits")]
    public async Task Commands_options_and_their_values_are_guessed(string message, params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evaluate", "bset")]
    [InlineData("export", "bset", "net.onnx")]
    [InlineData("train", "--from", "bset")]
    public async Task So_are_networks_and_those_known_by_name_are_named_with_the_ones_saved_on_the_page(params string[] arguments)
    {
        string saved = Directory.CreateDirectory(_inkling.PathOf(Path.Combine("inkling", "networks"))).FullName;
        new Network([784, 10], seed: 1).Save(Path.Combine(saved, "run-1.safetensors"));
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            "bset: there is no such file, and no network of this name. Did you mean \"best\"? Known by name: best, tiny, run-1.",
            Assert.Single(result.ErrorLines));
        Assert.Contains("784", (await _inkling.RunAsync("export", "run-1", "out.safetensors")).Output, StringComparison.Ordinal);
        Assert.Contains("run-1", (await _inkling.RunAsync("models")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("There is no command \"frobnicate\". Commands: ", "frobnicate")]
    [InlineData("inkling train has no option \"--verbosity\". Options: ", "train", "--verbosity")]
    public async Task What_is_like_no_word_is_not_guessed_at(string message, params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }
}
