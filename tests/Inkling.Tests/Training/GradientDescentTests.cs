using Inkling.Tests.Networks;

namespace Inkling.Tests.Training;

public class GradientDescentTests
{
    private static readonly VectorExamples Xor = new([([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])]);

    [Fact]
    public void A_network_learns_what_no_single_neuron_can()
    {
        Network network = new([2, 4, 1], seed: 3);
        network.Sgd(Xor, epochs: 3000, miniBatchSize: 2, eta: 3.0, options: new TrainingOptions { OnEpoch = _ => { } });
        Assert.True(network.FeedForward([0, 1])[0] > 0.9);
        Assert.True(network.FeedForward([1, 0])[0] > 0.9);
        Assert.True(network.FeedForward([0, 0])[0] < 0.1);
        Assert.True(network.FeedForward([1, 1])[0] < 0.1);
    }

    [Fact]
    public async Task The_number_of_threads_does_not_change_a_bit()
    {
        LabelledImages images = (await TestData.MnistAsync()).Training;
        LabelledImages training = images.Slice(0, 2003), test = images.Slice(3000, 500);
        (float[] weights, string reports) = Learn(threads: 1);
        foreach (int threads in new[] { 2, 5 })
        {
            (float[] otherWeights, string otherReports) = Learn(threads);
            Assert.Equal(weights, otherWeights);
            Assert.Equal(reports, otherReports);
        }

        (float[] Weights, string Reports) Learn(int threads)
        {
            Network network = new([784, 30, 10], seed: 6);
            List<string> lines = [];
            network.Sgd(
                training,
                3,
                10,
                3.0,
                test,
                new TrainingOptions
                {
                    Threads = threads, ValidationData = test,
                    OnEpoch = epoch => lines.Add($"{epoch} {epoch.Validation} {epoch.Cost}")
                });
            return (network.WeightedLayers[0].CopyWeights(), string.Join('\n', lines));
        }
    }

    [Fact]
    public void Training_prints_the_seeds_lines()
    {
        using StringWriter written = new();
        TextWriter console = Console.Out;
        Console.SetOut(written);
        try
        {
            Network network = new([2, 2, 1], seed: 1);
            network.Sgd(Xor, epochs: 2, miniBatchSize: 2, eta: 0.5, testData: Xor);
            network.Sgd(Xor, epochs: 1, miniBatchSize: 2, eta: 0.5);
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.Equal(
            ["Epoch 0: 4 / 4", "Epoch 1: 4 / 4", "Epoch 0 complete"],
            written.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n'));
    }

    [Fact]
    public void Descending_the_whole_gradient_with_a_small_step_never_raises_the_cost()
    {
        Network network = new([2, 3, 1], seed: 8);
        List<double> costs = [];
        for (int step = 0; step < 200; step++)
        {
            costs.Add(network.Cost(Xor));
            network.DescendGradient(Xor, steps: 1, eta: 0.2, TestContext.Current.CancellationToken);
        }

        Assert.All(costs.Zip(costs.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1e-7));
        Assert.True(network.Cost(Xor) < costs[0]);
    }

    [Fact]
    public void A_step_by_a_mini_batch_of_all_examples_is_a_step_down_the_whole_gradient()
    {
        Network byBatch = new([2, 3, 1], seed: 8), byGradient = byBatch.Clone();
        byBatch.UpdateMiniBatch(Xor, [0, 1, 2, 3], eta: 0.7);
        byGradient.DescendGradient(Xor, steps: 1, eta: 0.7);
        Assert.All(
            byBatch.WeightedLayers[0].CopyWeights().Zip(byGradient.WeightedLayers[0].CopyWeights()),
            w => Assert.Equal(w.First, w.Second, 1e-6f));
    }

    [Fact]
    public void The_last_mini_batch_of_an_epoch_holds_what_is_left()
    {
        List<long> trained = [];
        VectorExamples examples = new(Enumerable.Range(0, 23).Select(i => (NetworkTests.Vector(4, i), new float[] { i % 2 })));
        new Network([4, 1], seed: 1).Sgd(
            examples,
            epochs: 2,
            miniBatchSize: 10,
            eta: 0.1,
            options: new TrainingOptions { Progress = new Reports(trained), OnEpoch = _ => { } });
        Assert.Equal([10, 20, 23, 33, 43, 46], trained);
    }

    [Fact]
    public void Training_can_be_stopped_and_keeps_what_was_learned()
    {
        using CancellationTokenSource stop = new();
        Network network = new([2, 3, 1], seed: 1);
        float[] before = network.WeightedLayers[0].CopyWeights();
        List<int> epochs = [];
        TrainingOptions options = new()
        {
            OnEpoch = epoch =>
            {
                epochs.Add(epoch.Epoch);
                if (epoch.Epoch == 4)
                    stop.Cancel();
            },
        };
        Assert.Throws<OperationCanceledException>(() => network.Sgd(Xor, 1_000_000, 2, 1.0, Xor, options, stop.Token));
        Assert.Equal([0, 1, 2, 3, 4], epochs.Take(5));
        Assert.NotEqual(before, network.WeightedLayers[0].CopyWeights());
    }

    [Fact]
    public void Training_twice_for_an_epoch_is_training_for_two_epochs()
    {
        VectorExamples examples = new(Enumerable.Range(0, 50).Select(i => (NetworkTests.Vector(4, i), new float[] { i % 2 })));
        TrainingOptions quiet = new() { OnEpoch = _ => { } };
        Network once = new([4, 3, 1], seed: 2), twice = new([4, 3, 1], seed: 2);
        once.Sgd(examples, epochs: 2, miniBatchSize: 5, eta: 1, options: quiet);
        twice.Sgd(examples, epochs: 1, miniBatchSize: 5, eta: 1, options: quiet);
        twice.Sgd(examples, epochs: 1, miniBatchSize: 5, eta: 1, options: quiet);
        Assert.Equal(once.WeightedLayers[0].CopyWeights(), twice.WeightedLayers[0].CopyWeights());
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_learning_rate_that_is_no_positive_number_is_refused(double eta)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Network([2, 1]).Sgd(Xor, 1, 1, eta));
    }

    [Fact]
    public void Test_data_that_do_not_fit_are_refused_before_training()
    {
        Network network = new([2, 1], seed: 1);
        float[] before = network.WeightedLayers[0].CopyWeights();
        Assert.Throws<ArgumentException>(() => network.Sgd(Xor, 1, 1, 1.0, testData: new VectorExamples([([1, 2, 3], [1])])));
        Assert.Equal(before, network.WeightedLayers[0].CopyWeights());
    }

    private sealed class Reports(List<long> reported) : IProgress<long>
    {
        public void Report(long value) => reported.Add(value);
    }
}
