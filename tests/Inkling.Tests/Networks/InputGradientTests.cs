namespace Inkling.Tests.Networks;

public class InputGradientTests
{
    [Theory]
    [InlineData("5x1x1 dense:4 sigmoid dense:3 sigmoid")]
    [InlineData("1x9x9 conv:3:3x3:pad1 batchnorm silu avgpool:3 conv:4:2x2:stride1 tanh flatten dense:3 softmax")]
    [InlineData("2x8x8 conv:3:3x3:stride2:pad1 batchnorm tanh gap dense:3 batchnorm softmax")]
    public void The_gradient_is_what_central_differences_say(string text)
    {
        Network network = new(Architecture.Parse(text.Replace("5x1x1", "5", StringComparison.Ordinal)), seed: 3);
        float[] x = [.. Enumerable.Range(0, network.Architecture.Input.Size).Select(i => (float)Math.Sin(i * 1.7) / 2)];
        InputGradient gradient = InputGradient.Of(network, x, output: 1);
        const float Step = 1e-2f;
        for (int i = 0; i < x.Length; i++)
        {
            float[] more = [.. x], less = [.. x];
            more[i] += Step;
            less[i] -= Step;
            double expected = (ZOf(network, more) - ZOf(network, less)) / (2 * Step);
            Assert.Equal(expected, gradient.Gradients[0][i], tolerance: 2e-3);
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

    /// <summary>The last value before softmax or sigmoid, from the network's own pass where it has it.</summary>
    private static double ZOf(Network network, float[] x)
    {
        InputGradient values = InputGradient.Of(network, x, output: 1);
        int last = values.Gradients.Count - 1;
        return values.Values[last][1];
    }
}
