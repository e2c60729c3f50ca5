using Inkling.Layers;

namespace Inkling.Tests.Networks;

/// <summary>
/// The gradient of an output with respect to the input, against central differences of the plain network in double
/// precision; more architectures in <see cref="RandomArchitectureTests"/>.
/// </summary>
public class InputGradientTests
{
    [Theory]
    [InlineData("5 dense:4 sigmoid dense:3 sigmoid")]
    [InlineData("1x9x9 conv:3:3x3:pad1 batchnorm silu avgpool:3 conv:4:2x2:stride1 tanh flatten dense:3 softmax")]
    [InlineData("2x8x8 conv:3:3x3:stride2:pad1 batchnorm tanh gap dense:3 batchnorm softmax")]
    [InlineData("3x4x5 tanh conv:5:6x6:stride3:pad5 sigmoid flatten batchnorm dense:3 dropout:0.5 tanh")]
    [InlineData("1x1x1 conv:2:5x5:pad4 flatten dense:3 sigmoid")] // most weights meet only padding
    [InlineData("2x6x6 maxpool:2:stride1 conv:3:3x3 flatten")]
    public void The_gradient_is_what_central_differences_in_double_precision_say(string text)
    {
        Network network = new(Architecture.Parse(text), seed: 3);
        float[] x = [.. Enumerable.Range(0, network.Architecture.Input.Size).Select(i => (float)Math.Sin(i * 1.7) / 2)];
        InputGradient gradient = InputGradient.Of(network, x, output: 1);
        PlainNetwork plain = new(network);
        const double Step = 1e-4;
        for (int i = 0; i < x.Length; i++)
        {
            double expected = (WeightedInput(plain, x, i, Step) - WeightedInput(plain, x, i, -Step)) / (2 * Step);
            Assert.Equal(expected, gradient.Gradients[0][i], 1e-5 * (1 + Math.Abs(expected)));
        }
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("best")]
    public void The_values_on_the_way_are_those_that_the_network_computes(string name)
    {
        Network network = BundledModels.Load(name);
        float[] x = [.. Enumerable.Range(0, 784).Select(i => (float)Math.Abs(Math.Sin(i * 0.37)))];
        float[] expected = network.FeedForward(x), values = [.. InputGradient.Of(network, x).Values[^1]];
        for (int j = 0; j < expected.Length; j++)
            Assert.Equal(expected[j], values[j], tolerance: 1e-3);
    }

    [Fact]
    public void An_input_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => InputGradient.Of(new Network([4, 2]), new float[3]));

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void An_output_that_is_not_there_is_refused(int output) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => InputGradient.Of(new Network([4, 2]), new float[4], output));

    /// <summary>Output 1 before the last activation, with one number of the input changed by a step.</summary>
    private static double WeightedInput(PlainNetwork plain, float[] x, int moved, double step)
    {
        Numbers input = Numbers.Exact([x]);
        input.Value[0][moved] += step;
        PlainPass pass = plain.Forward(input, isTraining: false);
        bool endsInActivation = plain.Architecture.Layers[^1] is Layer.Softmax or Layer.Activation;
        return pass.Values[^(endsInActivation ? 2 : 1)].Value[0][1];
    }
}
