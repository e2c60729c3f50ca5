using System.Globalization;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>
/// The networks of chapters 1, 3 and 6 of Nielsen's book, with his hyper-parameters, several seeds each, beside his figures.
/// As in his table, the figure is of the epoch best on test data. Beside it stands that of the epoch best on validation data,
/// which is the unbiased one.
/// </summary>
internal static class LadderExperiment
{
    private const string SigmoidPair = "conv:20:5x5 sigmoid maxpool:2 conv:40:5x5 sigmoid maxpool:2 flatten";
    private const string ReluPair = "conv:20:5x5 relu maxpool:2 conv:40:5x5 relu maxpool:2 flatten";

    private static readonly Rung[] Ladder =
    [
        new("ch. 1: 784-30-10, quadratic, eta 3", 95.42,
            Sigmoid([784, 30, 10], Cost.Quadratic), Initialisation.StandardNormal, Plain(30, 3)),
        new("ch. 1: 784-100-10", 96.59,
            Sigmoid([784, 100, 10], Cost.Quadratic), Initialisation.StandardNormal, Plain(30, 3)),
        new("ch. 1: 784-100-10, eta 0.001", 21.42,
            Sigmoid([784, 100, 10], Cost.Quadratic), Initialisation.StandardNormal, Plain(30, 0.001)),
        new("ch. 1: 784-30-10, eta 100", 9.82,
            Sigmoid([784, 30, 10], Cost.Quadratic), Initialisation.StandardNormal, Plain(30, 100)),
        new("ch. 3: cross-entropy, 784-30-10, eta 0.5", 95.49,
            Sigmoid([784, 30, 10], Cost.CrossEntropy), Initialisation.StandardNormal, Plain(30, 0.5)),
        new("ch. 3: cross-entropy, 784-100-10", 96.82,
            Sigmoid([784, 100, 10], Cost.CrossEntropy), Initialisation.StandardNormal, Plain(30, 0.5)),
        new("ch. 3: L2, lambda 5, 784-30-10", 96.49,
            Sigmoid([784, 30, 10], Cost.CrossEntropy), Initialisation.StandardNormal, Plain(30, 0.5) with { L2 = 5 }),
        new("ch. 3: L2, lambda 5, 784-100-10", 97.92,
            Sigmoid([784, 100, 10], Cost.CrossEntropy), Initialisation.StandardNormal, Plain(30, 0.5) with { L2 = 5 }),
        new("ch. 3: the same, 60 epochs, eta 0.1", 98.04,
            Sigmoid([784, 100, 10], Cost.CrossEntropy), Initialisation.StandardNormal, Plain(60, 0.1) with { L2 = 5 }),
        new("ch. 6: FC-100, softmax", 97.80,
            Parse("flatten dense:100 sigmoid"), Initialisation.Scaled, Plain(60, 0.1)),
        new("ch. 6: conv 20@5x5, pool", 98.78,
            Parse("conv:20:5x5 sigmoid maxpool:2 flatten dense:100 sigmoid"), Initialisation.Scaled, Plain(60, 0.1)),
        new("ch. 6: second conv 40@5x5, pool", 99.06,
            Parse($"{SigmoidPair} dense:100 sigmoid"), Initialisation.Scaled, Plain(60, 0.1)),
        new("ch. 6: ReLU, lambda 0.1, eta 0.03", 99.23,
            Parse($"{ReluPair} dense:100 relu"), Initialisation.Scaled, Plain(60, 0.03) with { L2 = 0.1 }),
        new("ch. 6: training data x5 by one-pixel shifts", 99.37,
            Parse($"{ReluPair} dense:100 relu"), Initialisation.Scaled, Plain(60, 0.03) with { L2 = 0.1 }, IsExpanded: true),
        new("ch. 6: two FC-1000 with dropout 0.5, 40 epochs", 99.60,
            Parse($"{ReluPair} dropout:0.5 dense:1000 relu dropout:0.5 dense:1000 relu dropout:0.5"),
            Initialisation.Scaled, Plain(40, 0.03), IsExpanded: true),
    ];

    public static async Task<int> RunAsync(
        string? rows,
        int seeds,
        int? epochs,
        int threads,
        TrainingDevice? device,
        ImageData data,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        Rung[] rungs = [.. Selected(rows)];
        LabelledImages? expanded = rungs.Any(rung => rung.IsExpanded) ? Expanded(data.Training) : null;
        List<(Rung Rung, double[] Best, double[] Chosen, double[]? Vote)> results = [];
        foreach (Rung rung in rungs)
        {
            List<Run> runs = [];
            for (int seed = 1; seed <= seeds; seed++)
            {
                Run run = new(rung, seed);
                terminal.Message($"{rung.Name}, seed {seed} …");
                await Task.Run(
                    () => run.Train(
                        rung.IsExpanded ? expanded! : data.Training, data, epochs, threads, device, cancellationToken),
                    CancellationToken.None);
                runs.Add(run);
                // The table comes only hours later.
                terminal.Message(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  best epoch {Figures.Percent(run.Best)}, "
                        + $"epoch best on validation {Figures.Percent(run.Chosen!.Test!.Value.Accuracy)}"));
                WriteJson(rung, run, data, terminal);
            }

            double[]? vote = rung == Ladder[^1] && seeds > 1
                ? [VoteOf([.. runs.Select(run => run.Chosen!.Network!)], data)]
                : null;
            results.Add((
                rung, [.. runs.Select(run => run.Best)], [.. runs.Select(run => run.Chosen!.Test!.Value.Accuracy)], vote));
        }

