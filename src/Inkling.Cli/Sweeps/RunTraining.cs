using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Inkling.Formats;

namespace Inkling.Cli.Sweeps;

/// <summary>Makes one run of a sweep on one thread.</summary>
internal static class RunTraining
{
    /// <summary>Trains the run's network and evaluates it on validation and test images.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RunResult Run(SweepJob job, SweepLedger ledger, ImageData data, CancellationToken cancellationToken)
    {
        Network network = job.Cell.Recipe.CreateNetwork(job.Seed);
        List<RunEpoch> epochs = [];
        TrainingOptions options = job.Cell.Recipe.Options with
        {
            Threads = 1,
            ValidationData = data.Validation,
            TestData = data.Test,
            OnEpoch = epoch => epochs.Add(
                new RunEpoch(epoch.Cost, epoch.Validation!.Value.Correct, epoch.Test!.Value.Correct)),
        };
        try
        {
            network.Train(data.Training, options, cancellationToken);
        }
        catch (TrainingDivergedException e)
        {
            return ResultOf(job, ledger, null, null, null, e.Message, epochs);
        }

        // With patience the network of the best epoch is kept, which is not the last.
        (int Validation, int Test) correct = options.StopsEarly
            ? (network.Evaluate(data.Validation, threads: 1).Correct, network.Evaluate(data.Test, threads: 1).Correct)
            : (epochs[^1].Validation, epochs[^1].Test);
        return ResultOf(
            job,
            ledger,
            new RunScore(correct.Validation, data.Validation.Count),
            new RunScore(correct.Test, data.Test.Count),
            HashOf(network),
            null,
            epochs);
    }

    /// <summary>The result of a network that was trained elsewhere, without its epochs.</summary>
    public static RunResult ResultOf(SweepJob job, SweepLedger ledger, ImageData data, Network network) => ResultOf(
        job,
        ledger,
        RunScore.Of(network.Evaluate(data.Validation)),
        RunScore.Of(network.Evaluate(data.Test)),
        HashOf(network),
        null,
        null);

    private static RunResult ResultOf(
        SweepJob job,
        SweepLedger ledger,
        RunScore? validation,
        RunScore? test,
        string? weights,
        string? failure,
        IReadOnlyList<RunEpoch>? epochs) => new(
            job.Name,
            ledger.Version,
            ledger.DataName,
            RunOptions.Of(job.Cell, job.Seed),
            validation,
            test,
            weights,
            failure,
            epochs);

    /// <summary>SHA-256 of all tensors, in the order and layout in which they are saved.</summary>
    private static string HashOf(Network network)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (NamedTensor tensor in NamedTensor.Of(network.Parameters))
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Get().AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
