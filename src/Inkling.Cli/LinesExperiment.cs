using System.Globalization;
using Inkling.Data;
using Inkling.Data.Catalogue;
using Inkling.Recipes;
using Inkling.Synthesis;
using Inkling.Training;

namespace Inkling.Cli;

/// <summary>
/// <c>inkling experiment lines</c>: trains from scratch the network that reads numbers without cuts, on numbers that are written
/// while it trains, and reports how many numbers by writers it has not seen it reads. An interrupted run resumes where it stopped.
/// </summary>
internal sealed class LinesExperiment(int numbers, int threads, string folder, string? data, Terminal terminal)
{
    /// <summary>How many numbers the bundled network learned from in each cycle.</summary>
    public const int Numbers = 400_000;

    private const double LaterLearningRate = 0.002;
    private const int Cycles = 2, Validated = 2_000, StepsBetweenReports = 200;
    private const string WritersFile = "qmnist-train-labels-idx2-int";

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Recipe recipe = Recipe.Lines;
        ImageData mnist = await DataSource.LoadMnistOrGeneratedAsync(data, terminal, cancellationToken);
        LabelledImages images = mnist.Training.Concat(mnist.Validation);
        int[] writers = LoadWriters(images.Count);
        WriterDigits learned = WriterDigits.Of(images, writers, isValidation: false);
        WriterDigits unseen = WriterDigits.Of(images, writers, isValidation: true);
        Network network = recipe.CreateNetwork(seed: 1);
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{recipe.Name}: {recipe.Architecture}, {network.ParameterCount:N0} parameters; "
                + $"{Cycles} cycles of {numbers:N0} numbers …"));
        string file = FileOf($"{recipe.Name}");
        Directory.CreateDirectory(folder);
        for (int cycle = 1; cycle <= Cycles; cycle++)
        {
            string result = cycle == Cycles ? file : FileOf($"{recipe.Name}-{cycle}");
            if (!File.Exists(result))
            {
                LineLimits limits = new(HasNoUprights: cycle == Cycles);
                WrittenNumbers training = new(learned, numbers, seed: cycle, limits);
                await TrainAsync(network, recipe, cycle, training, result, cancellationToken);
            }

            network = Network.Load(result); // with the weights as stored, so that a run that goes on here has the same result
        }

        for (int cycle = 1; cycle < Cycles; cycle++)
            File.Delete(FileOf($"{recipe.Name}-{cycle}"));
        double apart = AccuracyOn(isTouching: false), touching = AccuracyOn(isTouching: true);
        terminal.Json(json =>
        {
            json.WriteString("recipe", recipe.Name);
            json.WriteNumber("apart", apart);
            json.WriteNumber("touching", touching);
            json.WriteString("data", mnist.Name);
        });
        if (!terminal.IsJson)
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"numbers by {unseen.Writers} writers it has not seen, read exactly: {Figures.Percent(apart)} where digits stand "
                    + $"apart, {Figures.Percent(touching)} where they touch{Figures.NotMnist(mnist)}: {file}, "
                    + $"{new FileInfo(file).Length:N0} bytes"));
        return CommandLine.Done;

        double AccuracyOn(bool isTouching)
        {
            LineLimits limits = new(IsOneWriter: true, isTouching, HasNoUprights: true);
            return network.Evaluate(new WrittenNumbers(unseen, Math.Min(Validated, numbers / 10), seed: 2, limits)).Accuracy;
        }
    }

    private string FileOf(string name) => Path.Combine(folder, $"{name}.safetensors");

    /// <summary>One cycle of the learning rate; a later one begins lower.</summary>
    private async Task TrainAsync(
        Network network, Recipe recipe, int cycle, WrittenNumbers training, string file, CancellationToken cancellationToken)
    {
        string checkpoint = Path.Combine(folder, $"{recipe.Name}.checkpoint");
        TrainingOptions options = recipe.Options with
        {
            LearningRate = cycle == 1 ? recipe.Options.LearningRate : LaterLearningRate,
            Threads = threads,
            Checkpoint = checkpoint,
            BetweenSteps = moment =>
            {
                terminal.Message(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{recipe.Name}, cycle {cycle}: {moment.Examples:N0} numbers, cost {moment.Cost:0.0000}"));
                return StepsBetweenReports;
            },
        };
        await Task.Run(() => network.Train(training, options, cancellationToken), CancellationToken.None);
        ModelFile.SaveSmall(network, file, terminal);
        File.Delete(checkpoint);
        File.Delete(Checkpoint.PreviousOf(checkpoint));
    }

    /// <summary>Who wrote each training image, as QMNIST tells it; a tenth of a thousand "writers" where that is not there.</summary>
    private int[] LoadWriters(int images)
    {
        string beside = Path.Combine(DataSets.Named("mnist").Locate(new DataOptions { Directory = data }) ?? "", WritersFile);
        string found = File.Exists(beside) ? beside : beside + ".gz";
        if (!File.Exists(found))
        {
            terminal.Message($"{WritersFile} is not beside MNIST: who wrote a digit is not known, and numbers mix many hands.");
            return [.. Enumerable.Range(0, images).Select(i => i % 100)];
        }

        const int columns = 8, writer = 2; // of QMNIST's table: the third says who
        IdxArray table = IdxFile.Read(found);
        int[] values = table.Values<int>();
        if (table.Shape is not [var rows, columns] || rows != images)
            throw new InklingException($"{found} is no table of who wrote {images} images: it is {string.Join('×', table.Shape)}.");
        return [.. Enumerable.Range(0, rows).Select(i => values[i * columns + writer])];
    }
}