        if (!terminal.IsJson)
            WriteTable(results, seeds, data, terminal);
        return CommandLine.Done;
    }

    private static void WriteTable(
        List<(Rung Rung, double[] Best, double[] Chosen, double[]? Vote)> results,
        int seeds,
        ImageData data,
        Terminal terminal)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Right on {data.Test.Count:N0} test images of {data.Name}, in %, {seeds} seeds each:"));
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("network", "Nielsen", "ours, best epoch", "least … most", "ours, epoch best on validation");
        foreach ((Rung rung, double[] best, double[] chosen, double[]? vote) in results)
        {
            table.AddRow(
                rung.Name,
                Figure(rung.Nielsen),
                Figures.MeanAndDeviation(best),
                $"{Figure(100 * best.Min())} … {Figure(100 * best.Max())}",
                Figures.MeanAndDeviation(chosen));
            if (vote is [double together])
                table.AddRow($"ch. 6: vote of {best.Length}", Figure(99.67), "", "", Figure(100 * together));
        }

        terminal.People.Write(table);

        static string Figure(double percent) => percent.ToString("0.00", CultureInfo.InvariantCulture);
    }

    private static void WriteJson(Rung rung, Run run, ImageData data, Terminal terminal) => terminal.Json(json =>
    {
        json.WriteString("network", rung.Name);
        json.WriteNumber("nielsen", rung.Nielsen);
        json.WriteNumber("seed", run.Seed);
        json.WriteNumber("bestAccuracy", run.Best);
        json.WriteNumber("chosenAccuracy", run.Chosen!.Test!.Value.Accuracy);
        json.WriteNumber("chosenEpoch", run.Chosen.Epoch);
        json.WriteString("data", data.Name);
    });

    private static double VoteOf(IReadOnlyList<Network> networks, ImageData data)
    {
        int[][] votes = new Ensemble(networks).Votes(data.Test);
        return Score.Of([.. votes.Select(counts => counts.Select(count => (float)count).ToArray())], data.Test).Accuracy;
    }

    /// <summary>The images, and each moved by a pixel up, down, left and right, as in Nielsen's expand_mnist.py.</summary>
    private static LabelledImages Expanded(LabelledImages images)
    {
        LabelledImages all = images;
        foreach ((int dx, int dy) in new[] { (1, 0), (-1, 0), (0, 1), (0, -1) })
            all = all.Concat(images.Moved(dx, dy));
        return all;
    }

    private static IEnumerable<Rung> Selected(string? rows)
    {
        if (rows is null)
            return Ladder;
        List<Rung> selected = [];
        foreach (string part in rows.Split(','))
        {
            int[] ends =
            [
                .. part.Split('-').Select(end =>
                    int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n >= 1 && n <= Ladder.Length
                        ? n
                        : 0)
            ];
            if (ends is not ([> 0] or [> 0, > 0]) || ends[^1] < ends[0])
                throw new InklingException($"--rows takes numbers from 1 to {Ladder.Length}, as 1-7,9, not \"{rows}\".");
            selected.AddRange(Ladder[(ends[0] - 1)..ends[^1]]);
        }

        return selected;
    }

    private static Architecture Sigmoid(int[] sizes, Cost cost) => Architecture.FullyConnected(sizes, cost);

    private static Architecture Parse(string hidden) => Architecture.Parse($"1x28x28 {hidden} dense:10 softmax");

    private static TrainingOptions Plain(int epochs, double eta)
        => new() { Epochs = epochs, MiniBatchSize = 10, LearningRate = eta };

    private sealed record Rung(
        string Name,
        double Nielsen,
        Architecture Architecture,
        Initialisation Initialisation,
        TrainingOptions Options,
        bool IsExpanded = false);

    private sealed class Run(Rung rung, int seed)
    {
        public int Seed => seed;

        /// <summary>The highest accuracy on test images after any epoch, 0 to 1.</summary>
        public double Best { get; private set; }

        /// <summary>The epoch with the highest accuracy on validation images.</summary>
        public EpochResult? Chosen { get; private set; }

        public void Train(
            LabelledImages training,
            ImageData data,
            int? epochs,
            int threads,
            TrainingDevice? device,
            CancellationToken cancellationToken)
        {
            Network network = new(rung.Architecture, rung.Initialisation, seed);
            TrainingOptions options = rung.Options with
            {
                Epochs = epochs ?? rung.Options.Epochs,
                Threads = threads,
                Device = device,
                ValidationData = data.Validation,
                TestData = data.Test,
                OnEpoch = epoch =>
                {
                    Best = Math.Max(Best, epoch.Test!.Value.Accuracy);
                    if (Chosen is null || epoch.Validation!.Value.Correct > Chosen.Validation!.Value.Correct)
                        Chosen = epoch;
                },
            };
            network.Train(training, options, cancellationToken);
        }
    }
}
