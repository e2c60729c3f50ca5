
namespace Inkling.Tests.Training;

/// <summary>Steps, schedules and averages against their papers' formulas, in double precision.</summary>
public class OptimiserTests
{
    private static readonly VectorExamples Examples =
        new(Enumerable.Range(0, 6).Select(i => (Networks.NetworkTests.Vector(5, i), new float[] { i % 2, 1 - i % 2 })));

    public static TheoryData<string> Methods => ["plain", "momentum", "nesterov", "adam", "adamw", "l1", "l2", "l2 with adam"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Three_steps_are_the_formulas(string method)
    {
        const double Rate = 0.05, Lambda = 0.6;
        TrainingOptions options = new()
        {
            Epochs = 1,
            MiniBatchSize = 6,
            LearningRate = Rate,
            Optimiser = method switch
            {
                "momentum" => new Optimiser.Sgd(0.9),
                "nesterov" => new Optimiser.Sgd(0.9, nesterov: true),
                "adam" or "l2 with adam" => new Optimiser.Adam(),
                "adamw" => new Optimiser.Adam(weightDecay: 0.1),
                _ => new Optimiser.Sgd(),
            },
            L1 = method == "l1" ? Lambda : 0,
            L2 = method.StartsWith("l2", StringComparison.Ordinal) ? Lambda : 0,
            OnEpoch = _ => { },
        };
        Network network = new(Architecture.FullyConnected([5, 4, 2], Cost.CrossEntropy), Initialisation.Scaled, seed: 3),
            plain = network.Clone();
        network.Train(Examples, options with { Epochs = 3 }, TestContext.Current.CancellationToken);

        double m = 0, v = 0, w = plain.WeightedLayers[0][1, 2];
        for (int step = 1; step <= 3; step++)
        {
            double before = w, g = GradientAt(plain);
            g += method == "l1" ? Lambda / 6 * Math.Sign(before)
                : method.StartsWith("l2", StringComparison.Ordinal) ? Lambda / 6 * before
                : 0;
            m = method.Contains("adam", StringComparison.Ordinal) ? 0.9 * m + 0.1 * g : 0.9 * m - Rate * g;
            v = 0.999 * v + 0.001 * g * g;
            w += method switch
            {
                "momentum" => m,
                "nesterov" => 0.9 * m - Rate * g,
                "adam" or "adamw" or "l2 with adam" =>
                    -Rate * (m / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v / (1 - Math.Pow(0.999, step))) + 1e-8)
                    - (method == "adamw" ? Rate * 0.1 * before : 0),
                _ => -Rate * g,
            };
            // The other weights are the engine's after this many steps; this weight is computed by its formula.
            plain = new(Architecture.FullyConnected([5, 4, 2], Cost.CrossEntropy), Initialisation.Scaled, seed: 3);
            plain.Train(Examples, options with { Epochs = step }, TestContext.Current.CancellationToken);
            Assert.Equal(w, plain.WeightedLayers[0][1, 2], 2e-6);
        }

        Assert.Equal(w, network.WeightedLayers[0][1, 2], 2e-6);

        static double GradientAt(Network network) => network.GradientOf(Examples).WeightedLayers[0][1, 2];
    }

