namespace Inkling.Gpu.Tests;

/// <summary>Whole trainings on a device, here one emulated on the CPU.</summary>
public sealed class DeviceTrainingTests : IDisposable
{
    private const string Small = "1x28x28 avgpool:4 conv:4:3x3 relu flatten dense:10 softmax";

    private static readonly LabelledImages Digits = GeneratedDigits.Create(25, seed: 5);

    private static readonly TrainingOptions Options = new() { Epochs = 2, MiniBatchSize = 10, LearningRate = 0.05 };

    private static readonly Augmentation Distorted = new()
    {
        Shift = 2,
        Rotation = 10,
        Scale = 0.1,
        Shear = 0.1,
        Elastic = 30,
        Thickness = 0.5,
        WidthNormalisation = 0.5,
        Erasing = 0.5,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("inkling-gpu").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Ways => [.. AllWays.Keys];

    private static readonly Dictionary<string, TrainingOptions> AllWays = new(StringComparer.Ordinal)
    {
        ["plain descent"] = Options,
        ["momentum, L2"] = Options with { Optimiser = new Optimiser.Sgd(0.9), L2 = 0.5 },
        ["Nesterov, L1, label smoothing"] =
            Options with { Optimiser = new Optimiser.Sgd(0.9, nesterov: true), L1 = 0.1, LabelSmoothing = 0.1 },
        ["Adam, average, cosine"] = Options with
        {
            Optimiser = new Optimiser.Adam(), LearningRate = 0.005, WeightAverage = 0.9, Schedule = new Schedule.Cosine(),
        },
        ["AdamW, augmentation on the device"] = Options with
        {
            Optimiser = new Optimiser.Adam(weightDecay: 0.1),
            LearningRate = 0.005,
            Augmentation = Distorted,
        },
        ["noise, one plain epoch"] = Options with
        {
            Augmentation = Distorted with { Noise = 0.1 }, PlainEpochs = 1,
        },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_network_trained_on_a_device_is_that_trained_on_the_CPU_up_to_rounding(string way)
    {
        List<EpochResult> onCpu = [], onDevice = [];
        Network expected = Trained(AllWays[way] with { OnEpoch = onCpu.Add, TestData = Digits });
        Network actual = Trained(
            AllWays[way] with { OnEpoch = onDevice.Add, TestData = Digits, Device = Devices.Emulated });
        AssertClose(expected, actual);
        Assert.Equal(expected.Random.Save(), actual.Random.Save());
        Assert.Equal(2, onDevice.Count);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(onCpu[i].Cost, onDevice[i].Cost, 1e-3);
            AssertClose(onCpu[i].Network!, onDevice[i].Network!);
            Assert.InRange(onDevice[i].Test!.Value.Correct, onCpu[i].Test!.Value.Correct - 1, onCpu[i].Test!.Value.Correct + 1);
        }
    }

    /// <summary>Mini-batches are launched many at a time, or one by one where somebody looks between them.</summary>
    [Fact]
    public void Looking_between_steps_changes_no_bit()
    {
        TrainingOptions options = AllWays["noise, one plain epoch"] with { Device = Devices.Emulated };
        List<double> costs = [];
        List<float> seen = [];
        Network looked = Trained(options with
        {
            BetweenSteps = moment =>
            {
                costs.Add(moment.Cost);
                seen.Add(moment.Network.Parameters.Span[0]);
                return 1;
            },
        });
        Assert.Equal(6, costs.Distinct().Count() + 1); // two epochs of three mini-batches, each from 0
        Assert.Equal(6, seen.Distinct().Count()); // the parameters are those of the moment
        Assert.Equal(Trained(options).Parameters.Span, looked.Parameters.Span);
    }

    [Fact]
    public void Two_trainings_on_a_device_end_in_the_same_bits()
    {
        TrainingOptions options = AllWays["Adam, average, cosine"] with { Device = Devices.Emulated, Epochs = 1 };
        Assert.Equal(Trained(options).Parameters.Span, Trained(options).Parameters.Span);
    }

    [Fact]
    public void A_training_goes_from_the_CPU_to_a_device_and_back_by_its_checkpoint()
    {
        TrainingOptions options = AllWays["AdamW, augmentation on the device"] with
        {
            Epochs = 3,
            WeightAverage = 0.9,
            Checkpoint = Path.Combine(_folder, "checkpoint"),
        };
        Network expected = Trained(options with { Checkpoint = null });
        Trained(options with { Epochs = 1 });
        Trained(options with { Epochs = 2, Device = Devices.Emulated });
        AssertClose(expected, Trained(options));
    }

    [Fact]
    public void A_cancelled_training_is_resumed_to_the_bits_of_one_that_was_not()
    {
        TrainingOptions options = AllWays["Adam, average, cosine"] with { Device = Devices.Emulated };
        using CancellationTokenSource stop = new();
        TrainingOptions stopped = options with
        {
            Checkpoint = Path.Combine(_folder, "checkpoint"),
            BetweenSteps = moment =>
            {
                if (moment.Examples == 20)
                    stop.Cancel();
                return 1;
            },
        };
        Network network = new(Architecture.Parse(Small), Initialisation.He, seed: 1);
        Assert.Throws<OperationCanceledException>(() => network.Train(Digits, stopped, stop.Token));
        Network untrained = new(network.Architecture, Initialisation.He, seed: 1);
        Assert.False(untrained.Parameters.Span.SequenceEqual(network.Parameters.Span));
        Assert.Equal(Trained(options).Parameters.Span, Trained(stopped with { BetweenSteps = null }).Parameters.Span);
    }

    [Theory]
    [InlineData("784 dense:5 sigmoid dense:10 sigmoid")]
    [InlineData("784 dense:5 tanh dense:10 softmax")]
    [InlineData("1x28x28 conv:2:5x5:stride3 maxpool:2 relu flatten dense:10 softmax")]
    [InlineData("1x28x28 conv:2:5x5:stride3 batchnorm silu flatten dense:10 softmax")]
    public void A_training_that_diverges_names_the_layer(string architecture)
    {
        Network network = new(Architecture.Parse(architecture), Initialisation.He, seed: 1);
        network.WeightedLayers[0].Biases[1] = float.NaN;
        TrainingDivergedException e = Assert.Throws<TrainingDivergedException>(() => network.Train(
            Digits, Options with { Device = Devices.Emulated }, TestContext.Current.CancellationToken));
        Assert.Contains("beginning in layer 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_fails_is_told_in_one_line()
    {
        string lost = Devices.Emulated.Failed(new NotSupportedException("launch failed\nat 3")).Message;
        Assert.StartsWith("emulated failed: launch failed", lost, StringComparison.Ordinal);
        Assert.Contains("resume from it", lost, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', lost);
    }

    [Fact]
    public void A_mini_batch_that_no_device_can_hold_is_refused_before_anything_is_trained()
    {
        Network network = new(Architecture.Parse("4 dense:300000:nobias dense:2"), Initialisation.He, seed: 1);
        VectorExamples examples = new(Enumerable.Repeat((new float[4], new float[2]), 4000));
        InklingException e = Assert.Throws<InklingException>(() => network.Train(
            examples,
            Options with { MiniBatchSize = 4000, Device = Devices.Emulated },
            TestContext.Current.CancellationToken));
        Assert.Contains("smaller mini-batches", e.Message, StringComparison.Ordinal);
    }

    private static Network Trained(TrainingOptions options)
    {
        Network network = new(Architecture.Parse(Small), Initialisation.He, seed: 1);
        network.Train(Digits, options, TestContext.Current.CancellationToken);
        return network;
    }

    private static void AssertClose(Network expected, Network actual)
    {
        for (int i = 0; i < expected.Parameters.Span.Length; i++)
            Assert.Equal(expected.Parameters.Span[i], actual.Parameters.Span[i], 2e-3f);
    }
}
