using Inkling.Cli.Sharing;
using Inkling.Gpu;

namespace Inkling.Cli.Sweeps;

/// <summary>Makes the runs of a sweep that a graphics processor can train: many of them at once.</summary>
/// <param name="device">The device.</param>
/// <param name="data">What is learned, and tested on.</param>
/// <param name="ledger">Where the results belong.</param>
/// <param name="onDone">Called with each result that is written.</param>
internal sealed class DeviceRuns(GpuDevice device, ImageData data, SweepLedger ledger, Action<RunResult> onDone)
{
    /// <summary>Enough to keep the largest devices busy.</summary>
    private const int MostTogether = 1024;

    /// <summary>Whether a device trains such networks: those of chapter 1 of Nielsen's book, within its limits.</summary>
    public static bool Trains(SweepCell cell, ImageData data)
    {
        (Architecture architecture, TrainingOptions options) = (cell.Recipe.Architecture, cell.Recipe.Options);
        TrainingOptions plain = new()
        {
            Epochs = options.Epochs, MiniBatchSize = options.MiniBatchSize, LearningRate = options.LearningRate,
        };
        return architecture is { Sizes.Count: 3, Cost: Cost.Quadratic }
            && cell.Recipe.Initialisation == Initialisation.StandardNormal
            && options with { Optimiser = plain.Optimiser, Schedule = plain.Schedule } == plain
            && options.Optimiser is Optimiser.Sgd { Momentum: 0 }
            && options.Schedule is Schedule.Constant { WarmUpEpochs: 0 }
            && NetworkSweep.Takes(data.Training, architecture.Sizes[1], options.MiniBatchSize);
    }

    /// <summary>Trains all runs that can be claimed: those of as many epochs and the same mini-batches together.</summary>
    /// <param name="work">The runs.</param>
    /// <param name="jobs">The same runs.</param>
    /// <param name="cancellationToken">Stops after the epoch under way.</param>
    /// <exception cref="InklingException">The device fails, or a network's weights are no longer numbers.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(SharedWork work, IReadOnlyList<SweepJob> jobs, CancellationToken cancellationToken)
    {
        List<SharedWork.Claim> claims = [];
        try
        {
            do
            {
                foreach (SharedWork.Claim claim in claims)
                    claim.Dispose();
                claims.Clear();
                while (claims.Count < MostTogether && work.TryClaim() is { } claim)
                    claims.Add(claim);
                foreach (var lot in claims.GroupBy(claim =>
                    (jobs[claim.Index].Cell.Recipe.Options.Epochs, jobs[claim.Index].Cell.Recipe.Options.MiniBatchSize)))
                    Train([.. lot], jobs, lot.Key.Epochs, lot.Key.MiniBatchSize, cancellationToken);
            }
            while (claims.Count > 0);
        }
        finally
        {
            foreach (SharedWork.Claim claim in claims)
                claim.Dispose();
        }
    }

    private void Train(
        SharedWork.Claim[] lot, IReadOnlyList<SweepJob> jobs, int epochs, int miniBatch, CancellationToken cancellationToken) =>
        NetworkSweep.Train(
            device,
            data.Training,
            [.. lot.Select(claim => jobs[claim.Index]).Select(job => new SweepRun(
                job.Cell.Recipe.Architecture.Sizes![1], job.Cell.Recipe.Options.LearningRate, job.Seed))],
            new SweepOptions
            {
                Epochs = epochs,
                MiniBatchSize = miniBatch,
                OnTrained = (i, network) =>
                {
                    RunResult result = RunTraining.ResultOf(jobs[lot[i].Index], ledger, data, network);
                    lot[i].Complete(result.ToFile());
                    onDone(result);
                },
            },
            cancellationToken);
}
