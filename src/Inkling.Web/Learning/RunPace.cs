using System.Diagnostics;

namespace Inkling.Web.Learning;

/// <summary>
/// Slows a run down so that its mini-batches can be watched. A pace holds for a few seconds after a page last asked for it, and
/// of several pages the fastest counts; without a page the run trains as fast as it can.
/// </summary>
internal sealed class RunPace
{
    /// <summary>How often a slowed run is shown, and the longest time that it waits without looking at its pace again.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Holds = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<object, (double MiniBatchesPerSecond, long Asked)> _watchers =
        new(ReferenceEqualityComparer.Instance);

    private long _due;

    /// <summary>Whether the run is slowed down now.</summary>
    public bool IsLimited => Current is not null;

    private double? Current
    {
        get
        {
            lock (_gate)
            {
                foreach (object gone in _watchers.Where(one => Stopwatch.GetElapsedTime(one.Value.Asked) >= Holds)
                    .Select(one => one.Key).ToArray())
                    _watchers.Remove(gone);
                double fastest = _watchers.Values.Select(one => one.MiniBatchesPerSecond)
                    .DefaultIfEmpty(double.PositiveInfinity).Max();
                return double.IsFinite(fastest) ? fastest : null;
            }
        }
    }

    /// <param name="watcher">Who asks.</param>
    /// <param name="miniBatchesPerSecond">Over 0; null for as fast as it can.</param>
    public void Watch(object watcher, double? miniBatchesPerSecond)
    {
        lock (_gate)
            _watchers[watcher] = (miniBatchesPerSecond ?? double.PositiveInfinity, Stopwatch.GetTimestamp());
    }

    /// <summary>Waits until the next mini-batch is due.</summary>
    /// <param name="most">The most mini-batches at once.</param>
    /// <param name="stop">Ends the wait with an exception.</param>
    /// <returns>How many mini-batches to train on before the next wait.</returns>
    public int Wait(int most, CancellationToken stop)
    {
        long begun = Stopwatch.GetTimestamp();
        while (Current is { } pace)
        {
            int atOnce = (int)Math.Clamp(pace * Tick.TotalSeconds, 1, most);
            TimeSpan apart = TimeSpan.FromSeconds(atOnce / pace);
            // A wait that was planned at a slower pace is not kept.
            long due = Math.Min(_due, begun + (long)(apart.TotalSeconds * Stopwatch.Frequency));
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (left <= TimeSpan.Zero)
            {
                _due = Math.Max(due, begun) + (long)(apart.TotalSeconds * Stopwatch.Frequency);
                return atOnce;
            }

            stop.WaitHandle.WaitOne(left < Tick ? left : Tick);
            stop.ThrowIfCancellationRequested();
        }

        return most;
    }
}
