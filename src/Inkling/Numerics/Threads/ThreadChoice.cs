namespace Inkling.Numerics.Threads;

/// <summary>
/// Decides whether calls of one kind of work are shared by all threads or made by one alone. Threads that meet at barriers go at
/// the pace of the slowest, so where another program keeps one of them from running, one thread alone is faster. Both ways are
/// timed, so that the reason does not matter: a busy machine, a quota, cores of different speed. No result depends on it.
/// </summary>
/// <remarks>
/// All threads share until they wait for each other much of the time. Then one is tried alone for a short while, and goes on
/// alone if it is faster; sharing is tried again after a pause. Pauses double each time that a trial is lost, and are long enough
/// for trials to cost little.
/// </remarks>
internal sealed class ThreadChoice
{
    /// <summary>What a rate is measured over: several of the time slices, 3 to 4 ms, that schedulers give to a thread.</summary>
    internal static readonly TimeSpan Window = TimeSpan.FromMilliseconds(20);

    internal static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(4);

    private const double WorthSharing = 1.1; // it must be 10 % faster, since it occupies all cores

    private const double MuchWaiting = 0.125; // of the threads' time

    private const double PauseForWaste = 50; // trials may waste 2 % of the time

    private double _work, _rate; // the present way's rate in its latest window
    private TimeSpan _time, _waited, _sinceTrial = ShortestPause, _pause = ShortestPause;
    private bool _isTrial;

    /// <summary>Whether the next call should use a single thread.</summary>
    public bool IsAlone { get; private set; }

    /// <summary>Records a call, made as <see cref="IsAlone"/> said.</summary>
    /// <param name="work">How much was done, in any unit: examples, for instance.</param>
    /// <param name="time">How long the call took.</param>
    /// <param name="waited">
    /// The mean time that each thread, the slowest excluded, spent waiting for the others; 0 for a single thread.
    /// </param>
    public void Report(double work, TimeSpan time, TimeSpan waited)
    {
        _work += work;
        _time += time;
        _waited += waited;
        if (_time < Window)
            return;
        double rate = _work / _time.TotalSeconds;
        if (_isTrial)
            EndTrial(rate);
        else
            EndWindow(rate, hasWaitedMuch: _waited > MuchWaiting * _time);
        (_work, _time, _waited) = (0, TimeSpan.Zero, TimeSpan.Zero);
    }

    private void EndWindow(double rate, bool hasWaitedMuch)
    {
        _rate = rate;
        _sinceTrial += _time;
        if (_sinceTrial < _pause || !(IsAlone || hasWaitedMuch))
            return;
        IsAlone = !IsAlone;
        _isTrial = true;
    }

    private void EndTrial(double rate)
    {
        bool isFaster = IsAlone ? WorthSharing * rate > _rate : rate > WorthSharing * _rate;
        if (isFaster)
        {
            (_rate, _pause) = (rate, ShortestPause);
        }
        else
        {
            TimeSpan wasted = _time * Math.Max(0, 1 - rate / _rate);
            IsAlone = !IsAlone;
            _pause = Longer(PauseForWaste * wasted, Shorter(2 * _pause, LongestPause));
        }

        (_isTrial, _sinceTrial) = (false, TimeSpan.Zero);
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
