using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests;

/// <summary>
/// A network of a random valid architecture, with random parameters, and examples for it: all kinds of layers, odd sizes,
/// 1 to 50 channels, strides, paddings, mini-batches of 1 to 70, sparse and dense inputs, all costs.
/// </summary>
internal sealed class RandomArchitecture
{
    private static readonly int[] Channels = [1, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 20, 31, 32, 33, 47, 48, 50];

    private readonly RandomStream _random;

    private RandomArchitecture(long seed, long maxWork)
    {
        Seed = seed;
        _random = new RandomStream(seed, stream: 4711);
        long work = Chance(0.03) ? 20 * maxWork : maxWork;
        Architecture? architecture = null;
        while (architecture is null || architecture.MultiplyAdds > work)
            architecture = TryDraw();
        MiniBatchSize = 1 + _random.NextInt32(
            (int)Math.Clamp(work / Math.Max(1, architecture.MultiplyAdds + 2 * Largest(architecture)), 1, 70));
        Threads = 1 + _random.NextInt32(4);
        Network = new Network(
            architecture,
            Pick(Initialisation.Scaled, Initialisation.Glorot, Initialisation.He),
            seed: _random.NextInt32(int.MaxValue));
        foreach (WeightedLayer layer in Network.WeightedLayers)
            Fill(layer.HasBias ? layer.Biases : [], -0.5, 0.5);
        foreach (BatchNormalisation seen in Network.Normalisations)
        {
            Fill(seen.Scale, -1, 1.5); // some of them negative
            Fill(seen.Shift, -1, 1);
            Fill(seen.RunningMean, -0.5, 0.5);
            Fill(seen.RunningVariance, 0.25, 2);
        }

        Network.Temperature = Chance(0.3) ? 1.5 : 1;
        (Inputs, Targets, Examples) = DrawExamples(MiniBatchSize + _random.NextInt32(4));
    }

    public long Seed { get; }

    public Network Network { get; }

    /// <summary>The mini-batch consists of this many of the examples, from the first.</summary>
    public int MiniBatchSize { get; }

    public int Threads { get; }

    public Examples Examples { get; }

    /// <summary>The examples' inputs: [count][channels, height, width].</summary>
    public float[][] Inputs { get; }

    public float[][] Targets { get; }

    /// <summary>The case of this seed.</summary>
    /// <param name="seed">The same seed gives the same case.</param>
    /// <param name="maxWork">
    /// The most multiply-adds in a mini-batch's forward pass; three in a hundred cases may have twenty times as many.
    /// </param>
    public static RandomArchitecture Of(long seed, long maxWork = 60_000) => new(seed, maxWork);

    public override string ToString() =>
        $"{Network.Architecture}, {Network.Architecture.Cost} cost, mini-batch of {MiniBatchSize}, "
            + $"{(Examples.IsSparse ? "sparse" : "dense")} inputs, {Threads} threads";

    private static int Largest(Architecture architecture)
        => Enumerable.Range(0, architecture.Layers.Count + 1).Max(l => architecture.ShapeBefore(l).Size);

    /// <summary>Draws layers that fit; null if the result is not a valid architecture.</summary>
    private Architecture? TryDraw()
    {
        Shape input = Chance(0.35)
            ? new Shape(1 + _random.NextInt32(Chance(0.2) ? 200 : 50))
            : new Shape(Chance(0.5) ? 1 : Pick(Channels), 1 + _random.NextInt32(13), 1 + _random.NextInt32(13));
        List<Layer> layers = [];
        List<Shape> shapes = [input]; // before each layer, and behind the last
        Shape shape = input;
        int count = 1 + _random.NextInt32(8);
        for (int l = 0; l < count; l++)
        {
            Layer layer = (Chance(0.15) ? DrawAdd(layers, shapes) : null) ?? DrawLayer(shape);
            if (layer is Layer.Activation && layers is [.., Layer.Activation])
                continue;
            try
            {
                Shape next = layer.OutputOf(shape);
                if (next.Size > 4000)
                    continue;
                shape = next;
                layers.Add(layer);
                shapes.Add(shape);
            }
            catch (InvalidOperationException)
            {
                continue; // does not fit here: skipped
            }
        }

        if (!shape.IsVector)
            layers.Add(Chance(0.6) ? new Layer.Flatten() : new Layer.GlobalAveragePool());
        if (Chance(0.6))
            layers.Add(new Layer.Dense(1 + _random.NextInt32(Chance(0.3) ? 40 : 12), Chance(0.8)));
        Cost? cost = null;
        if (layers is not [.., Layer.Activation])
        {
            switch (_random.NextInt32(5))
            {
                case 0 or 1:
                    layers.Add(new Layer.Softmax());
                    break;
                case 2:
                    layers.Add(new Layer.Activation(ActivationFunction.Sigmoid));
                    cost = Chance(0.5) ? Cost.CrossEntropy : Cost.Quadratic;
                    break;
                case 3:
                    layers.Add(
                        new Layer.Activation(Pick(ActivationFunction.Tanh, ActivationFunction.Relu, ActivationFunction.Silu)));
                    break;
                default: // a network may end in any layer that gives a vector
                    break;
            }
        }

        try
        {
            return new Architecture(input, layers, cost);
        }
        catch (ArgumentException)
        {
            return null; // it has no weights
        }
    }

