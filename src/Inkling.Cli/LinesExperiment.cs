using System.Globalization;
using Inkling.Data;
using Inkling.Data.Catalogue;
using Inkling.Recipes;
using Inkling.Synthesis;

namespace Inkling.Cli;

/// <summary>
/// <c>inkling experiment lines</c>: trains from scratch the network that reads numbers without cuts, on numbers that are written
/// while it trains, and reports how many numbers it reads by writers that it has not seen. An interrupted run resumes where it
/// stopped.
/// </summary>
internal sealed class LinesExperiment(
    int numbers, int threads, TrainingDevice? device, string folder, string? data, Terminal terminal)
{
    /// <summary>How many numbers the bundled network learned from in its first cycle.</summary>
    public const int Numbers = 400_000;

    private const double LaterLearningRate = 0.002;
    private const int Cycles = 3, Validated = 2_000, StepsBetweenReports = 200, MadeUpWriters = 100;
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
            $"{Recipe.Name}: {Recipe.Architecture}; {Cycles} cycles of {numbers:N0} numbers, the second half as many …"));
        Directory.CreateDirectory(folder);
        Network network = Recipe.CreateNetwork(seed: 1);
        int made = Enumerable.Range(1, Cycles).LastOrDefault(cycle => File.Exists(FileOf(cycle)), 1);
        for (int cycle = made; cycle <= Cycles; cycle++)
        {
            network = await TrainedAsync(network, cycle, learned, cancellationToken);
            if (cycle > 1)
                File.Delete(FileOf(cycle - 1));
        }

        string last = FileOf(Cycles);
        (double apart, double touching) = AccuraciesOn(isPlain: true);
        (double markedApart, double markedTouching) = AccuraciesOn(isPlain: false);
        (double readApart, double readTouching) = (AccuracyOfReader(isTouching: false), AccuracyOfReader(isTouching: true));
        terminal.Json(json =>
        {
            json.WriteString("recipe", Recipe.Name);
            json.WriteNumber("apart", apart);
            json.WriteNumber("touching", touching);
            json.WriteNumber("markedApart", markedApart);
            json.WriteNumber("markedTouching", markedTouching);
            json.WriteNumber("readApart", readApart);
            json.WriteNumber("readTouching", readTouching);
            json.WriteBoolean("writersAreKnown", table is not null);
            json.WriteString("data", mnist.Name);
        });
        string by = table is null ? "numbers with unseen digits" : $"numbers by {unseen.Writers} writers it has not seen";
        if (terminal.IsJson)
            return CommandLine.Done;
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{by}, read exactly: {Figures.Percent(apart)} where digits stand apart, {Figures.Percent(touching)} where they "
                + $"touch; with signs, marks and faded ink {Figures.Percent(markedApart)} and "
                + $"{Figures.Percent(markedTouching)}{Figures.NotMnist(mnist)}: {last}, {new FileInfo(last).Length:N0} bytes"));
        terminal.Line(
            $"digits side by side on a picture, 2 to 8, by the reader with the bundled networks: {Figures.Percent(readApart)} "
                + $"apart, {Figures.Percent(readTouching)} where strokes meet");
        return CommandLine.Done;

        (double Apart, double Touching) AccuraciesOn(bool isPlain) => (AccuracyOn(false, isPlain), AccuracyOn(true, isPlain));

        double AccuracyOn(bool isTouching, bool isPlain)
        {
            LineLimits limits = new(IsOneWriter: true, isTouching, HasNoUprights: true, IsPlain: isPlain);
            return network.Evaluate(new WrittenNumbers(unseen, Math.Min(Validated, numbers / 10), seed: 2, limits)).Accuracy;
        }

        double AccuracyOfReader(bool isTouching)
        {
            DigitsSideBySide pictures = new(unseen, isTouching, seed: 2);
            DigitReader reader = DigitReader.Load();
            int right = 0, count = Math.Min(Validated, numbers / 10) / 2;
            for (int i = 0; i < count; i++)
            {
                (GreyImage picture, string number) = pictures.Write(i);
                string read = reader.Read(picture, null, cancellationToken).Text;
                right += string.Concat(read.Where(char.IsAsciiDigit)) == number ? 1 : 0;
            }

            return (double)right / count;
        }
    }

    private string FileOf(int cycle) =>
        Path.Combine(folder, cycle < Cycles ? $"{Recipe.Name}-{cycle}.safetensors" : $"{Recipe.Name}.safetensors");

    private int NumbersOf(int cycle) => cycle == 2 ? numbers / 2 : numbers;

    /// <summary>
    /// Trains for one cycle of the learning rate, unless an earlier run has. Later ones begin lower, and with what the one before
    /// stored, so that a run that goes on there has the same result; they have no uprights that only their place tells from ones.
    /// The third has more hands in a hurry.
    /// </summary>
    private async Task<Network> TrainedAsync(
        Network network, int cycle, WriterDigits learned, CancellationToken cancellationToken)
    {
        string file = FileOf(cycle);
        TrainingOptions options = Recipe.Options with
        {
            LearningRate = cycle == 1 ? Recipe.Options.LearningRate : LaterLearningRate,
            Threads = threads,
            Device = device,
            Checkpoint = Path.Combine(folder, $"{Recipe.Name}-{cycle}.checkpoint"),
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
            LineLimits limits = new(HasNoUprights: cycle > 1, IsHurried: cycle == 3);
            WrittenNumbers training = new(learned, NumbersOf(cycle), seed: cycle, limits);
            await Task.Run(() => network.Train(training, options, cancellationToken), CancellationToken.None);
            ModelFile.SaveSmall(network, file, terminal);
        }

        return ModelFile.LoadMade(file, Recipe.Architecture, options, NumbersOf(cycle));
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
