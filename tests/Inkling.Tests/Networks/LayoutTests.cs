using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests.Networks;

/// <summary>Memory layouts do not affect results, and a wrong layout is refused.</summary>
public class LayoutTests
{
    // Regression: when an input had no padding, some of these crashed the process and the others computed wrong numbers.
    [Theory]
    [InlineData("1x28x28 dropout:0.1 conv:8:5x5:stride2 relu flatten dense:10 softmax")]
    [InlineData("1x28x28 relu conv:20:5x5 relu maxpool:2 flatten dense:10 softmax")]
    [InlineData("20x9x9 conv:16:3x3 relu flatten dense:3 softmax")]
    [InlineData("1x8x8 relu maxpool:2 conv:5:3x3 flatten dense:3 softmax")]
    [InlineData("49x4x4 conv:20:3x3:pad1 relu flatten dense:10 softmax")]
    [InlineData("2x4x4 conv:3:2x2 sigmoid flatten dense:3 sigmoid")]
    [InlineData("3x5x7 silu avgpool:2 tanh conv:17:2x2 flatten dense:3")]
    public void A_layer_that_comes_first_gives_its_outputs_and_gradient_as_plain_loops_do(string text)
    {
        Network network = new(Architecture.Parse(text), Initialisation.Scaled, seed: 3);
        RandomStream random = new(5);
        (float[] X, float[] Y)[] batch = [.. Enumerable.Range(0, 5).Select(i => (
            Enumerable.Range(0, network.Architecture.Input.Size).Select(_ => (float)random.NextDouble()).ToArray(),
            Enumerable.Range(0, network.Architecture.Output.Size).Select(j => j == i % 3 ? 1f : 0f).ToArray()))];
        PlainNetwork plain = new(network);
        double[][] expected = plain.Outputs(batch, isTraining: false);
        for (int i = 0; i < batch.Length; i++)
            Assert.All(network.FeedForward(batch[i].X).Zip(expected[i]), pair => Assert.Equal(pair.Second, pair.First, 2e-5));
        if (network.Architecture.Layers[0] is Layer.Dropout)
        {
            network.UpdateMiniBatch(new VectorExamples(batch), [0, 1, 2, 3, 4], eta: 0.1);
            return;
        }

        PlainGradient slopes = plain.Back(
            plain.Forward(Numbers.Exact([.. batch.Select(example => example.X)]), isTraining: true),
            [.. batch.Select(example => example.Y)]);
        Gradient gradient = network.GradientOf(new VectorExamples(batch));
        for (int l = 0; l < slopes.Weights.Length; l++)
            Assert.All(
                slopes.Weights[l].Zip(gradient.WeightedLayers[l].CopyWeights()),
                pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void A_stage_that_is_given_another_layout_than_it_takes_is_refused()
    {
        Activations packed = new(Layout.Packed(new Shape(3, 4, 4)), miniBatchSize: 2);
        Assert.Throws<ArgumentException>(() => new ActivationStage(packed, ActivationFunction.Relu, goesBack: false));
        Assert.Throws<ArgumentException>(() => new DropoutStage(packed, 0.5, goesBack: false, miniBatchSize: 2));
        Network network = new(Architecture.Parse("3x4x4 conv:5:2x2 gap dense:2"));
        Layer.Convolution spec = (Layer.Convolution)network.Architecture.Layers[0];
        Assert.Throws<ArgumentException>(() => new ConvolutionStage(
            packed, new Shape(5, 3, 3), spec, network.Parameters, layer: 0, goesBack: true, learns: true,
            miniBatchSize: 2, Shards.One, threads: 1));
        Activations others = new(Layout.Padded(new Shape(4, 4, 4)), miniBatchSize: 2);
        Assert.Throws<ArgumentException>(() => new ConvolutionStage(
            others, new Shape(5, 3, 3), spec, network.Parameters, layer: 0, goesBack: false, learns: true,
            miniBatchSize: 2, Shards.One, threads: 1));
    }

    [Theory] // flatten, followed by various layers with weights, or by none
    [InlineData("2x3x3 flatten conv:4:1x1 flatten dense:2")]
    [InlineData("2x3x4 conv:3:2x2 flatten conv:6:3x3:pad1 relu dense:3")]
    [InlineData("2x3x4 conv:3:2x2 flatten")]
    [InlineData("2x3x4 conv:3:2x2 flatten batchnorm softmax")]
    [InlineData("2x3x4 conv:6:2x2 flatten conv:36:1x1 sigmoid dense:36 tanh dense:3")]
    public void Flattened_maps_are_channels_first_for_whatever_comes_behind(string text)
    {
        Network network = new(Architecture.Parse(text), Initialisation.Scaled, seed: 7);
        float[] x = [.. Enumerable.Range(0, network.Architecture.Input.Size).Select(i => (float)Math.Sin(i))];
        double[] expected =
            new PlainNetwork(network).Outputs([(x, new float[network.Architecture.Output.Size])], isTraining: false)[0];
        Assert.All(network.FeedForward(x).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 2e-5));
        Assert.Equal(network.FeedForward(x), network.Trace(x).Activations[^1]);
    }

    [Fact]
    public void The_weight_of_an_input_is_that_of_the_number_with_its_index()
    {
        Network network = new(Architecture.Parse("2x3x4 flatten dense:3"), seed: 7);
        float[] x = new float[24], nothing = network.FeedForward(x);
        for (int k = 0; k < x.Length; k++)
        {
            x[k] = 1;
            Assert.Equal(network.WeightedLayers[0][2, k], network.FeedForward(x)[2] - nothing[2], 1e-6f);
            x[k] = 0;
        }
    }

    [Fact]
    public void Reading_again_needs_no_new_working_memory_and_sees_the_weights_as_they_are()
    {
        Network network = new(Architecture.Parse("1x9x9 conv:16:3x3 relu conv:16:3x3 relu flatten dense:3"), seed: 7);
        float[] x = [.. Enumerable.Range(0, 81).Select(i => (float)Math.Sin(i))];
        float[] before = network.FeedForward(x);
        for (int i = 0; i < 100; i++)
            Assert.Equal(before, network.FeedForward(x));
        network.WeightedLayers[1][3, 4] += 1;
        Assert.NotEqual(before, network.FeedForward(x));
        Assert.Equal(network.Clone().FeedForward(x), network.FeedForward(x));
        Assert.Equal(1, network.PassesMade);
    }

    [Fact]
    public void Reading_from_many_threads_at_once_gives_each_its_own_answer()
    {
        Network network = new(Architecture.Parse("2x6x6 conv:16:3x3 relu flatten dense:5 softmax"), seed: 7);
        float[][] inputs =
            [.. Enumerable.Range(0, 50).Select(n => Enumerable.Range(0, 72).Select(i => (float)Math.Sin(i * (n + 1))).ToArray())];
        float[][] expected = [.. inputs.Select(x => network.FeedForward(x))];
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            Assert.Equal(expected[i % 50], network.FeedForward(inputs[i % 50]));
            Assert.Equal(expected[i % 50], network.Trace(inputs[i % 50]).Activations[^1]);
        });
        Assert.InRange(network.PassesMade, 1, 2000);
    }
}
