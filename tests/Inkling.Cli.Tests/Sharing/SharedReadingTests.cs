using System.Text.Json;
using Inkling.Cli.Sharing;

namespace Inkling.Cli.Tests.Sharing;

/// <summary>A folder of pictures that is read into a file, by one process or several.</summary>
public sealed class SharedReadingTests : IDisposable
{
    private static readonly string[] Read = ["read", "scans", "--model", "net.safetensors"];

    private readonly Command _inkling = new();

    public SharedReadingTests()
    {
        Directory.CreateDirectory(_inkling.PathOf("scans"));
        new Network([784, 10], seed: 1).Save(_inkling.PathOf("net.safetensors"));
        for (int i = 0; i < 9; i++)
        {
            Plots.ContactSheet.Save(
                _inkling.PathOf($"scans/{i}.png"), "1", [GeneratedDigits.Create(9, seed: 3).Pixels(i).ToArray()], columns: 1);
        }

        File.WriteAllText(_inkling.PathOf("scans/5.png"), "no picture");
    }

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task A_file_of_readings_is_what_read_prints_for_one_process_and_for_three()
    {
        Command.Result printed = await _inkling.RunAsync([.. Read, "--json"]);
        Command.Result one = await _inkling.RunAsync([.. Read, "--out", "one.jsonl"]);
        Command.Result[] three = await Task.WhenAll(
            Enumerable.Range(1, 3).Select(part => _inkling.StartAsync([.. Read, "--out", "three.jsonl", "--part", $"{part}/3"])));
        Assert.Equal((1, 1), (printed.ExitCode, one.ExitCode));
        Assert.Equal(1, three[0].ExitCode); // the first part waits for the others
        string[] lines = await File.ReadAllLinesAsync(_inkling.PathOf("one.jsonl"));
        Assert.Equal(printed.Lines, lines.Where((_, i) => i != 5));
        JsonElement unread = JsonDocument.Parse(lines[5]).RootElement;
        Assert.Equal("scans/5.png", unread.GetProperty("file").GetString());
        Assert.Contains(unread.GetProperty("error").GetString()!, printed.Error, StringComparison.Ordinal);
        Assert.Equal(lines, await File.ReadAllLinesAsync(_inkling.PathOf("three.jsonl")));
        Assert.False(Directory.Exists(_inkling.PathOf("one.jsonl.parts")));
        Assert.False(Directory.Exists(_inkling.PathOf("three.jsonl.parts")));

        Command.Result again = await _inkling.RunAsync([.. Read, "--out", "one.jsonl"]);
        Assert.Equal(1, again.ExitCode);
        Assert.Equal(
            "one.jsonl: all of these pictures are read already. 1 of them could not be read; delete one.jsonl to read all again.",
            again.ErrorLines[0]);
        File.Delete(_inkling.PathOf("one.jsonl"));
        Assert.Contains("Read 9 pictures into one.jsonl", (await _inkling.RunAsync([.. Read, "--out", "one.jsonl"])).ErrorLines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    public async Task Under_mpirun_rank_0_prints_all_readings_in_order_and_the_others_nothing(string arrayTask)
    {
        Command.Result alone = await _inkling.RunAsync(Read);
        Task<Command.Result>[] ranks = new Task<Command.Result>[3];
        for (int rank = 0; rank < ranks.Length; rank++)
        {
            _inkling.Variables["OMPI_COMM_WORLD_RANK"] = $"{rank}";
            _inkling.Variables["OMPI_COMM_WORLD_SIZE"] = $"{ranks.Length}";
            _inkling.Variables["SLURM_ARRAY_TASK_ID"] = arrayTask; // empty is as if it were not set
            ranks[rank] = _inkling.StartAsync(Read);
        }

        Command.Result[] ended = await Task.WhenAll(ranks);
        Assert.Equal(alone.Output, ended[0].Output);
        Assert.Equal((1, alone.ErrorLines[^1]), (ended[0].ExitCode, ended[0].ErrorLines[^1]));
        Assert.All(ended[1..], rank => Assert.Equal(new Command.Result(0, "", ""), rank));
        Assert.Equal(9, (await File.ReadAllLinesAsync(_inkling.PathOf("scans.jsonl"))).Length);
    }

    [Fact]
    public async Task Under_mpirun_a_file_that_is_none_of_readings_is_not_replaced_unless_it_is_named()
    {
        await File.WriteAllTextAsync(_inkling.PathOf("scans.jsonl"), "mine");
        _inkling.Variables["OMPI_COMM_WORLD_RANK"] = "0";
        _inkling.Variables["OMPI_COMM_WORLD_SIZE"] = "2";
        Command.Result refused = await _inkling.RunAsync(Read);
        Assert.Equal(1, refused.ExitCode);
        Assert.Equal(
            "scans.jsonl: the readings would replace this file. Name another one with --out, or move this one away.",
            Assert.Single(refused.ErrorLines));
        Assert.Equal("mine", await File.ReadAllTextAsync(_inkling.PathOf("scans.jsonl")));
        await _inkling.RunAsync([.. Read, "--out", "scans.jsonl"]);
        Assert.Equal(9, (await File.ReadAllLinesAsync(_inkling.PathOf("scans.jsonl"))).Length);
    }

    [Fact]
    public void What_is_read_when_it_is_interrupted_is_not_read_again_and_a_picture_that_was_replaced_is()
    {
        string[] pictures = [.. Enumerable.Range(0, 9).Select(i => _inkling.PathOf($"scans/{i}.png"))];
        string file = _inkling.PathOf("all.jsonl");
        DigitReader reader = new(Network.Load(_inkling.PathOf("net.safetensors")));
        int pieces = 0;
        using (CancellationTokenSource stop = new())
        {
            SharedReading first = Reading(() =>
            {
                if (++pieces == 4)
                    stop.Cancel();
            });
            Assert.Throws<OperationCanceledException>(
                () => first.Run(new Terminal(json: false, isQuiet: true), stop.Token));
        }

        Assert.False(File.Exists(file));
        File.Copy(pictures[8], pictures[0], overwrite: true); // which was read before
        File.SetLastWriteTimeUtc(pictures[0], DateTime.UtcNow.AddMinutes(1));
        pieces = 0;
        SharedReading second = Reading(() => pieces++);
        Assert.Equal(1, second.Run(new Terminal(json: false, isQuiet: true), TestContext.Current.CancellationToken));
        Assert.Equal(9 - 3 + 1, pieces);
        Assert.Equal(
            pictures,
            File.ReadLines(file).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()));
        // Only what belongs to the replaced picture stays: another command may be under way that reads it.
        Assert.Single(Directory.GetFiles(file + ".parts", "*", SearchOption.AllDirectories));

        SharedReading Reading(Action onPiece) => new(file, pictures, "", new Part(0, 1), output =>
        {
            onPiece();
            return new PictureReader(reader, new ReadingOptions(), output, CancellationToken.None);
        });
    }

    [Theory]
    [InlineData("--out keeps readings of files", "-", "--out", "a.jsonl")]
    [InlineData("--part shares readings through a file", "scans", "--part", "1/2")]
    [InlineData("--out must end in one of .jsonl", "scans", "--out", "a.csv")]
    public async Task What_cannot_be_kept_or_shared_is_told_in_one_line(string line, params string[] arguments)
    {
        Command.Result result = await _inkling.RunAsync(["read", .. arguments]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith(line, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }
}
