using Inkling.Layers;

namespace Inkling.Training;

/// <summary>
/// Records how a training progresses: cost and accuracy on training and on validation data, and for each layer the norms
/// of its weights and of its gradient. Set <see cref="TrainingOptions.OnEpoch"/> to <see cref="Record"/>.
/// </summary>
/// <param name="training">Training examples; the first 5,000 are evaluated, the gradient is taken over the first 500.</param>
/// <param name="validation">Examples not trained on; null for none.</param>
public sealed class TrainingMonitor(LabelledImages training, LabelledImages? validation)
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
        _entries.Add(new MonitorEntry(
            epoch.Epoch,
            network.Cost(sample),
            network.Evaluate(sample).Accuracy,
            validation is null ? null : network.Cost(validation),
            validation is null ? null : (epoch.Validation ?? network.Evaluate(validation)).Accuracy,
            layers));
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
/// <param name="Epoch">Counted from 0.</param>
/// <param name="TrainingCost">Mean cost on training examples, without augmentation or dropout.</param>
/// <param name="TrainingAccuracy">0 to 1.</param>
/// <param name="ValidationCost">Mean cost on validation data.</param>
/// <param name="ValidationAccuracy">0 to 1.</param>
/// <param name="Layers">Norms of each layer with weights.</param>
public sealed record MonitorEntry(
    int Epoch,
    double TrainingCost,
    double TrainingAccuracy,
    double? ValidationCost,
    double? ValidationAccuracy,
    IReadOnlyList<LayerNorms> Layers);

/// <summary>The Euclidean norms of a layer's weights and of their gradient.</summary>
/// <param name="Name">Kind and number among the layers with weights, from 1: <c>conv 1</c>.</param>
/// <param name="WeightNorm">√Σ w².</param>
/// <param name="GradientNorm">√Σ (∂C/∂w)².</param>
public sealed record LayerNorms(string Name, double WeightNorm, double GradientNorm);
