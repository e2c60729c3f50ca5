using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Inkling.Numerics.Threads;

/// <summary>
/// A pool of threads, including the caller's, that run the items of a loop in parallel. Which thread runs an item may vary from
/// run to run; what the item computes must not depend on it, so that the result is the same for any number of threads.
/// </summary>
/// <remarks>
/// Mini-batches are so short that waking a thread would cost more than it gains: workers spin between two loops, and sleep if
/// none comes for a while. A loop is divided into one share per thread. When the caller has finished its own share, it takes
/// over the shares that their threads have not begun, so that it does not wait for a thread that the system keeps from running.
/// Threads are started by the first loop that needs them, so a training run that is refused before it begins leaves none
/// behind. An exception in a body is rethrown to the caller unchanged, for any number of threads; if there are several, the one
/// of the first item.
/// </remarks>
internal sealed class Workers : IDisposable
{
    /// <summary>Fewer numbers than this are not worth a second thread in an element-wise loop.</summary>
    public const int ChunkOfNumbers = 1 << 14;

    /// <summary>The most threads that a caller may ask for.</summary>
    public const int MaxThreads = 1024;

    private const int SpinsBeforeSleep = 5000;

    private const int SlotLength = 32; // ints: claims are two cache lines apart, against false sharing

    private static int _alive;

    private readonly List<Thread> _threads = [];
    private readonly object _gate = new();
    private readonly int[] _claims; // for each share, the last loop in which it was claimed
    private Action<int, int, int>? _body;
    private int _items, _chunk, _next, _done, _loop, _sleeping; // _chunk is 0 for Split
    private volatile bool _isDisposed;
    private long _waited; // ticks of Stopwatch
    private ExceptionDispatchInfo? _failure;
    private int _failedItem; // first item of the share or chunk in which it was thrown

    public Workers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        _claims = new int[count * SlotLength];
    }

    /// <summary>How many threads a caller's number stands for: 0 for as many as the machine has cores.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or over <see cref="MaxThreads"/>.</exception>
    public static int CountFor(int threads, [CallerArgumentExpression(nameof(threads))] string name = "") => threads switch
    {
        0 => Math.Min(Environment.ProcessorCount, MaxThreads),
        > 0 and <= MaxThreads => threads,
        _ => throw new ArgumentOutOfRangeException(
            name, threads, $"There are from 1 to {MaxThreads} threads, or 0 for as many as the machine has cores."),
    };

    /// <summary>Number of running worker threads in the process, for tests.</summary>
    internal static int Alive => Volatile.Read(ref _alive);

    /// <summary>Number of threads, including the caller's.</summary>
    public int Count { get; }

    /// <summary>Whether the caller's thread does all the work for now, as <see cref="ThreadChoice"/> decides.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Number of threads that share loops now, including the caller's.</summary>
    public int Active => IsAlone ? 1 : Count;

    /// <summary>How long the caller has waited for other threads so far, after its own share of a loop.</summary>
    public TimeSpan Waited => Stopwatch.GetElapsedTime(0, _waited);

    /// <summary>
    /// Runs the body for all items and returns when all are done. A thread that has finished a chunk takes the next.
    /// </summary>
    /// <param name="items">Number of items.</param>
    /// <param name="chunk">Number of items that a thread takes at a time.</param>
    /// <param name="body">Receives the share's index (one per thread, from 0), the first item and the one after the last.</param>
    public void For(int items, int chunk, Action<int, int, int> body)
    {
        if (Active == 1 || items <= chunk)
            body(0, 0, items);
        else
            Run(items, chunk, body);
    }

    /// <summary>
    /// Like <see cref="For"/>, but with one fixed share of the items per thread: the same items in every loop, so that their
    /// data stays in the thread's caches.
    /// </summary>
    public void Split(int items, Action<int, int, int> body)
    {
        if (Active == 1 || items == 1)
            body(0, 0, items);
        else
            Run(items, chunk: 0, body);
    }

    /// <summary>
    /// Like <see cref="Split"/> for element-wise work on numbers, on one thread if there are fewer than
    /// <see cref="ChunkOfNumbers"/>.
    /// </summary>
    /// <param name="numbers">How many numbers, a multiple of 16.</param>
    /// <param name="body">Receives the share's index, and the start and end in units of 16 numbers.</param>
    public void SplitNumbers(int numbers, Action<int, int, int> body)
    {
        if (numbers < ChunkOfNumbers)
            body(0, 0, numbers / Rows.Panel);
        else
            Split(numbers / Rows.Panel, body);
    }

    /// <summary>Stops the threads and waits for them to end.</summary>
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
        if (Volatile.Read(ref _done) < Count)
            WaitForOthers();
        _failure?.Throw();
    }

    private void WaitForOthers()
    {
        long start = Stopwatch.GetTimestamp();
        for (int spins = 0; Volatile.Read(ref _done) < Count && spins < SpinsBeforeSleep; spins++)
            Thread.SpinWait(1);
        SpinWait wait = default;
        while (Volatile.Read(ref _done) < Count)
            wait.SpinOnce(sleep1Threshold: -1);
        _waited += Stopwatch.GetTimestamp() - start;
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

    /// <summary>
    /// Starts a loop and wakes sleeping workers. If it sees no sleeper, a worker about to sleep sees the new loop, since it
    /// looks once more after it has counted itself in <c>_sleeping</c>.
    /// </summary>
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

    /// <summary>Claims a share of a loop and runs it. Run cannot return before it is done, so its fields stay valid.</summary>
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
