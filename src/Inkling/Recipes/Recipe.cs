using Inkling.Recipes;

namespace Inkling;

/// <summary>
/// A named architecture with its initialisation and training options; the bundled models are made from recipes.
/// </summary>
/// <param name="Name">The name, as <c>inkling train --model</c> takes it.</param>
/// <param name="Architecture">What is trained.</param>
/// <param name="Initialisation">Its initial parameters.</param>
/// <param name="Options">How it is trained.</param>
internal sealed record Recipe(string Name, Architecture Architecture, Initialisation Initialisation, TrainingOptions Options)
{
    private static readonly Augmentation Handwriting = new()
    {
        Shift = 2,
        Rotation = 10,
        Scale = 0.1,
        Shear = 0.15,
        Elastic = 20,
        ElasticSmoothness = 5,
    };

    /// <summary>The first network of Nielsen's network.py: 784-30-10, 30 epochs, mini-batch 10, η 3.</summary>
    public static Recipe Seed { get; } = new(
        "seed",
        Architecture.FullyConnected([784, 30, 10]),
        Initialisation.StandardNormal,
        new TrainingOptions());

    /// <summary>The second network of Nielsen's network.py: 784-100-10.</summary>
    public static Recipe Seed100 { get; } = new(
        "seed-100",
        Architecture.FullyConnected([784, 100, 10]),
        Initialisation.StandardNormal,
        new TrainingOptions());

    /// <summary>The small bundled network: five convolutions, under 50,000 parameters.</summary>
    public static Recipe Tiny { get; } = new(
        "tiny",
        Architecture.Parse(
            "1x28x28 conv:16:5x5:pad2:nobias maxpool:2 batchnorm relu "
            + "conv:32:3x3:pad1:nobias batchnorm relu conv:32:3x3:pad1:nobias maxpool:2 batchnorm relu "
            + "conv:48:3x3:pad1:nobias batchnorm relu conv:44:3x3:pad1:nobias batchnorm relu gap dense:10 softmax"),
        Initialisation.He,
        Convolutional(epochs: 25, learningRate: 0.006));

    /// <summary>
    /// The large bundled network: ten convolutions of 3×3 without padding or pooling, whose feature maps shrink by two pixels
    /// a layer and grow in number (An et al., arXiv 2008.10400), 750,000 parameters.
    /// </summary>
    public static Recipe Best { get; } = new(
        "best",
        Architecture.Parse(
            "1x28x28 "
            + string.Join(
                ' ',
                new[] { 32, 48, 48, 64, 64, 96, 96, 128, 128, 144 }
                    .Select(channels => $"conv:{channels}:3x3:nobias batchnorm relu"))
            + " flatten dense:10:nobias batchnorm softmax"),
        Initialisation.He,
        Convolutional(epochs: 20, learningRate: 0.004));

    /// <summary>
    /// A multilayer perceptron: two hidden layers, trained on distorted images (Simard 2003; Ciresan et al. 2010).
    /// </summary>
    public static Recipe Mlp { get; } = new(
        "mlp",
        Architecture.Parse(
            "1x28x28 flatten dense:1000:nobias batchnorm relu dropout:0.2 "
            + "dense:1000:nobias batchnorm relu dropout:0.2 dense:10 softmax"),
        Initialisation.He,
        Convolutional(epochs: 40, learningRate: 0.003) with
        {
            MiniBatchSize = 128,
            Augmentation = Handwriting with { Elastic = 34 },
            PlainEpochs = 0
        });

