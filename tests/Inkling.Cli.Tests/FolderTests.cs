using System.Text.Json;

namespace Inkling.Cli.Tests;

/// <summary>Folders of pictures that hold links, pipes, unreadable folders or nothing.</summary>
public sealed class FolderTests : IDisposable
{
    private readonly Command _inkling = new();

    public FolderTests()
    {
        Directory.CreateDirectory(_inkling.PathOf("notes/deep"));
        new Network([784, 10], seed: 1).Save(_inkling.PathOf("net.safetensors"));
        Plots.ContactSheet.Save(
            _inkling.PathOf("notes/1_a.png"), "1", [GeneratedDigits.Create(1, seed: 3).Pixels(0).ToArray()], columns: 1);
        File.Copy(_inkling.PathOf("notes/1_a.png"), _inkling.PathOf("notes/deep/b.PNG"));
    }

    public void Dispose() => _inkling.Dispose();

    [Fact]
    public async Task A_link_that_leads_in_a_circle_is_not_followed_and_what_is_left_out_is_counted()
    {
        File.CreateSymbolicLink(_inkling.PathOf("notes/deep/again"), _inkling.PathOf("notes"));
        await File.WriteAllTextAsync(_inkling.PathOf("notes/readme.txt"), "");
        Command.Result read = await _inkling.RunAsync("read", "notes", "--json", "--model", "net.safetensors");
        Assert.Equal(0, read.ExitCode);
        Assert.Equal(
            ["notes/1_a.png", "notes/deep/b.PNG"],
            read.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()));
        Assert.Equal(
            "notes: left out 1 file that is no picture by its name and 1 link to a folder (notes/deep/again).",
            Assert.Single(read.ErrorLines));

        Command.Result evaluated = await _inkling.RunAsync("evaluate", "net.safetensors", "--images", "notes", "--json");
        Assert.Equal(1, JsonDocument.Parse(Assert.Single(evaluated.Lines)).RootElement.GetProperty("images").GetInt32());
        Assert.Contains("left out 1 of 2 pictures", evaluated.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_a_folder_and_links_to_pictures_are_read_where_they_are_named()
    {
        File.CreateSymbolicLink(_inkling.PathOf("linked"), "notes");
        File.CreateSymbolicLink(_inkling.PathOf("notes/c.png"), "1_a.png");
        File.CreateSymbolicLink(_inkling.PathOf("single.png"), "notes/1_a.png");
        Assert.Equal(0, (await _inkling.RunAsync("read", "single.png", "--model", "net.safetensors")).ExitCode);
        Command.Result read = await _inkling.RunAsync("read", "linked", "--model", "net.safetensors");
        Assert.Equal((0, 3), (read.ExitCode, read.Lines.Length));
    }

    [Fact]
    public async Task A_pipe_among_the_pictures_is_one_line_and_the_others_are_read()
    {
        await _inkling.RunToolAsync("mkfifo", "notes/0_pipe.png");
        Command.Result read = await _inkling.RunAsync("read", "notes", "--model", "net.safetensors"),
            evaluated = await _inkling.RunAsync("evaluate", "net.safetensors", "--images", "notes", "--json");
        Assert.Equal((1, 2), (read.ExitCode, read.Lines.Length));
        Assert.Contains("0_pipe.png: no regular file but a pipe", read.ErrorLines[0], StringComparison.Ordinal);
        Assert.Equal("1 of 3 could not be read as pictures.", read.ErrorLines[1]);
        Assert.Equal(1, evaluated.ExitCode);
        Assert.Equal(1, JsonDocument.Parse(Assert.Single(evaluated.Lines)).RootElement.GetProperty("unreadable").GetInt32());
    }

    [Fact]
    public async Task Where_nothing_is_read_it_fails()
    {
        Directory.CreateDirectory(_inkling.PathOf("empty"));
        Directory.CreateDirectory(_inkling.PathOf("none"));
        Command.Result one = await _inkling.RunAsync("read", "empty"), two = await _inkling.RunAsync("read", "empty", "none");
        Assert.Equal((1, 1), (one.ExitCode, two.ExitCode));
        Assert.Equal(
            "empty: no picture in it that is read (.png, .jpg, .jpeg, .jfif, .bmp, .webp, .gif, .tif, .tiff).",
            Assert.Single(one.ErrorLines));
        Assert.Contains("no picture that is read in any of the 2 folders", two.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_in_formats_that_are_not_read_are_counted_by_kind_and_one_learns_what_to_do()
    {
        foreach (string name in new[] { "a.heic", "b.HEIC", "c.avif", "deep/d.pdf" })
            await File.WriteAllTextAsync(_inkling.PathOf($"notes/{name}"), "");
        const string skipped = "notes: 4 pictures were not read: 1 .avif, 2 .heic, 1 .pdf. "
            + "Save them as PNG or JPEG (each page of a PDF: pdftoppm -r 300 -png).";

        Command.Result read = await _inkling.RunAsync("read", "notes", "--json", "--model", "net.safetensors"),
            evaluated = await _inkling.RunAsync("evaluate", "net.safetensors", "--images", "notes", "--json");

        Assert.Equal((0, 2, skipped), (read.ExitCode, read.Lines.Length, Assert.Single(read.ErrorLines)));
        Assert.Equal((0, skipped), (evaluated.ExitCode, evaluated.ErrorLines[0]));
    }

    [Fact]
    public async Task A_folder_with_nothing_but_pictures_that_are_not_read_fails()
    {
        Directory.CreateDirectory(_inkling.PathOf("phone"));
        await File.WriteAllTextAsync(_inkling.PathOf("phone/1_a.heic"), "");
        foreach (string[] command in new[] { new[] { "read", "phone" }, ["evaluate", "net.safetensors", "--images", "phone"] })
        {
            Command.Result result = await _inkling.RunAsync(command);
            Assert.Equal(1, result.ExitCode);
            Assert.Equal("phone: 1 picture was not read: 1 .heic. Save it as PNG or JPEG.", result.ErrorLines[0]);
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_looked_into_is_named_and_the_rest_is_found()
    {
        string root = _inkling.PathOf("notes"), closed = Path.Combine(root, "deep");
        PictureFolder found = PictureFolder.Of(
            root,
            path => path == closed
                ? throw new UnauthorizedAccessException("Access is denied.")
                : new DirectoryInfo(path).EnumerateFileSystemInfos());
        Assert.Equal([Path.Combine(root, "1_a.png")], found.Files);
        Assert.Equal($"{closed}: cannot be looked into: Access is denied.", Assert.Single(found.Unreadable));
    }

    [Fact]
    public void A_folder_without_end_is_given_up()
    {
        FileSystemInfo[] each =
            [new DirectoryInfo(_inkling.PathOf("notes/deep")), .. Enumerable.Repeat(new FileInfo("x.txt"), 99_999)];
        int looked = 0;
        InklingException e = Assert.Throws<InklingException>(() => PictureFolder.Of(_inkling.PathOf("notes"), _ =>
        {
            looked++;
            return each;
        }));
        Assert.Contains("more than 2,000,000 files and folders", e.Message, StringComparison.Ordinal);
        Assert.Equal(21, looked);
    }
}
