using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Inkling.Execution.Ranks;
using Inkling.Files;
using Inkling.Gpu;
using Inkling.Mpi;
using Inkling.Training;
using Inkling.Web.Reading;

namespace Inkling.Cli;

/// <summary><c>inkling train</c>: trains a network, by default as the seed does.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        NetworkOptions networks = new();
        Option<string?> from = new("--from")
        {
            Description =
                "Train this network further, for 5 epochs with a tenth of the learning rate unless you say otherwise: "
                    + ModelSource.Description,
            HelpName = "MODEL"
        };
        LearningOptions learning = new();
        Option<int> seed = Options.Seed();
        Option<int> threads = Options.Threads();
        Option<string?> device = DeviceOption.Create("Where the network is trained and evaluated");
        DataChoice.OptionGroup data = new();
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
            Description = "Resume from the checkpoint, to the same bits as if never interrupted; more --epochs go beyond its end"
        };
        Option<double> rankTimeout = Options.Number(
            "--rank-timeout",
            "Under mpirun, seconds after which a rank that does not answer ends the training",
            MpiRanks.DefaultTimeout.TotalSeconds,
            0.1,
            1e6);
        Option<bool> json = Options.Json();
        Command command = new(
            "train", "Trains a network: the seed's job by default (784-30-10, 30 epochs, mini-batch 10, eta 3.0)");
        Option[] all =
        [
            .. networks.All, from, .. learning.All,
            seed, threads, device, data.Name, data.Path, data.Added, @out, plot, monitor, checkpoint, resume, rankTimeout, json,
        ];
        foreach (Option option in all)
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (networks.All.Append(from).Count(option => result.GetResult(option) is { Implicit: false }) > 1)
                result.AddError("--layers, --model, --architecture and --from each name a network: give one of them");
            if (result.GetResult(from) is { Implicit: false } && learning.DrawsWeights(result))
                result.AddError("--init draws new weights, and --from keeps those of a network: give one of them");
            if (result.GetResult(resume) is { Implicit: false } && result.GetResult(checkpoint) is null or { Implicit: true })
                result.AddError("--resume needs --checkpoint FILE");
        });
        command.SetAction((parsed, cancellationToken) => RankedCommand.RunAsync(
            parsed.GetValue(json),
            TimeSpan.FromSeconds(parsed.GetValue(rankTimeout)),
            (terminal, ranks) =>
            {
                Job? job = null;
                Do(ranks, () => job = CreateJob(parsed, terminal, ranks));
                return RunAsync(job!, terminal, ranks, cancellationToken);
            }));
        return command;

        Job CreateJob(ParseResult parsed, Terminal terminal, RankAgreement? ranks)
        {
            GpuDevice? gpu = DeviceOption.Find(parsed.GetValue(device), terminal);
            if (gpu is not null && ranks is not null)
                throw new InklingException("--device trains in one process: run it without mpirun, or leave --device out.");
            Network? start = parsed.GetValue(from) is { } trained ? ModelSource.Load(trained, terminal) : null;
            Recipe recipe = start is not null ? Recipe.FineTuning(start.Architecture)
                : networks.RecipeOf(parsed);
            recipe = learning.Apply(parsed, recipe, isFineTuning: start is not null);
            TrainingOptions options = recipe.Options with
            {
                Threads = parsed.GetValue(threads),
                Device = gpu,
                Checkpoint = parsed.GetValue(checkpoint),
                Ranks = ranks?.Group,
            };
            return new Job(
                recipe with { Options = options },
                start is null ? null : (parsed.GetValue(from)!, start),
                parsed.GetValue(seed),
                data.Of(parsed),
                parsed.GetValue(@out),
                parsed.GetValue(plot),
                parsed.GetValue(monitor),
                parsed.GetValue(resume));
        }
    }

    /// <summary>Does something; where there are several ranks, on all of them, or it fails on all.</summary>
    private static void Do(RankAgreement? ranks, Action action)
    {
        if (ranks is null)
            action();
        else
            ranks.Do(action);
    }

    /// <summary>Trains, and saves what was asked for.</summary>
    /// <returns>The command's exit code.</returns>
    /// <exception cref="InklingException">Something is wrong before an epoch is over.</exception>
    internal static async Task<int> RunAsync(
        Job job, Terminal terminal, RankAgreement? ranks, CancellationToken cancellationToken)
    {
        bool isReporting = ranks is null or { Group.Rank: 0 };
        Do(ranks, () =>
        {
            if (!isReporting)
                return; // it writes nothing
            RequireOutputs(job);
            RequireCheckpoint(job, terminal);
        });
        ImageData data = await LoadAsync(job, terminal, ranks, cancellationToken);
        Do(ranks, () => RequireFit(job, data));
        Network network = CreateNetwork(job);
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{network}. {data.Name}: {data.Training.Count:N0} images to learn from, "
                + $"{data.Validation.Count:N0} for validation, {data.Test.Count:N0} for the test."));
        terminal.Message(
            $"{TrainingHistory.Describe(job.Recipe.Options, job.Recipe.Options.Epochs, data.Training.Count)}.");
        TrainingDevice? device = job.Recipe.Options.Device;
        if (device is not null)
            terminal.Message($"Training on {device}.");
        if (job.Start is { } begun && isReporting)
        {
            Score before = device is null
                ? begun.Network.Evaluate(data.Validation)
                : begun.Network.Evaluate(data.Validation, device);
            terminal.Message(
                $"{begun.Name} is right on {Figures.Percent(before.Accuracy)} "
                    + $"of the validation images before{Figures.NotMnist(data)}.");
        }

        TrainingRun run = new(job, data, network, terminal);
        Stopwatch clock = Stopwatch.StartNew();
        TrainingEnd end = await run.TrainAsync(cancellationToken);
        clock.Stop();
        return isReporting ? ReportEnd(job, data, run, clock.Elapsed, end, terminal) : CommandLine.Done;
    }

    private static async Task<ImageData> LoadAsync(
        Job job, Terminal terminal, RankAgreement? ranks, CancellationToken cancellationToken)
    {
        if (ranks is null)
            return await ChosenData.LoadToLearnAsync(job.Data, job.Seed, terminal, cancellationToken);
        ImageData? data = null;
        ranks.DoHereFirst(() =>
            data = ChosenData.LoadToLearnAsync(job.Data, job.Seed, terminal, cancellationToken).GetAwaiter().GetResult());
        return data!;
    }

    /// <summary>A new network, or one with the weights and the history of that which is trained further.</summary>
    private static Network CreateNetwork(Job job)
    {
        Network network = job.Recipe.CreateNetwork(job.Seed);
        if (job.Start is var (_, start))
        {
            network.Parameters.CopyFrom(start.Parameters);
            network.History = start.History;
        }

        return network;
    }

    /// <summary>Checks all outputs before training: each can be written, is a separate file, and is not a data file.</summary>
    private static void RequireOutputs(Job job)
    {
        OutputFiles.RequireEnding("--out", job.Out, ModelFile.Endings);
        ModelFile.RequireFit(job.Recipe.Architecture, job.Out);
        try
        {
            string file = job.Out ?? ModelSource.LatestNetwork;
            AtomicFile.RequireWritable(file, ModelFile.MostBytes(job.Recipe.Architecture, file));
        }
        catch (InklingException e) when (job.Out is null)
        {
            throw new InklingException($"{e.Message} Name a file for the network with --out.", e);
        }

        OutputFiles.Require(OutputsOf(job).Select(output => output.File));
        string[] data = [.. job.Data.Files()];
        foreach ((string option, string file) in OutputsOf(job))
            OutputFiles.RequireNoneOf(option, file, data);
        if (job.Start is not var (name, _) || ModelSource.FileOf(name) is not { } start)
            return;
        // It may be replaced by the network that it becomes, but not where an interrupted training must find it again.
        foreach ((string option, string file) in OutputsOf(job))
        {
            if (option != "--out" || job.Recipe.Options.Checkpoint is not null)
                OutputFiles.RequireNoneOf(option, file, [start]);
        }
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

        string ending = Path.GetExtension(checkpoint).ToLowerInvariant();
        string? kind = ModelFile.Endings.Contains(ending, StringComparer.Ordinal) ? "network"
            : ending is ".png" or ".svg" ? "picture"
            : null;
        if (found is null && kind is not null)
        {
            throw new InklingException(
                $"--checkpoint {checkpoint}: {ending} is the ending of a {kind}, which a checkpoint is not. "
                    + "Name it otherwise, as run.checkpoint.");
        }

        if (found is null && job.Resume)
            terminal.Message($"{checkpoint}: there is no training in this file yet; this one begins at the beginning.");
    }

    private static void RequireFit(Job job, ImageData data)
    {
        Architecture architecture = job.Recipe.Architecture;
        if (!ModelSource.Fits(architecture, data.Training))
        {
            throw new InklingException(
                $"{(job.Start is { } start ? $"--from {start.Name}"
                    : architecture.Sizes is { } sizes ? $"--layers {string.Join(',', sizes)}" : architecture)} "
                    + $"does not fit the data: images of {data.Training.Height}×{data.Training.Width} pixels "
                    + $"in {data.Training.Classes} classes need "
                    + $"{data.Training.InputSize} or 1x{data.Training.Height}x{data.Training.Width} first and "
                    + $"{data.Training.OutputSize} last.");
        }
    }

    /// <summary>Saves and draws; a failure is reported and does not stop the rest.</summary>
    private static int ReportEnd(Job job, ImageData data, TrainingRun run, TimeSpan time, TrainingEnd end, Terminal terminal)
    {
        double imagesPerSecond = run.Examples / time.TotalSeconds;
        string how = end.Failure is not null ? "Stopped after" : end.IsInterrupted ? "Interrupted after" : "Trained in";
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"{how} {time.TotalSeconds:0.00} s, {imagesPerSecond:N0} images a second."));
        MpiRanks? ranks = job.Recipe.Options.Ranks as MpiRanks;
        if (ranks is not null)
        {
            terminal.Message(string.Create(
                CultureInfo.InvariantCulture,
                $"{ranks.Count} ranks by {ranks.Library}; this one sent {ranks.BytesSent / 1e6:N1} MB and waited for others for "
                    + $"{ranks.Waited.TotalSeconds:0.00} s."));
        }

        string file = job.Out ?? ModelSource.LatestNetwork;
        string? saved = null;
        if (run.Best is { } epoch)
        {
            saved = Save(job, data, epoch, file, terminal);
            if (Diagnostics.WhyStuck(epoch.Network!, data.Test, epoch.Test!.Value, data.Training) is { } hint)
                terminal.Message(hint);
        }
        else
        {
            terminal.Failure("The first epoch was not over: no network is saved.");
        }

        if ((end.IsInterrupted || end.Failure is not null) && job.Recipe.Options.Checkpoint is { } checkpoint)
            terminal.Message($"Kept the training in {checkpoint}: the same command with --resume goes on with it.");
        bool isDrawn = Draw(job, data, run, terminal);
        terminal.Json(json =>
        {
            json.WriteNumber("totalSeconds", Math.Round(time.TotalSeconds, 4));
            json.WriteNumber("imagesPerSecond", Math.Round(imagesPerSecond));
            json.WriteBoolean("interrupted", end.IsInterrupted);
            if (ranks is not null)
            {
                json.WriteNumber("ranks", ranks.Count);
                json.WriteNumber("bytesSent", ranks.BytesSent);
                json.WriteNumber("waitedSeconds", Math.Round(ranks.Waited.TotalSeconds, 4));
            }

            if (run.Best is { } bestEpoch)
                json.WriteNumber("bestEpoch", bestEpoch.Epoch);
            if (saved is not null)
                json.WriteString("out", saved);
            if (job.Recipe.Options.Device is { } device)
                json.WriteString("device", device.Name);
            json.WriteString("data", data.Name);
        });
        if (end.Failure is not null)
            terminal.Failure(end.Failure.Message);
        return saved == file && isDrawn && end.Failure is null ? CommandLine.Done
            : end.IsInterrupted && run.Best is null ? CommandLine.Interrupted
            : CommandLine.Failed;
    }

    /// <summary>Saves the best epoch's network, and says so.</summary>
    /// <returns>The file it was saved to; null where none could be written.</returns>
    private static string? Save(Job job, ImageData data, EpochResult epoch, string file, Terminal terminal)
    {
        Network best = epoch.Network!;
        best.Calibrate(data.Validation);
        best.History = TrainingHistory.Append(
            best.History, TrainingHistory.Describe(job.Recipe.Options, epoch.Epoch + 1, data.Training.Count));
        if (job.Out is null)
            LatestNetwork.KeepBetter(best, data, terminal);
        string? saved = ModelFile.SaveSomewhere(best, file, terminal);
        if (saved is not null)
        {
            terminal.Message(
                $"Saved the network of epoch {epoch.Epoch}, the best on validation "
                    + $"({Figures.Percent(epoch.Validation!.Value.Accuracy)}; "
                    + $"test {Figures.Percent(epoch.Test!.Value.Accuracy)}{Figures.NotMnist(data)}) to {saved}. "
                    + "Read a picture with it: "
                    + $"inkling read PICTURE --model {(saved == ModelSource.LatestNetwork ? ModelShelf.Latest : saved)}");
        }

        return saved;
    }

    private static bool Draw(Job job, ImageData data, TrainingRun run, Terminal terminal)
    {
        if (run.Best is not { Network: { } best })
            return true;
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
    /// <param name="Recipe">What is trained, and how.</param>
    /// <param name="Start">The network that is trained further, and what it is called; null for a new one.</param>
    /// <param name="Seed">The seed of new weights and of the order of the images.</param>
    /// <param name="Data">What it learns from.</param>
    /// <param name="Out">The network's file; null for <c>latest</c>.</param>
    /// <param name="Plot">The learning curve's file; null for none.</param>
    /// <param name="Monitor">The monitor's file; null for none.</param>
    /// <param name="Resume">Whether a training in the checkpoint is resumed.</param>
    internal sealed record Job(
        Recipe Recipe,
        (string Name, Network Network)? Start,
        int Seed,
        DataChoice Data,
        string? Out,
        string? Plot,
        string? Monitor,
        bool Resume);
}
