using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests.Networks;

/// <summary>A network frozen for inference gives the outputs of the network it was made from.</summary>
public class FrozenNetworkTests
{
    [Theory]
    [InlineData("9 dense:20 sigmoid dense:3 sigmoid")]
    [InlineData(
        "1x12x12 conv:18:3x3:nobias batchnorm relu dropout:0.5 conv:20:3x3:pad1 maxpool:2 batchnorm relu flatten "
            + "dropout:0.5 dense:7 batchnorm tanh dense:3 softmax")]
    [InlineData("1x9x9 batchnorm conv:4:5x5:stride2:nobias batchnorm silu gap dense:3 softmax")]
    public void Its_outputs_are_the_networks(string architecture)
    {
        (Network network, float[][] inputs) = Example(architecture, count: 70);
        FrozenNetwork frozen = network.Freeze();
        float[] outputs = new float[inputs.Length * frozen.OutputSize];
        frozen.FeedForward(inputs.SelectMany(x => x).ToArray(), outputs);
        Assert.All(inputs.Index(), input => Assert.All(
            network.FeedForward(input.Item).Zip(outputs.AsSpan(input.Index * 3, 3).ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-5)));
    }

    [Theory] // layers computed at once, and maps whose sides are any number of pixels
    [InlineData("1x28x28 conv:32:3x3 relu maxpool:2 conv:64:3x3 relu maxpool:2 flatten dense:3 softmax")]
    [InlineData("1x13x10 conv:5:3x3:pad1 relu maxpool:2 conv:16:3x3:pad1 maxpool:2 flatten dense:3")]
    [InlineData("1x9x12 conv:33:3x3 maxpool:2 tanh conv:20:3x3:pad0x2 flatten dense:3 softmax")]
    [InlineData("1x9x9 conv:16:3x3:pad2 maxpool:2 conv:16:3x3:pad1 add:1 relu gap dense:3 softmax")]
    [InlineData("1x15x14 conv:17:3x3:pad1 relu conv:18:3x3:pad2 relu conv:40:3x3 gap dense:3 softmax")]
    public void Without_batch_normalisation_its_outputs_are_the_networks_to_the_bit(string architecture)
    {
        (Network network, float[][] inputs) = Example(architecture, count: 40);
        FrozenNetwork frozen = network.Freeze();
        float[] outputs = new float[inputs.Length * 3];
        frozen.FeedForward(inputs.SelectMany(x => x).ToArray(), outputs);
        Assert.Equal(inputs.SelectMany(x => network.FeedForward(x)), outputs);
    }

    [Fact]
    public void Inputs_of_any_width_give_the_networks_outputs_to_the_bit()
    {
        Network network = new(
            Architecture.Parse("1x9x* conv:17:3x3:pad1 relu maxpool:2 conv:16:3x3:pad1 relu conv:3:4x3 softmax"), seed: 3);
        FrozenNetwork frozen = network.Freeze();
        RandomStream random = new(5);
        foreach (int width in (int[])[12, 31, 12, 13, 40, 27])
        {
            float[] input = [.. Enumerable.Range(0, 9 * width).Select(_ => (float)random.NextDouble())];
            float[] outputs = new float[frozen.ColumnsFor(width) * frozen.OutputSize];
            frozen.FeedForward(input, outputs);
            Assert.Equal(network.FeedForward(input), outputs);
        }
    }

    [Fact]
    public void One_at_a_time_many_at_once_and_on_several_threads_give_the_same_bits()
    {
        (Network network, float[][] inputs) = Example(
            "1x12x12 conv:16:3x3 relu conv:33:3x3:pad1:nobias batchnorm relu maxpool:2 flatten dense:3 softmax",
            count: 300);
        FrozenNetwork frozen = network.Freeze();
        float[] all = [.. inputs.SelectMany(x => x)], together = new float[900], shared = new float[900], alone = new float[900];
        frozen.FeedForward(all, together);
        frozen.FeedForward(all, shared, threads: 3);
        Parallel.For(0, inputs.Length, i => frozen.FeedForward(inputs[i], alone.AsSpan(i * 3, 3)));
        Assert.Equal(together, shared);
        Assert.Equal(together, alone);
    }

