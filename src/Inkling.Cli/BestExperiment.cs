using System.Diagnostics;
using System.Globalization;
using Inkling.Evaluation;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>
/// Trains a bundled network from scratch: trains the recipe's network with several seeds, calibrates each, stores it in half
/// precision, and evaluates on the test images once, at the end. An interrupted run resumes where it stopped.
/// </summary>
internal sealed class BestExperiment(
    Recipe recipe, int seeds, int epochs, int threads, TrainingDevice? device, string folder, ImageData data, Terminal terminal)
{
    private const int Kept = 5_000; // validation images held out of training, to choose between seeds and to calibrate

    private const int Copies = 8;

    /// <summary>How copies are changed for test-time augmentation: fixed in advance, half the ranges of training.</summary>
    private static readonly Augmentation Changes = new() { Shift = 1, Rotation = 5, Scale = 0.05 };

    private LabelledImages Training => data.Training.Concat(data.Validation.Slice(0, data.Validation.Count - Kept));

    private LabelledImages Validation => data.Validation.Slice(data.Validation.Count - Kept, Kept);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        LabelledImages training = Training, validation = Validation;
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{recipe.Name}: {recipe.Architecture}; {training.Count:N0} images to learn from, "
                + $"{validation.Count:N0} for validation; {data.Name}"));
        List<Network> networks = [];
        for (int seed = 1; seed <= seeds; seed++)
            networks.Add(await TrainedAsync(seed, training, validation, cancellationToken));
        Network chosen = networks.MaxBy(network => ScoreOf(network, validation).Correct)!;
        string bundled = Path.Combine(folder, $"{recipe.Name}.safetensors");
        ModelFile.SaveSmall(chosen, bundled, terminal);
        Report(networks, validation);
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"Seed {networks.IndexOf(chosen) + 1} is best on validation: {bundled}, {new FileInfo(bundled).Length:N0} bytes."));
        return CommandLine.Done;
    }

    private async Task<Network> TrainedAsync(
        int seed,
        LabelledImages training,
        LabelledImages validation,
        CancellationToken cancellationToken)
    {
        string file = Path.Combine(folder, $"{recipe.Name}-{seed}.safetensors");
        Network network = recipe.CreateNetwork(seed);
        Stopwatch clock = Stopwatch.StartNew();
        TrainingOptions options = recipe.Options with
        {
            Epochs = epochs,
            ValidationData = validation,
            Threads = threads,
            Device = device,
            Checkpoint = Path.Combine(folder, $"{recipe.Name}-{seed}.checkpoint"),
            OnEpoch = epoch => terminal.Message(string.Create(
                CultureInfo.InvariantCulture,
                $"{recipe.Name}, seed {seed}, epoch {epoch.Epoch}: cost {epoch.Cost:0.0000}, "
                    + $"validation {Figures.Percent(epoch.Validation!.Value.Accuracy)}, {epoch.Time.TotalSeconds:0.0} s")),
        };
        if (!File.Exists(file))
        {
            await Task.Run(() => network.Train(training, options, cancellationToken), CancellationToken.None);
            network.Calibrate(validation);
            ModelFile.SaveSmall(network, file, terminal);
            terminal.Message(string.Create(
                CultureInfo.InvariantCulture, $"{recipe.Name}, seed {seed}: trained in {clock.Elapsed.TotalSeconds:0} s"));
        }

        return ModelFile.LoadMade(file, recipe.Architecture, options, training.Count);
    }

    private Score ScoreOf(Network network, LabelledImages images) =>
        device is null ? network.Evaluate(images) : network.Evaluate(images, device);

    private Ensemble EnsembleOf(IReadOnlyList<Network> networks) => device is null
        ? new Ensemble(networks)
        : new Ensemble(networks) { OutputsOf = (network, examples) => network.Outputs(examples, device) };

    private void Report(List<Network> networks, LabelledImages validation)
    {
        Table table = new() { Border = TableBorder.Rounded, Title = new TableTitle($"{recipe.Name}, in %, {data.Name}") };
        table.AddColumns("network", "validation", "test", "95 % interval", "labels corrected", "calibration error, validation");
        List<Result> results = [.. networks.Select((network, i) => new Result(
            string.Create(CultureInfo.InvariantCulture, $"seed {i + 1}"),
            ScoreOf(network, validation),
            EnsembleOf([network]).MeanConfidences(data.Test),
            data,
            network.CalibrationError(validation)))];
        if (networks.Count > 1)
        {
            Ensemble all = EnsembleOf(networks);
            results.Add(new Result(
                string.Create(CultureInfo.InvariantCulture, $"ensemble of {networks.Count}"),
                Score.Of(all.MeanConfidences(validation), validation),
                all.MeanConfidences(data.Test),
                data,
                null));
            results.Add(new Result(
                string.Create(
                    CultureInfo.InvariantCulture, $"ensemble of {networks.Count}, each image and {Copies} changed copies"),
                Score.Of(all.MeanConfidences(validation, Changes, Copies), validation),
                all.MeanConfidences(data.Test, Changes, Copies),
                data,
                null));
        }

        foreach (Result result in results)
        {
            table.AddRow(
                result.Name,
                Figures.Percent(result.Validation.Accuracy),
                Figures.Percent(result.Test.Accuracy),
                $"{Figures.Percent(result.Test.Interval.Low)} … {Figures.Percent(result.Test.Interval.High)}",
                result.Corrected is { } corrected ? Figures.Percent(corrected.Accuracy) : "–",
                result.CalibrationError is { } error ? Figures.Percent(error) : "–");
            terminal.Json(json =>
            {
                json.WriteString("recipe", recipe.Name);
                json.WriteString("network", result.Name);
                json.WriteNumber("validationAccuracy", result.Validation.Accuracy);
                json.WriteNumber("testCorrect", result.Test.Correct);
                json.WriteNumber("testAccuracy", result.Test.Accuracy);
                if (result.Corrected is { } corrected)
                    json.WriteNumber("correctedAccuracy", corrected.Accuracy);
                if (result.CalibrationError is { } error)
                    json.WriteNumber("calibrationError", Math.Round(error, 6));
                json.WriteString("data", data.Name);
            });
        }

        double[] tests = [.. results.Take(networks.Count).Select(result => result.Test.Accuracy)];
        table.AddRow(
            "mean ± sd",
            Figures.MeanAndDeviation([.. results.Take(networks.Count).Select(result => result.Validation.Accuracy)]),
            Figures.MeanAndDeviation(tests),
            "",
            data.IsMnist
                ? Figures.MeanAndDeviation([.. results.Take(networks.Count).Select(result => result.Corrected!.Value.Accuracy)])
                : "–",
            "");
        if (!terminal.IsJson)
            terminal.People.Write(table);
    }

    private sealed record Result(string Name, Score Validation, float[][] Confidences, ImageData Data, double? CalibrationError)
    {
        public Score Test { get; } = Score.Of(Confidences, Data.Test);

        public Score? Corrected { get; } = Data.IsMnist ? MnistLabelErrors.Score(Data.Test, Confidences) : null;
    }
}
