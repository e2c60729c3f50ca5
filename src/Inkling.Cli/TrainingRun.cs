using Inkling.Plots;
using Inkling.Training;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>One run of <c>inkling train</c>: prints the seed's lines above a progress bar and keeps the best network.</summary>
internal sealed class TrainingRun(TrainCommand.Job job, ImageData data, Network network, Terminal terminal) : IProgress<long>
{
    private readonly List<EpochResult> _epochs = [];
    private readonly TrainingMonitor? _monitor = job.Monitor is null ? null : new TrainingMonitor(data.Training, data.Validation);

    private long _examples;

    /// <summary>How many examples have been trained on.</summary>
    public long Examples => Interlocked.Read(ref _examples);

    /// <summary>The epochs that were finished, in order.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>The epoch with the most correct answers on validation data, the first of equal ones.</summary>
    public EpochResult? Best { get; private set; }

    /// <summary>Trains until the last epoch, an interruption or an error.</summary>
    public async Task<TrainingEnd> TrainAsync(CancellationToken cancellationToken)
    {
        if (!terminal.IsLive)
            return await TrainInBackground(cancellationToken);
        return await terminal.People.Progress()
            .AutoClear(true)
            .Columns(
                new LearningCurveColumn(this),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new ImagesPerSecondColumn(this),
                new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("training", maxValue: (double)job.Recipe.Options.Epochs * data.Training.Count);
                Task<TrainingEnd> training = TrainInBackground(cancellationToken);
                while (await Task.WhenAny(training, Task.Delay(100, CancellationToken.None)) != training)
                    bar.Value = Examples;
                bar.Value = Examples;
                return await training;
            });
    }

    /// <summary>Draws the picture of <c>--monitor</c>.</summary>
    /// <returns>The picture's file; empty where there is none.</returns>
    public string[] SaveMonitor()
    {
        if (_monitor is null || _monitor.Entries.Count == 0)
            return [];
        if (_monitor.Entries.Count < _epochs.Count)
            terminal.Message(
                $"{job.Monitor}: without {_epochs.Count - _monitor.Entries.Count} epochs before the interruption, "
                    + "whose networks are no longer there.");
        MonitorPlot.Save(job.Monitor!, $"Learning {data.Name}, epoch by epoch", _monitor.Entries);
        return [job.Monitor!];
    }

    private Task<TrainingEnd> TrainInBackground(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            TrainingOptions options = job.Recipe.Options with
            {
                ValidationData = data.Validation,
                TestData = data.Test,
                OnEpoch = Report,
                OnWarning = terminal.Failure,
                Progress = this
            };
            try
            {
                network.Train(data.Training, options, cancellationToken);
                return new TrainingEnd(false, null);
            }
            catch (OperationCanceledException)
            {
                return new TrainingEnd(true, null);
            }
            catch (Exception e) when (Best is not null && (e is InklingException or IOException or OutOfMemoryException))
            {
                return new TrainingEnd(false, e); // keeps what was learned before the error
            }
        },
        CancellationToken.None);

    void IProgress<long>.Report(long examples) => Interlocked.Exchange(ref _examples, examples);

    private void Report(EpochResult result)
    {
        lock (_epochs)
            _epochs.Add(result);
        if (Best is null || result.Validation!.Value.Correct > Best.Validation!.Value.Correct)
            Best = result;
        _monitor?.Record(result);
        if (terminal.IsJson)
            WriteJson(result);
        else
            terminal.Line(result + Figures.NotMnist(data));
    }

    private void WriteJson(EpochResult result) => terminal.Json(json =>
    {
        Score test = result.Test!.Value;
        json.WriteNumber("epoch", result.Epoch);
        json.WriteNumber("correct", test.Correct);
        json.WriteNumber("total", test.Total);
        json.WriteNumber("accuracy", test.Accuracy);
        json.WriteNumber("cost", Math.Round(result.Cost, 6));
        json.WriteNumber("seconds", Math.Round(result.Time.TotalSeconds, 4));
        json.WriteString("data", data.Name);
    });

    /// <summary>Test accuracy of the last epochs in block characters, scaled from the lowest shown to the highest.</summary>
    private sealed class LearningCurveColumn(TrainingRun run) : ProgressColumn
    {
        private const string Blocks = "▁▂▃▄▅▆▇█";
        private const int Width = 30;

        public override Spectre.Console.Rendering.IRenderable Render(
            Spectre.Console.Rendering.RenderOptions options,
            ProgressTask task,
            TimeSpan deltaTime)
        {
            double[] accuracies;
            lock (run._epochs)
                accuracies = [.. run._epochs.TakeLast(Width).Select(epoch => epoch.Test!.Value.Accuracy)];
            if (accuracies.Length == 0)
                return new Text("epoch 0");
            double low = accuracies.Min(), span = Math.Max(accuracies.Max() - low, 1e-9);
            string curve = string.Concat(accuracies.Select(
                accuracy => Blocks[(int)((accuracy - low) / span * (Blocks.Length - 1))]));
            return new Text($"{curve} {Figures.Percent(accuracies[^1])}");
        }
    }

    private sealed class ImagesPerSecondColumn(TrainingRun run) : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(
            Spectre.Console.Rendering.RenderOptions options,
            ProgressTask task,
            TimeSpan deltaTime)
        {
            double seconds = task.ElapsedTime?.TotalSeconds ?? 0;
            return new Text(seconds > 0
                ? string.Create(
                    System.Globalization.CultureInfo.InvariantCulture, $"{run.Examples / seconds:N0} images/s")
                : "");
        }
    }
}

/// <summary>How a training ended.</summary>
/// <param name="IsInterrupted">Whether the user stopped it.</param>
/// <param name="Failure">The error that stopped it after at least one epoch; null for none.</param>
internal sealed record TrainingEnd(bool IsInterrupted, Exception? Failure);
