using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Inkling.Layers;

namespace Inkling.Web.Learning;

/// <summary>What keeps a run from fitting its training data too closely.</summary>
internal enum Regularisation
{
    None,

    /// <summary>λ/2n Σ w² is added to the cost.</summary>
    L2,

    /// <summary>λ/n Σ |w| is added to the cost.</summary>
    L1,

    /// <summary>A share of the hidden neurons is switched off at random, anew for each example.</summary>
    Dropout,
}

/// <summary>A run's data, network and hyperparameters; by default the seed's.</summary>
internal sealed record RunSettings
{
    public const int MostNeurons = 2000, MostLayers = 5, MostEpochs = 1000, LargestMiniBatch = 10_000;

    /// <summary>Rows and columns of a convolution's kernel.</summary>
    public const int KernelSide = 5;

    private const int MostConvolutions = 2, MostMaps = 64, MostLambda = 100;

    private const double MostDropout = 0.9;

    public string Data { get; init; } = "mnist";

    /// <summary>How many of the training examples are used; 0 for all.</summary>
    public int Examples { get; init; }

    /// <summary>Feature maps of each convolution before the hidden layers; each is followed by 2×2 max pooling.</summary>
    public IReadOnlyList<int> Maps { get; init; } = [];

    /// <summary>Hidden neurons, layer by layer.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [30];

    /// <summary>Of the convolutions and the hidden layers; the output layer's follows from the cost.</summary>
    public ActivationFunction Activation { get; init; } = ActivationFunction.Sigmoid;

    public Cost Cost { get; init; } = Cost.Quadratic;

    public Regularisation Regularisation { get; init; }

    /// <summary>λ of L1 and L2; of dropout the share of neurons that is switched off.</summary>
    public double Strength { get; init; }

    public int MiniBatch { get; init; } = 10;

    public double Eta { get; init; } = 3;

    public int Epochs { get; init; } = 30;

    public int Seed { get; init; } = 1;

    /// <summary>The name of the device that trains it; null for the processor.</summary>
    public string? Device { get; init; }

    /// <summary>The seed's three experiments.</summary>
    public static IReadOnlyList<RunSettings> Presets { get; } = [new(), new() { Hidden = [100] }, new() { Eta = 20 }];

    /// <summary>The trainings that lessons on the page propose, by name.</summary>
    public static IReadOnlyDictionary<string, RunSettings> Lessons { get; } =
        new Dictionary<string, RunSettings>(StringComparer.Ordinal)
        {
            ["seed"] = new(),
            ["crossentropy"] = new() { Cost = Cost.CrossEntropy, Eta = 0.5 },
            ["overfitting"] = new() { Cost = Cost.CrossEntropy, Eta = 0.5, Examples = 1000, Epochs = 100 },
            ["regularised"] = new()
            {
                Cost = Cost.CrossEntropy,
                Eta = 0.5,
                Examples = 1000,
                Epochs = 100,
                Regularisation = Regularisation.L2,
                Strength = 0.1, // Nielsen's, chapter 3
            },
            ["deep"] = new() { Hidden = [30, 30, 30, 30, 30], Cost = Cost.CrossEntropy, Eta = 0.5 },
            ["deeprelu"] = new()
            {
                Hidden = [30, 30, 30, 30, 30],
                Activation = ActivationFunction.Relu,
                Cost = Cost.LogLikelihood,
                Eta = 0.05,
            },
            ["convolution"] = new()
            {
                Maps = [20],
                Hidden = [100],
                Activation = ActivationFunction.Relu,
                Cost = Cost.LogLikelihood,
                Eta = 0.05,
                Epochs = 5,
            },
        };

    [JsonIgnore]
    public Architecture Architecture
    {
        get
        {
            List<Layer> layers = [];
            foreach (int maps in Maps)
            {
                layers.AddRange(
                    [new Layer.Convolution(maps, KernelSide), new Layer.Activation(Activation), new Layer.MaxPool(2)]);
            }

            if (Maps.Count > 0)
                layers.Add(new Layer.Flatten());
            foreach (int neurons in Hidden)
            {
                layers.AddRange([new Layer.Dense(neurons), new Layer.Activation(Activation)]);
                if (Regularisation == Regularisation.Dropout && Strength > 0)
                    layers.Add(new Layer.Dropout(Strength));
            }

            layers.Add(new Layer.Dense(10));
            layers.Add(Cost == Cost.LogLikelihood ? new Layer.Softmax() : new Layer.Activation(ActivationFunction.Sigmoid));
            return new Architecture(Maps.Count > 0 ? new Shape(1, 28, 28) : new Shape(784), layers, Cost);
        }
    }

    [JsonIgnore]
    public Initialisation Initialisation => Activation switch
    {
        ActivationFunction.Sigmoid when Maps.Count == 0 => Initialisation.StandardNormal,
        ActivationFunction.Sigmoid or ActivationFunction.Tanh => Initialisation.Glorot,
        _ => Initialisation.He,
    };

