using System.CommandLine;
using System.Diagnostics;
using System.Globalization;

namespace Inkling.Cli;

/// <summary><c>inkling train</c>: the seed's job by default.</summary>
internal static class TrainCommand
{
    private static readonly Dictionary<string, int[]> Architectures = new(StringComparer.Ordinal)
    {
        ["seed"] = [784, 30, 10],
        ["seed-100"] = [784, 100, 10],
    };

    public static Command Create()
    {
        Option<int[]?> layers = Options.Layers();
        Option<string?> model = Options.OneOf("--model", "A named architecture in place of --layers", [.. Architectures.Keys]);
        Option<int> epochs = Options.Number("--epochs", "How often the network sees all training images", 30, 1, 100_000);
        Option<int> miniBatch = Options.Number("--mini-batch", "Images for each step", 10, 1, 1_000_000);
        Option<double> eta = Options.Number("--eta", "Learning rate", 3.0, 1e-9, 1e9);
        Option<int> seed = Options.Seed();
        Option<int> threads = Options.Threads();
        Option<string?> data = Options.Data();
        Option<string?> @out = new("--out") { Description = "Where the trained network goes: .safetensors, or .json as network2.py writes it (default: the user's data folder)", HelpName = "FILE" };
        Option<string?> plot = Options.Plot("the learning curve into FILE.png, and beside it the confusion matrix, the worst mistakes and the hidden neurons' weights");
        Option<bool> json = Options.Json();
        Command command = new("train", "Trains a network: the seed's job by default (784-30-10, 30 epochs, mini-batch 10, eta 3.0)")
        {
            layers, model, epochs, miniBatch, eta, seed, threads, data, @out, plot, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(layers) is { Implicit: false } && result.GetResult(model) is { Implicit: false })
                result.AddError("--layers and --model both name an architecture: give one of them");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new Job(
                parsed.GetValue(layers) is { Length: > 0 } sizes ? sizes : Architectures[parsed.GetValue(model) ?? "seed"],
                parsed.GetValue(epochs),
                parsed.GetValue(miniBatch),
                parsed.GetValue(eta),
                parsed.GetValue(seed),
                parsed.GetValue(threads),
                parsed.GetValue(data),
                parsed.GetValue(@out),
                parsed.GetValue(plot)),
            new Terminal(parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Job job, Terminal terminal, CancellationToken cancellationToken)
    {
        ImageData data = await DataSource.LoadMnistOrGeneratedAsync(job.Data, terminal, cancellationToken);
        RequireFit(job, data);
        Network network = new(job.Layers, job.Seed);
        terminal.Message(string.Create(CultureInfo.InvariantCulture, $"{network}. {data.Name}: {data.Training.Count:N0} images to learn from, {data.Validation.Count:N0} for validation, {data.Test.Count:N0} for the test."));

        TrainingRun run = new(job, data, network, terminal);
        Stopwatch clock = Stopwatch.StartNew();
        bool interrupted = !await run.TrainAsync(cancellationToken);
        clock.Stop();
        ReportEnd(job, data, run, clock.Elapsed, interrupted, terminal);
        return CommandLine.Done;
    }

    private static void RequireFit(Job job, ImageData data)
    {
        if (job.Layers[0] != data.Training.InputSize || job.Layers[^1] != data.Training.OutputSize)
            throw new InklingException($"--layers {string.Join(',', job.Layers)} does not fit the data: images of {data.Training.Height}×{data.Training.Width} pixels in {data.Training.Classes} classes need {data.Training.InputSize} first and {data.Training.OutputSize} last.");
    }

    private static void ReportEnd(Job job, ImageData data, TrainingRun run, TimeSpan time, bool interrupted, Terminal terminal)
    {
        Network best = run.BestNetwork;
        string file = job.Out ?? UserFolder.LatestNetwork;
        string kept = run.Best is { } epoch
            ? $"the network of epoch {epoch.Epoch}, the best on validation ({Figures.Percent(epoch.Validation!.Value.Accuracy)}; test {Figures.Percent(epoch.Test!.Value.Accuracy)}{Figures.NotMnist(data)})"
            : "the network as far as it had learned";
        double imagesPerSecond = run.Progress.Examples / time.TotalSeconds;
        terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{(interrupted ? "Interrupted after" : "Trained in")} {time.TotalSeconds:0.00} s, {imagesPerSecond:N0} images a second."));
        bool saved = Save(best, file, required: job.Out is not null, terminal);
        if (saved)
            terminal.Message($"Saved {kept} to {file}. Read a picture with it: inkling read PICTURE{(job.Out is null ? "" : $" --model {file}")}");
        string[] pictures = job.Plot is null ? [] : TrainingPictures.Save(job.Plot, data, run.Epochs, best);
        if (pictures.Length > 0)
            terminal.Message($"Drew {string.Join(", ", pictures)}");
        terminal.Json(json =>
        {
            json.WriteNumber("totalSeconds", Math.Round(time.TotalSeconds, 4));
            json.WriteNumber("imagesPerSecond", Math.Round(imagesPerSecond));
            json.WriteBoolean("interrupted", interrupted);
            if (run.Best is { } bestEpoch)
                json.WriteNumber("bestEpoch", bestEpoch.Epoch);
            if (saved)
                json.WriteString("out", file);
            json.WriteString("data", data.Name);
        });
    }

    /// <summary>A file the user asked for must be written; the one kept for convenience may fail without undoing the training.</summary>
    private static bool Save(Network network, string file, bool required, Terminal terminal)
    {
        try
        {
            network.Save(file);
            return true;
        }
        catch (InklingException e) when (!required)
        {
            terminal.Message($"Not saved: {e.Message} Name a file with --out.");
            return false;
        }
    }

    /// <summary>What <c>train</c> was asked for.</summary>
    internal sealed record Job(int[] Layers, int Epochs, int MiniBatch, double Eta, int Seed, int Threads, string? Data, string? Out, string? Plot);
}
