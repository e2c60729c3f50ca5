namespace Inkling.Web.Reading;

/// <summary>Runs a visitor's work one piece at a time: newer work cancels the piece under way and takes its place.</summary>
internal sealed class NewestOnly : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private CancellationTokenSource _newest = new();
    private volatile bool _isOver;

    /// <summary>Runs the work when the piece before it has ended, unless still newer work has come by then.</summary>
    /// <param name="work">Ends when its token is cancelled: when newer work has come, or the visitor has left.</param>
    public async Task RunAsync(Func<CancellationToken, Task> work)
    {
        CancellationTokenSource mine = new(); // has neither a timer nor links, so there is nothing to dispose of
        Interlocked.Exchange(ref _newest, mine).Cancel();
        if (_isOver)
            return;
        try
        {
            await _one.WaitAsync(mine.Token);
            try
            {
                await work(mine.Token);
            }
            finally
            {
                _one.Release();
            }
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // newer work has come, or the visitor has left
        }
    }

    /// <summary>Cancels the work under way; no more is started.</summary>
    public void Dispose()
    {
        _isOver = true;
        Volatile.Read(ref _newest).Cancel();
    }
}
