using System.Text.Json;

namespace Inkling.Cli.Tests;

/// <summary>Mistaken or malicious input: one line on standard error, an exit code that is not 0, and nothing lost.</summary>
public sealed class WrongInputTests : IDisposable
{
    private readonly Command _inkling = new();

    public WrongInputTests()
    {
        Plots.ContactSheet.Save(
            _inkling.PathOf("digit.png"), "1", [GeneratedDigits.Create(1, seed: 3).Pixels(0).ToArray()], columns: 1);
        new Network([784, 10], seed: 1).Save(_inkling.PathOf("net.safetensors"));
    }

    public void Dispose() => _inkling.Dispose();

    [Theory]
    [InlineData(2, "An argument is empty.", "evaluate", "")]
    [InlineData(2, "An argument is empty.", "export", "", "net.onnx")]
    [InlineData(2, "An argument is empty.", "data", "--data", "")]
    [InlineData(2, "Required argument missing for option: '--explain'", "read", "digit.png", "--explain")]
    [InlineData(2, "Required argument missing for option: '--plot'", "evaluate", "net.safetensors", "--plot")]
    [InlineData(2, "inkling read has no option \"--bogus\". Options: --model", "read", "--bogus", "digit.png")]
    [InlineData(2, "inkling data fetch has no option \"--data\".", "data", "fetch", "mnist", "--data", "x")]
    [InlineData(2, "\"inkling data fetch --help\" lists", "data", "fetch", "nothing")]
    [InlineData(2, "No command given. Commands: train", "--")]
    [InlineData(2, "standard input, which can be read once", "read", "-", "-")]
    [InlineData(
        2, "--explain takes the name of a file that ends in .png or .svg, not \"notes.txt\"",
        "read", "digit.png", "--explain", "notes.txt")]
    [InlineData(
        2, "--plot takes the name of a file that ends in .png or .svg, not \"notes.txt\"",
        "evaluate", "net.safetensors", "--plot", "notes.txt")]
    [InlineData(2, "--digits takes a whole number from 1 to 100, not \"NaN\"", "read", "digit.png", "--digits", "NaN")]
    [InlineData(2, "--unsure-below takes a number from 0 to 1, not \"NaN\"", "read", "digit.png", "--unsure-below", "NaN")]
    [InlineData(1, "@digit.png: there is no such file", "read", "@digit.png")]
    [InlineData(1, "nowhere: there is no such folder", "data", "--data", "nowhere")]
    [InlineData(1, "nowhere: there is no such folder", "evaluate", "net.safetensors", "--images", "nowhere")]
    [InlineData(1, "digit.png: there is no such folder", "evaluate", "net.safetensors", "--images", "digit.png")]
    [InlineData(1, ": a folder, not a file", "read", "digit.png", "--model", ".")]
    [InlineData(1, "/dev/zero: no regular file", "read", "digit.png", "--model", "/dev/zero")]
    [InlineData(1, "/dev/zero: no regular file", "read", "/dev/zero")]
    [InlineData(1, "digit.png: one picture. Name the folder", "evaluate", "net.safetensors", "--data", "digit.png")]
    public async Task Each_is_answered_in_one_line(int exitCode, string message, params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Output));
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("digit.png")]
    [InlineData("./folder/../digit.png")]
    [InlineData("symbolic.png")]
    [InlineData("hard.png")]
    public async Task A_drawing_does_not_go_over_the_picture_that_is_read_whatever_that_is_called(string name)
    {
        Directory.CreateDirectory(_inkling.PathOf("folder"));
        File.CreateSymbolicLink(_inkling.PathOf("symbolic.png"), "digit.png");
        await _inkling.RunToolAsync("ln", "digit.png", "hard.png");
        byte[] before = await File.ReadAllBytesAsync(_inkling.PathOf("digit.png"));
        Command.Result result = await _inkling.RunAsync("read", "digit.png", "--explain", name);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("that is the same file as digit.png", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_inkling.PathOf(name)));
        Assert.NotNull(File.ResolveLinkTarget(_inkling.PathOf("symbolic.png"), returnFinalTarget: true));
    }

    [Fact]
    public async Task A_drawing_may_go_over_a_drawing_of_before()
    {
        for (int run = 0; run < 2; run++)
            Assert.Equal(0, (await _inkling.RunAsync("read", "digit.png", "--explain", "drawn.png")).ExitCode);
    }

    [Theory]
    [InlineData("that is the same file as net.safetensors", "net.safetensors", "export", "net.safetensors", "./net.safetensors")]
    [InlineData(
        "that is the same file as pictures/1_a.png",
        "pictures/1_a.png",
        "evaluate", "net.safetensors", "--images", "pictures", "--plot", "./pictures/1_a.png")]
    public async Task No_output_goes_over_an_input(string message, string input, params string[] arguments)
    {
        Directory.CreateDirectory(_inkling.PathOf("pictures"));
        File.Copy(_inkling.PathOf("digit.png"), _inkling.PathOf("pictures/1_a.png"));
        byte[] before = await File.ReadAllBytesAsync(_inkling.PathOf(input));
        Command.Result result = await _inkling.RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_inkling.PathOf(input)));
    }

    [Fact]
    public async Task Names_that_would_command_the_terminal_come_out_as_text_and_in_json_as_they_are()
    {
        const string name = "\u001b[2J\u001b]0;title\u0007\n7\u202E.png";
        File.Copy(_inkling.PathOf("digit.png"), _inkling.PathOf(name));
        Command.Result lines = await _inkling.RunAsync("read", name, "\u001b[31mabsent.png", "--model", "net.safetensors");
        Assert.Contains(@"\u001B[2J\u001B]0;title\u0007 7\u202E.png", Assert.Single(lines.Lines), StringComparison.Ordinal);
        Assert.Equal(@"\u001B[31mabsent.png: there is no such file.", lines.ErrorLines[0]);
        Assert.DoesNotContain(lines.Output + lines.Error, c => char.IsControl(c) && c != '\n');
        Command.Result json = await _inkling.RunAsync("read", name, "--json", "--model", "net.safetensors");
        Assert.Equal(name, JsonDocument.Parse(Assert.Single(json.Lines)).RootElement.GetProperty("file").GetString());
    }

    [Fact]
    public async Task What_a_models_file_says_cannot_command_the_terminal_or_fill_it()
    {
        string tensor = "\\u001b[31m" + new string('x', 3_000_000); // an escape character as JSON writes it
        string header = "{\"" + tensor + "\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[9,9]}}";
        await File.WriteAllBytesAsync(
            _inkling.PathOf("bad.safetensors"),
            [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.ASCII.GetBytes(header)]);
        Command.Result result = await _inkling.RunAsync("evaluate", "bad.safetensors");
        Assert.Equal(1, result.ExitCode);
        string line = Assert.Single(result.ErrorLines);
        Assert.StartsWith("bad.safetensors: ", line, StringComparison.Ordinal);
        Assert.Contains(@"\u001B[31mxxx", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 0, 1500);
        Assert.DoesNotContain(line, char.IsControl);
    }

    [Fact]
    public async Task A_name_of_a_hundred_thousand_letters_is_cut()
    {
        Command.Result result = await _inkling.RunAsync("read", new string('x', 100_000));
        Assert.Equal(1, result.ExitCode);
        Assert.InRange(Assert.Single(result.ErrorLines).Length, 100, 1500);
    }

    [Fact]
    public async Task A_pipe_that_nobody_writes_to_is_refused_and_not_waited_for()
    {
        await _inkling.RunToolAsync("mkfifo", "pipe.png", "pipe.safetensors");
        Command.Result picture = await _inkling.RunAsync("read", "pipe.png"),
            model = await _inkling.RunAsync("read", "digit.png", "--model", "pipe.safetensors");
        Assert.Equal((1, 1), (picture.ExitCode, model.ExitCode));
        Assert.Contains("pipe.png: no regular file but a pipe", Assert.Single(picture.ErrorLines), StringComparison.Ordinal);
        Assert.Contains(
            "pipe.safetensors: no regular file but a pipe",
            Assert.Single(model.ErrorLines),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("read", "digit.png", "--model", "net.safetensors")]
    [InlineData("read", "digit.png", "--model", "net.safetensors", "--json")]
    [InlineData("evaluate", "net.safetensors")]
    [InlineData("models")]
    [InlineData("models", "--json")]
    [InlineData("data")]
    [InlineData("--help")]
    public async Task Results_that_cannot_be_written_are_a_failure_said_in_one_line(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no /dev/full, the disk that is always full.");
        Command.Result result = await _inkling.RunInShellAsync("\"$@\" > /dev/full", arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("No space left on device", result.ErrorLines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_that_cannot_be_written_still_is_in_the_exit_code()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no /dev/full, the disk that is always full.");
        Assert.Equal(1, (await _inkling.RunInShellAsync("\"$@\" 2> /dev/full", "read", "absent.png")).ExitCode);
        Assert.Equal(2, (await _inkling.RunInShellAsync("\"$@\" 2> /dev/full", "read")).ExitCode);
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_is_no_error()
    {
        Command.Result result = await _inkling.RunInShellAsync("set -o pipefail; \"$@\" | head -n 1", "models", "--layers");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Single(result.Lines);
    }
}
