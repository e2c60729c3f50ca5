using System.Diagnostics;
using Inkling.Execution.Ranks;

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
            result = EvaluateAndReport(epoch, cost, time, copy, options.ThreadCount);
        _clock.Restart();
        return result;
    }

    /// <summary>Waits for the pending report; rethrows its exception.</summary>
    public void Finish() => _last.GetAwaiter().GetResult();

    private EpochResult EvaluateAndReport(int epoch, double cost, TimeSpan time, Network network, int threads)
    {
        Score? test = Evaluate(network, options.TestData, threads);
        Score? validation = Evaluate(network, options.ValidationData, threads);
        EpochResult result = new(epoch, cost, test, validation, time, network);
        Announce(result);
        return result;
    }

    /// <summary>Evaluates a network; each of several ranks does so on a run of the examples.</summary>
    private Score? Evaluate(Network network, Examples? examples, int threads)
    {
        if (examples is null)
            return null;
        if (options.Device is { } device)
            return network.Evaluate(examples, device);
        if (options.SeveralRanks is not { } ranks)
            return network.Evaluate(examples, threads);
        int first = (int)((long)ranks.Rank * examples.Count / ranks.Count),
            end = (int)((ranks.Rank + 1L) * examples.Count / ranks.Count);
        long correct = network.CountCorrect(examples, threads, first, end);
        return new Score((int)ranks.Gather(correct).Sum(), examples.Count);
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
