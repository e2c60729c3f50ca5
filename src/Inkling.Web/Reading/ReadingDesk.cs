using System.Diagnostics;

namespace Inkling.Web.Reading;

/// <summary>
/// Where readings wait for a core. Whoever draws on the page goes before the API's callers; of those, only so many may wait.
/// </summary>
internal sealed class ReadingDesk(WebSettings settings, ServerMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _pages = [], _callers = [];
    private int _busy;

    /// <summary>Does the work when its turn has come.</summary>
    /// <exception cref="BusyException">Too many wait.</exception>
    /// <exception cref="TimeoutException">The work took too long. It keeps its place until it ends.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, bool isFromPage, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await EnterAsync(isFromPage ? _pages : _callers, isFromPage, cancellationToken);
        metrics.WaitingTime.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
        return await Task.Run(
            () =>
            {
                long begin = Stopwatch.GetTimestamp();
                try
                {
                    T result = work();
                    metrics.Readings.Add(1, new KeyValuePair<string, object?>("origin", isFromPage ? "page" : "api"));
                    return result;
                }
                finally
                {
                    metrics.ReadingTime.Record(Stopwatch.GetElapsedTime(begin).TotalSeconds);
                    Leave();
                }
            },
            CancellationToken.None).WaitAsync(settings.TimeLimit, CancellationToken.None);
    }

    private async Task EnterAsync(LinkedList<TaskCompletionSource> queue, bool isFromPage, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_busy < settings.Readings)
            {
                _busy++;
                return;
            }

            if (!isFromPage && queue.Count >= settings.Waiting)
                throw new BusyException();
            queue.AddLast(turn);
        }

        try
        {
            await turn.Task.WaitAsync(settings.TimeLimit, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
                queue.Remove(turn);
            if (turn.Task.IsCompleted)
                Leave(); // its turn came just now
            if (e is TimeoutException)
                throw new BusyException();
            throw;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            LinkedList<TaskCompletionSource> queue = _pages.Count > 0 ? _pages : _callers;
            if (queue.First is not { } next)
            {
                _busy--;
                return;
            }

            queue.RemoveFirst();
            next.Value.SetResult(); // the place passes on
        }
    }
}

/// <summary>Too many readings wait already.</summary>
internal sealed class BusyException : Exception;
