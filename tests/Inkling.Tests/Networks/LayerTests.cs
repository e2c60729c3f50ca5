using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests;

/// <summary>Every layer, forward and backward, against the plain network in double precision.</summary>
public class LayerTests
{
    public static TheoryData<string> Architectures =>
    [
        "7 dense:5 sigmoid dense:3 sigmoid",
        "7 dense:20 tanh dense:18 relu dense:3 softmax",
        "7 dense:9:nobias silu dense:3 softmax",
        "1x6x7 conv:3:3x3 relu flatten dense:3 softmax",
        "1x7x7 conv:17:3x3:pad1:nobias batchnorm relu maxpool:2 conv:5:2x2 tanh flatten dense:3 softmax",
        "2x8x8 conv:4:3x3:stride2:pad1 silu conv:35:3x3 sigmoid gap dense:3 softmax",
        "1x9x9 conv:4:3x3 conv:6:5x5:stride2:pad2 avgpool:2 batchnorm sigmoid flatten dense:3 sigmoid",
        "1x8x8 maxpool:3:stride2 conv:20:2x2 relu avgpool:2:stride1 flatten batchnorm dense:3 softmax",
        "1x6x6 batchnorm conv:33:3x3:pad2 relu gap dense:3 sigmoid",
        "1x9x10 conv:17:3x3 tanh conv:20:3x3:pad1 sigmoid conv:35:3x3:pad2:nobias tanh gap dense:3 softmax",
        "16x6x9 conv:33:3x3:pad1 sigmoid gap dense:3 softmax",
        "1x6x6 flatten dense:4 sigmoid dense:3 sigmoid",
        "1x4x5 flatten batchnorm dense:20 relu dense:3 softmax",
        "2x3x4 flatten dense:24 relu dense:3 softmax",
    ];

