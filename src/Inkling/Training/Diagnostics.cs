using System.Globalization;

namespace Inkling;

/// <summary>What goes wrong while a network learns, and why, for the person who trains it.</summary>
internal static class Diagnostics
{
    public static TrainingDivergedException Diverged(string? layer, TrainingState state, TrainingOptions options) =>
        new(string.Create(
            CultureInfo.InvariantCulture,
            $"Training diverged in epoch {state.Epoch}, step {state.Steps}: the cost is no longer a number, beginning in {layer ?? "the weights"}. Lower the learning rate (it is {options.LearningRate:0.#########}), draw smaller weights to begin with, or put batchnorm before the activations."));
}

/// <summary>The cost became infinite or not a number: training cannot go on.</summary>
public sealed class TrainingDivergedException : InklingException
{
    internal TrainingDivergedException(string message)
        : base(message)
    {
    }
}
