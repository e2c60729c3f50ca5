using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Onnx.Tests;

/// <summary>Small networks of every kind of layer, with non-trivial numbers everywhere, and images for them.</summary>
internal static class Networks
{
    public static TheoryData<string> Architectures =>
    [
        "7 dense:5 sigmoid dense:3 sigmoid",
        "7 dense:20 tanh dense:18 relu dense:3 softmax",
        "7 dense:9:nobias silu dropout:0.5 dense:3 softmax",
        "7 batchnorm dense:9 batchnorm relu dense:3",
        "7 dense:4 silu",
        "1x6x7 conv:3:3x3 relu flatten dense:3 softmax",
        "1x7x7 conv:17:3x3:pad1:nobias batchnorm relu maxpool:2 conv:5:2x2 tanh flatten dense:3 softmax",
        "2x8x8 conv:4:3x3:stride2:pad1 silu conv:35:3x3 sigmoid gap dense:3 softmax",
        "1x9x9 conv:4:3x3 conv:6:5x5:stride2:pad2 avgpool:2 batchnorm sigmoid flatten dense:3 sigmoid",
        "1x8x8 maxpool:3:stride2 conv:20:2x2 relu avgpool:2:stride1 flatten batchnorm dense:3 softmax",
        "1x6x6 batchnorm conv:33:3x3:pad2 relu gap dense:3 sigmoid",
        "1x9x10 conv:17:3x3 tanh conv:20:3x3:pad1 sigmoid conv:35:3x3:pad2:nobias tanh gap dense:3 softmax",
        "16x6x9 conv:33:3x3:pad1 sigmoid gap dense:3 softmax",
        "1x6x6 flatten dense:4 sigmoid dense:3 sigmoid",
        "2x5x7 flatten batchnorm dense:70 relu dense:3 softmax",
        "5x4x3 flatten dense:3 softmax",
        "1x11x8 conv:3:4x4:stride3:pad2 relu maxpool:2:stride1 conv:4:1x1 flatten dropout:0.2 batchnorm dense:3 softmax",
        "1x13x9 avgpool:3:stride2 conv:5:3x3:stride2:nobias silu flatten dense:3 softmax",
        "1x5x5 conv:3:5x5 softmax",
        "6 conv:4:1x1 relu dense:3 softmax",
        "1x7x5 maxpool:2:stride3 flatten dense:3",
        "1x4x4 conv:2:2x2 relu gap",
        "1x9x12 conv:16:4x3:pad0x1 relu maxpool:2x1 conv:17:1x7:stride1x2:pad0x3 avgpool:1x2:stride1 flatten dense:3 softmax",
        "1x8x8 conv:5:3x3:pad1 batchnorm relu conv:5:3x3:pad1 batchnorm add:2 relu conv:5:1x1 add:1 gap dense:3 softmax",
        "1x8x8 conv:5:3x3:pad1 relu dropout:0.2 conv:5:3x3:pad1 relu add:3 maxpool:2 gap dense:5 add:1 dense:3 softmax",
        "6 dense:5 conv:5:1x1 add:1 relu dense:5 add:1 softmax",
    ];

    /// <summary>A network of this architecture, and images for it.</summary>
    /// <param name="text">The architecture's text.</param>
    /// <param name="count">How many images.</param>
    /// <param name="temperature">The network's temperature.</param>
    public static (Network Network, float[][] Images) Example(string text, int count = 5, double temperature = 1)
    {
        Network network = new(Architecture.Parse(text), Initialisation.Scaled, seed: 3) { Temperature = temperature };
        RandomStream random = new(5);
        foreach (BatchNormalisation seen in network.Normalisations)
        {
            Fill(seen.Scale, -1, 2); // some of them negative
            Fill(seen.Shift, -1, 1);
            Fill(seen.RunningMean, -1, 1);
            Fill(seen.RunningVariance, 0.5, 2);
        }

        float[][] images = [.. Enumerable.Range(0, count).Select(_ => new float[network.Architecture.Input.Size])];
        foreach (float[] image in images)
            Fill(image, 0, 1);
        return (network, images);

        void Fill(Span<float> numbers, double low, double high)
        {
            foreach (ref float number in numbers)
                number = (float)random.NextDouble(low, high);
        }
    }

    /// <summary>The network as the bytes of an ONNX file.</summary>
    public static byte[] Export(this Network network, OnnxOptions? options = null)
    {
        using MemoryStream stream = new();
        network.ExportOnnx(stream, options);
        return stream.ToArray();
    }

    /// <summary>The dimensions of an exported network's image.</summary>
    public static long[] ShapeOf(Network network)
    {
        Shape input = network.Architecture.Input;
        return input.IsVector ? [input.Size] : [input.Channels, input.Height, input.Width];
    }

    /// <summary>Requires two lists of numbers to agree, and returns their largest absolute difference.</summary>
    public static double AssertClose(IReadOnlyList<float> expected, IReadOnlyList<float> actual, double tolerance)
    {
        Assert.Equal(expected.Count, actual.Count);
        double worst = expected
            .Zip(actual, (a, b) => double.IsFinite(b) ? Math.Abs(a - b) : double.MaxValue)
            .DefaultIfEmpty().Max();
        Assert.True(
            worst <= tolerance,
            $"[{string.Join(", ", expected.Take(20))}] and [{string.Join(", ", actual.Take(20))}] differ by {worst}");
        return worst;
    }
}
