using System.Globalization;
using Inkling.Data;
using Inkling.Data.Catalogue;
using Inkling.Recipes;
using Inkling.Synthesis;
using Inkling.Training;

namespace Inkling.Cli;

/// <summary>
/// <c>inkling experiment lines</c>: trains from scratch the network that reads numbers without cuts, on numbers that are written
/// while it trains, and reports how many numbers it reads by writers that it has not seen. An interrupted run resumes where it
/// stopped.
/// </summary>
internal sealed class LinesExperiment(int numbers, int threads, string folder, string? data, Terminal terminal)
{
    /// <summary>How many numbers the bundled network learned from in its first cycle.</summary>
    public const int Numbers = 400_000;

    private const double SecondLearningRate = 0.002;
    private const int Validated = 2_000, StepsBetweenReports = 200, MadeUpWriters = 100;
    private const string WritersFile = "qmnist-train-labels-idx2-int";

    private static readonly Recipe Recipe = Recipe.Lines;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        ImageData mnist = await DataSource.LoadMnistOrGeneratedAsync(data, terminal, cancellationToken);
        LabelledImages images = mnist.Training.Concat(mnist.Validation);
        int[]? table = LoadWriters(images.Count);
        int[] writers = table ?? [.. Enumerable.Range(0, images.Count).Select(i => i % MadeUpWriters)];
        WriterDigits learned = WriterDigits.Of(images, writers, isValidation: false);
        WriterDigits unseen = WriterDigits.Of(images, writers, isValidation: true);
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{Recipe.Name}: {Recipe.Architecture}; a cycle of {NumbersOf(1):N0} numbers, and one of {NumbersOf(2):N0} …"));
        Directory.CreateDirectory(folder);
        string first = FileOf($"{Recipe.Name}-1"), last = FileOf(Recipe.Name);
        Network network = Recipe.CreateNetwork(seed: 1);
        if (!File.Exists(last))
            network = await TrainedAsync(network, cycle: 1, learned, first, cancellationToken);
        network = await TrainedAsync(network, cycle: 2, learned, last, cancellationToken);
        File.Delete(first);
        double apart = AccuracyOn(isTouching: false), touching = AccuracyOn(isTouching: true);
        terminal.Json(json =>
        {
            json.WriteString("recipe", Recipe.Name);
            json.WriteNumber("apart", apart);
            json.WriteNumber("touching", touching);
            json.WriteBoolean("writersAreKnown", table is not null);
            json.WriteString("data", mnist.Name);
        });
        string by = table is null ? "numbers with unseen digits" : $"numbers by {unseen.Writers} writers it has not seen";
        if (!terminal.IsJson)
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{by}, read exactly: {Figures.Percent(apart)} where digits stand apart, {Figures.Percent(touching)} where they "
                    + $"touch{Figures.NotMnist(mnist)}: {last}, {new FileInfo(last).Length:N0} bytes"));
        return CommandLine.Done;

        double AccuracyOn(bool isTouching)
        {
            LineLimits limits = new(IsOneWriter: true, isTouching, HasNoUprights: true);
            return network.Evaluate(new WrittenNumbers(unseen, Math.Min(Validated, numbers / 10), seed: 2, limits)).Accuracy;
        }
    }

    private string FileOf(string name) => Path.Combine(folder, $"{name}.safetensors");

    private int NumbersOf(int cycle) => cycle == 1 ? numbers : numbers / 2;

    /// <summary>
    /// Trains for one cycle of the learning rate, unless an earlier run has. The second begins lower, and with what the first one
    /// stored, so that a run that goes on there has the same result; it has no uprights that only their place tells from ones.
    /// </summary>
    private async Task<Network> TrainedAsync(
        Network network, int cycle, WriterDigits learned, string file, CancellationToken cancellationToken)
    {
        string checkpoint = Path.Combine(folder, $"{Recipe.Name}-{cycle}.checkpoint");
        TrainingOptions options = Recipe.Options with
        {
            LearningRate = cycle == 1 ? Recipe.Options.LearningRate : SecondLearningRate,
            Threads = threads,
            Checkpoint = checkpoint,
            BetweenSteps = moment =>
            {
                terminal.Message(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Recipe.Name}, cycle {cycle}: {moment.Examples:N0} numbers, cost {moment.Cost:0.0000}"));
                return StepsBetweenReports;
            },
        };
        if (!File.Exists(file))
        {
            WrittenNumbers training = new(learned, NumbersOf(cycle), seed: cycle, new LineLimits(HasNoUprights: cycle == 2));
            await Task.Run(() => network.Train(training, options, cancellationToken), CancellationToken.None);
            ModelFile.SaveSmall(network, file, terminal);
        }

        Network stored = Network.Load(file);
        bool isOurs = stored.Architecture.ToString() == Recipe.Architecture.ToString()
            && stored.History?.EndsWith(TrainingHistory.Describe(options, 1, NumbersOf(cycle)), StringComparison.Ordinal) == true;
        if (!isOurs)
        {
            throw new InklingException(
                $"{file}: was not made by this training but by: {stored.History ?? "one that is not known"}. "
                    + "Name another folder with --out, or delete the file.");
        }

        File.Delete(checkpoint);
        File.Delete(Checkpoint.PreviousOf(checkpoint));
        return stored;
    }

    /// <summary>Who wrote each training image, as QMNIST tells it; null where its table is not beside MNIST.</summary>
    private int[]? LoadWriters(int images)
    {
        if (DataSets.Named("mnist").Locate(new DataOptions { Directory = data }) is not { } place)
            return null;
        string beside = Path.Combine(place, WritersFile), found = File.Exists(beside) ? beside : beside + ".gz";
        if (!File.Exists(found))
        {
            terminal.Message($"{WritersFile} is not beside MNIST: who wrote a digit is not known, and numbers mix many hands.");
            return null;
        }

        const int columns = 8, writer = 2; // of QMNIST's table: the third says who
        IdxArray table = IdxFile.Read(found);
        int[] values = table.Values<int>();
        if (table.Shape is not [var rows, columns] || rows != images)
        {
            throw new InklingException(
                $"{found} is no table of who wrote {images} images: it is {string.Join('×', table.Shape)}.");
        }

        return [.. Enumerable.Range(0, rows).Select(i => values[i * columns + writer])];
    }
}
