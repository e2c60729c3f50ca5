namespace Inkling.Web.Reading;

/// <summary>A visitor's work, one piece at a time: newer work ends what is under way and takes its place.</summary>
internal sealed class NewestOnly : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private CancellationTokenSource _newest = new();
    private volatile bool _isOver;

    /// <summary>Does the work when what was under way has ended. Does nothing where still newer work came before that.</summary>
    /// <param name="work">Ends when its token is cancelled: when newer work has come, or the visitor has gone.</param>
    public async Task RunAsync(Func<CancellationToken, Task> work)
    {
        CancellationTokenSource mine = new(); // has neither timer nor links, so that there is nothing to dispose of
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
            // newer work is on its way, or nobody looks any more
        }
    }

    /// <summary>Ends what is under way; nothing is begun any more.</summary>
    public void Dispose()
    {
        _isOver = true;
        Volatile.Read(ref _newest).Cancel();
    }
}
