using Inkling.Execution;
using Inkling.Layers;
using Inkling.Training.Optimisers;

namespace Inkling.Training.Steps;

/// <summary>
/// Plain gradient descent for networks with one hidden layer, by <see cref="TwoLayerDescent"/>; up to 64 mini-batches per call.
/// </summary>
internal sealed class FusedStep(ParameterBuffer parameters, Examples examples, StepSettings settings) : ITrainingStep
{
    private readonly TwoLayerDescent _descent = new(parameters, examples, settings.Threads)
    {
        LabelSmoothing = settings.LabelSmoothing
    };

    private readonly float[] _scales = new float[64];

    public int MiniBatchesAtOnce => _scales.Length;

    public int Threads => _descent.Threads;

    public OptimiserState? Optimiser => null;

    public double Run(in MiniBatches miniBatches)
    {
        ReadOnlySpan<double> rates = miniBatches.LearningRates.Span;
        for (int i = 0; i < rates.Length; i++)
            _scales[i] = (float)(-rates[i] / miniBatches[i].Count);
        return _descent.Descend(miniBatches.Order[..miniBatches.Examples], miniBatches.Size, _scales.AsMemory(0, rates.Length));
    }

    public string? FirstLayerNotFinite(ArraySegment<int> miniBatch)
    {
        using Backpropagation pass = new(parameters, miniBatch.Count, isSparse: true, purpose: PassPurpose.Reading);
        pass.FeedForward(examples, miniBatch);
        return pass.FirstLayerNotFinite(miniBatch.Count);
    }

    public void Dispose() => _descent.Dispose();
}
