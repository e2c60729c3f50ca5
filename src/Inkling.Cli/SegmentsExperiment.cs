using System.Globalization;
using Inkling.Recipes;

namespace Inkling.Cli;

/// <summary>
/// Trains from scratch the network that tells the reader which segments are digits: writes numbers with MNIST's digits and with
/// generated ones, segments them as the reader segments photos, trains on the segments, and calibrates. An interrupted run
/// resumes where it stopped.
/// </summary>
internal sealed class SegmentsExperiment(
    int epochs, int threads, TrainingDevice? device, string folder, ImageData data, Terminal terminal)
{
    private const int Kept = 5_000, Generated = 40_000, Lines = 42_000, ValidationLines = 3_000;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Recipe recipe = Recipe.Segments;
        LabelledImages all = data.Training.Concat(data.Validation);
        LabelledImages digits = all.Slice(0, all.Count - Kept).Concat(GeneratedDigits.Create(Generated, seed: 99));
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{recipe.Name}: {recipe.Architecture}; writing {Lines:N0} numbers with {digits.Count:N0} digits, "
                + $"{data.Name} and generated ones …"));
        LabelledImages training = await Task.Run(() => SegmentExamples.Create(digits, Lines, seed: 1), cancellationToken);
        LabelledImages validation = await Task.Run(
            () => SegmentExamples.Create(all.Slice(all.Count - Kept, Kept), ValidationLines, seed: 2), cancellationToken);
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture, $"{training.Count:N0} segments to learn from, {validation.Count:N0} for validation"));
        Network network = recipe.CreateNetwork(seed: 1);
        string file = Path.Combine(folder, $"{recipe.Name}.safetensors");
        Directory.CreateDirectory(folder);
        TrainingOptions options = recipe.Options with
        {
            Epochs = epochs,
            ValidationData = validation,
            Threads = threads,
            Device = device,
            Checkpoint = Path.Combine(folder, $"{recipe.Name}.checkpoint"),
            OnEpoch = epoch => terminal.Message(string.Create(
                CultureInfo.InvariantCulture,
                $"{recipe.Name}, epoch {epoch.Epoch}: cost {epoch.Cost:0.0000}, "
                    + $"validation {Figures.Percent(epoch.Validation!.Value.Accuracy)}, {epoch.Time.TotalSeconds:0.0} s")),
        };
        await Task.Run(() => network.Train(training, options, cancellationToken), CancellationToken.None);
        network.Calibrate(validation);
        ModelFile.SaveSmall(network, file, terminal);
        Network kept = ModelFile.LoadMade(file, recipe.Architecture, options, training.Count);
        Score score = kept.Evaluate(validation);
        double error = kept.CalibrationError(validation);
        terminal.Json(json =>
        {
            json.WriteString("recipe", recipe.Name);
            json.WriteNumber("validationAccuracy", score.Accuracy);
            json.WriteNumber("calibrationError", Math.Round(error, 6));
            json.WriteString("data", data.Name);
        });
        if (!terminal.IsJson)
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{Figures.Percent(score.Accuracy)} of {score.Total:N0} segments judged rightly{Figures.NotMnist(data)}, "
                    + $"calibration error {Figures.Percent(error)}: {file}, {new FileInfo(file).Length:N0} bytes"));
        return CommandLine.Done;
    }
}
