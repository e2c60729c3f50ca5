using System.Globalization;
using Inkling.Evaluation;
using Inkling.Gpu;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>The seed's three experiments over several seeds, beside the seed's and Nielsen's figures.</summary>
internal static class SeedExperiment
{
    private const int MiniBatchSize = 10, MostNamed = 8;

    private static readonly Row[] Table =
    [
        new("784-30-10, eta 3", [784, 30, 10], 3, "94.89", "95.34"),
        new("784-100-10, eta 3", [784, 100, 10], 3, "over 96", "96.59"),
        new("784-30-10, eta 20", [784, 30, 10], 20, "lower", "–"),
    ];

    public static async Task<int> RunAsync(
        int seeds,
        int epochs,
        int threads,
        GpuDevice? device,
        ImageData data,
        string? plot,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        Run[] runs = [.. Table.SelectMany(row => Enumerable.Range(1, seeds).Select(seed => new Run(row, seed)))];
        if (device is not null)
            await Task.Run(() => TrainOn(device, runs, epochs, data, terminal, cancellationToken), CancellationToken.None);
        int done = 0;
        foreach (Run run in device is null ? runs : [])
        {
            terminal.Message($"{++done} of {runs.Length}: {run.Row.Name}, seed {run.Seed} …");
            await Task.Run(() => run.Train(data, epochs, threads, cancellationToken), CancellationToken.None);
            run.WriteJson(data, terminal);
        }

        if (!terminal.IsJson)
            WriteTable(runs, seeds, epochs, data, terminal);
        if (plot is not null)
        {
            string[] drawn = SeedFigures.Save(
                plot,
                data,
                [
                    .. Table.Select(
                        row => (row.Name, runs.Where(run => run.Row == row).Select(run => run.Accuracies).ToArray())),
                ]);
            terminal.Message($"Drew {string.Join(", ", drawn)}");
        }

        return CommandLine.Done;
    }

    /// <summary>Trains all runs at once on a device.</summary>
    private static void TrainOn(
        GpuDevice device, Run[] runs, int epochs, ImageData data, Terminal terminal, CancellationToken cancellationToken)
    {
        terminal.Message($"{runs.Length} networks on {device} …");
        Queue<(Run Run, Task Assessment)> trained = []; // assessed on the cores while the device trains others
        NetworkSweep.Train(
            device,
            data.Training,
            [.. runs.Select(run => new SweepRun(run.Row.Sizes[1], run.Row.Eta, run.Seed))],
            new SweepOptions
            {
                Epochs = epochs,
                MiniBatchSize = MiniBatchSize,
                TestData = data.Test,
                OnEpoch = epoch =>
                {
                    for (int i = 0; i < epoch.Runs.Count; i++)
                        runs[epoch.Runs[i]].Add((double)epoch.Right[i] / data.Test.Count);
                    WriteTrained(isEnd: false);
                    terminal.Message(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{epoch.Runs.Count} networks like {runs[epoch.Runs[0]].Row.Name}: epoch {epoch.Epoch + 1} of {epochs}"));
                },
                OnTrained = (i, network) =>
                    trained.Enqueue((runs[i], Task.Run(() => runs[i].Assess(network, data, threads: 1)))),
            },
            cancellationToken);
        WriteTrained(isEnd: true);

        void WriteTrained(bool isEnd)
        {
            while (trained.TryPeek(out var next) && (isEnd || next.Assessment.IsCompleted))
            {
                next.Assessment.GetAwaiter().GetResult();
                next.Run.WriteJson(data, terminal);
                trained.Dequeue();
            }
        }
    }

    private static void WriteTable(Run[] runs, int seeds, int epochs, ImageData data, Terminal terminal)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Right on {data.Test.Count:N0} test images of {data.Name} after {epochs} epochs, in %, {seeds} seeds each:"));
        Spectre.Console.Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns(
            "network", "the seed", "Nielsen", "ours, last epoch", "least … most", "best epoch", "stuck runs", "the others");
        foreach (Row row in Table)
        {
            Run[] of = [.. runs.Where(run => run.Row == row)];
            double[] last = [.. of.Select(run => run.Last)];
            double[] good = [.. of.Where(run => !run.IsStuck).Select(run => run.Last)];
            table.AddRow(
                row.Name,
                row.Seed,
                row.Nielsen,
                Figures.MeanAndDeviation(last),
                string.Create(CultureInfo.InvariantCulture, $"{100 * last.Min():0.00} … {100 * last.Max():0.00}"),
                Figures.MeanAndDeviation([.. of.Select(run => run.Accuracies.Max())]),
                Stuck(of),
                good.Length > 0 && good.Length < of.Length ? Figures.MeanAndDeviation(good) : "");
        }

        terminal.People.Write(table);
        terminal.Line(
            "Stuck: a digit that the network never answers. "
                + "Its output neuron is saturated at 0, where σ' and so its gradient vanish.");
    }

    private static string Stuck(Run[] runs)
    {
        Run[] stuck = [.. runs.Where(run => run.IsStuck)];
        IEnumerable<string> seeds =
            stuck.Take(MostNamed).Select(run => $"seed {run.Seed}: no {string.Join(", ", run.NeverAnswered)}");
        string others = stuck.Length > MostNamed ? "; …" : "";
        return stuck.Length == 0 ? "none" : $"{stuck.Length} ({string.Join("; ", seeds)}{others})";
    }

    private sealed record Row(string Name, int[] Sizes, double Eta, string Seed, string Nielsen);

    private sealed class Run(Row row, int seed)
    {
        private readonly List<double> _accuracies = [];

        public Row Row => row;

        public int Seed => seed;

        /// <summary>Test accuracy after each epoch, 0 to 1.</summary>
        public IReadOnlyList<double> Accuracies => _accuracies;

        public double Last => _accuracies[^1];

        /// <summary>The digits that the trained network recognises in less than one in a hundred of their images.</summary>
        public IReadOnlyList<int> NeverAnswered { get; private set; } = [];

        public bool IsStuck => NeverAnswered.Count > 0;

        public void Train(ImageData data, int epochs, int threads, CancellationToken cancellationToken)
        {
            Network network = new(row.Sizes, seed);
            TrainingOptions options = new() { Threads = threads, OnEpoch = epoch => Add(epoch.Test!.Value.Accuracy) };
            network.Sgd(data.Training, epochs, MiniBatchSize, row.Eta, data.Test, options, cancellationToken);
            Assess(network, data, threads);
        }

        /// <summary>Adds an epoch's accuracy on the test images.</summary>
        public void Add(double accuracy) => _accuracies.Add(accuracy);

        /// <summary>Looks for digits that the trained network never answers.</summary>
        public void Assess(Network network, ImageData data, int threads) =>
            NeverAnswered = [.. Assessment.Of(network, data.Test, network.Outputs(data.Test, threads)).NeverAnswered];

        public void WriteJson(ImageData data, Terminal terminal) => terminal.Json(json =>
        {
            json.WriteString("network", row.Name);
            json.WriteNumber("seed", seed);
            json.WriteNumber("lastAccuracy", Last);
            json.WriteNumber("bestAccuracy", _accuracies.Max());
            json.WriteStartArray("neverAnswered");
            foreach (int digit in NeverAnswered)
                json.WriteNumberValue(digit);
            json.WriteEndArray();
            json.WriteString("data", data.Name);
        });
    }
}