    [Fact]
    public void Weight_decay_leaves_biases_and_batch_normalisation_alone()
    {
        Network network = new(Architecture.Parse("5 dense:4 batchnorm relu dense:2 softmax"), seed: 1);
        network.WeightedLayers[1].Biases.Fill(0.5f);
        VectorExamples nothing = new(Enumerable.Range(0, 4).Select(_ => (new float[5], new float[] { 0.5f, 0.5f })));
        float before = network.WeightedLayers[0][0, 0];
        network.Train(
            nothing,
            new TrainingOptions
            {
                Epochs = 5, MiniBatchSize = 4, LearningRate = 0.1, Optimiser = new Optimiser.Adam(weightDecay: 0.5),
                OnEpoch = _ => { }
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(before * Math.Pow(0.95, 5), network.WeightedLayers[0][0, 0], 1e-6);
        Assert.Equal(1, network.Normalisations[0].Scale[0], 1e-6);
        Assert.Equal(0.5f, network.WeightedLayers[1].Biases[0], 1e-4f);
    }

    [Theory]
    [InlineData("constant", 0, 1)]
    [InlineData("constant", 7.5, 1)]
    [InlineData("stepped", 4.9, 1)]
    [InlineData("stepped", 10, 0.01)]
    [InlineData("cosine", 0, 1)]
    [InlineData("cosine", 5, 0.55)]
    [InlineData("cosine", 10, 0.1)]
    [InlineData("one-cycle", 0, 0.04)]
    [InlineData("one-cycle", 2, 1)]
    [InlineData("one-cycle", 10, 0.0004)]
    [InlineData("warm-up", 1, 0.5)]
    [InlineData("warm-up", 3, 1)]
    public void Schedules_change_the_rate_as_they_say(string name, double epoch, double factor)
    {
        Schedule schedule = name switch
        {
            "stepped" => new Schedule.Stepped(every: 5, by: 0.1),
            "cosine" => new Schedule.Cosine(final: 0.1),
            "one-cycle" => new Schedule.OneCycle(rise: 0.2),
            "warm-up" => new Schedule.Constant { WarmUpEpochs = 2 },
            _ => new Schedule.Constant(),
        };
        Assert.Equal(factor, schedule.FactorAt(epoch, epochs: 10, stalls: 0), 1e-9);
    }

    [Fact]
    public void Halving_on_a_stall_stops_after_its_last_halving()
    {
        int epochs = 0;
        Network network = new([5, 2], seed: 1);
        network.Train(
            Examples,
            new TrainingOptions
            {
                Epochs = 1000, LearningRate = 1e-9, ValidationData = Examples,
                Schedule = new Schedule.HalveOnStall(patience: 2, halvings: 3), OnEpoch = _ => epochs++
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(1 + 4 * 2, epochs); // no epoch after the first improves; the fourth stall ends training
    }

    [Fact]
    public void Training_stops_when_validation_has_not_improved_for_so_long()
    {
        int epochs = 0;
        new Network([5, 2], seed: 1).Train(
            Examples,
            new TrainingOptions
            {
                Epochs = 1000, LearningRate = 1e-9, ValidationData = Examples, Patience = 4, OnEpoch = _ => epochs++
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(5, epochs);
    }

    [Fact]
    public void Stopping_early_without_validation_data_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Network([5, 2]).Train(
            Examples, new TrainingOptions { Patience = 4 }, TestContext.Current.CancellationToken));

    [Fact]
    public void The_network_ends_with_the_average_of_its_weights()
    {
        Network before = new([5, 2], seed: 1), plain = new([5, 2], seed: 1), averaged = new([5, 2], seed: 1);
        TrainingOptions options = new() { Epochs = 1, MiniBatchSize = 6, LearningRate = 1, OnEpoch = _ => { } };
        plain.Train(Examples, options, TestContext.Current.CancellationToken);
        averaged.Train(Examples, options with { WeightAverage = 0.99 }, TestContext.Current.CancellationToken);
        const double Keep = 2.0 / 11; // at first the average decays faster: the factor is (1 + n) / (10 + n)
        double mean = Keep * WeightOf(before) + (1 - Keep) * WeightOf(plain);
        Assert.Equal(mean, WeightOf(averaged), 1e-6);

        static float WeightOf(Network network) => network.WeightedLayers[0][1, 3];
    }

    [Fact]
    public void Label_smoothing_moves_the_targets_towards_all_classes()
    {
        VectorExamples one = new([(new float[] { 0 }, new float[] { 1, 0, 0, 0 })]);
        Network network = new(Architecture.Parse("1 dense:4 softmax"), Initialisation.Glorot);
        network.Train(
            one,
            new TrainingOptions { Epochs = 2000, MiniBatchSize = 1, LearningRate = 1, LabelSmoothing = 0.2, OnEpoch = _ => { } },
            TestContext.Current.CancellationToken);
        float[] outputs = network.FeedForward([0]);
        Assert.Equal(0.85, outputs[0], 1e-3);
        Assert.Equal(0.05, outputs[1], 1e-3);
    }
}
