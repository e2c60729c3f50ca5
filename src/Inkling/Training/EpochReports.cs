using System.Diagnostics;

namespace Inkling.Training;

/// <summary>
/// Evaluates the network after each epoch and reports. Evaluation may run on another thread, on a copy of the network, while the
/// next epoch trains; no result depends on which is faster.
/// </summary>
/// <param name="options">The data to evaluate on, the callback and the number of threads.</param>
/// <param name="evaluatesConcurrently">Whether evaluation runs on one thread beside the next epoch.</param>
internal sealed class EpochReports(TrainingOptions options, bool evaluatesConcurrently)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private Task _last = Task.CompletedTask;

    /// <summary>Evaluates a copy of the network and reports.</summary>
    /// <returns>The result; null where the evaluation runs beside the next epoch.</returns>
    public EpochResult? Report(int epoch, double cost, Network network)
    {
        Finish(); // keeps reports in order, and at most one pending
        TimeSpan time = _clock.Elapsed;
        Network copy = network.Clone();
        EpochResult? result = null;
        if (evaluatesConcurrently)
            _last = Task.Run(() => EvaluateAndReport(epoch, cost, time, copy, threads: 1));
        else
            result = EvaluateAndReport(epoch, cost, time, copy, options.Threads);
        _clock.Restart();
        return result;
    }

    /// <summary>Waits for the pending report; rethrows its exception.</summary>
    public void Finish() => _last.GetAwaiter().GetResult();

    private EpochResult EvaluateAndReport(int epoch, double cost, TimeSpan time, Network network, int threads)
    {
        EpochResult result = new(
            epoch, cost, ScoreOn(options.TestData), ScoreOn(options.ValidationData), time, network);
        Announce(result);
        return result;

        Score? ScoreOn(Examples? examples) => examples is null ? null
            : options.Device is { } device ? network.Evaluate(examples, device)
            : network.Evaluate(examples, threads);
    }

    /// <summary>
    /// Reports a finished epoch, including those before an interruption. The callback may change the network that it receives,
    /// so it gets a copy where the training may need the network again.
    /// </summary>
    public void Announce(EpochResult result)
    {
        bool isNeededAgain = options.StopsEarly || options.Checkpoint is not null;
        options.OnEpoch?.Invoke(isNeededAgain ? result.With(result.Network?.Clone()) : result);
    }
}
