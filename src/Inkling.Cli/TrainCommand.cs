using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Inkling.Files;
using Inkling.Training;
using Inkling.Web.Reading;

namespace Inkling.Cli;

/// <summary><c>inkling train</c>: trains a network, by default as the seed does.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        Option<int[]?> layers = Options.Layers();
        Option<string?> model = Options.OneOf(
            "--model",
            "A named network in place of --layers, with its own way of training",
            [.. Recipe.All.Select(recipe => recipe.Name)]);
        Option<Architecture?> architecture = Options.ArchitectureText();
        Option<int> epochs = Options.Number(
            "--epochs", "How often the network sees all training images", Recipe.Seed.Options.Epochs, 1, 100_000);
        Option<int> miniBatch = Options.Number(
            "--mini-batch", "Images for each step", Recipe.Seed.Options.MiniBatchSize, 1, 1_000_000);
        Option<double> eta = Options.Number("--eta", "Learning rate", Recipe.Seed.Options.LearningRate, 1e-9, 1e9);
        Option<int> seed = Options.Seed();
        Option<int> threads = Options.Threads();
        Option<string?> data = Options.Data();
        Option<string?> @out = new("--out")
        {
            Description =
                "Where the trained network goes: .safetensors, .onnx, numpy's .npz, or .json as network2.py writes it "
                    + "(default: the user's data folder)",
            HelpName = "FILE"
        };
        Option<string?> plot = Options.Plot(
            "the learning curve into FILE.png, and beside it the confusion matrix, "
                + "the worst mistakes and the hidden neurons' weights");
        Option<string?> monitor = Options.Picture(
            "--monitor", "Record cost, accuracy, weights and gradients after each epoch, and draw them into FILE.png");
        Option<string?> checkpoint = new("--checkpoint")
        {
            Description = "Keep the training in FILE after each epoch and when it is interrupted",
            HelpName = "FILE"
        };
        Option<bool> resume = new("--resume")
        {
            Description = "Resume from the checkpoint, to the same bits as if never interrupted"
        };
        Option<bool> json = Options.Json();
        Command command = new(
            "train", "Trains a network: the seed's job by default (784-30-10, 30 epochs, mini-batch 10, eta 3.0)")
        {
            layers, model, architecture, epochs, miniBatch, eta, seed, threads,
            data, @out, plot, monitor, checkpoint, resume, json,
        };
        command.Validators.Add(result =>
        {
            if (new Option[] { layers, model, architecture }.Count(option => result.GetResult(option) is { Implicit: false }) > 1)
                result.AddError("--layers, --model and --architecture each name an architecture: give one of them");
            if (result.GetResult(resume) is { Implicit: false } && result.GetResult(checkpoint) is null or { Implicit: true })
                result.AddError("--resume needs --checkpoint FILE");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            Recipe recipe = parsed.GetValue(layers) is { Length: > 0 } sizes
                ? Recipe.Seed with { Architecture = Architecture.FullyConnected(sizes) }
                : parsed.GetValue(architecture) is { } own ? Recipe.Tiny with { Name = "architecture", Architecture = own }
                : Recipe.Named(parsed.GetValue(model) ?? "seed")!;
            TrainingOptions options = recipe.Options with
            {
                Epochs = Given(epochs) ?? recipe.Options.Epochs,
                MiniBatchSize = Given(miniBatch) ?? recipe.Options.MiniBatchSize,
                LearningRate = Given(eta) ?? recipe.Options.LearningRate,
                Threads = parsed.GetValue(threads),
                Checkpoint = parsed.GetValue(checkpoint),
            };
            return RunAsync(
                new Job(
                    recipe with { Options = options },
                    parsed.GetValue(seed),
                    parsed.GetValue(data),
                    parsed.GetValue(@out),
                    parsed.GetValue(plot),
                    parsed.GetValue(monitor),
                    parsed.GetValue(resume)),
                new Terminal(parsed.GetValue(json)),
                cancellationToken);

            T? Given<T>(Option<T> option)
                where T : struct => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : null;
        });
        return command;
    }

    private static async Task<int> RunAsync(Job job, Terminal terminal, CancellationToken cancellationToken)
    {
        RequireOutputs(job);
        RequireCheckpoint(job, terminal);
        ImageData data = await DataSource.LoadMnistOrGeneratedAsync(job.Data, terminal, cancellationToken);
        RequireFit(job, data);
        Network network = job.Recipe.CreateNetwork(job.Seed);
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{network}. {data.Name}: {data.Training.Count:N0} images to learn from, "
                + $"{data.Validation.Count:N0} for validation, {data.Test.Count:N0} for the test."));

        TrainingRun run = new(job, data, network, terminal);
        Stopwatch clock = Stopwatch.StartNew();
        TrainingEnd end = await run.TrainAsync(cancellationToken);
        clock.Stop();
        return ReportEnd(job, data, run, clock.Elapsed, end, terminal);
    }

    /// <summary>Checks all outputs before training: each can be written, is a separate file, and is not a data file.</summary>
    private static void RequireOutputs(Job job)
    {
        OutputFiles.RequireEnding("--out", job.Out, ModelFile.Endings);
        ModelFile.RequireFit(job.Recipe.Architecture, job.Out);
        try
        {
            OutputFiles.Require(job.Out ?? ModelSource.LatestNetwork);
        }
        catch (InklingException e) when (job.Out is null)
        {
            throw new InklingException($"{e.Message} Name a file for the network with --out.", e);
        }

        OutputFiles.Require(OutputsOf(job).Select(output => output.File));
        string[] data = [.. DataSource.MnistFiles(job.Data)];
        foreach ((string option, string file) in OutputsOf(job))
            OutputFiles.RequireNoneOf(option, file, data);
    }

    /// <summary>All files that are written, with their options; includes those beside the ones named, and defaults.</summary>
    private static IEnumerable<(string Option, string File)> OutputsOf(Job job)
    {
        yield return ("--out", job.Out ?? ModelSource.LatestNetwork);
        if (job.Monitor is { } monitor)
            yield return ("--monitor", monitor);
        if (job.Recipe.Options.Checkpoint is { } checkpoint)
        {
            yield return ("--checkpoint", checkpoint); // the caller checks it before the next line follows its links
            if (FileKinds.Of(checkpoint) != FileKind.Stream)
                yield return ("--checkpoint", Checkpoint.PreviousOf(AtomicFile.TargetOf(checkpoint)));
        }

        foreach (string picture in job.Plot is null ? [] : TrainingPictures.PathsOf(job.Plot))
            yield return ("--plot", picture);
    }

    private static void RequireCheckpoint(Job job, Terminal terminal)
    {
        if (job.Recipe.Options.Checkpoint is not { } checkpoint)
            return;
        string? found =
            new[] { checkpoint, Checkpoint.PreviousOf(checkpoint), Checkpoint.PreviousOf(AtomicFile.TargetOf(checkpoint)) }
                .FirstOrDefault(File.Exists);
        if (found is not null && !job.Resume)
        {
            throw new InklingException(
                $"{found}: there is a training in this file already. Resume it with --resume, or delete it.");
        }

        if (found is null && job.Resume)
            terminal.Message($"{checkpoint}: there is no training in this file yet; this one begins at the beginning.");
    }

    private static void RequireFit(Job job, ImageData data)
    {
        Architecture architecture = job.Recipe.Architecture;
        if ((architecture.Input != new Shape(1, data.Training.Height, data.Training.Width)
                && architecture.Input != new Shape(data.Training.InputSize))
            || architecture.Output.Size != data.Training.OutputSize)
        {
            throw new InklingException(
                $"{(architecture.Sizes is { } sizes ? $"--layers {string.Join(',', sizes)}" : architecture)} "
                    + $"does not fit the data: images of {data.Training.Height}×{data.Training.Width} pixels "
                    + $"in {data.Training.Classes} classes need "
                    + $"{data.Training.InputSize} or 1x{data.Training.Height}x{data.Training.Width} first and "
                    + $"{data.Training.OutputSize} last.");
        }
    }

    /// <summary>Saves and draws; a failure is reported and does not stop the rest.</summary>
    private static int ReportEnd(Job job, ImageData data, TrainingRun run, TimeSpan time, TrainingEnd end, Terminal terminal)
    {
        Network best = run.BestNetwork;
        best.Calibrate(data.Validation);
        string file = job.Out ?? ModelSource.LatestNetwork;
        string kept = run.Best is { } epoch
            ? $"the network of epoch {epoch.Epoch}, the best on validation "
                + $"({Figures.Percent(epoch.Validation!.Value.Accuracy)}; "
                + $"test {Figures.Percent(epoch.Test!.Value.Accuracy)}{Figures.NotMnist(data)})"
            : "the network as far as it had learned";
        double imagesPerSecond = run.Examples / time.TotalSeconds;
        string how = end.Failure is not null ? "Stopped after" : end.IsInterrupted ? "Interrupted after" : "Trained in";
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"{how} {time.TotalSeconds:0.00} s, {imagesPerSecond:N0} images a second."));
        string? saved = ModelFile.SaveSomewhere(best, file, terminal);
        if (saved is not null)
        {
            terminal.Message(
                $"Saved {kept} to {saved}. Read a picture with it: "
                    + $"inkling read PICTURE --model {(saved == ModelSource.LatestNetwork ? ModelShelf.Latest : saved)}");
        }

        if (run.Best is { Test: { } score } && Diagnostics.WhyStuck(best, data.Test, score) is { } hint)
            terminal.Message(hint);
        if (end.IsInterrupted && job.Recipe.Options.Checkpoint is { } checkpoint)
            terminal.Message($"Kept the training in {checkpoint}: the same command with --resume goes on with it.");
        bool isDrawn = Draw(job, data, run, best, terminal);
        terminal.Json(json =>
        {
            json.WriteNumber("totalSeconds", Math.Round(time.TotalSeconds, 4));
            json.WriteNumber("imagesPerSecond", Math.Round(imagesPerSecond));
            json.WriteBoolean("interrupted", end.IsInterrupted);
            if (run.Best is { } bestEpoch)
                json.WriteNumber("bestEpoch", bestEpoch.Epoch);
            if (saved is not null)
                json.WriteString("out", saved);
            json.WriteString("data", data.Name);
        });
        if (end.Failure is not null)
            terminal.Failure(end.Failure.Message);
        return saved == file && isDrawn && end.Failure is null ? CommandLine.Done : CommandLine.Failed;
    }

    private static bool Draw(Job job, ImageData data, TrainingRun run, Network best, Terminal terminal)
    {
        List<string> drawn = [];
        bool all = Try(() => drawn.AddRange(job.Plot is null ? [] : TrainingPictures.Save(job.Plot, data, run.Epochs, best)))
            & Try(() => drawn.AddRange(run.SaveMonitor()));
        if (drawn.Count > 0)
            terminal.Message($"Drew {string.Join(", ", drawn)}");
        return all;

        bool Try(Action draw)
        {
            try
            {
                draw();
                return true;
            }
            catch (Exception e) when (
                e is InklingException or InvalidOperationException or IOException or UnauthorizedAccessException)
            {
                terminal.Failure(e.Message);
                return false;
            }
        }
    }

    /// <summary>The options of <c>train</c>.</summary>
    internal sealed record Job(Recipe Recipe, int Seed, string? Data, string? Out, string? Plot, string? Monitor, bool Resume);
}
