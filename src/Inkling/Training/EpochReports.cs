using System.Diagnostics;

namespace Inkling.Training;

/// <summary>
/// Evaluates the network after each epoch and reports. Where training uses one core, evaluation runs on a second, on a copy of the
/// network: training goes on meanwhile, and no result depends on which is faster.
/// </summary>
internal sealed class EpochReports(TrainingOptions options, bool runsBeside)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private Task _last = Task.CompletedTask;

    /// <summary>Evaluates a copy of the network and reports.</summary>
    /// <returns>The result; null where the evaluation runs beside the next epoch.</returns>
    public EpochResult? Report(int epoch, double cost, Network network)
    {
        Finish(); // at most one report behind, and in order
        TimeSpan time = _clock.Elapsed;
        Network copy = network.Clone();
        EpochResult? result = null;
        if (runsBeside)
            _last = Task.Run(() => EvaluateAndReport(epoch, cost, time, copy, threads: 1));
        else
            result = EvaluateAndReport(epoch, cost, time, copy, options.Threads);
        _clock.Restart();
        return result;
    }

    /// <summary>Waits for the report under way; throws what it threw.</summary>
    public void Finish() => _last.GetAwaiter().GetResult();

    private EpochResult EvaluateAndReport(int epoch, double cost, TimeSpan time, Network network, int threads)
    {
        Score? test = options.TestData is null ? null : network.Evaluate(options.TestData, threads);
        Score? validation = options.ValidationData is null ? null : network.Evaluate(options.ValidationData, threads);
        EpochResult result = new(epoch, cost, test, validation, time, network);
        Announce(result);
        return result;
    }

    /// <summary>
    /// Reports an epoch that was finished, now or before training was interrupted. The callback may change the network that it is
    /// given, and gets a copy where the training may need it again.
    /// </summary>
    public void Announce(EpochResult result)
    {
        bool isNeededAgain = options.StopsEarly || options.Checkpoint is not null;
        options.OnEpoch?.Invoke(isNeededAgain ? result with { Network = result.Network?.Clone() } : result);
    }
}
