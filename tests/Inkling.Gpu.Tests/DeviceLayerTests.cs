using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Tests;
using Inkling.Training.Steps;

namespace Inkling.Gpu.Tests;

/// <summary>Each layer on a device, here one emulated on the CPU, against the CPU's: forward, back, what is learned.</summary>
public class DeviceLayerTests
{
    [Theory]
    [InlineData("7 dense:5 sigmoid")]
    [InlineData("70 dense:33:nobias tanh dense:3")]
    [InlineData("1x6x6 batchnorm conv:33:3x3:pad2 relu gap dense:3 sigmoid")]
    [InlineData("2x3x4 conv:3:2x2 flatten batchnorm softmax")]
    [InlineData("2x3x4 conv:3:2x2 flatten conv:6:3x3:pad1 relu dense:3")]
    [InlineData("2x3x4 conv:6:2x2 flatten conv:36:1x1 sigmoid dense:36 tanh dense:3")]
    [InlineData("2x3x3 flatten conv:4:1x1 flatten dense:2")]
    [InlineData("2x3x4 flatten dense:5 relu dense:3 softmax")]
    [InlineData("1x1x1 conv:2:5x5:pad4 flatten dense:3 sigmoid")]
    [InlineData("3x9x7 conv:4:3x2:stride2x3:pad2x1 silu avgpool:2:stride1 flatten dense:3 softmax")]
    [InlineData("1x9x9 conv:4:3x3 conv:6:5x5:stride2:pad2 avgpool:2 batchnorm sigmoid flatten dense:3 sigmoid")]
    [InlineData("1x8x8 maxpool:3:stride2 conv:20:2x2 relu avgpool:2:stride1 flatten batchnorm dense:3 softmax")]
    [InlineData("1x9x9 conv:4:3x3 relu maxpool:2 tanh flatten dense:3 softmax")]
    [InlineData("1x7x7 conv:17:3x3:pad1:nobias batchnorm relu maxpool:2 conv:5:2x2 tanh flatten dense:3 softmax")]
    [InlineData("1x9x9 conv:16:3x3:pad2 maxpool:2 conv:16:3x3:pad1 add:1 relu gap dense:3 softmax")]
    [InlineData("2x6x6 conv:5:3x3:pad1 batchnorm relu dropout:0.3 conv:5:3x3:pad1:nobias batchnorm add:3 relu "
        + "flatten dropout:0.5 dense:3 softmax")]
    [InlineData("20x5x5 conv:60:3x3 relu conv:48:3x3 gap dense:3 softmax")]
    [InlineData("1x9x* conv:5:3x3:pad1:nobias batchnorm relu maxpool:2 conv:4:3x3:pad1 silu dropout:0.3 conv:6:4x3:pad0x1 "
        + "batchnorm tanh conv:6:1x3:pad0x1:nobias batchnorm add:2 relu conv:4:1x1 softmax")]
    public void A_layer_learns_on_a_device_what_it_learns_on_the_CPU(string text)
    {
        Architecture architecture = Architecture.Parse(text);
        Examples examples = architecture.Input.HasAnyWidth
            ? RandomLines(architecture, 11, seed: 3)
            : RandomExamples(architecture, 11, seed: 3);
        Network expected = new(architecture, Initialisation.He, seed: 1), actual = expected.Clone();
        ParameterBuffer before = expected.Clone().Parameters;
        int[] order = [3, 9, 0, 7, 7, 2, 10, 1, 4, 5, 6];
        MiniBatches first = new(order, 4, new double[] { 0.1 }, Seed: 77);
        MiniBatches last = new(new ArraySegment<int>(order, 8, 3), 4, new double[] { 0.1 }, 2, 8, 77); // of three examples
        using ITrainingStep onCpu = new StagedStep(expected.Parameters, examples, new StepSettings(4));
        using ITrainingStep onDevice = Devices.Emulated.CreateStep(actual.Parameters, examples, new StepSettings(4));
        foreach (MiniBatches some in new[] { first, last })
        {
            double cost = onCpu.Run(some);
            Assert.Equal(cost, onDevice.Run(some), 1e-5 * Math.Max(1, cost));
            onDevice.Fetch();
            for (int l = 0; l < before.All.Length; l++)
                AssertClose(RangeOf(expected.Parameters, l), RangeOf(actual.Parameters, l), RangeOf(before, l));
            AssertClose(expected.Parameters.Statistics, actual.Parameters.Statistics, before.Statistics);
        }

        float[][] outputs = expected.Outputs(examples), onIt = expected.Outputs(examples, Devices.Emulated);
        for (int i = 0; i < outputs.Length; i++)
        {
            Assert.Equal(outputs[i].Length, onIt[i].Length);
            for (int j = 0; j < outputs[i].Length; j++)
                Assert.Equal(outputs[i][j], onIt[i][j], 1e-4f * Math.Max(1, Math.Abs(outputs[i][j])));
        }

        if (examples is LabelledLines)
            Assert.Equal(expected.Evaluate(examples), expected.Evaluate(examples, Devices.Emulated));
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    /// <summary>
    /// A step of random networks, of the same ones in each run: where a normalisation has nearly equal numbers, rounding is all
    /// that is left, and the two may differ.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_random_network_learns_on_a_device_what_it_learns_on_the_CPU(int seed)
    {
        RandomArchitecture random = RandomArchitecture.Of(seed, maxWork: 3000);
        TestContext.Current.TestOutputHelper?.WriteLine(random.ToString());
        Network expected = random.Network, actual = expected.Clone();
        ParameterBuffer before = expected.Clone().Parameters;
        MiniBatches all = new(
            Enumerable.Range(0, random.MiniBatchSize).ToArray(), random.MiniBatchSize, new double[] { 0.01 }, Seed: seed);
        using ITrainingStep onCpu = new StagedStep(expected.Parameters, random.Examples, new StepSettings(random.MiniBatchSize));
        using ITrainingStep onDevice = Devices.Emulated.CreateStep(
            actual.Parameters, random.Examples, new StepSettings(random.MiniBatchSize));
        double cost = onCpu.Run(all);
        Assert.Equal(cost, onDevice.Run(all), 1e-4 * Math.Max(1, cost));
        onDevice.Fetch();
        for (int l = 0; l < before.All.Length; l++)
            AssertClose(RangeOf(expected.Parameters, l), RangeOf(actual.Parameters, l), RangeOf(before, l));
        for (int n = 0; n < before.All.Length; n++)
        {
            if (before.All[n] is not BatchNormalisation first)
                continue;
            (BatchNormalisation one, BatchNormalisation other) =
                ((BatchNormalisation)expected.Parameters.All[n]!, (BatchNormalisation)actual.Parameters.All[n]!);
            AssertClose(one.RunningMean, other.RunningMean, first.RunningMean); // without the padding's, which nobody reads
            AssertClose(one.RunningVariance, other.RunningVariance, first.RunningVariance);
        }
    }

    /// <summary>Requires two changes of the same parameters to differ by rounding only.</summary>
    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, ReadOnlySpan<float> before)
    {
        float most = 1e-2f, size = 0;
        for (int i = 0; i < before.Length; i++)
        {
            most = Math.Max(most, Math.Abs(expected[i] - before[i]));
            size = Math.Max(size, Math.Abs(expected[i]));
        }

        for (int i = 0; i < before.Length; i++)
            Assert.Equal(expected[i], actual[i], 2e-5f * (most + size));
    }

