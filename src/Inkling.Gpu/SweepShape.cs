namespace Inkling.Gpu;

/// <summary>What the networks of one launch have in common: 784-30-10 and the like, with sigmoid neurons.</summary>
internal readonly struct SweepShape
{
    /// <summary>Inputs of a network.</summary>
    public int Inputs { get; init; }

    /// <summary>Hidden neurons.</summary>
    public int Hidden { get; init; }

    /// <summary>Hidden neurons padded to whole panels of 16.</summary>
    public int Stride { get; init; }

    /// <summary>Output neurons, at most 16.</summary>
    public int Outputs { get; init; }

    /// <summary>Numbers in a network's parameter buffer, padding included.</summary>
    public int Parameters { get; init; }

    /// <summary>Where the hidden layer's weights begin in the buffer, [panels, inputs, 16]; its biases lie before them.</summary>
    public int LowerWeights { get; init; }

    /// <summary>Where the output layer's weights begin, [hidden, 16]; its biases lie before them.</summary>
    public int UpperWeights { get; init; }

    /// <summary>Examples in a mini-batch.</summary>
    public int MiniBatch { get; init; }

    /// <summary>Training examples.</summary>
    public int Examples { get; init; }
}

/// <summary>The largest networks and mini-batches whose numbers fit into 48 KB of shared memory.</summary>
internal static class SweepLimits
{
    public const int Inputs = 1024, Stride = 128, Outputs = 16, MiniBatch = 16;
}
