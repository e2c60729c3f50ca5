using Inkling.Numerics.Threads;

namespace Inkling.Tests.Training;

/// <summary>
/// Options that would give NaN or infinity, or never finish, are refused when they are set, by a one-line error with the range.
/// </summary>
public class OptionRangeTests
{
    private static readonly Network Small = new([4, 3, 2]);

    private static readonly VectorExamples Points = new([([0, 1, 0, 1], [0, 1]), ([1, 0, 1, 0], [1, 0])]);

    private static readonly Dictionary<string, Func<object>> Refused = new(StringComparer.Ordinal)
    {
        ["stepped every 0 epochs"] = () => new Schedule.Stepped(0, 0.5),
        ["stepped by 0"] = () => new Schedule.Stepped(1, 0),
        ["stepped by a negative number"] = () => new Schedule.Stepped(1, -0.5),
        ["stepped upwards"] = () => new Schedule.Stepped(1, 1e30),
        ["stepped by NaN"] = () => new Schedule.Stepped(1, double.NaN),
        ["cosine to NaN"] = () => new Schedule.Cosine(double.NaN),
        ["cosine to over 1"] = () => new Schedule.Cosine(2),
        ["one cycle that rises for longer than it lasts"] = () => new Schedule.OneCycle(rise: 1.1),
        ["one cycle from NaN"] = () => new Schedule.OneCycle(start: double.NaN),
        ["one cycle to infinity"] = () => new Schedule.OneCycle(final: double.PositiveInfinity),
        ["no patience"] = () => new Schedule.HalveOnStall(patience: 0),
        ["halved for ever"] = () => new Schedule.HalveOnStall(halvings: int.MaxValue),
        ["a negative warm-up"] = () => new Schedule.Constant { WarmUpEpochs = -1 },
        ["a warm-up of NaN"] = () => new Schedule.Constant { WarmUpEpochs = double.NaN },
        ["momentum 1"] = () => new Optimiser.Sgd(1),
        ["momentum NaN"] = () => new Optimiser.Sgd(double.NaN),
        ["beta 1 of 1"] = () => new Optimiser.Adam(beta1: 1),
        ["beta 2 of 1"] = () => new Optimiser.Adam(beta2: 1),
        ["beta 2 of 1 in single precision"] = () => new Optimiser.Adam(beta2: 0.999999999),
        ["a negative beta"] = () => new Optimiser.Adam(beta1: -0.1),
        ["epsilon 0"] = () => new Optimiser.Adam(epsilon: 0),
        ["epsilon 0 in single precision"] = () => new Optimiser.Adam(epsilon: 1e-60),
        ["infinite weight decay"] = () => new Optimiser.Adam(weightDecay: double.PositiveInfinity),
        ["elastic distortion without smoothness"] = () => new Augmentation { Elastic = 10, ElasticSmoothness = 0 },
        ["elastic distortion of NaN"] = () => new Augmentation { Elastic = double.NaN },
        ["a scale down to nothing"] = () => new Augmentation { Scale = 1 },
        ["an infinite shift"] = () => new Augmentation { Shift = double.PositiveInfinity },
        ["a negative rotation"] = () => new Augmentation { Rotation = -1 },
        ["a shear of NaN"] = () => new Augmentation { Shear = double.NaN },
        ["a thickness of NaN"] = () => new Augmentation { Thickness = double.NaN },
        ["noise of infinity"] = () => new Augmentation { Noise = double.PositiveInfinity },
        ["erasing more than always"] = () => new Augmentation { Erasing = 1.5 },
        ["widths changed more than always"] = () => new Augmentation { WidthNormalisation = 2 },
        ["temperature 0"] = () => new Network([1, 1]).Temperature = 0,
        ["temperature NaN"] = () => new Network([1, 1]).Temperature = double.NaN,
        ["η over the largest float"] = () => Trained(new TrainingOptions { LearningRate = 1e300 }),
        ["L2 over the largest float"] = () => Trained(new TrainingOptions { L2 = 1e300 }),
        ["a weight average that never moves"] = () => Trained(new TrainingOptions { WeightAverage = 0.9999999999 }),
        ["two thousand million threads"] = () => Trained(new TrainingOptions { Threads = int.MaxValue }),
        ["minus one thread to train"] = () => Trained(new TrainingOptions { Threads = -1 }),
        ["minus one thread to evaluate"] = () => Small.Evaluate(Points, threads: -1),
        ["minus one thread for the outputs"] = () => Small.Outputs(Points, threads: -1),
        ["minus one thread to draw digits"] = () => GeneratedDigits.Create(1, threads: -1),
        ["minus one thread to read"] = () =>
        {
            Small.Freeze().FeedForward(new float[4].AsMemory(), new float[2].AsMemory(), threads: -1);
            return Small;
        },
    };

    public static TheoryData<string> Names => [.. Refused.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_would_end_in_no_number_is_refused_in_one_line(string option)
    {
        ArgumentException refusal = Assert.ThrowsAny<ArgumentException>(() => Refused[option]());
        Assert.IsType<ArgumentOutOfRangeException>(refusal);
        Assert.Matches(" (is|are|forgets)", refusal.Message);
    }

    [Fact]
    public void No_number_of_threads_stands_for_all_cores()
    {
        Assert.Equal(0, new TrainingOptions().Threads);
        Assert.Equal(Math.Min(Environment.ProcessorCount, Workers.MaxThreads), Workers.CountFor(0));
        Assert.Equal(GeneratedDigits.Create(3, seed: 5, threads: 1).Pixels(2), GeneratedDigits.Create(3, seed: 5).Pixels(2));
    }

    [Theory]
    [InlineData("stepped by 0", "By is a number over 0, at most 1.")]
    [InlineData("a negative warm-up", "WarmUpEpochs is a number of epochs from 0 on.")]
    public void The_range_is_told_in_a_persons_numbers(string option, string message) =>
        Assert.StartsWith(
            message, Assert.Throws<ArgumentOutOfRangeException>(() => Refused[option]()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("stepped every epoch")]
    [InlineData("the roughest elastic distortion")]
    [InlineData("one cycle that only rises")]
    public void What_is_at_the_end_of_its_range_trains_to_numbers(string option)
    {
        TrainingOptions options = new() { Epochs = 3, LearningRate = 0.5, MiniBatchSize = 5, OnEpoch = _ => { } };
        options = option switch
        {
            "stepped every epoch" => options with { Schedule = new Schedule.Stepped(1, double.Epsilon) },
            "one cycle that only rises" => options with { Schedule = new Schedule.OneCycle(rise: 1, start: 0, final: 0) },
            _ => options with
            {
                Augmentation = new Augmentation
                {
                    Elastic = 1000, ElasticSmoothness = 1, Scale = 0.9, Shear = 10, Rotation = 180, Shift = 64
                }
            },
        };
        Network network = new([784, 12, 10]);
        network.Train(GeneratedDigits.Create(20), options);
        Assert.All(
            network.WeightedLayers.SelectMany(layer => layer.CopyWeights()), weight => Assert.True(float.IsFinite(weight)));
    }

    private static TrainingOptions Trained(TrainingOptions options)
    {
        Small.Clone().Train(Points, options with { Epochs = 1, OnEpoch = _ => { } });
        return options;
    }
}
