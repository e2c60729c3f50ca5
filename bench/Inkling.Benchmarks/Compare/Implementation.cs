using System.Diagnostics;

namespace Inkling.Benchmarks.Compare;

/// <summary>Someone's implementation of some work, of which it does a piece whenever it is asked.</summary>
/// <param name="name">Whose it is, with how many threads.</param>
/// <param name="piece">Does a piece, and returns the seconds that the whole work takes at this speed.</param>
/// <param name="processorTime">Processor time used so far by the program that does it; null where that is this one.</param>
/// <param name="ends">What to end when no more pieces are wanted.</param>
internal sealed class Implementation(
    string name, Func<double> piece, Func<TimeSpan>? processorTime = null, IDisposable? ends = null) : IDisposable
{
    public string Name => name;

    /// <summary>Why there will be no more pieces; null while there will.</summary>
    public string? Missing { get; private set; }

    /// <summary>One that cannot be run.</summary>
    /// <param name="name">Whose it is.</param>
    /// <param name="why">What is missing.</param>
    public static Implementation Absent(string name, string why) =>
        new(name, () => double.NaN) { Missing = why };

    /// <summary>Does a piece of work and times it; null if that failed, which <see cref="Missing"/> then explains.</summary>
    /// <param name="reference">The first implementation's time for its neighbouring piece; null for the first.</param>
    public Piece? Measure(double? reference)
    {
        IReadOnlyDictionary<int, CoreTimes>? before = CoreTimes.Now();
        TimeSpan used = ProcessorTime();
        long start = Stopwatch.GetTimestamp();
        try
        {
            double seconds = piece();
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            MachineShare machine = MachineShare.Between(before, CoreTimes.Now(), ProcessorTime() - used, elapsed);
            return new Piece(seconds, seconds / reference, machine);
        }
        catch (InklingException exception)
        {
            Missing = exception.Message;
            return null;
        }
    }

    public void Dispose() => ends?.Dispose();

    /// <summary>With this program's own: it asks, and waits.</summary>
    private TimeSpan ProcessorTime() => Environment.CpuUsage.TotalTime + (processorTime?.Invoke() ?? TimeSpan.Zero);
}
