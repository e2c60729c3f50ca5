using System.Threading.RateLimiting;
using SkiaSharp;

namespace Inkling.Web.Reading;

/// <summary>
/// Limits the memory of uploads. An upload's memory grows with the bytes received, so that a client that announces much and sends
/// little holds little. The first 256 KiB of each are not counted (the limit on requests in progress bounds them), so that large
/// uploads cannot keep out small ones, and one address gets no more than its share. An upload that does not arrive in time is
/// cancelled, whether it comes through the page or the API.
/// </summary>
internal sealed class UploadRoom(WebSettings settings) : IDisposable
{
    public const int FreeBytes = 256 * 1024, FirstBytes = 16 * 1024, BlockBytes = 64 * 1024;

    private readonly int _share = Blocks(settings.UploadMemoryPerAddress);

    private readonly PartitionedRateLimiter<string> _blocks = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<string, string>(visitor =>
            RateLimitPartition.GetConcurrencyLimiter(visitor, _ => AtOnce(settings.UploadMemoryPerAddress))),
        PartitionedRateLimiter.Create<string, int>(_ =>
            RateLimitPartition.GetConcurrencyLimiter(0, _ => AtOnce(settings.UploadMemory))));

    /// <summary>Receives an upload to its end.</summary>
    /// <param name="body">Its bytes.</param>
    /// <param name="length">Their number, where it is known.</param>
    /// <param name="name">Its file's name, as the sender gives it.</param>
    /// <param name="visitor">The address that it comes from.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The upload, which holds its memory until it is disposed of.</returns>
    /// <exception cref="BusyException">There is no memory for it now.</exception>
    /// <exception cref="InvalidDataException">It is longer than an upload may be.</exception>
    /// <exception cref="TimeoutException">It did not arrive in time.</exception>
    public async Task<Upload> TakeAsync(
        Stream body, long? length, string? name, string visitor, CancellationToken cancellationToken)
    {
        Upload upload = new(this, name, visitor);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.UploadTimeLimit);
        try
        {
            await upload.FillAsync(body, length, settings.MaxUploadBytes, limit.Token);
            return upload;
        }
        catch (Exception e)
        {
            upload.Dispose();
            if (e is OperationCanceledException && limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                throw new TimeoutException("The upload has not come in time.", e);
            throw;
        }
    }

    /// <exception cref="BusyException">There is not so much memory now.</exception>
    internal RateLimitLease? Hold(int bytes, string visitor)
    {
        if (bytes <= 0)
            return null;
        int blocks = (bytes + BlockBytes - 1) / BlockBytes;
        if (blocks > _share)
            throw new BusyException();
        RateLimitLease lease = _blocks.AttemptAcquire(visitor, blocks);
        return lease.IsAcquired ? lease : throw new BusyException();
    }

    public void Dispose() => _blocks.Dispose();

    private static int Blocks(long bytes) => (int)(bytes / BlockBytes);

    private static ConcurrencyLimiterOptions AtOnce(long bytes) => new() { PermitLimit = Blocks(bytes), QueueLimit = 0 };
}

/// <summary>An upload in memory.</summary>
internal sealed class Upload(UploadRoom room, string? name, string visitor) : IDisposable
{
    private readonly List<RateLimitLease> _leases = [];
    private byte[] _bytes = [];
    private int _start, _length;

    /// <summary>Its file's name, as the sender gave it.</summary>
    public string? Name => name;

    public Memory<byte> Bytes => _bytes.AsMemory(_start, _length);

    /// <summary>Opens the bytes for reading.</summary>
    public MemoryStream Open() => new(_bytes, _start, _length, writable: false);

    /// <summary>Leaves a part of the bytes; the memory of the others is held on.</summary>
    public void Keep(int start, int length) => (_start, _length) = (_start + start, length);

    /// <summary>The number of pixels in the picture's header; 0 where it is no picture. Nothing is decoded.</summary>
    public long PromisedPixels()
    {
        using MemoryStream bytes = Open();
        using SKCodec? codec = SKCodec.Create(bytes);
        return codec is null ? 0 : (long)codec.Info.Width * codec.Info.Height;
    }

    public void Dispose()
    {
        _bytes = [];
        foreach (RateLimitLease lease in _leases)
            lease.Dispose();
        _leases.Clear();
    }

    internal async Task FillAsync(Stream body, long? length, long most, CancellationToken cancellationToken)
    {
        Resize((int)Math.Min(length ?? UploadRoom.FirstBytes, UploadRoom.FirstBytes));
        while (true)
        {
            if (_length == _bytes.Length)
            {
                if (_length == length)
                    return;
                if (_length > most)
                    throw new InvalidDataException($"The upload is longer than {most} bytes.");
                Resize((int)Math.Min(2L * Math.Max(1, _length), length ?? most + 1));
            }

            int read = await body.ReadAsync(_bytes.AsMemory(_length), cancellationToken);
            if (read == 0)
                return;
            _length += read;
        }
    }

    private void Resize(int capacity)
    {
        if (room.Hold(capacity - Math.Max(UploadRoom.FreeBytes, _bytes.Length), visitor) is { } lease)
            _leases.Add(lease);
        Array.Resize(ref _bytes, capacity);
    }
}
