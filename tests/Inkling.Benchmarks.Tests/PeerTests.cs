using Inkling.Benchmarks.Compare;

namespace Inkling.Benchmarks.Tests;

/// <summary>A peer program is asked for pieces line by line; one that ends or says something else is named.</summary>
public sealed class PeerTests
{
    [Fact]
    public void A_peer_says_what_it_is_and_answers_each_request_with_seconds()
    {
        StringWriter requests = new() { NewLine = "\n" };
        PeerLines peer = new("numpy", new StringReader("ready numpy 1.24\n0.5\n7e-3\n"), requests);
        Assert.Equal("numpy 1.24", peer.Start());
        Assert.Equal(0.5, peer.Piece());
        Assert.Equal(0.007, peer.Piece());
        Assert.Equal("piece\npiece\n", requests.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Traceback (most recent call last):\n")]
    [InlineData("ready\n")]
    [InlineData("ready\nnan\n")]
    [InlineData("ready\n-1\n")]
    [InlineData("ready\n1,5\n")]
    [InlineData("ready\n1.5 seconds\n")]
    public void A_peer_that_ends_or_answers_no_time_is_named(string output)
    {
        PeerLines peer = new("numpy", new StringReader(output), TextWriter.Null);
        InklingException problem = Assert.Throws<InklingException>(() => peer.Start() + peer.Piece());
        Assert.StartsWith("numpy: ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_not_there_is_named() =>
        Assert.Contains(
            "no-such-program", Assert.Throws<InklingException>(() => new PeerProcess("peer", "no-such-program")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_peer_program_does_pieces_until_it_is_ended()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "There is no /bin/sh.");
        PeerProcess peer = new("peer", "/bin/sh", "-c", "echo ready 2.0; while read line; do echo 0.25; done");
        Assert.Equal("2.0", peer.Version);
        using Implementation implementation = peer.As("peer, 1 thread", 30);
        Piece piece = implementation.Measure(reference: 2.5)!;
        Assert.Equal((7.5, 3.0), (piece.Seconds, piece.Ratio));
    }

    [Fact]
    public void The_last_line_of_a_peers_errors_says_why_it_ended()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "There is no /bin/sh.");
        InklingException problem = Assert.Throws<InklingException>(
            () => new PeerProcess("peer", "/bin/sh", "-c", "echo in line 1 >&2; echo No module named numpy >&2; exit 1"));
        Assert.Equal("peer: ended before it answered. No module named numpy", problem.Message);
    }

    [Theory]
    [InlineData("Epoch =  50 | Accuracy =  99.71% | Correct = 59,826/60,000 | Time = 12.345s", 12.345)]
    [InlineData("Epoch =  50 | Accuracy =  99,71% | Correct = 59.826/60.000 | Time = 12,345s", 12.345)]
    [InlineData("Epoch =  40 | Accuracy =  99.71% | Correct = 59,826/60,000 | Time = 12.345s", null)]
    [InlineData("EPOCHS       = 50", null)]
    [InlineData("Test Accuracy =  98.05% | Correct = 9,805/10,000 | Time = 0.005s", null)]
    public void The_time_of_grensens_benchmark_is_that_by_its_last_epoch(string line, double? seconds) =>
        Assert.Equal(seconds, GrensenBenchmark.SecondsIn(line));
}