    private Layer DrawLayer(Shape shape)
    {
        switch (_random.NextInt32(shape.IsVector ? 12 : 16))
        {
            case 0 or 1 or 2 when shape.IsVector:
                return new Layer.Dense(1 + _random.NextInt32(50), Chance(0.8));
            case 3 or 4 or 5:
                return new Layer.Activation((ActivationFunction)_random.NextInt32(4));
            case 6:
                return new Layer.BatchNormalisation();
            case 7:
                return new Layer.Dropout(Pick(0, 0.1, 0.25, 0.5, 0.9, 1e-7, 0.99999));
            case 8:
                return Chance(shape.IsVector ? 1 : 0.4) ? new Layer.Flatten() : new Layer.Activation(ActivationFunction.Relu);
            case 9:
                return new Layer.MaxPool(Chance(0.6) ? 2 : DrawSides(4), Chance(0.6) ? 0 : DrawSides(4));
            case 10:
                return new Layer.AveragePool(Chance(0.5) ? 2 : DrawSides(4), Chance(0.6) ? 0 : DrawSides(4));
            case 11:
                return Chance(0.2) ? new Layer.GlobalAveragePool() : new Layer.MaxPool(2);
            default:
                Sides kernel = Chance(0.5) ? 3 : DrawSides(6);
                return new Layer.Convolution(
                    Pick(Channels),
                    kernel,
                    Chance(0.7) ? 1 : DrawSides(3),
                    Chance(0.5) ? 0 : new Sides(_random.NextInt32(kernel.Height), _random.NextInt32(kernel.Width)),
                    Chance(0.8));
        }
    }

    /// <summary>A square of 1 to <paramref name="most"/>, or two sides.</summary>
    private Sides DrawSides(int most)
    {
        int height = 1 + _random.NextInt32(most);
        return new Sides(height, Chance(0.5) ? height : 1 + _random.NextInt32(most));
    }

    /// <summary>
    /// A residual connection around some of the layers, sometimes with a convolution that keeps the shape; null where none fits.
    /// </summary>
    private Layer.Add? DrawAdd(List<Layer> layers, List<Shape> shapes)
    {
        if (Chance(0.5) && layers.Count > 0 && !shapes[^1].IsVector)
        {
            Sides kernel = new(1 + 2 * _random.NextInt32(2), 1 + 2 * _random.NextInt32(3));
            layers.Add(new Layer.Convolution(
                shapes[^1].Channels, kernel, padding: new Sides(kernel.Height / 2, kernel.Width / 2), hasBias: Chance(0.8)));
            shapes.Add(shapes[^1]);
        }

        int[] around =
        [
            .. Enumerable.Range(1, Math.Max(0, layers.Count - 1))
                .Where(n => shapes[^(n + 1)] == shapes[^1] && layers[^n] is not Layer.Activation)
        ];
        return around.Length == 0 || layers.OfType<Layer.Flatten>().Any()
            ? null
            : new Layer.Add(around[_random.NextInt32(around.Length)]);
    }

    private (float[][] Inputs, float[][] Targets, Examples Examples) DrawExamples(int count)
    {
        Architecture architecture = Network.Architecture;
        Shape input = architecture.Input;
        double zeros = Pick(0, 0.3, 0.8, 1);
        float[][] inputs = new float[count][], targets = new float[count][];
        int[] classes = [.. Enumerable.Range(0, count).Select(_ => _random.NextInt32(architecture.Output.Size))];
        if ((input.IsVector || input.Channels == 1) && architecture.Output.Size <= 255 && Chance(0.6))
        {
            byte[] pixels =
                [.. Enumerable.Range(0, count * input.Size).Select(_ => Chance(zeros) ? (byte)0 : (byte)_random.NextInt32(256))];
            (int height, int width) = input.IsVector ? (1, input.Channels) : (input.Height, input.Width);
            LabelledImages images = new(pixels, classes.Select(c => (byte)c).ToArray(), height, width, architecture.Output.Size);
            for (int i = 0; i < count; i++)
            {
                images.CopyInput(i, inputs[i] = new float[input.Size]);
                images.CopyTarget(i, targets[i] = new float[images.Classes]);
            }

            return (inputs, targets, images);
        }

        bool isSoft = architecture.Cost != Cost.LogLikelihood && Chance(0.5);
        for (int i = 0; i < count; i++)
        {
            inputs[i] = [.. Enumerable.Range(0, input.Size).Select(_ => Chance(zeros) ? 0 : (float)_random.NextDouble(-1, 1))];
            targets[i] =
            [
                .. Enumerable.Range(0, architecture.Output.Size)
                    .Select(j => isSoft ? (float)_random.NextDouble() : j == classes[i] ? 1f : 0f)
            ];
        }

        return (inputs, targets, new VectorExamples(inputs.Zip(targets)));
    }

    private void Fill(Span<float> numbers, double low, double high)
    {
        foreach (ref float number in numbers)
            number = (float)_random.NextDouble(low, high);
    }

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(params ReadOnlySpan<T> from) => from[_random.NextInt32(from.Length)];
}
