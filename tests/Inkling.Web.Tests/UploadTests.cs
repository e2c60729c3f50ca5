using System.IO.Pipelines;
using Inkling.Web.Reading;

namespace Inkling.Web.Tests;

/// <summary>Uploads share a bounded amount of memory.</summary>
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
            slow.Add((pipe, room.TakeAsync(pipe.Reader.AsStream(), 2 * Megabyte, null, "somebody", CancellationToken.None)));
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

    [Fact]
    public async Task One_address_cannot_hold_all_the_memory_of_uploads()
    {
        using UploadRoom room = new(new WebSettings { UploadMemory = 8 * Megabyte, MaxUploadBytes = Megabyte });
        List<Upload> held = [];
        while (held.Count < 8
            && await Record.ExceptionAsync(async () => held.Add(await TakeAsync(room, new byte[Megabyte], Megabyte))) is null)
        {
        }

        Assert.Equal(2, held.Count); // a quarter of the memory
        (await TakeAsync(room, new byte[Megabyte], Megabyte, "another")).Dispose();
        held[0].Dispose();
        (await TakeAsync(room, new byte[Megabyte], Megabyte)).Dispose();
    }

    [Fact(Timeout = Patience)]
    public async Task An_upload_that_does_not_come_in_time_is_given_up_whichever_way_it_comes()
    {
        using UploadRoom room = new(new WebSettings { UploadTimeLimit = TimeSpan.FromMilliseconds(1) });
        Pipe never = new();
        await Assert.ThrowsAsync<TimeoutException>(
            () => room.TakeAsync(never.Reader.AsStream(), Megabyte, null, "somebody", CancellationToken.None));
    }

    private static Task<Upload> TakeAsync(UploadRoom room, byte[] bytes, long? length, string visitor = "somebody") =>
        room.TakeAsync(new MemoryStream(bytes), length, null, visitor, CancellationToken.None);
}
