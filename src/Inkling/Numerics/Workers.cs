namespace Inkling.Numerics;

/// <summary>
/// Threads that share out the items of a loop, the caller's among them. Which thread takes an item is chance; what it
/// computes must not depend on that, so that the result is the same for any number of threads.
/// </summary>
internal sealed class Workers : IDisposable
{
    /// <summary>How many numbers a thread takes at a time where each is treated by itself: whole vectors, and enough to be worth it.</summary>
    public const int ChunkOfNumbers = 1 << 14;

    private const int SpinsBeforeSleep = 2000;

    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private Action<int, int, int>? _body;
    private int _items, _chunk, _next, _running;
    private volatile int _generation;
    private volatile bool _isDisposed;
    private volatile Exception? _failure;

    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        _threads = new Thread[count - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"Inkling worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>How many threads there are, the caller's included.</summary>
    public int Count { get; }

    /// <summary>Runs the body for all items and returns when all are done.</summary>
    /// <param name="items">How many.</param>
    /// <param name="chunk">How many a thread takes at a time.</param>
    /// <param name="body">Given the thread's number, from 0, the first item and the one after the last.</param>
    public void For(int items, int chunk, Action<int, int, int> body)
    {
        if (Count == 1 || items <= chunk)
        {
            body(0, 0, items);
            return;
        }

        (_body, _items, _chunk, _next, _running) = (body, items, chunk, 0, _threads.Length);
        lock (_gate)
        {
            _generation++;
            Monitor.PulseAll(_gate);
        }

        TakeChunks(0);
        SpinWait wait = default;
        while (Volatile.Read(ref _running) > 0)
            wait.SpinOnce(sleep1Threshold: -1);
        if (_failure is { } failure)
        {
            _failure = null;
            throw new InvalidOperationException(failure.Message, failure);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _generation++;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Work(int worker)
    {
        int seen = 0;
        while (true)
        {
            for (int spins = 0; _generation == seen && spins < SpinsBeforeSleep; spins++)
                Thread.SpinWait(8);
            lock (_gate)
            {
                while (_generation == seen)
                    Monitor.Wait(_gate);
            }

            seen = _generation;
            if (_isDisposed)
                return;
            TakeChunks(worker);
            Interlocked.Decrement(ref _running);
        }
    }

    private void TakeChunks(int worker)
    {
        try
        {
            while (true)
            {
                int start = Interlocked.Add(ref _next, _chunk) - _chunk;
                if (start >= _items)
                    return;
                _body!(worker, start, Math.Min(start + _chunk, _items));
            }
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }
}
