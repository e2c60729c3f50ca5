using Inkling.Training;

namespace Inkling.Tests.Training;

/// <summary>Diagnostics of failed training, and the calibration of confidences.</summary>
public class DiagnosticsTests
{
    private static readonly LabelledImages Images = GeneratedDigits.Create(300, seed: 3);

    [Fact]
    public void A_cost_that_is_no_number_stops_training_with_the_layer_where_it_began_and_a_hint()
    {
        Network network = new(Architecture.Parse("1x28x28 conv:4:3x3 relu flatten dense:10 softmax"), seed: 1);
        TrainingDivergedException stop = Assert.Throws<TrainingDivergedException>(() => network.Train(
            Images,
            new TrainingOptions { LearningRate = 1e20, OnEpoch = _ => { } },
            TestContext.Current.CancellationToken));
        Assert.Contains("the cost is no longer a number, beginning in layer 4, dense:10", stop.Message, StringComparison.Ordinal);
        Assert.Contains("Lower the learning rate", stop.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_whose_relus_have_died_is_told_from_one_that_learns_too_slowly()
    {
        Network dead = new(Architecture.Parse("1x28x28 flatten dense:20 relu dense:10 softmax"), seed: 1);
        dead.WeightedLayers[0].Biases.Fill(-100);
        string hint = Diagnostics.WhyStuck(dead, Images, dead.Evaluate(Images))!;
        Assert.Contains("100 % of the activations of relu layer 1 are dead", hint, StringComparison.Ordinal);
        Assert.Contains("the same answer to everything", hint, StringComparison.Ordinal);

        Network slow = new(Architecture.Parse("1x28x28 flatten dense:20 relu dense:10 softmax"), seed: 1);
        Assert.Contains(
            "learning rate is probably too low",
            Diagnostics.WhyStuck(slow, Images, slow.Evaluate(Images)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Digits_that_are_never_answered_are_named_with_the_cost_that_would_learn_them()
    {
        Network network = new(Architecture.FullyConnected([784, 30, 10]), Initialisation.Scaled, seed: 1);
        network.Sgd(
            Images, epochs: 30, miniBatchSize: 10, eta: 1, options: new TrainingOptions { OnEpoch = _ => { } },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Null(Diagnostics.WhyStuck(network, Images, network.Evaluate(Images)));
        network.WeightedLayers[1].Biases[4] = network.WeightedLayers[1].Biases[7] = -100;
        string hint = Diagnostics.WhyStuck(network, Images, network.Evaluate(Images))!;
        Assert.StartsWith(
            "The network never answers 4 and 7: those output neurons are saturated", hint, StringComparison.Ordinal);
        Assert.Contains("Use the cross-entropy cost", hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_reads_has_nothing_wrong_with_it()
        => Assert.Null(Diagnostics.WhyStuck(BundledModels.Load("tiny"), Images, new Score(95, 100)));

    [Fact]
    public void The_monitor_records_cost_accuracy_weights_and_gradients_of_each_layer()
    {
        TrainingMonitor monitor = new(Images.Slice(0, 200), Images.Slice(200, 100));
        Network network = new(Architecture.Parse("1x28x28 conv:4:5x5:stride2 batchnorm relu flatten dense:10 softmax"), seed: 1);
        network.Train(
            Images.Slice(0, 200),
            new TrainingOptions
            {
                Epochs = 3, LearningRate = 0.05, ValidationData = Images.Slice(200, 100), OnEpoch = monitor.Record
            },
            TestContext.Current.CancellationToken);
        Assert.Equal([0, 1, 2], monitor.Entries.Select(entry => entry.Epoch));
        MonitorEntry last = monitor.Entries[^1];
        Assert.Equal(["conv 1", "dense 2"], last.Norms.Select(layer => layer.Name));
        double norm = Math.Sqrt(network.WeightedLayers[1].CopyWeights().Sum(w => (double)w * w));
        Assert.Equal(norm, last.Norms[1].WeightNorm, 1e-4);
        Assert.True(last.TrainingCost < monitor.Entries[0].TrainingCost);
        Assert.Equal(network.Evaluate(Images.Slice(200, 100)).Accuracy, last.ValidationAccuracy);
        Assert.All(last.Norms, layer => Assert.True(layer.GradientNorm > 0));
    }

    [Fact]
    public void Calibrated_confidences_are_right_as_often_as_they_say()
    {
        Network network = new(Architecture.Parse("1x28x28 flatten dense:30 relu dense:10 softmax"), seed: 1);
        LabelledImages training = GeneratedDigits.Create(100, seed: 5),
            validation = GeneratedDigits.Create(1000, seed: 6), other = GeneratedDigits.Create(1000, seed: 7);
        network.Train(
            training,
            new TrainingOptions { Epochs = 300, LearningRate = 0.1, OnEpoch = _ => { } },
            TestContext.Current.CancellationToken);
        int[] read = [.. network.Outputs(other).Select(output => Inkling.Numerics.Vectors.Argmax(output))];
        double before = network.CalibrationError(other);
        double temperature = network.Calibrate(validation), after = network.CalibrationError(other);
        Assert.True(temperature > 1, $"{temperature}"); // an overfitted network is overconfident
        Assert.True(after < 0.75 * before, $"{before} {after}");
        Assert.Equal(read, network.Outputs(other).Select(output => Inkling.Numerics.Vectors.Argmax(output)));
    }

    [Fact]
    public void An_interval_is_wilsons()
    {
        (double low, double high) = new Score(9970, 10_000).Interval;
        Assert.Equal(0.99573, low, 1e-5);
        Assert.Equal(0.99789, high, 1e-5);
    }
}