    [Theory]
    [MemberData(nameof(Architectures))]
    [InlineData("7 dense:5 sigmoid dense:3")]
    [InlineData("1x6x6 conv:3:3x3 relu gap")]
    public void Outputs_are_those_of_the_plain_network(string architecture)
    {
        (Network network, (float[] X, float[] Y)[] batch) = Example(architecture);
        foreach (ref float mean in network.Normalisations.Count > 0 ? network.Normalisations[0].RunningMean : [])
            mean = 0.25f;
        double[][] expected = new PlainNetwork(network).Outputs(batch, isTraining: false);
        for (int i = 0; i < batch.Length; i++)
            Assert.All(network.FeedForward(batch[i].X).Zip(expected[i]), pair => Assert.Equal(pair.Second, pair.First, 2e-5));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Gradients_agree_with_central_differences_in_double_precision(string architecture)
    {
        Architecture any = Architecture.Parse(architecture);
        Cost[] costs = any.Cost == Cost.LogLikelihood ? [Cost.LogLikelihood] : [Cost.Quadratic, Cost.CrossEntropy];
        foreach (Cost cost in costs)
        {
            (Network network, (float[] X, float[] Y)[] batch) = Example(architecture, cost);
            Gradient gradient = network.GradientOf(new VectorExamples(batch));
            PlainNetwork plain = new(network);
            Assert.Equal(plain.Cost(batch), gradient.Cost, 1e-4);
            for (int l = 0; l < plain.Weights.Length; l++)
            {
                float[] weights = gradient.WeightedLayers[l].CopyWeights();
                for (int k = 0; k < weights.Length; k += Math.Max(1, weights.Length / 60))
                    RequireClose(Slope(plain, plain.Weights[l], k, batch), weights[k]);
                for (int j = 0; j < gradient.WeightedLayers[l].Neurons && network.WeightedLayers[l].HasBias; j++)
                    RequireClose(Slope(plain, plain.Biases[l], j, batch), gradient.WeightedLayers[l].Biases[j]);
            }

            for (int n = 0; n < plain.Scales.Length; n++)
            {
                for (int c = 0; c < plain.Scales[n].Length; c++)
                {
                    RequireClose(Slope(plain, plain.Scales[n], c, batch), gradient.Normalisations[n].Scale[c]);
                    RequireClose(Slope(plain, plain.Shifts[n], c, batch), gradient.Normalisations[n].Shift[c]);
                }
            }
        }

        static void RequireClose(double expected, double actual)
            => Assert.Equal(expected, actual, 3e-5 + 1e-3 * Math.Abs(expected));
    }

    [Fact]
    public void Dropout_leaves_out_its_share_while_learning_and_nothing_while_reading()
    {
        Network network = new(Architecture.Parse("1000 dropout:0.3 dense:1 sigmoid"), Initialisation.Glorot);
        network.WeightedLayers[0].SetWeights(Enumerable.Repeat(0.001f, 1000).ToArray());
        float[] ones = [.. Enumerable.Repeat(1f, 1000)];
        Assert.Equal(1 / (1 + Math.Exp(-1)), network.FeedForward(ones)[0], 1e-5);
        float[] weights = network.Backpropagate(ones, [0]).WeightedLayers[0].CopyWeights();
        Assert.InRange(weights.Count(w => w == 0), 230, 370);
        Assert.Single(weights.Where(w => w != 0).Distinct());
    }

    [Theory]
    [InlineData(
        "1x4x4 maxpool:5 flatten dense:3 softmax",
        "Layer 1, maxpool:5, has a window of 5x5, larger than its input 1x4x4.")]
    [InlineData(
        "1x4x4 conv:8:3x3 conv:8:3x3 flatten dense:3 softmax",
        "Layer 2, conv:8:3x3, has a kernel of 3x3, larger than its input 8x2x2.")]
    [InlineData("1x4x4 dense:3 softmax", "Layer 1, dense:3, takes a vector, and is given 1x4x4; put flatten before it.")]
    [InlineData(
        "1x4x4 conv:2:3x3",
        "The network ends in the shape 2x2x2; it must end in a vector. Put flatten or gap near its end.")]
    [InlineData("4 dense:3 dropout:1 dense:3", "Layer 2, dropout:1, needs a rate from 0 to under 1.")]
    public void Layers_that_do_not_fit_are_refused_by_name(string architecture, string message)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => Architecture.Parse(architecture));
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dense_layer_of_the_wrong_size_is_refused_with_both_sizes()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => new Architecture(new Shape(1, 4, 4), [new Layer.Flatten(), new Layer.Dense(3, inputs: 20)]));
        Assert.StartsWith("Layer 2, dense:3, takes 20 numbers, and is given 16.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void An_architecture_is_its_text_and_back(string architecture)
        => Assert.Equal(architecture, Architecture.Parse(architecture).ToString());

    [Fact]
    public void An_architecture_shows_its_shapes_and_parameters()
    {
        string[] table = Architecture.Parse("1x28x28 conv:20:5x5 relu maxpool:2 flatten dense:10 softmax").ToTable().Split('\n');
        Assert.Matches("^conv:20:5x5 +20x24x24 +520 +288,000$", table[2]);
        Assert.Matches("^maxpool:2 +20x12x12 *$", table[4]);
        Assert.Matches("^total +29,330 +316,800$", table[8]);
    }

    /// <summary>Weights large enough to matter, and a mini-batch of five.</summary>
    private static (Network Network, (float[] X, float[] Y)[] Batch) Example(string text, Cost? cost = null)
    {
        Network network = new(Architecture.Parse(text, cost), Initialisation.Scaled, seed: 3);
        RandomStream random = new(5);
        foreach (BatchNormalisation normalisation in network.Normalisations)
        {
            foreach (ref float scale in normalisation.Scale)
                scale = (float)random.NextDouble(0.5, 1.5);
            foreach (ref float shift in normalisation.Shift)
                shift = (float)random.NextDouble(-0.5, 0.5);
        }

        (float[], float[])[] batch = [.. Enumerable.Range(0, 5).Select(i => (
            Enumerable.Range(0, network.Architecture.Input.Size).Select(_ => (float)random.NextDouble()).ToArray(),
            Enumerable.Range(0, 3).Select(j => j == i % 3 ? 1f : 0f).ToArray()))];
        return (network, batch);
    }

    private static double Slope(PlainNetwork plain, double[] parameters, int index, (float[] X, float[] Y)[] batch)
    {
        const double H = 1e-5;
        double middle = parameters[index];
        parameters[index] = middle + H;
        double above = plain.Cost(batch);
        parameters[index] = middle - H;
        double below = plain.Cost(batch);
        parameters[index] = middle;
        return (above - below) / (2 * H);
    }
}
