using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Inkling.Mpi;

/// <summary>
/// The processes that an MPI launcher started together, such as <c>mpirun -np 4 program</c>. Set
/// <see cref="TrainingOptions.Ranks"/> to it on each of them, with the same network, examples and options, and they train it
/// together. It calls an installed Open MPI (from 4.1 on) or MPICH (from 4.0 on), or a library with MPI 5's standard ABI.
/// </summary>
/// <example><code>
/// using var ranks = MpiRanks.IsLaunched ? MpiRanks.Start() : null;
/// network.Train(training, options with { Ranks = ranks });
/// </code></example>
public sealed class MpiRanks : RankGroup, IDisposable
{
    /// <summary>How long a rank is waited for by default.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    private const int Tag = 1, AliveTag = 2, LongestName = 256;

    /// <summary>How long ranks that did not answer have, at most, to say that they wait for another one themselves.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // A wait begins by asking again and again, goes on by giving way to other threads, and then sleeps in between: the library
    // moves messages on only while it is asked.
    private static readonly TimeSpan UntilYielding = TimeSpan.FromMicroseconds(50), UntilSleeping = TimeSpan.FromMilliseconds(20);

    private readonly MpiLibrary _mpi;
    private readonly MpiLibrary.Requests _requests;
    private readonly TimeSpan _timeout;
    private readonly string[] _machines; // for each rank
    private bool _hasEnded;
    private int[]? _silent; // the ranks that did not answer, once that has been found

    private MpiRanks(MpiLibrary mpi, TimeSpan timeout)
    {
        (_mpi, _timeout) = (mpi, timeout);
        (Rank, Count) = (mpi.Rank, mpi.Size);
        _requests = mpi.CreateRequests(2 * Count);
        _machines = [.. Enumerable.Repeat("", Count)];
        _machines = GatherNames(mpi.ProcessorName);
    }

    /// <summary>
    /// Whether a launcher of MPI started this process as one of several. Said by variables of the environment; no library is
    /// needed.
    /// </summary>
    public static bool IsLaunched => Launched is { Count: not 1 };

    /// <summary>Whether a launcher of MPI started this process, as one of several or alone.</summary>
    public static bool HasLauncher => Launched is not null;

    /// <summary>The rank that the launcher says; 0 where <see cref="IsLaunched"/> is false.</summary>
    public static int LaunchedRank => IsLaunched ? Launched!.Rank : 0;

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary>The MPI library's name and version.</summary>
    public string Library => _mpi.Version;

    /// <summary>Bytes that this rank has sent so far.</summary>
    public long BytesSent { get; private set; }

    /// <summary>How long this rank has waited for messages so far.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Whether no rank on this machine has a lower number.</summary>
    public bool IsFirstHere => Array.IndexOf(_machines, _machines[Rank]) == Rank;

    /// <inheritdoc/>
    public override int DefaultThreads =>
        Cores.ShareOf(_machines.Count(machine => machine == _machines[Rank]), Environment.ProcessorCount);

    private static Launch? Launched => Launch.Find(Environment.GetEnvironmentVariable);

    /// <summary>
    /// Loads the MPI library and joins the other ranks; once in a process. Call it on the main thread, which some libraries
    /// ask for; later calls may come from any thread, one at a time.
    /// </summary>
    /// <param name="timeout">
    /// How long a rank is waited for before the training ends with a message that names it: longer than it may take to load the
    /// data, to save a checkpoint, or in <see cref="TrainingOptions.OnEpoch"/>. Null for <see cref="DefaultTimeout"/>.
    /// </param>
    /// <exception cref="InklingException">
    /// The process was not started by a launcher of MPI, there is no library, or the library is not the launcher's.
    /// </exception>
    public static MpiRanks Start(TimeSpan? timeout = null)
    {
        if (Launched is not { } launch)
            throw new InklingException("No launcher of MPI started this process. Start it with mpirun -np 4 PROGRAM, or srun.");
        MpiLibrary mpi = MpiLibrary.Load(launch.By);
        mpi.Initialise();
        int size = mpi.Size;
        if (launch.Count > 0 && size != launch.Count)
        {
            throw new InklingException(FormattableString.Invariant($"{mpi.File}, {mpi.Version}, knows of {size} ranks, ")
                + FormattableString.Invariant($"but the launcher started {launch.Count}: it is not the launcher's library. ")
                + $"Use the mpirun of that library, or name the other's file in {MpiLibrary.PathVariable}.");
        }

        return new MpiRanks(mpi, timeout ?? DefaultTimeout);
    }

    /// <inheritdoc/>
    public override string NameOf(int rank) => Array.TrueForAll(_machines, machine => machine == _machines[0])
        ? base.NameOf(rank)
        : $"{base.NameOf(rank)} on {_machines[rank]}";

