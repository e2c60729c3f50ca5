using Inkling.Layers;

namespace Inkling.Training;

/// <summary>
/// Records how a training progresses: cost and accuracy on training and on validation data, and for each layer the norms
/// of its weights and of its gradient. Set <see cref="TrainingOptions.OnEpoch"/> to <see cref="Record"/>.
/// </summary>
/// <param name="training">Training examples; the first 5,000 are evaluated, the gradient is taken over the first 500.</param>
/// <param name="validation">Examples not trained on; null for none.</param>
internal sealed class TrainingMonitor(LabelledImages training, LabelledImages? validation)
{
    private const int MostForScores = 5_000, MostForGradient = 500;

    private readonly List<MonitorEntry> _entries = [];

    /// <summary>An entry for each epoch recorded.</summary>
    public IReadOnlyList<MonitorEntry> Entries => _entries;

    /// <summary>
    /// Measures the network at the end of an epoch. When a training resumes, earlier epochs are reported again; those whose
    /// network was not kept (<see cref="EpochResult.Network"/>) are skipped.
    /// </summary>
    public void Record(EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (epoch.Network is not { } network)
            return;
        LabelledImages sample = training.Slice(0, Math.Min(MostForScores, training.Count));
        Gradient gradient = network.GradientOf(training.Slice(0, Math.Min(MostForGradient, training.Count)));
        LayerNorms[] layers = [.. network.WeightedLayers.Select((layer, l) => new LayerNorms(
            $"{(layer is Convolution ? "conv" : "dense")} {l + 1}",
            Norm(layer.Panels),
            Norm(gradient.WeightedLayers[l].Panels)))];
        _entries.Add(new MonitorEntry
        {
            Epoch = epoch.Epoch,
            TrainingCost = network.Cost(sample),
            TrainingAccuracy = network.Evaluate(sample).Accuracy,
            ValidationCost = validation is null ? null : network.Cost(validation),
            ValidationAccuracy = validation is null ? null : (epoch.Validation ?? network.Evaluate(validation)).Accuracy,
            Norms = layers,
        });
    }

    private static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += (double)value * value;
        return Math.Sqrt(sum);
    }
}

/// <summary>Measurements after an epoch.</summary>
internal sealed class MonitorEntry
{
    /// <summary>Counted from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>Mean cost on training examples, without augmentation or dropout.</summary>
    public double TrainingCost { get; init; }

    /// <summary>0 to 1.</summary>
    public double TrainingAccuracy { get; init; }

    /// <summary>Mean cost on validation data; null where there are none.</summary>
    public double? ValidationCost { get; init; }

    /// <summary>0 to 1; null where there are no validation data.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>The norms of each layer with weights, in the order of <see cref="Network.WeightedLayers"/>.</summary>
    public IReadOnlyList<LayerNorms> Norms { get; init; } = [];
}

/// <summary>The Euclidean norms of a layer's weights and of their gradient.</summary>
/// <param name="Name">Kind and number among the layers with weights, from 1: <c>conv 1</c>.</param>
/// <param name="WeightNorm">√Σ w².</param>
/// <param name="GradientNorm">√Σ (∂C/∂w)².</param>
internal sealed record LayerNorms(string Name, double WeightNorm, double GradientNorm);