    /// <summary>
    /// The network that classifies segments of a written number for the reader: ten digits and, the last of eleven outputs, no
    /// digit. Trained on <see cref="SegmentExamples"/>.
    /// </summary>
    public static Recipe Segments { get; } = new(
        "segments",
        Architecture.Parse(
            "1x28x28 conv:24:3x3:nobias batchnorm relu conv:32:3x3:nobias maxpool:2 batchnorm relu "
            + "conv:64:3x3:pad1:nobias batchnorm relu conv:64:3x3:pad1:nobias maxpool:2 batchnorm relu "
            + "conv:96:3x3:pad1:nobias batchnorm relu conv:96:3x3:pad1:nobias batchnorm relu "
            + "flatten dropout:0.3 dense:11 softmax"),
        Initialisation.He,
        Convolutional(epochs: 8, learningRate: 0.004) with
        {
            Augmentation = new Augmentation
            {
                Shift = 1,
                Rotation = 6,
                Scale = 0.06,
                Shear = 0.1,
                Elastic = 12,
                ElasticSmoothness = 5,
                Thickness = 0.3
            },
            PlainEpochs = 1,
        });

    /// <summary>
    /// The network that reads a whole number without cuts: looks at a strip 32 pixels high and says, for every two columns, which
    /// digit is there, or none. Trained with CTC on <see cref="WrittenNumbers"/>.
    /// </summary>
    public static Recipe Lines { get; } = new(
        "lines",
        Architecture.Parse(
            "1x32x* conv:16:3x3:pad1:nobias batchnorm relu maxpool:2 conv:32:3x3:pad1:nobias batchnorm relu maxpool:2x1 "
            + "conv:48:3x3:pad1:nobias batchnorm relu maxpool:2x1 conv:64:3x3:pad1:nobias batchnorm relu "
            + "conv:96:4x3:pad0x1:nobias batchnorm relu conv:96:1x7:pad0x3:nobias batchnorm add:2 relu "
            + "conv:96:1x7:pad0x3:nobias batchnorm add:2 relu conv:11:1x1 softmax"),
        Initialisation.He,
        Convolutional(epochs: 1, learningRate: 0.003) with { Augmentation = null, PlainEpochs = 0 });

    /// <summary>All recipes for networks that read digits, the simplest first.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [Seed, Seed100, Mlp, Tiny, Best];

    /// <summary>The recipe with this name; null if there is none.</summary>
    public static Recipe? Named(string name) => All.FirstOrDefault(recipe => recipe.Name == name);

    /// <summary>
    /// The share of a new network's learning rate with which a trained one is trained further, so that what it has learned is
    /// changed and not replaced.
    /// </summary>
    public const double FineTuningShare = 0.1;

    /// <summary>The learning rate for sigmoid networks with the cross-entropy cost: Nielsen's, chapter 3.</summary>
    public const double CrossEntropyRate = 0.5;

    /// <summary>
    /// How to train a trained network further: as networks of its kind are trained, but for fewer epochs and with
    /// <see cref="FineTuningShare"/> of the learning rate.
    /// </summary>
    /// <param name="architecture">The network's architecture.</param>
    public static Recipe FineTuning(Architecture architecture)
    {
        TrainingOptions options = architecture.Sizes is null ? Tiny.Options
            : architecture.Cost == Cost.CrossEntropy ? Seed.Options with { LearningRate = CrossEntropyRate }
            : Seed.Options;
        return Tiny with
        {
            Name = "fine-tuning",
            Architecture = architecture,
            Options = options with { Epochs = 5, LearningRate = FineTuningShare * options.LearningRate },
        };
    }

    /// <summary>Creates an untrained network of the recipe.</summary>
    /// <param name="seed">The same seed gives the same network, and the same training after it, to the bit.</param>
    public Network CreateNetwork(int seed) => new(Architecture, Initialisation, seed);

    private static TrainingOptions Convolutional(int epochs, double learningRate) => new()
    {
        Epochs = epochs,
        MiniBatchSize = 64,
        LearningRate = learningRate,
        Optimiser = new Optimiser.Adam(weightDecay: 0.01),
        Schedule = new Schedule.OneCycle(rise: 0.25),
        WeightAverage = 0.999,
        Augmentation = Handwriting,
        PlainEpochs = 2,
    };
}
