using Inkling.Execution.Costs;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests;

/// <summary>
/// A network of a random architecture for inputs of one height and any width, with random parameters, and lines of different
/// widths with strings that fit.
/// </summary>
internal sealed class RandomLines
{
    private readonly RandomStream _random;

    public RandomLines(long seed)
    {
        _random = new RandomStream(seed, stream: 815);
        Architecture? architecture = null;
        while (architecture is null || architecture.MinWidth > 40 || architecture.MultiplyAdds > 3_000_000)
            architecture = TryDraw();
        Threads = 1 + _random.NextInt32(4);
        Network = new Network(
            architecture, Pick(Initialisation.Scaled, Initialisation.He), seed: _random.NextInt32(int.MaxValue));
        foreach (WeightedLayer layer in Network.WeightedLayers)
            Fill(layer.HasBias ? layer.Biases : [], -0.5, 0.5);
        foreach (BatchNormalisation seen in Network.Normalisations)
        {
            Fill(seen.Scale, -1, 1.5);
            Fill(seen.Shift, -1, 1);
            Fill(seen.RunningMean, -0.5, 0.5);
            Fill(seen.RunningVariance, 0.25, 2);
        }

        int height = architecture.Input.Height, count = 1 + _random.NextInt32(12);
        Lines = new LabelledLines(Enumerable.Range(0, count).Select(_ => DrawLine(height)), height, architecture.Output.Size - 1);
        Inputs = new float[count][];
        for (int i = 0; i < count; i++)
        {
            float[] room = new float[height * Lines.MaxWidth];
            Inputs[i] = room[..(height * Lines.CopyLine(i, room))];
        }
    }

    public Network Network { get; }

    public LabelledLines Lines { get; }

    public int Threads { get; }

    /// <summary>The lines' pixels, [count][height, width].</summary>
    public float[][] Inputs { get; }

    public override string ToString() => $"{Network.Architecture}, {Lines.Count} lines, {Threads} threads";

    private Architecture? TryDraw()
    {
        Shape shape = new(1, 1 + _random.NextInt32(12), Shape.AnyWidth), input = shape;
        List<Layer> layers = [];
        List<Shape> shapes = [input];
        int count = 1 + _random.NextInt32(6);
        for (int l = 0; l < count; l++)
        {
            Layer layer = DrawLayer(layers, shapes);
            if (layer is Layer.Activation && layers is [.., Layer.Activation])
                continue;
            try
            {
                Shape next = layer.OutputOf(shape);
                if (layer is Layer.Add)
                    _ = new Architecture(input, [.. layers, layer, .. Ending(next)]); // refuses those that cannot be
                shape = next;
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException)
            {
                continue; // does not fit here
            }

            layers.Add(layer);
            shapes.Add(shape);
        }

        return new Architecture(input, [.. layers, .. Ending(shape)]);
    }

    private Layer[] Ending(Shape shape) =>
    [
        new Layer.Convolution(2 + _random.NextInt32(20), new Sides(shape.Height, 1 + _random.NextInt32(3))), new Layer.Softmax()
    ];

    private Layer DrawLayer(List<Layer> layers, List<Shape> shapes)
    {
        int[] around =
        [
            .. Enumerable.Range(1, Math.Max(0, layers.Count - 1)).Where(n =>
                shapes[^(n + 1)] == shapes[^1] && layers[^n] is not Layer.Activation)
        ];
        if (around.Length > 0 && Chance(0.3))
            return new Layer.Add(around[_random.NextInt32(around.Length)]);
        switch (_random.NextInt32(10))
        {
            case 0 or 1:
                return new Layer.Activation((ActivationFunction)_random.NextInt32(4));
            case 2:
                return new Layer.BatchNormalisation();
            case 3:
                return Chance(0.5) ? new Layer.MaxPool(DrawSides(3)) : new Layer.AveragePool(DrawSides(3), DrawSides(3));
            case 4:
                return new Layer.MaxPool(Pick<Sides>(2, new Sides(2, 1)));
            case 5:
                return new Layer.Dropout(0.3);
            default:
                Sides kernel = Chance(0.5) ? 3 : DrawSides(7);
                return new Layer.Convolution(
                    Pick(1, 3, 16, 17, 33),
                    kernel,
                    Chance(0.8) ? 1 : DrawSides(2),
                    Chance(0.6)
                        ? new Sides(kernel.Height / 2, kernel.Width / 2)
                        : new Sides(_random.NextInt32(kernel.Height), _random.NextInt32(kernel.Width)),
                    Chance(0.7));
        }
    }

    private (byte[] Pixels, byte[] Label) DrawLine(int height)
    {
        Architecture architecture = Network.Architecture;
        int width = architecture.MinWidth + _random.NextInt32(Chance(0.2) ? 1 : 25), columns = architecture.ColumnsFor(width);
        byte[] pixels = [.. Enumerable.Range(0, height * width).Select(_ => (byte)(Chance(0.4) ? 0 : _random.NextInt32(256)))],
            label;
        do
            label =
            [
                .. Enumerable.Range(0, _random.NextInt32(1 + Math.Min(columns, 8)))
                    .Select(_ => (byte)_random.NextInt32(architecture.Output.Size - 1))
            ];
        while (CtcAlignments.LeastColumnsFor(label) > columns);
        return (pixels, label);
    }

    private Sides DrawSides(int most) => new(1 + _random.NextInt32(most), 1 + _random.NextInt32(most));

    private void Fill(Span<float> numbers, double low, double high)
    {
        foreach (ref float number in numbers)
            number = (float)_random.NextDouble(low, high);
    }

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(params ReadOnlySpan<T> from) => from[_random.NextInt32(from.Length)];
}
