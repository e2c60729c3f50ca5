using System.Globalization;
using Inkling.Data.Own;
using Inkling.Evaluation;
using Inkling.Layers;

namespace Inkling.Training;

/// <summary>
/// Explains failed trainings: networks that stay near chance or never give some of the answers, and trainings that diverge.
/// </summary>
internal static class Diagnostics
{
    private const int Sample = 256;
    private const int LeastImages = 20; // of a class, to say that it is never answered

    /// <summary>
    /// Why a network that has been trained for an epoch or more is hardly better than chance (an accuracy of 2 / classes or
    /// less), or has classes that it never answers; null if neither is the case.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="examples">The examples it was evaluated on; outputs and activations are examined on the first 256.</param>
    /// <param name="score">Its score on them.</param>
    /// <param name="training">What it was trained on; null where that is not known.</param>
    /// <exception cref="ArgumentException">The examples do not fit the network.</exception>
    public static string? WhyStuck(Network network, LabelledImages examples, Score score, LabelledImages? training = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(examples);
        if (score.Accuracy > 2.0 / examples.Classes)
            return WhyNeverAnswered(network, examples);
        float[][] outputs = network.Outputs(examples.Slice(0, Math.Min(Sample, examples.Count)));
        bool alwaysSame = outputs.Select(output => Numerics.Vectors.Argmax(output)).Distinct().Count() == 1;
        string symptom = string.Create(
            CultureInfo.InvariantCulture,
            $"Stuck at {100 * score.Accuracy:0.0} %, near chance{(alwaysSame ? ", with the same answer to everything" : "")}");
        if (alwaysSame && training is not null && DataCheck.TooFrequent(training) is { } frequent)
            return $"{symptom}: {frequent}";
        (string Layer, double Share, bool IsDead)[] still = [.. FlatActivations(network, examples)];
        (string Layer, double Share, bool IsDead) worst = still.MaxBy(layer => layer.Share);
        string cause = worst.Share > 0.8
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{100 * worst.Share:0} % of the activations of {worst.Layer} are "
                + $"{(worst.IsDead
                    ? "dead: at 0 for everything, with no slope to learn by"
                    : "saturated, where the slope is next to nothing")}. "
                + $"Lower the learning rate, or draw smaller weights to begin with (Scaled, Glorot or He)")
            : "no layer is saturated: the learning rate is probably too low (raise it ten times), or there were too few epochs";
        return $"{symptom}: {cause}.";
    }

    /// <summary>
    /// Names the classes that a network never answers. With sigmoid outputs and the quadratic cost the reason is known: the
    /// output neuron was driven to 0, where the error's factor σ' vanishes (Nielsen, chapter 3, on the cross-entropy cost).
    /// </summary>
    private static string? WhyNeverAnswered(Network network, LabelledImages examples)
    {
        int[] never =
            [.. Assessment.Of(network, examples).NeverAnswered.Where(c => examples.Labels.Count((byte)c) >= LeastImages)];
        if (never.Length == 0)
            return null;
        bool isOne = never.Length == 1;
        string symptom = $"The network never answers {(isOne ? "" : $"{string.Join(", ", never[..^1])} and ")}{never[^1]}";
        bool saturates = network.Architecture is
        {
            Cost: Cost.Quadratic, Layers: [.., Layer.Activation { Function: ActivationFunction.Sigmoid }]
        };
        return saturates
            ? $"{symptom}: {(isOne ? "that output neuron is" : "those output neurons are")} saturated at 0, where the quadratic "
                + "cost has next to no slope to learn by. Use the cross-entropy cost, smaller weights to begin with (Scaled), "
                + "or another seed."
            : $"{symptom}: lower the learning rate, train for more epochs, and see that the training data have examples of "
                + $"{(isOne ? "it" : "them")}.";
    }

    internal static TrainingDivergedException Diverged(string? layer, TrainingState state, TrainingOptions options) =>
        new(string.Create(
            CultureInfo.InvariantCulture,
            $"Training diverged in epoch {state.Epoch}, step {state.Steps}: the cost is no longer a number, "
            + $"beginning in {layer ?? "the weights"}. Lower the learning rate (it is {options.LearningRate:0.#########}), "
            + $"draw smaller weights to begin with, or put batchnorm before the activations."));

    internal static TrainingDivergedException Diverged(string what, double eta) =>
        new(string.Create(
            CultureInfo.InvariantCulture,
            $"Training diverged: {what}. "
            + $"Lower the learning rate (it is {eta:0.#########}), or draw smaller weights to begin with."));

    /// <summary>For each activation layer, the fraction of activations whose derivative is under 0.01.</summary>
    private static IEnumerable<(string Layer, double Share, bool IsDead)> FlatActivations(
        Network network, LabelledImages examples)
    {
        Layer.Activation[] functions = [.. network.Architecture.Layers.OfType<Layer.Activation>()];
        long[] still = new long[functions.Length], all = new long[functions.Length];
        float[] input = new float[examples.InputSize];
        for (int i = 0; i < Math.Min(Sample, examples.Count); i++)
        {
            examples.CopyInput(i, input);
            IReadOnlyList<float[]> activations = network.Trace(input).Activations;
            for (int l = 0; l < functions.Length; l++)
            {
                ActivationFunction function = functions[l].Function;
                still[l] += activations[l + 1].Count(a => function switch
                {
                    ActivationFunction.Sigmoid => a * (1 - a) < 0.01,
                    ActivationFunction.Tanh => 1 - a * a < 0.01,
                    ActivationFunction.Relu => a == 0,
                    _ => false,
                });
                all[l] += activations[l + 1].Length;
            }
        }

        return functions.Select((function, l) => (
            $"{function} layer {l + 1}",
            (double)still[l] / Math.Max(1, all[l]),
            function.Function == ActivationFunction.Relu));
    }
}
