using System.Diagnostics;
using System.Globalization;

namespace Inkling.Cli.Sweeps;

/// <summary>How fast a sweep is, all processes together, and when it will be done.</summary>
/// <param name="before">How many runs were done before this process began.</param>
/// <param name="runs">How many there are.</param>
internal sealed class SweepPace(int before, int runs)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary><c>120 of 1,000 runs, 2.5 a second, 5:52 left</c>.</summary>
    public string At(int done) => At(done, _clock.Elapsed);

    /// <summary>The same after a time.</summary>
    internal string At(int done, TimeSpan elapsed)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {runs:N0} runs");
        double seconds = elapsed.TotalSeconds;
        if (done <= before || seconds <= 0)
            return text;
        double pace = (done - before) / seconds;
        TimeSpan left = TimeSpan.FromSeconds(Math.Min((runs - done) / pace, TimeSpan.MaxValue.TotalSeconds / 2));
        string rate = pace >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{pace:0.0} a second")
            : string.Create(CultureInfo.InvariantCulture, $"one in {1 / pace:0.0} seconds");
        return string.Create(
            CultureInfo.InvariantCulture, $"{text}, {rate}, {(int)left.TotalHours}:{left.Minutes:00}:{left.Seconds:00} left");
    }
}
