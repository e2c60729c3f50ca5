using System.Diagnostics;
using Inkling.Files;

namespace Inkling.Tests.Data;

/// <summary>Saving replaces regular files only, never devices, FIFOs or folders.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling files ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_symbolic_link_stays_and_leads_to_the_new_file()
    {
        Directory.CreateDirectory(PathOf("elsewhere"));
        File.WriteAllText(PathOf("elsewhere/real"), "old");
        File.CreateSymbolicLink(PathOf("link"), "elsewhere/real");
        File.CreateSymbolicLink(PathOf("link to link"), "link");
        Write("link to link", "new");
        Assert.Equal("elsewhere/real", new FileInfo(PathOf("link")).LinkTarget);
        Assert.Equal("link", new FileInfo(PathOf("link to link")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(PathOf("elsewhere/real")));
        Assert.Equal([PathOf("elsewhere/real")], Directory.GetFiles(PathOf("elsewhere")));
    }

    [Fact]
    public void A_link_to_nothing_gets_its_file()
    {
        File.CreateSymbolicLink(PathOf("link"), "absent");
        Write("link", "new");
        Assert.Equal(("absent", "new"), (new FileInfo(PathOf("link")).LinkTarget, File.ReadAllText(PathOf("absent"))));
    }

    [Fact]
    public void Links_in_a_circle_are_one_error()
    {
        File.CreateSymbolicLink(PathOf("a"), "b");
        File.CreateSymbolicLink(PathOf("b"), "a");
        Assert.StartsWith(
            PathOf("a"), Assert.Throws<InklingException>(() => Write("a", "new")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_is_written_to_and_stays_a_device()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This test needs Linux's devices.");
        File.CreateSymbolicLink(PathOf("null"), "/dev/null");
        Write("null", "lost");
        new Network([2, 1]).Save(PathOf("null"));
        Assert.Equal("/dev/null", new FileInfo(PathOf("null")).LinkTarget);
        Assert.Equal(FileKind.Stream, FileKinds.Of("/dev/null"));
    }

    [Fact]
    public void A_full_disk_is_one_error_that_says_so()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "This test needs Linux's /dev/full.");
        File.CreateSymbolicLink(PathOf("full"), "/dev/full");
        string message = Assert.Throws<InklingException>(() => new Network([2, 1]).Save(PathOf("full"))).Message;
        Assert.StartsWith($"{PathOf("full")}: cannot be written: ", message, StringComparison.Ordinal);
        Assert.Contains("space", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fifo_is_written_to_and_stays_a_fifo()
    {
        using (Process make = Process.Start(Tools.Require("mkfifo"), [PathOf("fifo")]))
            await make.WaitForExitAsync();
        AtomicFile.RequireWritable(PathOf("fifo")); // does not wait for a reader
        Task<string> read = Task.Run(() => File.ReadAllText(PathOf("fifo")));
        TimeSpan patience = TimeSpan.FromMinutes(2); // a FIFO's reader would block forever if a file replaced it
        await Task.Run(() => Write("fifo", "through")).WaitAsync(patience);
        Assert.Equal("through", await read.WaitAsync(patience));
        Assert.Equal(FileKind.Stream, FileKinds.Of(PathOf("fifo")));
    }

    [Fact]
    public void A_file_keeps_its_permissions()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other permissions.");
            return;
        }

        File.WriteAllText(PathOf("secret"), "old");
        File.SetUnixFileMode(PathOf("secret"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write("secret", "new");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(PathOf("secret")));
        File.SetUnixFileMode(PathOf("secret"), (UnixFileMode)0b111_101_101);
        Write("secret", "newer");
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(PathOf("secret")));
    }

    [Fact]
    public void What_killed_programs_left_of_the_same_file_is_deleted_and_nothing_else()
    {
        using Process dead = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        dead.StandardOutput.ReadToEnd();
        dead.WaitForExit();
        string[] left =
        [
            $"net.safetensors.{dead.Id}-0123abcd.tmp",
            $"net.safetensors.{dead.Id}-0123456789abcdef0123456789abcdef.tmp",
            $"net.safetensors.{Environment.ProcessId}-0123abcd.tmp"
        ];
        string[] others =
        [
            $"other.safetensors.{dead.Id}-0123abcd.tmp", "net.safetensors.tmp", "net.safetensors.mine.tmp",
            $"net.safetensors.{dead.Id}-notes.tmp"
        ];
        foreach (string name in (string[])[.. left, .. others])
            File.WriteAllText(PathOf(name), "");
        Write("net.safetensors", "new");
        Assert.Equal(
            [.. others.Append("net.safetensors").Order(StringComparer.Ordinal)],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_somebody_is_writing_is_left_alone()
    {
        AtomicFile.Write(PathOf("a"), outer =>
        {
            Write("a", "inner");
            outer.Write("outer"u8);
        });
        Assert.Equal("outer", File.ReadAllText(PathOf("a")));
        Assert.Equal([PathOf("a")], Directory.GetFiles(_folder));
    }

    /// <summary>Regression: opening a file just after its rename failed, because another process was said to use it.</summary>
    [Fact]
    public void A_file_is_closed_before_it_gets_its_name_and_kept_by_others_that_write_it_meanwhile()
    {
        bool isWithin = false;
        AtomicFile.BeforeStep.Value = (step, _) =>
        {
            if (isWithin || step != FileStep.Rename)
                return;
            isWithin = true;
            Assert.Equal("last", File.ReadAllText(Assert.Single(Directory.GetFiles(_folder, "*.tmp"))));
            Write("a", "between");
        };
        Write("a", "last");
        AtomicFile.BeforeStep.Value = null;
        Assert.True(isWithin);
        Assert.Equal("last", File.ReadAllText(PathOf("a")));
        Assert.Equal([PathOf("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Threads_that_write_one_file_and_read_it_do_not_disturb_each_other()
    {
        Write("a", "0");
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            Write("a", "0");
            using FileStream read = RegularFile.OpenRead(PathOf("a"));
            Assert.Equal('0', read.ReadByte());
        });
        Assert.Equal([PathOf("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_rename_that_fails_leaves_the_file_before_in_its_place()
    {
        Write("a", "old");
        AtomicFile.BeforeStep.Value = (step, _) =>
        {
            if (step == FileStep.Rename)
                throw new IOException("No space left on device");
        };
        Assert.Throws<InklingException>(
            () => AtomicFile.Write(PathOf("a"), stream => stream.WriteByte(1), previous: PathOf("a.previous")));
        AtomicFile.BeforeStep.Value = null;
        Assert.Equal("old", File.ReadAllText(PathOf("a")));
        Assert.Equal([PathOf("a")], Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_replaces_a_secret_is_secret_while_it_is_written()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other permissions.");
            return;
        }

        File.WriteAllText(PathOf("secret"), "old");
        File.SetUnixFileMode(PathOf("secret"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        UnixFileMode? mode = null;
        AtomicFile.Write(
            PathOf("secret"),
            _ => mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(Directory.GetFiles(_folder, "*.tmp").Single()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    /// <summary>
    /// Process ids say nothing about another container's processes. A temporary file that is a minute old belongs to a
    /// process that was killed between closing and renaming it.
    /// </summary>
    [Fact]
    public void What_another_container_may_just_be_renaming_is_left_for_a_minute()
    {
        string[] others = [PathOf("a.1-deadbeef00000000.tmp"), PathOf("a.1-deadbeef11111111.tmp")];
        foreach (string other in others)
            File.WriteAllText(other, "");
        File.SetLastWriteTime(others[1], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Local));
        Write("a", "new");
        Assert.Equal([PathOf("a"), others[0]], Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cultures.All), MemberType = typeof(Cultures))]
    public void A_file_that_is_too_long_is_told_with_the_same_figures_everywhere(string culture)
    {
        File.WriteAllBytes(PathOf("long"), new byte[1500]);
        string message = "";
        Cultures.Under(
            culture,
            () => message = Assert.Throws<InklingException>(() => WholeFile.Read(PathOf("long"), mostBytes: 1200)).Message);
        Assert.Contains("1,500 bytes; a network's file has 1,200 at most", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no file's name")]
    [InlineData("a\0b", "no file's name")]
    [InlineData("folder", "it is a folder")]
    [InlineData("new/", "it is a folder")]
    [InlineData("file/new", "cannot be written")]
    public void Where_nothing_can_be_written_it_is_one_line_and_nothing_is_left(string name, string what)
    {
        Directory.CreateDirectory(PathOf("folder"));
        File.WriteAllText(PathOf("file"), "");
        string path = name.Length == 0 ? "" : _folder + "/" + name;
        foreach (Action attempt in new Action[]
        {
            () => AtomicFile.RequireWritable(path),
            () => AtomicFile.Write(path, stream => stream.WriteByte(1))
        })
        {
            string message = Assert.Throws<InklingException>(attempt).Message;
            Assert.Contains(what, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }

        Assert.Equal(
            ["file", "folder"],
            Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private void Write(string name, string text)
        => AtomicFile.Write(PathOf(name), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private string PathOf(string name) => Path.Combine(_folder, name);
}