    [Fact]
    public void After_the_first_call_its_working_memory_is_used_again()
    {
        (Network network, float[][] inputs) =
            Example("1x12x12 conv:16:3x3 relu conv:16:3x3 relu maxpool:2 flatten dense:3 softmax", count: 70);
        FrozenNetwork frozen = network.Freeze();
        float[] outputs = new float[3], all = [.. inputs.SelectMany(x => x)];
        for (int i = 0; i < 100; i++)
        {
            frozen.FeedForward(inputs[0], outputs);
            frozen.FeedForward(all, new float[210]);
        }

        Assert.Equal(1, frozen.PassesMade);
    }

    [Theory]
    [InlineData("9 dense:5 relu dropout:0.5 tanh dense:3 softmax")]
    [InlineData("9 dense:3 tanh dropout:0.5 softmax")]
    [InlineData("1x9x9 conv:4:3x3 relu maxpool:2 tanh flatten dense:3 softmax")]
    [InlineData("1x9x9 relu maxpool:2 sigmoid dropout:0.1 silu flatten dense:3")]
    [InlineData(
        "1x9x9 dropout:0.3 relu maxpool:2 dropout:0.3 maxpool:2 dropout:0.3 sigmoid "
            + "conv:3:2x2 batchnorm dropout:0.2 batchnorm gap")]
    public void A_network_that_learns_can_be_frozen_whatever_folding_brings_together(string architecture)
    {
        (Network network, float[][] inputs) = Example(architecture, count: 5);
        network.UpdateMiniBatch(new VectorExamples(inputs.Select(x => (x, new float[] { 1, 0, 0 }))), [0, 1, 2, 3, 4], eta: 0.1);
        double[][] expected = new PlainNetwork(network).Outputs([.. inputs.Select(x => (x, new float[3]))], isTraining: false);
        float[] outputs = new float[3];
        foreach ((float[] input, double[] output) in inputs.Zip(expected))
        {
            network.Freeze().FeedForward(input, outputs);
            Assert.All(output.Zip(outputs), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void What_the_network_learns_later_does_not_show()
    {
        (Network network, float[][] inputs) = Example("9 dense:3 softmax", count: 1);
        FrozenNetwork frozen = network.Freeze();
        float[] before = new float[3], after = new float[3];
        frozen.FeedForward(inputs[0], before);
        network.Parameters.Span.Clear();
        frozen.FeedForward(inputs[0], after);
        Assert.Equal(before, after);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        FrozenNetwork frozen = new Network([9, 3]).Freeze();
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => frozen.FeedForward(new float[18], new float[3]));
        Assert.StartsWith(
            "The network takes 9 numbers for an input and gives 3; there are 18 for inputs and 3 for outputs.",
            refusal.Message,
            StringComparison.Ordinal);
    }

    private static (Network Network, float[][] Inputs) Example(string architecture, int count)
    {
        Network network = new(Architecture.Parse(architecture), seed: 3);
        RandomStream random = new(5);
        foreach (BatchNormalisation seen in network.Normalisations)
        {
            Fill(seen.Scale, -1, 2); // some of them negative
            Fill(seen.Shift, -1, 1);
            Fill(seen.RunningMean, -1, 1);
            Fill(seen.RunningVariance, 0.5, 2);
        }

        float[][] inputs = [.. Enumerable.Range(0, count).Select(_ => new float[network.Architecture.Input.Size])];
        foreach (float[] input in inputs)
            Fill(input, 0, 1);
        return (network, inputs);

        void Fill(Span<float> numbers, double low, double high)
        {
            foreach (ref float number in numbers)
                number = (float)random.NextDouble(low, high);
        }
    }
}
