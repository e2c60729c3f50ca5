using Inkling.Tests;

namespace Inkling.Onnx.Tests;

/// <summary>Random valid architectures, exported to ONNX and read back; ONNX Runtime runs the graphs too.</summary>
public class RandomArchitectureTests
{
    /// <summary>ONNX Runtime's sigmoid and tanh are rational approximations, right to a unit in the last place of 1.</summary>
    private const double OfRuntime = 1.2e-7 / Numbers.Slack;

    [Fact]
    public void Exported_and_read_back_it_is_the_same_network_to_the_bit() => RandomCases.ForEach(400, seed =>
    {
        RandomArchitecture random = RandomArchitecture.Of(seed);
        Network network = random.Network, back = OnnxFile.Parse(network.Export(), "n.onnx");
        Assert.Equal((network.ToString(), network.Temperature), (back.ToString(), back.Temperature));
        Assert.True(network.Parameters.Span.SequenceEqual(back.Parameters.Span), $"The parameters of {random} differ.");
        Assert.True(
            network.Parameters.Statistics.SequenceEqual(back.Parameters.Statistics),
            $"The statistics of {random} differ.");
        Assert.Equal(network.FeedForward(random.Inputs[0]), back.FeedForward(random.Inputs[0]));
    });

    [Fact]
    public void Its_graph_computes_what_plain_loops_in_double_precision_do() => RandomCases.ForEach(100, seed =>
    {
        RandomArchitecture random = RandomArchitecture.Of(seed);
        random.Network.Temperature = 1;
        Numbers expected = new PlainNetwork(random.Network).Forward(Numbers.Exact(random.Inputs), isTraining: false).Output;
        float[] outputs = OnnxRuntime.Run(
            random.Network.Export(),
            [.. random.Inputs.SelectMany(x => x)],
            Networks.ShapeOf(random.Network));
        for (int i = 0; i < outputs.Length; i++)
        {
            (double value, double error) =
                (expected.Value[i / expected.Size][i % expected.Size],
                 expected.Error[i / expected.Size][i % expected.Size]);
            error += OfRuntime;
            if (Numbers.Miss(value, error, outputs[i]) > 1)
                Assert.Fail(
                    $"{random}: output {i} is {outputs[i]} by ONNX Runtime and should be {value}, "
                    + $"give or take {Numbers.Slack * error:0.###e0}.");
        }
    });
}