    /// <summary>A learning rate that suits the layers and the cost, in mini-batches of 10.</summary>
    [JsonIgnore]
    public double SuggestedEta => (Activation, Cost) switch
    {
        (ActivationFunction.Sigmoid, Cost.Quadratic) => 3,
        (ActivationFunction.Sigmoid, _) or (_, Cost.Quadratic) => 0.5,
        _ => 0.05,
    };

    /// <summary>All layers' sizes as <c>784-30-10</c>; a convolution of 20 feature maps is <c>c20</c>.</summary>
    [JsonIgnore]
    public string Sizes => string.Join('-', ["784", .. Maps.Select(maps => $"c{maps}"), .. Hidden.Select(Text), "10"]);

    /// <summary>What differs from the seed's besides the sizes, as <c>ReLU, CE, L2 5</c>; empty where nothing does.</summary>
    [JsonIgnore]
    public string Differences => string.Join(", ", new[]
    {
        Activation == ActivationFunction.Sigmoid ? "" : Name(Activation),
        Cost switch { Cost.CrossEntropy => "CE", Cost.LogLikelihood => "softmax", _ => "" },
        Regularisation == Regularisation.None ? "" : $"{NameOf(Regularisation)} {Text(Strength)}",
        Examples == 0 ? "" : $"n = {Text(Examples)}",
    }.Where(part => part.Length > 0));

    [JsonIgnore]
    public string EtaText => Text(Eta);

    /// <summary>The name in the resources of the first setting that is out of range; null where all are valid.</summary>
    public string? FirstWrong() =>
        Hidden is null || Hidden.Count is < 1 or > MostLayers || Hidden.Any(neurons => neurons is < 1 or > MostNeurons)
            ? "layers"
        : Maps is null || Maps.Count > MostConvolutions || Maps.Any(maps => maps is < 1 or > MostMaps) ? "maps"
        : !Enum.IsDefined(Activation) ? "activation"
        : !Enum.IsDefined(Regularisation) || !(Strength >= 0)
            || Strength > (Regularisation == Regularisation.Dropout ? MostDropout : MostLambda) ? "strength"
        : Examples < 0 ? "examples"
        : MiniBatch is < 1 or > LargestMiniBatch ? "minibatch"
        : !(Eta is > 0 and <= 1000) ? "eta"
        : Epochs is < 1 or > MostEpochs ? "epochs"
        : Cost is Cost.Quadratic or Cost.CrossEntropy or Cost.LogLikelihood ? null : "cost";

    /// <summary>An activation function as a person writes it.</summary>
    public static string Name(ActivationFunction function) => function switch
    {
        ActivationFunction.Relu => "ReLU",
        ActivationFunction.Silu => "SiLU",
        ActivationFunction.Tanh => "tanh",
        _ => "sigmoid",
    };

    /// <summary>Hidden layers as a person types them: <c>30</c> or <c>100, 30</c>; empty where it is something else.</summary>
    public static IReadOnlyList<int> ParseHidden(string? text)
    {
        const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string[] parts = (text ?? "").Split([',', '-', ' '], MostLayers + 1, Options);
        int[] sizes = [.. parts.Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        return sizes.Contains(0) ? [] : sizes;
    }

    private static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string NameOf(Regularisation regularisation) =>
        regularisation == Regularisation.Dropout ? "dropout" : regularisation.ToString();

    /// <summary>Parses settings from the store; null where they are damaged or out of range.</summary>
    public static RunSettings? Parse(string? json)
    {
        try
        {
            RunSettings? settings = json is null ? null : JsonSerializer.Deserialize<RunSettings>(json);
            return settings is { Data: not null } && settings.FirstWrong() is null ? settings : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>An epoch's figures.</summary>
internal sealed record RunEpoch(int Epoch, double Cost, int Correct, int Total, double Seconds)
{
    public double Accuracy => (double)Correct / Total;

    /// <summary>Parses a row of the store: run, epoch, cost, correct, total, seconds; null where it is damaged.</summary>
    public static RunEpoch? Of(object[] row) =>
        row[0] is long and >= 1 and <= int.MaxValue && row[1] is long and >= 0 and < RunSettings.MostEpochs and var epoch
        && row[2] is double or DBNull && row[4] is long and > 0 and <= int.MaxValue and var total
        && row[3] is long and >= 0 and var correct && correct <= total && row[5] is double seconds
            ? new RunEpoch(
                (int)epoch,
                row[2] as double? ?? double.NaN, // SQLite stores NaN as NULL
                (int)correct,
                (int)total,
                seconds)
            : null;
}

internal enum RunState
{
    Running,
    Paused,
    Done,
    Failed,
}
