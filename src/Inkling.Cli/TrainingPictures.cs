using System.Globalization;
using Inkling.Evaluation;
using Inkling.Plots;

namespace Inkling.Cli;

/// <summary>What <c>--plot</c> draws: one picture under the name given, the others beside it.</summary>
internal static class TrainingPictures
{
    private const int MostMistakes = 40;
    private const int MostNeurons = 100;

    /// <summary>All files that <see cref="Save"/> may draw under this name.</summary>
    public static string[] PathsOf(string path) => [path, .. PathsOfAssessment(path, Beside(path, "confusion"))];

    /// <summary>All files that <see cref="SaveAssessment"/> may draw under these names.</summary>
    public static string[] PathsOfAssessment(string path, string confusionPath)
        => [confusionPath, Beside(path, "mistakes"), Beside(path, "weights")];

    /// <summary>The learning curve, and the pictures of <see cref="SaveAssessment"/> beside it.</summary>
    public static string[] Save(string path, ImageData data, IReadOnlyList<EpochResult> epochs, Network network)
    {
        string kind = network.Architecture.Sizes is { } sizes
            ? string.Join('-', sizes)
            : string.Create(CultureInfo.InvariantCulture, $"{network.ParameterCount:N0} parameters");
        LearningCurve.Save(
            path,
            $"Learning {data.Name}: {kind}",
            [
                new CurveSeries("test images", [.. epochs.Select(epoch => epoch.Test!.Value.Accuracy)]),
                new CurveSeries("validation images", [.. epochs.Select(epoch => epoch.Validation!.Value.Accuracy)]),
            ]);
        return [path, .. SaveAssessment(path, Beside(path, "confusion"), data, Assessment.Of(network, data.Test), network)];
    }

    /// <summary>The confusion matrix, the worst mistakes and the hidden neurons' weights.</summary>
    /// <param name="path">The file name from which those of the other pictures are made.</param>
    /// <param name="confusionPath">The confusion matrix's file.</param>
    /// <param name="data">The data that was read.</param>
    /// <param name="assessment">How well it was read.</param>
    /// <param name="network">The network that read it.</param>
    public static string[] SaveAssessment(
        string path,
        string confusionPath,
        ImageData data,
        Assessment assessment,
        Network network)
    {
        string score = string.Create(
            CultureInfo.InvariantCulture,
            $"{assessment.Score.Correct:N0} of {assessment.Score.Total:N0} right ({Figures.Percent(assessment.Score.Accuracy)})");
        ConfusionMatrix.Save(confusionPath, $"{data.Name}: {score}", assessment.Confusion);
        List<string> saved = [confusionPath];
        if (data.Test.InputSize == MnistNormalisation.Side * MnistNormalisation.Side)
        {
            saved.Add(Beside(path, "mistakes"));
            MistakesSheet.Save(
                saved[^1],
                $"The most confident of {assessment.Mistakes.Count:N0} mistakes",
                [
                    .. assessment.Mistakes.Take(MostMistakes).Select(mistake => new MistakeImage(
                        data.Test.Pixels(mistake.Index).ToArray(), mistake.Truth, mistake.Read, mistake.Confidence))
                ]);
        }

        if (network.WeightedLayers is not [var hidden, ..] || hidden.Inputs != data.Test.InputSize)
            return [.. saved]; // a convolution's kernels are smaller than the image
        float[] weights = hidden.CopyWeights();
        int shown = Math.Min(hidden.Neurons, MostNeurons);
        saved.Add(Beside(path, "weights"));
        WeightImages.Save(
            saved[^1],
            $"What each of the {(shown < hidden.Neurons ? $"first {shown}" : $"{shown}")} hidden neurons looks for",
            [.. Enumerable.Range(0, shown).Select(neuron => weights.AsSpan(neuron * hidden.Inputs, hidden.Inputs).ToArray())],
            data.Test.Width,
            data.Test.Height);
        return [.. saved];
    }

    /// <summary><c>run.png</c> and <c>mistakes</c> make <c>run-mistakes.png</c>.</summary>
    public static string Beside(string path, string what) => Path.Combine(
        Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}-{what}{Path.GetExtension(path)}");
}
