using System.Diagnostics;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Hosting;

namespace Inkling.Web.Reading;

/// <summary>
/// The queue in which readings, the page's and the API's, wait for a core in the order they came. Those for one address queue
/// among themselves first, so that few of them are ahead of others', and so do large pictures, so that they leave a core to small
/// ones, and most of the others' time too while small ones wait. A reading ends at its time limit, or when its caller or the
/// server cancels it.
/// </summary>
internal sealed class ReadingQueue(WebSettings settings, ServerMetrics metrics, IHostApplicationLifetime lifetime) : IDisposable
{
    /// <summary>In units of what a large reading took: while others wait, large ones get a third of their cores' time.</summary>
    private const double RestAfterLarge = 2;

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
        RateLimitLease? large = null;
        TimeSpan rest = TimeSpan.Zero;
        try
        {
            using RateLimitLease share = Entered(await _shares.AcquireAsync((visitor, isLarge), 1, end.Token));
            large = isLarge ? Entered(await _large.AcquireAsync(1, end.Token)) : null;
            using RateLimitLease place = Entered(await _places.AcquireAsync(1, end.Token));
            metrics.WaitingTime.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
            hasBegun = true;
            long begin = Stopwatch.GetTimestamp();
            try
            {
                return await Task.Run(() => Do(work, origin, end.Token), CancellationToken.None);
            }
            finally
            {
                bool doOthersWait = _places.GetStatistics() is { CurrentQueuedCount: > 0 };
                rest = doOthersWait ? Stopwatch.GetElapsedTime(begin) * RestAfterLarge : TimeSpan.Zero;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            bool isOutOfTime = hasBegun && !lifetime.ApplicationStopping.IsCancellationRequested;
            throw isOutOfTime ? new TimeoutException() : new BusyException();
        }
        finally
        {
            if (large is not null)
                _ = ReleaseAsync(large, rest);
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

    /// <summary>Lets the next large reading begin after a rest, in which the core is for readings that wait.</summary>
    private async Task ReleaseAsync(RateLimitLease large, TimeSpan rest)
    {
        try
        {
            await Task.Delay(rest, lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }

        large.Dispose();
    }

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
