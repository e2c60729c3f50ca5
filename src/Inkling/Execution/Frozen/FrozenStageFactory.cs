using Inkling.Execution.Stages;
using Inkling.Layers;

namespace Inkling.Execution.Frozen;

/// <summary>Stages of a network that only reads: some compute several layers at once, to the same bits.</summary>
internal sealed class FrozenStageFactory : StageFactory
{
    public static FrozenStageFactory Instance { get; } = new();

    protected override Stage? CreateFused(PassSettings settings, int l, int end, Activations input, out int layers)
    {
        IReadOnlyList<Layer> all = settings.Parameters.Architecture.Layers;
        layers = 2;
        if (end - l < 2 || all[l] is not Layer.Convolution convolution || all[l + 1] is not Layer.MaxPool pooling
            || !PooledConvolutionStage.Suits(convolution, pooling, input.Layout))
            return null;
        bool isRectified = l + 2 < end && all[l + 2] is Layer.Activation { Function: ActivationFunction.Relu };
        layers += isRectified ? 1 : 0;
        return new PooledConvolutionStage(
            input, settings.Shapes[l + 2], settings.Parameters, l, isRectified, settings.MiniBatchSize);
    }
}
