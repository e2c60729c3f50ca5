using System.Net;
using System.Net.Sockets;
using Inkling.Data.Catalogue;
using Inkling.Numerics;

namespace Inkling.Tests.Data;

public sealed class DownloadTests : IDisposable
{
    private static readonly byte[] Content = MakeContent();

    /// <summary>How long a test server may take to answer: generous, since the whole machine may be slow.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Bypasses the machine's proxy, if any, which could not reach a test server.</summary>
    static DownloadTests() => HttpClient.DefaultProxy = new WebProxy();

    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    private string Destination => Path.Combine(_folder, "cache", "file.gz");

    private string Partial => Destination + ".partial";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_arrives_whole_and_its_progress_is_told()
    {
        using FileServer server = new(Content);
        List<DownloadProgress> progress = [];
        await FetchAsync([server.Address], progress: new Listener(progress));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
        Assert.False(File.Exists(Partial));
        Assert.Equal(
            ("file.gz", Content.Length, Content.Length), (progress[^1].File, progress[^1].Bytes, progress[^1].Total));
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_fetched_again()
    {
        using FileServer server = new(Content);
        await FetchAsync([server.Address]);
        await FetchAsync([server.Address]);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_download_goes_on_from_where_an_earlier_one_ended()
    {
        using FileServer server = new(Content);
        WritePartial(Content[..70_000]);
        await FetchAsync([server.Address]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
        Assert.Equal([70_000L], server.Begins);
    }

    [Fact]
    public async Task A_server_that_cannot_go_on_sends_all_of_it_again()
    {
        using FileServer server = new(Content) { IgnoresRange = true };
        WritePartial(Content[..70_000]);
        await FetchAsync([server.Address]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
    }

    [Fact]
    public async Task A_connection_that_breaks_off_is_taken_up_again()
    {
        using FileServer server = new(Content) { CutFirstAt = 100_000 };
        await FetchAsync([server.Address]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
        Assert.Equal([0L, 100_000L], server.Begins);
    }

    [Fact]
    public async Task What_another_file_left_behind_is_thrown_away_and_fetched_from_the_start()
    {
        using FileServer server = new(Content);
        WritePartial(new byte[5000]);
        await FetchAsync([server.Address]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
        Assert.Equal([5000L, 0L], server.Begins);
    }

    [Fact]
    public async Task What_is_left_behind_and_longer_than_the_file_is_thrown_away()
    {
        using FileServer server = new(Content);
        WritePartial(new byte[Content.Length + 10]);
        await FetchAsync([server.Address]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
    }

    [Fact]
    public async Task A_wrong_checksum_sends_it_to_the_next_mirror()
    {
        using FileServer wrong = new([1, 2, 3]);
        using FileServer right = new(Content);
        await FetchAsync([wrong.Address, right.Address]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
    }

    [Theory]
    [InlineData("403 Forbidden")]
    [InlineData("404 Not Found")]
    [InlineData("500 Internal Server Error")]
    public async Task Where_no_mirror_has_it_the_error_says_why_and_what_to_do(string status)
    {
        using FileServer server = new(Content) { Status = status };
        DataUnavailableException e = await Assert.ThrowsAsync<DataUnavailableException>(() => FetchAsync([server.Address]));
        Assert.Contains($"127.0.0.1: {status}", e.Message, StringComparison.Ordinal);
        Assert.Contains("--data", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Destination));
    }

    [Fact]
    public async Task A_mirror_that_has_it_makes_up_for_one_that_has_not()
    {
        using FileServer dead = new(Content) { Status = "403 Forbidden" };
        using FileServer alive = new(Content);
        await FetchAsync([dead.Address, alive.Address]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        using FileServer server = new(Content) { Stalls = true };
        DataUnavailableException e =
            await Assert.ThrowsAsync<DataUnavailableException>(() => FetchAsync([server.Address], idle: TimeSpan.FromSeconds(1)));
        Assert.Contains("timed out", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_sends_more_than_the_file_has_is_given_up_and_nothing_of_it_is_kept(bool tellsLength)
    {
        using FileServer endless = new(new byte[Content.Length + 1]) { TellsLength = tellsLength };
        DataUnavailableException e = await Assert.ThrowsAsync<DataUnavailableException>(() => FetchAsync([endless.Address]));
        Assert.Contains("more than the 300,000 bytes", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Partial));
        using FileServer right = new(Content);
        await FetchAsync([endless.Address, right.Address]);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
    }

    /// <summary>A captive portal answers every request with its login page.</summary>
    [Fact]
    public async Task What_had_come_is_kept_where_a_server_sends_something_else_that_is_too_long()
    {
        using FileServer portal = new(new byte[Content.Length + 1]) { IgnoresRange = true };
        WritePartial(Content[..70_000]);
        await Assert.ThrowsAsync<DataUnavailableException>(() => FetchAsync([portal.Address]));
        Assert.Equal(Content[..70_000], await File.ReadAllBytesAsync(Partial));
        using FileServer right = new(Content);
        await FetchAsync([right.Address]);
        Assert.Equal([70_000L], right.Begins);
    }

    [Fact]
    public async Task A_machine_that_does_not_answer_is_named()
    {
        // Bound, so that no other process gets the port, but not listening.
        using Socket deaf = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Uri gone = new($"http://127.0.0.1:{((IPEndPoint)deaf.LocalEndPoint!).Port}/file.gz");
        DataUnavailableException e = await Assert.ThrowsAsync<DataUnavailableException>(() => FetchAsync([gone]));
        Assert.Contains("ConnectionRefused", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_that_fetch_at_once_share_one_download_and_an_intact_file()
    {
        using FileServer server = new(Content);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => FetchAsync([server.Address])));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Destination));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_full_disk_is_said_with_what_is_needed()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no /dev/full, the disk that is always full.");
        Directory.CreateDirectory(Path.GetDirectoryName(Destination)!);
        File.CreateSymbolicLink(Partial, "/dev/full");
        using FileServer server = new(Content);
        InklingException e = await Assert.ThrowsAsync<InklingException>(() => FetchAsync([server.Address]));
        Assert.Contains("No space left on device", e.Message, StringComparison.Ordinal);
        Assert.Contains("needs 300,000 bytes", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.False(File.Exists(Destination));
    }

    [Fact]
    public async Task A_download_that_is_interrupted_keeps_what_has_come()
    {
        using FileServer server = new(Content);
        using CancellationTokenSource stop = new();
        Listener interrupt = new([], stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => FetchAsync([server.Address], interrupt, cancellationToken: stop.Token));
        long kept = new FileInfo(Partial).Length;
        Assert.InRange(kept, 1, Content.Length);
        Assert.Equal(Content[..(int)kept], await File.ReadAllBytesAsync(Partial));
    }

    private async Task FetchAsync(
        Uri[] mirrors,
        IProgress<DownloadProgress>? progress = null,
        TimeSpan? idle = null,
        CancellationToken cancellationToken = default)
    {
        using Download download = new(new DownloadTimeouts(Connect: Patience, Idle: idle ?? Patience));
        await download.FetchAsync(
            mirrors,
            Destination,
            Content.Length,
            path => File.ReadAllBytes(path).AsSpan().SequenceEqual(Content) ? null : "wrong checksum",
            progress,
            cancellationToken);
    }

    private void WritePartial(byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Partial)!);
        File.WriteAllBytes(Partial, bytes);
    }

    private static byte[] MakeContent()
    {
        RandomStream random = new(seed: 5);
        return [.. Enumerable.Range(0, 300_000).Select(_ => (byte)random.NextInt32(256))];
    }

    private sealed class Listener(List<DownloadProgress> heard, CancellationTokenSource? stop = null)
        : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            lock (heard)
                heard.Add(value);
            stop?.Cancel();
        }
    }
}
