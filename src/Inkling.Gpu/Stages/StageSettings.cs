using Inkling.Layers;

namespace Inkling.Gpu.Stages;

/// <summary>What the stages of a pass have in common.</summary>
internal sealed class StageSettings
{
    public required DeviceSession Session { get; init; }

    public required DeviceMemory Memory { get; init; }

    /// <summary>Parameters of the same layers in the processor's memory.</summary>
    public required ParameterBuffer Shape { get; init; }

    public required DeviceParameters Parameters { get; init; }

    /// <summary>The most examples in a mini-batch.</summary>
    public required int MiniBatchSize { get; init; }

    /// <summary>Where gradients are written; null for a pass that only reads.</summary>
    public GradientPlan? Plan { get; init; }

    /// <summary>Room for the partial sums of one divided product, used by each in turn.</summary>
    public required Floats Parts { get; init; }

    /// <summary>The gradient's partial sums; allocated when all stages have said how much they need.</summary>
    public Floats Gradient { get; set; }
}