    private static ReadOnlySpan<float> RangeOf(ParameterBuffer parameters, int layer) => parameters.All[layer] switch
    {
        WeightedLayer weighted =>
            parameters.Span[(weighted.WeightRange.Start.Value - weighted.Stride)..weighted.WeightRange.End.Value],
        BatchNormalisation normalisation => normalisation.PaddedScale,
        _ => [],
    };

    private static LabelledLines RandomLines(Architecture architecture, int count, int seed)
    {
        RandomStream random = new(seed);
        int height = architecture.Input.Height;
        return new LabelledLines(
            Enumerable.Range(0, count).Select(i =>
            {
                byte[] pixels = new byte[height * (12 + random.NextInt32(9))];
                for (int p = 0; p < pixels.Length; p++)
                    pixels[p] = (byte)random.NextInt32(256);
                return (pixels, new byte[] { (byte)random.NextInt32(3), (byte)random.NextInt32(3) }[..(i % 3)]);
            }),
            height,
            architecture.Output.Size - 1);
    }

    private static VectorExamples RandomExamples(Architecture architecture, int count, int seed)
    {
        RandomStream random = new(seed);
        return new VectorExamples(Enumerable.Range(0, count).Select(_ =>
        {
            float[] input = new float[architecture.Input.Size], target = new float[architecture.Output.Size];
            foreach (ref float x in input.AsSpan())
                x = (float)random.NextGaussian();
            target[random.NextInt32(target.Length)] = 1;
            return (input, target);
        }));
    }
}

/// <summary>The device of all tests.</summary>
internal static class Devices
{
    public static GpuDevice Emulated { get; } = GpuDevice.Emulated;
}
