using System.Globalization;
using System.Text;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// The structure of a network, as data: the shape of its input, its layers, its cost. It is checked on construction, written
/// into saved networks as text, and printed as a table.
/// </summary>
/// <example>
/// <code>
/// var lenet = Architecture.Parse(
///     "1x28x28 conv:20:5x5 relu maxpool:2 conv:40:5x5 relu maxpool:2 flatten dense:100 relu dense:10 softmax");
/// var net = new Network(lenet, seed: 1);
/// Console.WriteLine(lenet.ToTable());
/// </code>
/// </example>
public sealed class Architecture
{
    /// <summary>The maximum number of floats that a network may keep and use for one example, including padding: 2 GB.</summary>
    private const long MaxNumbers = 1 << 29;

    private const int MaxLayers = 1000;

    private readonly Shape[] _shapes;

    /// <summary>Makes an architecture from its layers.</summary>
    /// <param name="input">The shape of one input.</param>
    /// <param name="layers">The layers, from the input to the output.</param>
    /// <param name="cost">Null for the cost that fits the last layer: log-likelihood after softmax, quadratic otherwise.</param>
    /// <exception cref="ArgumentException">
    /// A layer cannot take the output of the one before it; the message names the layer and both shapes.
    /// </exception>
    public Architecture(Shape input, IReadOnlyList<Layer> layers, Cost? cost = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (input.Channels < 1 || input.Height < 1 || input.Width < 1)
            throw new ArgumentException($"The input's shape {input} has a side under 1.", nameof(input));
        if ((long)input.Channels * input.Height > MaxNumbers || (long)input.Channels * input.Height * input.Width > MaxNumbers)
            throw new ArgumentException(
                $"The input's shape {input} is too large: it has over {MaxNumbers:N0} numbers.", nameof(input));
        if (layers.Count > MaxLayers)
            throw new ArgumentException(
                FormattableString.Invariant($"A network of {layers.Count:N0} layers; at most {MaxLayers:N0} are possible."),
                nameof(layers));
        Layers = [.. layers];
        _shapes = new Shape[Layers.Count + 1];
        _shapes[0] = input;
        long numbers = Padded(input);
        for (int l = 0; l < Layers.Count; l++)
        {
            try
            {
                if (Layers[l] is Layer.Softmax && l < Layers.Count - 1)
                    throw new InvalidOperationException("belongs at the end");
                if (Layers[l] is Layer.Activation or Layer.Softmax && l > 0 && Layers[l - 1] is Layer.Activation)
                    throw new InvalidOperationException($"follows {Layers[l - 1]} with nothing to learn between them");
                _shapes[l + 1] = Layers[l].OutputOf(_shapes[l]);
                _ = Layers[l].ParametersFor(_shapes[l]); // throws if their number overflows
                numbers = checked(numbers + Layers[l].WorkingNumbersFor(_shapes[l]) + Padded(_shapes[l + 1]));
                if (numbers > MaxNumbers)
                    throw new OverflowException();
            }
            catch (Exception e) when (e is InvalidOperationException or OverflowException)
            {
                throw new ArgumentException(
                    $"Layer {l + 1}, {Layers[l]}, "
                    + $"{(e is OverflowException ? $"is too large for its input {_shapes[l]}" : e.Message)}.",
                    nameof(layers),
                    e);
            }
        }

        if (!Layers.Any(layer => layer is Layer.Dense or Layer.Convolution))
            throw new ArgumentException("A network has at least one layer with weights: dense or conv.", nameof(layers));
        if (!Output.IsVector)
            throw new ArgumentException(
                $"The network ends in the shape {Output}; it must end in a vector. Put flatten or gap near its end.",
                nameof(layers));
        Cost = cost ?? (Layers[^1] is Layer.Softmax ? Cost.LogLikelihood : Cost.Quadratic);
        if (Cost == Cost.LogLikelihood != Layers[^1] is Layer.Softmax)
            throw new ArgumentException(
                $"The {Name(Cost)} cost does not go with a network that ends in {Layers[^1]}: "
                + "log-likelihood and softmax go together.",
                nameof(cost));
        if (Cost == Cost.CrossEntropy && Layers[^1] is not Layer.Activation { Function: ActivationFunction.Sigmoid })
            throw new ArgumentException(
                $"The cross-entropy cost needs outputs between 0 and 1: end the network in sigmoid, not in {Layers[^1]}.",
                nameof(cost));
    }

    /// <summary>The shape of one input.</summary>
    public Shape Input => _shapes[0];

    /// <summary>The shape of one output: a vector.</summary>
    public Shape Output => _shapes[^1];

    /// <summary>The layers, from the input to the output.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The cost function that training minimises.</summary>
    public Cost Cost { get; }

    /// <summary>The number of learned weights, biases, scales and shifts.</summary>
    public int ParameterCount => Enumerable.Range(0, Layers.Count).Sum(l => Layers[l].ParametersFor(_shapes[l]));

    /// <summary>The multiply-adds of a forward pass on one input.</summary>
    public long MultiplyAdds => Enumerable.Range(0, Layers.Count).Sum(l => Layers[l].MultiplyAddsFor(_shapes[l]));

