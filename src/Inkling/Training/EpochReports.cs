using System.Diagnostics;

namespace Inkling;

/// <summary>
/// Evaluates the network after each epoch and reports, on a second core where there is one: evaluation reads a copy, so
/// training goes on meanwhile and nothing depends on which is faster.
/// </summary>
internal sealed class EpochReports(Examples? testData, SgdOptions options)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private Task _last = Task.CompletedTask;

    public void Report(int epoch, double cost, Network network)
    {
        Finish(); // at most one report behind, and in order
        TimeSpan time = _clock.Elapsed;
        _clock.Restart();
        Network copy = network.Clone();
        if (options.Threads == 1)
            EvaluateAndReport(epoch, cost, time, copy);
        else
            _last = Task.Run(() => EvaluateAndReport(epoch, cost, time, copy));
    }

    /// <summary>Waits for the report under way; throws what it threw.</summary>
    public void Finish() => _last.GetAwaiter().GetResult();

    private void EvaluateAndReport(int epoch, double cost, TimeSpan time, Network network)
    {
        Score? test = testData is null ? null : network.Evaluate(testData);
        Score? validation = options.ValidationData is null ? null : network.Evaluate(options.ValidationData);
        EpochResult result = new(epoch, cost, test, validation, time, network);
        if (options.OnEpoch is null)
            Console.WriteLine(result);
        else
            options.OnEpoch(result);
    }
}
