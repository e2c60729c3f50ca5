using ILGPU.Runtime;

namespace Inkling.Gpu;

/// <summary>
/// Trains many small networks at once on a graphics processor: seeds, learning rates, numbers of hidden neurons. Each ends in
/// the bits in which <see cref="GradientDescent.Sgd"/> ends on the CPU (on CUDA, and where it is emulated; docs/gpu.md).
/// </summary>
public static class NetworkSweep
{
    private const int MostThreads = 640;

    /// <summary>Trains a network for each run.</summary>
    /// <param name="device">The device.</param>
    /// <param name="training">The training images.</param>
    /// <param name="runs">The runs.</param>
    /// <param name="options">What they have in common.</param>
    /// <param name="cancellationToken">Stops after the epoch under way.</param>
    /// <returns>The trained networks, in the order of the runs.</returns>
    /// <exception cref="ArgumentException">A number is out of range, or the images are too large.</exception>
    /// <exception cref="InklingException">
    /// The device has too little memory, or fails; or a network diverged, which is told when the others are trained.
    /// </exception>
    /// <exception cref="OperationCanceledException">The sweep was cancelled.</exception>
    public static Network[] Train(
        GpuDevice device,
        LabelledImages training,
        IReadOnlyList<SweepRun> runs,
        SweepOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(options);
        Require(training, runs, options);
        Network[] networks =
            [.. runs.Select(run => new Network([training.InputSize, run.Hidden, training.OutputSize], run.Seed))];
        DeviceSweep? sweep = null;
        try
        {
            using Accelerator accelerator = device.Open();
            using (sweep = new DeviceSweep(accelerator, Math.Min(MostThreads, device.MostThreads), training, options))
            {
                foreach (IGrouping<int, int> group in Enumerable.Range(0, runs.Count).GroupBy(i => runs[i].Hidden))
                {
                    foreach (int[] together in group.Chunk(sweep.MostTogether(networks[group.First()])))
                        sweep.Train(together, runs, networks, cancellationToken);
                }
            }
        }
        catch (Exception e) when (GpuDevice.IsFailure(e) && sweep is not { IsCalling: true })
        {
            throw device.Failed(e);
        }

        return sweep.Diverged is { } diverged ? throw new InklingException(diverged) : networks;
    }

    /// <summary>Whether a device trains networks of this size on these images.</summary>
    internal static bool Takes(LabelledImages training, int hidden, int miniBatch) =>
        training.InputSize <= SweepLimits.Inputs
            && training.OutputSize <= SweepLimits.Outputs
            && hidden <= SweepLimits.Stride
            && miniBatch <= SweepLimits.MiniBatch;

    private static void Require(LabelledImages training, IReadOnlyList<SweepRun> runs, SweepOptions options)
    {
        if (training.Count == 0 || training.InputSize > SweepLimits.Inputs || training.OutputSize > SweepLimits.Outputs)
        {
            throw new ArgumentException(
                $"On a device images have up to {SweepLimits.Inputs} pixels and {SweepLimits.Outputs} classes.",
                nameof(training));
        }

        if (options.Epochs < 1 || options.MiniBatchSize is < 1 or > SweepLimits.MiniBatch)
        {
            throw new ArgumentException(
                $"A sweep has an epoch or more, and 1 to {SweepLimits.MiniBatch} images in a mini-batch.",
                nameof(options));
        }

        if (options.TestData is { } test && (test.InputSize != training.InputSize || test.Count == 0))
            throw new ArgumentException("The test images are of another size, or there are none.", nameof(options));
        foreach (SweepRun run in runs)
        {
            if (run.Hidden is < 1 or > SweepLimits.Stride || !(run.LearningRate > 0) || !float.IsFinite((float)run.LearningRate))
            {
                throw new ArgumentException(
                    $"A run has 1 to {SweepLimits.Stride} hidden neurons and a learning rate above 0, not {run}.",
                    nameof(runs));
            }
        }
    }
}
