using System.CommandLine;
using System.CommandLine.Parsing;
using Inkling.Formats;

namespace Inkling.Cli;

/// <summary>The options of <c>train</c> that say how a network learns; those not given are the recipe's.</summary>
internal sealed class LearningOptions
{
    private const double AdamRate = 0.001; // Kingma and Ba's
    private const double SgdRate = 0.03; // of Nielsen's convolutional networks (chapter 6)

    private static readonly (string Name, Initialisation Value)[] Initialisations =
    [
        ("standard-normal", Initialisation.StandardNormal), ("scaled", Initialisation.Scaled),
        ("glorot", Initialisation.Glorot), ("he", Initialisation.He),
    ];

    private readonly Option<int> _epochs = Options.Number(
        "--epochs", "How often the network sees all training images", Recipe.Seed.Options.Epochs, 1, 100_000);

    private readonly Option<int> _miniBatch = Options.Number(
        "--mini-batch", "Images for each step", Recipe.Seed.Options.MiniBatchSize, 1, 1_000_000);

    private readonly Option<double> _eta = Options.Number(
        "--eta", "Learning rate", Recipe.Seed.Options.LearningRate, 1e-9, 1e9);

    private readonly Option<string?> _cost = Options.OneOf(
        "--cost", "The cost that training minimises",
        [.. new[] { Cost.Quadratic, Cost.CrossEntropy, Cost.LogLikelihood }.Select(Architecture.Name)]);

    private readonly Option<string?> _init = Options.OneOf(
        "--init", "How weights are drawn to begin with", [.. Initialisations.Select(way => way.Name)]);

    private readonly Option<Optimiser?> _optimiser = Options.Words(
        "--optimiser", "How a step follows from the gradient", LearningWords.Optimisers, LearningWords.ParseOptimiser);

    private readonly Option<Schedule?> _schedule = Options.Words(
        "--schedule", "How the learning rate changes", LearningWords.Schedules, LearningWords.ParseSchedule);

    private readonly Option<double> _l2 = Options.Number("--l2", "λ of L2 regularisation (Nielsen, chapter 3)", 0.0, 0, 1e6);

    private readonly Option<int> _patience = Options.Number(
        "--patience", "Stop when validation has not improved for so many epochs; 0 for never", 0, 0, 100_000);

    public LearningOptions()
    {
        _eta.Aliases.Add("--learning-rate"); // its name in messages, on the page and in the library
        _optimiser.Aliases.Add("--optimizer");
    }

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_epochs, _miniBatch, _eta, _cost, _init, _optimiser, _schedule, _l2, _patience];

    /// <summary>The name of a way of drawing weights, as <c>--init</c> takes it.</summary>
    public static string NameOf(Initialisation initialisation) =>
        Initialisations.Single(way => way.Value == initialisation).Name;

    /// <summary>Whether new weights are asked for, which a network that is trained further does not get.</summary>
    public bool DrawsWeights(CommandResult result) => result.GetResult(_init) is { Implicit: false };

    /// <summary>The recipe with the options that were given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="recipe">What is trained, and how where no option says otherwise.</param>
    /// <param name="isFineTuning">Whether a trained network is trained further, at a lower rate.</param>
    /// <exception cref="InklingException">The cost does not go with the network's last layer.</exception>
    public Recipe Apply(ParseResult parsed, Recipe recipe, bool isFineTuning)
    {
        TrainingOptions standard = recipe.Options;
        Optimiser optimiser = parsed.GetValue(_optimiser) ?? standard.Optimiser;
        Architecture architecture = recipe.Architecture;
        if (parsed.GetValue(_cost) is { } cost)
            architecture = WithCost(architecture, cost);
        return recipe with
        {
            Architecture = architecture,
            Initialisation = Initialisations.Where(way => way.Name == parsed.GetValue(_init))
                .Select(way => way.Value)
                .FirstOrDefault(recipe.Initialisation),
            Options = standard with
            {
                Epochs = Given(_epochs) ?? standard.Epochs,
                MiniBatchSize = Given(_miniBatch) ?? standard.MiniBatchSize,
                LearningRate = Given(_eta) ?? RateFor(optimiser, architecture.Cost, recipe, isFineTuning),
                Optimiser = optimiser,
                Schedule = parsed.GetValue(_schedule) ?? standard.Schedule,
                L2 = Given(_l2) ?? standard.L2,
                Patience = Given(_patience) ?? standard.Patience,
            },
        };

        T? Given<T>(Option<T> option)
            where T : struct => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : null;
    }

    /// <summary>
    /// The learning rate where none is given: the recipe's, unless another optimiser or cost would make its steps of another
    /// size. Momentum μ multiplies them by 1 / (1 - μ).
    /// </summary>
    private static double RateFor(Optimiser optimiser, Cost cost, Recipe recipe, bool isFineTuning)
    {
        double share = isFineTuning ? Recipe.FineTuningShare : 1;
        double rate = optimiser.GetType() != recipe.Options.Optimiser.GetType()
            ? share * (optimiser is Optimiser.Adam ? AdamRate : SgdRate)
            : cost == Cost.CrossEntropy && recipe.Architecture.Cost != cost ? share * Recipe.CrossEntropyRate
            : recipe.Options.LearningRate;
        return Math.Round(optimiser is Optimiser.Sgd sgd ? rate * (1 - sgd.Momentum) : rate, 12); // for people to read
    }

    private static Architecture WithCost(Architecture architecture, string cost)
    {
        try
        {
            return new Architecture(architecture.Input, architecture.Layers, NetworkDescription.CostNamed(cost));
        }
        catch (ArgumentException e)
        {
            throw new InklingException($"--cost {cost}: {OneLine.ReasonOf(e)}", e);
        }
    }
}
