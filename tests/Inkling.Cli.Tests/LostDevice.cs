using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Training.Optimisers;
using Inkling.Training.Steps;

namespace Inkling.Cli.Tests;

/// <summary>A device that computes as the processor does, and is lost after some mini-batches.</summary>
internal sealed class LostDevice(int miniBatches) : TrainingDevice
{
    public override string Name => "lost";

    internal override ITrainingStep CreateStep(ParameterBuffer parameters, Examples examples, StepSettings settings) =>
        new Step(new StagedStep(parameters, examples, settings), miniBatches);

    internal override float[][] OutputsOf(ParameterBuffer parameters, Examples examples) =>
        new Network(parameters, new RandomStream(1)).Outputs(examples);

    private sealed class Step(StagedStep inner, int left) : ITrainingStep
    {
        private int _left = left;

        public int MiniBatchesAtOnce => inner.MiniBatchesAtOnce;

        public int Threads => inner.Threads;

        public OptimiserState? Optimiser => inner.Optimiser;

        public double Run(in MiniBatches miniBatches) => _left-- > 0
            ? inner.Run(miniBatches)
            : throw new InklingException("lost failed: the device does not answer any more.");

        public string? FirstLayerNotFinite(ArraySegment<int> miniBatch) => inner.FirstLayerNotFinite(miniBatch);

        public void Dispose() => inner.Dispose();
    }
}
