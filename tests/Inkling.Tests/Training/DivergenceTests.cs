
namespace Inkling.Tests.Training;

/// <summary>A training whose weights become NaN or infinite stops with an error instead of giving a useless network.</summary>
public class DivergenceTests
{
    private static readonly LabelledImages Digits = GeneratedDigits.Create(40);

    private static readonly TrainingOptions Options =
        new() { Epochs = 1, MiniBatchSize = 10, LearningRate = 0.1, OnEpoch = _ => { } };

    [Theory]
    [InlineData("784 dense:20 sigmoid dense:10 sigmoid")]
    [InlineData("784 dense:20 tanh dense:10 softmax")]
    [InlineData("784 dense:20 relu dense:12 silu dense:10 sigmoid")]
    [InlineData("1x28x28 conv:16:5x5 sigmoid maxpool:2 flatten dense:10 softmax")]
    public void A_bias_that_is_not_a_number_is_noticed(string architecture)
    {
        Network network = new(Architecture.Parse(architecture));
        network.WeightedLayers[0].Biases[3] = float.NaN;
        Assert.Throws<TrainingDivergedException>(() => network.Train(Digits, Options));
        Assert.Throws<TrainingDivergedException>(() => network.Train(Digits, Options with { Optimiser = new Optimiser.Adam() }));
        Assert.Throws<TrainingDivergedException>(() => network.UpdateMiniBatch(Digits, [0, 1, 2], eta: 0.1));
        Assert.Throws<TrainingDivergedException>(() => network.DescendGradient(Digits, steps: 1, eta: 0.1));
    }

    /// <summary>The cost before the step is finite; the weights after it are not.</summary>
    [Fact]
    public void A_step_that_ends_in_no_numbers_is_told()
    {
        Network network = new(Architecture.Parse("2 dense:2 softmax"), seed: 1);
        VectorExamples opposites = new([([100, 100], [1, 0]), ([100, 100], [0, 1])]);
        string message =
            Assert.Throws<TrainingDivergedException>(() => network.UpdateMiniBatch(opposites, [0, 1], eta: 3e38)).Message;
        Assert.Contains("are no longer numbers", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_infinite_bias_that_a_sigmoid_hides_is_named_at_the_end_of_the_epoch()
    {
        Network network = new([784, 20, 10]);
        network.WeightedLayers[0].Biases[3] = float.PositiveInfinity; // its neuron's output is always 1
        Assert.Contains(
            "the biases of layer 1, dense:20",
            Assert.Throws<TrainingDivergedException>(() => network.Train(Digits, Options)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_mini_batch_with_an_example_that_does_not_exist_is_refused(int index)
    {
        Network network = new([784, 20, 10]);
        float[] before = network.WeightedLayers[0].CopyWeights();
        Assert.Contains(
            "There are 40 examples",
            Assert.Throws<ArgumentOutOfRangeException>(() => network.UpdateMiniBatch(Digits, [0, index], eta: 3)).Message,
            StringComparison.Ordinal);
        Assert.Equal(before, network.WeightedLayers[0].CopyWeights());
    }
}
