namespace Inkling.Numerics;

/// <summary>
/// Threads that share out the items of a loop, the caller's among them. Which thread takes an item may be chance; what it
/// computes must not depend on that, so that the result is the same for any number of threads.
/// </summary>
/// <remarks>
/// Mini-batches are so short that waking a thread would cost more than it brings: workers spin between two loops, and sleep
/// when none has come for a while. A loop falls into one share for each thread; a share that its thread has not begun when
/// the caller is done with its own is the caller's, so that nobody waits for a thread that the system keeps from running.
/// </remarks>
internal sealed class Workers : IDisposable
{
    /// <summary>As many numbers as are worth a second thread where each is treated by itself.</summary>
    public const int ChunkOfNumbers = 1 << 14;

    private const int SpinsBeforeSleep = 5000;

    private const int SlotLength = 32; // ints: shares are claimed on cache lines of their own

    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private readonly int[] _claims; // for each share, the last loop in which somebody took it
    private Action<int, int, int>? _body;
    private int _items, _chunk, _next, _done, _loop, _sleeping; // chunk 0: the items are split beforehand
    private volatile bool _isDisposed;
    private volatile Exception? _failure;

    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        _claims = new int[count * SlotLength];
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

    /// <summary>Runs the body for all items and returns when all are done; a thread that is done takes more.</summary>
    /// <param name="items">How many.</param>
    /// <param name="chunk">How many a thread takes at a time.</param>
    /// <param name="body">Given the thread's number, from 0, the first item and the one after the last.</param>
    public void For(int items, int chunk, Action<int, int, int> body)
    {
        if (Count == 1 || items <= chunk)
            body(0, 0, items);
        else
            Run(items, chunk, body);
    }

    /// <summary>The same, each thread taking its own share of the items: the same ones in every loop, whose data its caches keep.</summary>
    public void Split(int items, Action<int, int, int> body)
    {
        if (Count == 1 || items == 1)
            body(0, 0, items);
        else
            Run(items, chunk: 0, body);
    }

    /// <summary>The same for numbers that are each treated by itself, where they are many.</summary>
    /// <param name="numbers">How many, a multiple of 16.</param>
    /// <param name="body">Given the thread's number, and the first and the end in units of 16 numbers.</param>
    public void SplitNumbers(int numbers, Action<int, int, int> body)
    {
        if (numbers < ChunkOfNumbers)
            body(0, 0, numbers / Rows.Panel);
        else
            Split(numbers / Rows.Panel, body);
    }

    public void Dispose()
    {
        _isDisposed = true;
        Begin();
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Run(int items, int chunk, Action<int, int, int> body)
    {
        (_body, _items, _chunk, _next, _done) = (body, items, chunk, 0, 0);
        Begin();
        for (int share = 0; share < Count; share++)
            TryTake(share, _loop);
        for (int spins = 0; Volatile.Read(ref _done) < Count && spins < SpinsBeforeSleep; spins++)
            Thread.SpinWait(1);
        SpinWait wait = default;
        while (Volatile.Read(ref _done) < Count)
            wait.SpinOnce(sleep1Threshold: -1);
        if (_failure is { } failure)
        {
            _failure = null;
            throw new InvalidOperationException(failure.Message, failure);
        }
    }

    /// <summary>A new loop. Whoever sees no sleeper here is seen by the sleeper-to-be, which looks once more before it sleeps.</summary>
    private void Begin()
    {
        Interlocked.Increment(ref _loop);
        if (Volatile.Read(ref _sleeping) == 0)
            return;
        lock (_gate)
        {
            _sleeping = 0;
            Monitor.PulseAll(_gate);
        }
    }

    private void Work(int worker)
    {
        int seen = 0;
        while (true)
        {
            for (int spins = 0; Volatile.Read(ref _loop) == seen && spins < SpinsBeforeSleep; spins++)
                Thread.SpinWait(1);
            if (Volatile.Read(ref _loop) == seen)
                Sleep(seen);
            if (_isDisposed)
                return;
            seen = Volatile.Read(ref _loop);
            TryTake(worker, seen);
        }
    }

    private void Sleep(int seen)
    {
        lock (_gate)
        {
            while (Volatile.Read(ref _loop) == seen)
            {
                Interlocked.Increment(ref _sleeping);
                if (Volatile.Read(ref _loop) == seen)
                    Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Does a share of a loop unless somebody has it. While it is not done that loop lasts, and with it what it is about.</summary>
    private void TryTake(int share, int loop)
    {
        if (Interlocked.CompareExchange(ref _claims[share * SlotLength], loop, loop - 1) != loop - 1)
            return;
        try
        {
            if (_chunk == 0)
            {
                int from = (int)((long)share * _items / Count), to = (int)((share + 1L) * _items / Count);
                if (from < to)
                    _body!(share, from, to);
            }
            else
            {
                for (int start = Next(); start < _items; start = Next())
                    _body!(share, start, Math.Min(start + _chunk, _items));
            }
        }
        catch (Exception e)
        {
            _failure = e;
        }

        Interlocked.Increment(ref _done);
    }

    private int Next() => Interlocked.Add(ref _next, _chunk) - _chunk;
}
