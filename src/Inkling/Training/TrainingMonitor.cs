using Inkling.Layers;

namespace Inkling.Training;

/// <summary>
/// Records what a learner wants to see of a training: cost and accuracy on training and on validation data, and for each
/// layer the size of its weights and of its gradient. Give <see cref="Record"/> to <see cref="TrainingOptions.OnEpoch"/>.
/// </summary>
/// <param name="training">Examples that are learned from; the first thousands of them are looked at.</param>
/// <param name="validation">Examples that are not; null for none.</param>
public sealed class TrainingMonitor(LabelledImages training, LabelledImages? validation)
{
    private const int MostForScores = 5_000, MostForGradient = 500;

    private readonly List<MonitorEntry> _entries = [];

    /// <summary>An entry for each epoch recorded.</summary>
    public IReadOnlyList<MonitorEntry> Entries => _entries;

    /// <summary>
    /// Looks at the network as an epoch left it. Epochs told again after an interruption are left out where their networks are
    /// no longer there (<see cref="EpochResult.Network"/>).
    /// </summary>
    public void Record(EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (epoch.Network is not { } network)
            return;
        LabelledImages sample = training.Slice(0, Math.Min(MostForScores, training.Count));
        Gradient gradient = network.GradientOf(training.Slice(0, Math.Min(MostForGradient, training.Count)));
        LayerNorms[] layers = [.. network.WeightedLayers.Select((layer, l) => new LayerNorms(
            $"{(layer is Convolution ? "conv" : "dense")} {l + 1}", Norm(layer.Panels), Norm(gradient.WeightedLayers[l].Panels)))];
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

/// <summary>What was seen after an epoch.</summary>
/// <param name="Epoch">Counted from 0.</param>
/// <param name="TrainingCost">Mean cost on training examples as they are, without distortion or dropout.</param>
/// <param name="TrainingAccuracy">0 to 1.</param>
/// <param name="ValidationCost">Mean cost on validation data.</param>
/// <param name="ValidationAccuracy">0 to 1.</param>
/// <param name="Layers">Each layer with weights.</param>
public sealed record MonitorEntry(int Epoch, double TrainingCost, double TrainingAccuracy, double? ValidationCost, double? ValidationAccuracy, IReadOnlyList<LayerNorms> Layers);

/// <summary>How large a layer's weights are, and how strongly they are pulled.</summary>
/// <param name="Name"><c>conv 1</c>.</param>
/// <param name="WeightNorm">√Σ w².</param>
/// <param name="GradientNorm">√Σ (∂C/∂w)².</param>
public sealed record LayerNorms(string Name, double WeightNorm, double GradientNorm);
