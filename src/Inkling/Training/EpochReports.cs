using System.Diagnostics;

namespace Inkling.Training;

/// <summary>
/// Evaluates the network after each epoch and reports. Where training uses one core, a second may do it: evaluation reads a
/// copy, so training goes on meanwhile and nothing depends on which is faster.
/// </summary>
internal sealed class EpochReports(TrainingOptions options, bool runsBeside)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private Task _last = Task.CompletedTask;

    /// <returns>What was found; null where it is found beside the next epoch.</returns>
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
    /// Tells of an epoch that was finished, now or before training was interrupted. Whoever is told may go on with its network,
    /// and gets a copy where the network may be needed again here.
    /// </summary>
    public void Announce(EpochResult result)
    {
        if (options.OnEpoch is null)
            Console.WriteLine(result);
        else
            options.OnEpoch(options.StopsEarly || options.Checkpoint is not null ? result with { Network = result.Network?.Clone() } : result);
    }
}