    /// <inheritdoc/>
    /// <exception cref="RankTimeoutException">A rank has not answered in time.</exception>
    public override unsafe void Exchange(ReadOnlySpan<RankMessage> sent, ReadOnlySpan<RankMessage> received)
    {
        ObjectDisposedException.ThrowIf(_hasEnded, this);
        MemoryHandle[] pins = new MemoryHandle[sent.Length + received.Length];
        _requests.Clear();
        for (int i = 0; i < received.Length; i++)
        {
            pins[i] = received[i].Bytes.Pin();
            _requests.Receive(pins[i].Pointer, received[i].Bytes.Length, received[i].Rank, Tag);
        }

        for (int i = 0; i < sent.Length; i++)
        {
            pins[received.Length + i] = sent[i].Bytes.Pin();
            _requests.Send(pins[received.Length + i].Pointer, sent[i].Bytes.Length, sent[i].Rank, Tag);
            BytesSent += sent[i].Bytes.Length;
        }

        if (!Wait(_requests, _timeout))
        {
            _silent = NotAlive(SilentRanks(sent, received)); // the pins stay: messages may still arrive
            throw new RankTimeoutException(_silent, this, _timeout);
        }

        foreach (ref MemoryHandle pin in pins.AsSpan())
            pin.Dispose();
    }

    /// <summary>
    /// Leaves MPI once all ranks do; where they do not, ends the whole job. The process must not exchange messages any more.
    /// </summary>
    /// <param name="hasFailed">Whether this rank has failed, so that the others, if they have not, are not waited for.</param>
    /// <param name="beforeAbort">Called before the job is ended.</param>
    public void End(bool hasFailed = false, Action? beforeAbort = null)
    {
        if (_hasEnded)
            return;
        _hasEnded = true;
        // Where ranks fail, the job is ended by the first of those that answer, so that one message is seen; the others' time is
        // for what it may have to save.
        bool isFirst = _silent is null || Enumerable.Range(0, Rank).All(rank => _silent.Contains(rank));
        TimeSpan patience = !hasFailed ? _timeout
            : _silent is null ? TimeSpan.FromSeconds(2 + 0.5 * Math.Min(Rank, 20))
            : isFirst ? TimeSpan.Zero
            : TimeSpan.FromMinutes(1);
        if (TryMeet(patience))
        {
            Finalise();
            return;
        }

        beforeAbort?.Invoke();
        _mpi.Abort(1);
    }

    /// <summary>Leaves MPI once all ranks do: <see cref="End"/>.</summary>
    public void Dispose() => End(hasFailed: _silent is not null);

    /// <summary>
    /// Finalises MPI, and returns after some seconds even where that has not ended: in MPICH 4.0 over UCX and TCP, ranks were
    /// seen to wait there for others that had left already. All messages have arrived by then.
    /// </summary>
    private void Finalise()
    {
        Thread last = new(_mpi.Finalise) { IsBackground = true, Name = "MPI_Finalize" };
        last.Start();
        last.Join(TimeSpan.FromSeconds(5));
    }

    private bool TryMeet(TimeSpan patience)
    {
        if (_silent is not null)
        {
            Thread.Sleep(patience);
            return false;
        }

        _requests.Clear();
        _requests.Barrier();
        return Wait(_requests, patience);
    }

    private bool Wait(MpiLibrary.Requests requests, TimeSpan patience)
    {
        long start = Stopwatch.GetTimestamp();
        while (!requests.AreDone())
        {
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            if (waited > patience)
                return false;
            if (waited > UntilSleeping)
                Thread.Sleep(1);
            else if (waited > UntilYielding)
                Thread.Yield();
        }

        Waited += Stopwatch.GetElapsedTime(start);
        return true;
    }

    /// <summary>The ranks whose messages have not come; where all have, those that have not taken this rank's.</summary>
    private int[] SilentRanks(ReadOnlySpan<RankMessage> sent, ReadOnlySpan<RankMessage> received)
    {
        List<int> silent = [];
        for (int i = 0; i < received.Length; i++)
        {
            if (!_requests.IsDone(i))
                silent.Add(received[i].Rank);
        }

        for (int i = 0; i < sent.Length && silent.Count == 0; i++)
        {
            if (!_requests.IsDone(received.Length + i))
                silent.Add(sent[i].Rank);
        }

        return [.. silent];
    }

    /// <summary>
    /// Of ranks that did not answer, those that hang. Others may only wait for one that hangs: they run out of patience about
    /// now, too, and all say so to each other.
    /// </summary>
    private unsafe int[] NotAlive(int[] silent)
    {
        MpiLibrary.Requests requests = _mpi.CreateRequests(silent.Length + Count);
        // Never freed: messages may still be under way when the process ends.
        byte* bytes = (byte*)NativeMemory.AllocZeroed((nuint)Count + 1);
        foreach (int rank in silent)
            requests.Receive(bytes + rank, 1, rank, AliveTag);
        for (int rank = 0; rank < Count; rank++)
        {
            if (rank != Rank)
                requests.Send(bytes + Count, 1, rank, AliveTag);
        }

        Wait(requests, _timeout < Grace ? _timeout : Grace);
        int[] hanging = [.. silent.Where((_, i) => !requests.IsDone(i))];
        return hanging.Length == 0 ? silent : hanging;
    }

    private string[] GatherNames(string own)
    {
        byte[][] names = [.. Enumerable.Range(0, Count).Select(_ => new byte[LongestName])];
        byte[] name = Encoding.UTF8.GetBytes(own);
        name.AsSpan(0, Math.Min(name.Length, LongestName)).CopyTo(names[Rank]);
        int[] others = [.. Enumerable.Range(0, Count).Where(rank => rank != Rank)];
        Exchange(
            [.. others.Select(rank => new RankMessage(rank, names[Rank]))],
            [.. others.Select(rank => new RankMessage(rank, names[rank]))]);
        return [.. names.Select(bytes => Encoding.UTF8.GetString(bytes).TrimEnd('\0'))];
    }
}
