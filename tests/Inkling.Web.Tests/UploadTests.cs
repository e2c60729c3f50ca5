using System.IO.Pipelines;
using Inkling.Web.Reading;

namespace Inkling.Web.Tests;

/// <summary>Uploads share a bounded memory.</summary>
public sealed class UploadTests
{
    private const int Patience = 120_000, Megabyte = 1 << 20;

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(100_000, true)]
    [InlineData(3_000_000, false)]
    [InlineData(16_000_000, true)]
    public async Task What_arrives_is_what_was_sent(int length, bool isDeclared)
    {
        using UploadRoom room = new(new WebSettings());
        byte[] sent = new byte[length];
        new Random(length).NextBytes(sent);
        using Upload upload = await TakeAsync(room, sent, isDeclared ? length : null);
        Assert.True(upload.Open().ToArray().AsSpan().SequenceEqual(sent));
    }

    [Fact]
    public async Task Large_uploads_beyond_the_memory_are_refused_and_small_ones_still_come_in()
    {
        using UploadRoom room = new(new WebSettings { UploadMemory = 2 * Megabyte });
        Upload first = await TakeAsync(room, new byte[2 * Megabyte], 2 * Megabyte);
        await Assert.ThrowsAsync<BusyException>(() => TakeAsync(room, new byte[2 * Megabyte], 2 * Megabyte));
        (await TakeAsync(room, new byte[UploadRoom.FreeBytes], null)).Dispose();
        first.Dispose();
        (await TakeAsync(room, new byte[2 * Megabyte], 2 * Megabyte)).Dispose();
    }

    [Fact(Timeout = Patience)]
    public async Task Who_promises_much_and_sends_little_holds_little()
    {
        using UploadRoom room = new(new WebSettings { UploadMemory = 2 * Megabyte });
        List<(Pipe Pipe, Task<Upload> Upload)> slow = [];
        for (int i = 0; i < 50; i++)
        {
            Pipe pipe = new();
            slow.Add((pipe, room.TakeAsync(pipe.Reader.AsStream(), 2 * Megabyte, null, CancellationToken.None)));
            await pipe.Writer.WriteAsync(new byte[1000]);
        }

        (await TakeAsync(room, new byte[2 * Megabyte], 2 * Megabyte)).Dispose();
        foreach ((Pipe pipe, Task<Upload> upload) in slow)
        {
            await pipe.Writer.CompleteAsync();
            (await upload).Dispose();
        }
    }

    [Fact]
    public async Task What_is_longer_than_it_may_be_is_refused()
    {
        using UploadRoom room = new(new WebSettings { MaxUploadBytes = Megabyte });
        await Assert.ThrowsAsync<InvalidDataException>(() => TakeAsync(room, new byte[3 * Megabyte], null));
    }

    private static Task<Upload> TakeAsync(UploadRoom room, byte[] bytes, long? length) =>
        room.TakeAsync(new MemoryStream(bytes), length, null, CancellationToken.None);
}