    /// <summary>The seed's architecture: layers of sigmoid neurons, each connected to all neurons of the layer before.</summary>
    /// <param name="sizes">Neurons in each layer, the inputs first: [784, 30, 10].</param>
    /// <param name="cost">The quadratic cost, or cross-entropy.</param>
    /// <exception cref="ArgumentException">Fewer than two layers, or one without neurons.</exception>
    public static Architecture FullyConnected(ReadOnlySpan<int> sizes, Cost cost = Cost.Quadratic)
    {
        if (sizes.Length < 2)
            throw new ArgumentException("A network has at least two layers: its inputs and its outputs.", nameof(sizes));
        List<Layer> layers = [];
        for (int l = 0; l < sizes.Length; l++)
        {
            if (sizes[l] < 1)
                throw new ArgumentException($"Layer {l} has {sizes[l]} neurons; it needs at least 1.", nameof(sizes));
            if (l > 0)
                layers.AddRange([new Layer.Dense(sizes[l]), new Layer.Activation(ActivationFunction.Sigmoid)]);
        }

        return new Architecture(new Shape(sizes[0]), layers, cost);
    }

    /// <summary>Parses an architecture's text: the input's shape, then the layers, separated by spaces.</summary>
    /// <param name="text">
    /// As <see cref="ToString"/> writes it: <c>1x28x28 conv:20:5x5 maxpool:2 flatten dense:10 softmax</c>.
    /// </param>
    /// <param name="cost">Null for the cost that fits the last layer.</param>
    /// <exception cref="FormatException">A word is not a shape or a layer; the message lists the valid ones.</exception>
    /// <exception cref="ArgumentException">The layers do not fit together.</exception>
    public static Architecture Parse(string text, Cost? cost = null) => ArchitectureText.Parse(text, cost);

    /// <summary>The input shape of a layer, counted from 0; for the number of layers, the output shape of the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public Shape ShapeBefore(int layer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(layer);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(layer, Layers.Count);
        return _shapes[layer];
    }

    /// <summary>
    /// An architecture with the same outputs from other layers, for inference only: combinations that could not be trained,
    /// such as two activations in a row, are not refused.
    /// </summary>
    internal Architecture Folded(IReadOnlyList<Layer> layers)
    {
        Shape[] shapes = [Input, .. new Shape[layers.Count]];
        for (int l = 0; l < layers.Count; l++)
            shapes[l + 1] = layers[l].OutputOf(shapes[l]);
        return new Architecture(layers, shapes, Cost);
    }

    private Architecture(IReadOnlyList<Layer> layers, Shape[] shapes, Cost cost) =>
        (Layers, _shapes, Cost) = (layers, shapes, cost);

    /// <summary>The number of floats that the engine keeps for an image: channels are padded to a multiple of 16.</summary>
    private static long Padded(Shape shape) => checked((long)shape.Height * shape.Width * Rows.LongStrideOf(shape.Channels));

    /// <summary>Neurons in each layer, inputs first, where every layer is dense with sigmoid neurons; otherwise null.</summary>
    public IReadOnlyList<int>? Sizes
    {
        get
        {
            bool isSeeds = Input.IsVector && Layers.Count % 2 == 0
                && Layers.Where((_, l) => l % 2 == 0).All(layer => layer is Layer.Dense { HasBias: true })
                && Layers.Where((_, l) => l % 2 == 1)
                    .All(layer => layer is Layer.Activation { Function: ActivationFunction.Sigmoid });
            return isSeeds ? [Input.Channels, .. Layers.OfType<Layer.Dense>().Select(dense => dense.Neurons)] : null;
        }
    }

    /// <summary>The architecture in one line, which <see cref="Parse"/> reads.</summary>
    public override string ToString() => $"{Input} {string.Join(' ', Layers)}";

    /// <summary>A table with a row for each layer: its name, its output shape, its parameters and its multiply-adds.</summary>
    public string ToTable()
    {
        StringBuilder table = new();
        void Line(string layer, string output, string parameters, string work) =>
            table.Append(layer.PadRight(26)).Append(output.PadRight(12))
                .Append(parameters.PadLeft(12)).Append(work.PadLeft(16)).Append('\n');
        Line("layer", "output", "parameters", "multiply-adds");
        Line("input", Input.ToString(), "", "");
        for (int l = 0; l < Layers.Count; l++)
        {
            int parameters = Layers[l].ParametersFor(_shapes[l]);
            long work = Layers[l].MultiplyAddsFor(_shapes[l]);
            Line(
                Layers[l].ToString(),
                _shapes[l + 1].ToString(),
                parameters == 0 ? "" : Number(parameters),
                work == 0 ? "" : Number(work));
        }

        Line("total", "", Number(ParameterCount), Number(MultiplyAdds));
        return table.ToString();

        static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }

    /// <summary>The cost's name for messages.</summary>
    internal static string Name(Cost cost) => cost switch
    {
        Cost.Quadratic => "quadratic",
        Cost.CrossEntropy => "cross-entropy",
        _ => "log-likelihood",
    };
}
