using System.Runtime.ExceptionServices;

namespace Inkling.Numerics;

/// <summary>
/// Threads that share out the items of a loop, the caller's among them. Which thread takes an item may be chance; what it
/// computes must not depend on that, so that the result is the same for any number of threads.
/// </summary>
/// <remarks>
/// Mini-batches are so short that waking a thread would cost more than it brings: workers spin between two loops, and sleep
/// when none has come for a while. A loop falls into one share for each thread; a share that its thread has not begun when
/// the caller is done with its own is the caller's, so that nobody waits for a thread that the system keeps from running.
/// Threads are started by the first loop that needs them: what is refused before it learns anything leaves none behind. What a
/// body throws reaches the caller as it was thrown, for any number of threads; of several, that of the first item.
/// </remarks>
internal sealed class Workers : IDisposable
{
    /// <summary>As many numbers as are worth a second thread where each is treated by itself.</summary>
    public const int ChunkOfNumbers = 1 << 14;

    private const int SpinsBeforeSleep = 5000;

    private const int SlotLength = 32; // ints: shares are claimed on cache lines of their own

    private static int _alive;

    private readonly List<Thread> _threads = [];
    private readonly object _gate = new();
    private readonly int[] _claims; // for each share, the last loop in which somebody took it
    private Action<int, int, int>? _body;
    private int _items, _chunk, _next, _done, _loop, _sleeping; // chunk 0: the items are split beforehand
    private volatile bool _isDisposed;
    private ExceptionDispatchInfo? _failure;
    private int _failedItem; // where the share or chunk began in which it was thrown

    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        _claims = new int[count * SlotLength];
    }

    /// <summary>How many threads of all workers of the process are running, for tests.</summary>
    internal static int Alive => Volatile.Read(ref _alive);

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

    /// <summary>Ends the threads and returns when they have ended.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Begin();
        foreach (Thread thread in _threads)
            thread.Join();
        _threads.Clear();
    }

    private void Run(int items, int chunk, Action<int, int, int> body)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Start();
        (_body, _items, _chunk, _next, _done, _failure) = (body, items, chunk, 0, 0, null);
        Begin();
        for (int share = 0; share < Count; share++)
            TryTake(share, _loop);
        for (int spins = 0; Volatile.Read(ref _done) < Count && spins < SpinsBeforeSleep; spins++)
            Thread.SpinWait(1);
        SpinWait wait = default;
        while (Volatile.Read(ref _done) < Count)
            wait.SpinOnce(sleep1Threshold: -1);
        _failure?.Throw();
    }

    private void Start()
    {
        while (_threads.Count < Count - 1)
        {
            int worker = _threads.Count + 1;
            Thread thread = new(() => Work(worker)) { IsBackground = true, Name = $"Inkling worker {worker}" };
            thread.Start();
            _threads.Add(thread);
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
        Interlocked.Increment(ref _alive);
        try
        {
            for (int seen = 0; ;)
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
        finally
        {
            Interlocked.Decrement(ref _alive);
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

    /// <summary>Claims a share of a loop and does it. Run cannot return before it is done, so its fields stay valid.</summary>
    private void TryTake(int share, int loop)
    {
        if (Interlocked.CompareExchange(ref _claims[share * SlotLength], loop, loop - 1) != loop - 1)
            return;
        int from = 0;
        try
        {
            if (_chunk == 0)
            {
                from = (int)((long)share * _items / Count);
                int to = (int)((share + 1L) * _items / Count);
                if (from < to)
                    _body!(share, from, to);
            }
            else
            {
                for (from = Next(); from < _items; from = Next())
                    _body!(share, from, Math.Min(from + _chunk, _items));
            }
        }
        catch (Exception e)
        {
            lock (_claims)
            {
                if (_failure is null || from < _failedItem)
                    (_failure, _failedItem) = (ExceptionDispatchInfo.Capture(e), from);
            }
        }

        Interlocked.Increment(ref _done);
    }

    private int Next() => Interlocked.Add(ref _next, _chunk) - _chunk;
}
