using System.Diagnostics;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Hosting;

namespace Inkling.Web.Reading;

/// <summary>
/// The queue in which readings, the page's and the API's, wait for a core in the order they came. Those for one address queue
/// among themselves first, so that few of them are ahead of others', and so do large pictures, so that they leave a core to small
/// ones. A reading ends at its time limit, or when its caller or the server cancels it.
/// </summary>
internal sealed class ReadingQueue(WebSettings settings, ServerMetrics metrics, IHostApplicationLifetime lifetime) : IDisposable
{
    private readonly ConcurrencyLimiter _places = new(Queue(settings.Readings, settings.Waiting));
    private readonly ConcurrencyLimiter _large = new(Queue(settings.LargeReadings, settings.Waiting));

    private readonly PartitionedRateLimiter<(string Visitor, bool IsLarge)> _shares =
        PartitionedRateLimiter.Create<(string Visitor, bool IsLarge), (string Visitor, bool IsLarge)>(share =>
            RateLimitPartition.GetConcurrencyLimiter(share, _ => Queue(
                share.IsLarge ? settings.LargeReadingsPerAddress : settings.ReadingsPerAddress, settings.WaitingPerAddress)));

    /// <summary>Runs the work when its turn has come, and returns only when it has ended, also where it fails.</summary>
    /// <param name="work">Ends when its token is cancelled.</param>
    /// <param name="origin">Who asks, for the counters: "page" or "api".</param>
    /// <param name="visitor">The address that asks.</param>
    /// <param name="isLarge">Whether it may take long.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits for the result any more.</param>
    /// <exception cref="BusyException">Too many wait, its turn did not come in time, or the server is about to stop.</exception>
    /// <exception cref="TimeoutException">The work took too long.</exception>
    public async Task<T> RunAsync<T>(
        Func<CancellationToken, T> work, string origin, string visitor, bool isLarge, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using CancellationTokenSource end =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        end.CancelAfter(settings.TimeLimit);
        bool hasBegun = false;
        try
        {
            using RateLimitLease share = Entered(await _shares.AcquireAsync((visitor, isLarge), 1, end.Token));
            using RateLimitLease? among = isLarge ? Entered(await _large.AcquireAsync(1, end.Token)) : null;
            using RateLimitLease place = Entered(await _places.AcquireAsync(1, end.Token));
            metrics.WaitingTime.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
            hasBegun = true;
            return await Task.Run(() => Do(work, origin, end.Token), CancellationToken.None);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            bool isOutOfTime = hasBegun && !lifetime.ApplicationStopping.IsCancellationRequested;
            throw isOutOfTime ? new TimeoutException() : new BusyException();
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _large.Dispose();
        _shares.Dispose();
    }

    private static ConcurrencyLimiterOptions Queue(int places, int waiting) => new()
    {
        PermitLimit = places,
        QueueLimit = waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    };

    private static RateLimitLease Entered(RateLimitLease lease) => lease.IsAcquired ? lease : throw new BusyException();

    private T Do<T>(Func<CancellationToken, T> work, string origin, CancellationToken cancellationToken)
    {
        long begin = Stopwatch.GetTimestamp();
        try
        {
            T result = work(cancellationToken);
            metrics.Readings.Add(1, new KeyValuePair<string, object?>("origin", origin));
            return result;
        }
        finally
        {
            metrics.ReadingTime.Record(Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
    }
}

/// <summary>Too much is in progress already.</summary>
internal sealed class BusyException : Exception;
