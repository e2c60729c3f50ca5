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

    /// <summary>For inputs of any width: how many times as wide as high an input is for which work is counted.</summary>
    private const int TypicalAspect = 10;

    private readonly Shape[] _shapes, _typical; // the second for a typical width, where examples differ in it

    /// <summary>Makes an architecture from its layers.</summary>
    /// <param name="input">The shape of one input.</param>
    /// <param name="layers">The layers, from the input to the output.</param>
    /// <param name="cost">
    /// Null for the cost that fits: CTC for inputs of any width, log-likelihood after softmax, quadratic otherwise.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A layer cannot take the output of the one before it; the message names the layer and both shapes.
    /// </exception>
    public Architecture(Shape input, IReadOnlyList<Layer> layers, Cost? cost = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (input.Channels < 1 || input.Height < 1 || input.Width < (input.HasAnyWidth ? 0 : 1))
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
        for (int l = 0; l < Layers.Count; l++)
        {
            try
            {
                if (Layers[l] is Layer.Softmax && l < Layers.Count - 1)
                    throw new InvalidOperationException("belongs at the end");
                if (Layers[l] is Layer.Activation or Layer.Softmax && l > 0 && Layers[l - 1] is Layer.Activation)
                    throw new InvalidOperationException($"follows {Layers[l - 1]} with nothing to learn between them");
                _shapes[l + 1] = Layers[l].OutputOf(_shapes[l]);
                if (Layers[l] is Layer.Add add)
                    RequireBranch(add, l);
                _ = Layers[l].ParametersFor(_shapes[l]); // throws if their number overflows
            }
            catch (Exception e) when (e is InvalidOperationException or OverflowException)
            {
                throw new ArgumentException(
                    e is OverflowException ? TooLarge(l) : $"Layer {l + 1}, {Layers[l]}, {e.Message}.", nameof(layers), e);
            }
        }

        try
        {
            MinWidth = LeastWidth();
            _typical = TypicalShapes();
            RequireSize();
        }
        catch (OverflowException e)
        {
            throw new ArgumentException(e.Message, nameof(layers), e);
        }

        if (!Layers.Any(layer => layer is Layer.Dense or Layer.Convolution))
            throw new ArgumentException("A network has at least one layer with weights: dense or conv.", nameof(layers));
        if (Output.HasAnyWidth ? Layers[^1] is not Layer.Softmax : !Output.IsVector)
            throw new ArgumentException(
                Output.HasAnyWidth
                    ? $"The network ends in the shape {Output}; for inputs of any width it must end in softmax on one row."
                    : $"The network ends in the shape {Output}; it must end in a vector. Put flatten or gap near its end.",
                nameof(layers));
        Cost = cost
            ?? (Output.HasAnyWidth ? Cost.Ctc : Layers[^1] is Layer.Softmax ? Cost.LogLikelihood : Cost.Quadratic);
        if (Cost == Cost.Ctc != Output.HasAnyWidth)
            throw new ArgumentException(
                $"The {Name(Cost)} cost does not go with the input {Input}: CTC and inputs of any width go together.",
                nameof(cost));
        if (Cost != Cost.Ctc && Cost == Cost.LogLikelihood != Layers[^1] is Layer.Softmax)
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

    /// <summary>The shape of one output: a vector, or a row of any width.</summary>
    public Shape Output => _shapes[^1];

    /// <summary>The layers, from the input to the output.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>The cost function that training minimises.</summary>
    public Cost Cost { get; }

    /// <summary>The number of learned weights, biases, scales and shifts.</summary>
    public int ParameterCount => Enumerable.Range(0, Layers.Count).Sum(l => Layers[l].ParametersFor(_shapes[l]));

    /// <summary>
    /// The multiply-adds of a forward pass on one input; for inputs of any width, on one that is ten times as wide as high.
    /// </summary>
    public long MultiplyAdds => Enumerable.Range(0, Layers.Count).Sum(l => Layers[l].MultiplyAddsFor(_typical[l]));

    /// <summary>The narrowest input that gives a column of outputs; for inputs of one width, that width.</summary>
    internal int MinWidth { get; }

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

    /// <summary>How many columns of outputs there are for an input of this width; for networks that end in a vector 1.</summary>
    /// <param name="width">The input's width.</param>
    /// <exception cref="ArgumentOutOfRangeException">The network takes no inputs of this width.</exception>
    public int ColumnsFor(int width)
    {
        RequireWidth(width);
        for (int l = 0; l < Layers.Count && Input.HasAnyWidth; l++)
            width = Layers[l].WidthBehind(width);
        return Input.HasAnyWidth ? width : 1;
    }

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

    private Architecture(IReadOnlyList<Layer> layers, Shape[] shapes, Cost cost)
    {
        (Layers, _shapes, Cost) = (layers, shapes, cost);
        MinWidth = LeastWidth();
        _typical = TypicalShapes();
    }

    private Shape[] TypicalShapes()
    {
        try
        {
            return ShapesFor(Math.Max(checked(TypicalAspect * Input.Height), MinWidth));
        }
        catch (OverflowException e)
        {
            throw new OverflowException($"A network for inputs of {Input} is too large.", e);
        }
    }

    private int LeastWidth()
    {
        long width = 1;
        for (int l = Layers.Count - 1; l >= 0 && Input.HasAnyWidth; l--)
        {
            width = Layers[l].LeastWidthBefore(width);
            if (width > MaxNumbers)
                throw new OverflowException(TooLarge(l));
        }

        return Input.HasAnyWidth ? (int)width : Input.Width;
    }

    /// <summary>The shapes before each layer, and that of the output, for inputs of one of the widths that it takes.</summary>
    internal Shape[] ShapesFor(int width)
    {
        if (!Input.HasAnyWidth)
            return _shapes;
        Shape[] shapes = [Input.WithWidth(width), .. new Shape[Layers.Count]];
        for (int l = 0; l < Layers.Count; l++)
            shapes[l + 1] = _shapes[l + 1].WithWidth(Layers[l].WidthBehind(shapes[l].Width));
        return shapes;
    }

    /// <summary>Requires a width that the network takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is another, or too narrow for its windows.</exception>
    internal void RequireWidth(int width)
    {
        if (Input.HasAnyWidth ? width < MinWidth : width != Input.Width)
            throw new ArgumentOutOfRangeException(
                nameof(width),
                width,
                $"The network takes inputs of {Input}{(Input.HasAnyWidth ? $", at least {MinWidth} wide" : "")}.");
    }

    /// <summary>Requires a residual connection to begin where it can, and its shapes to be the same.</summary>
    private void RequireBranch(Layer.Add add, int l)
    {
        int from = l - add.Layers;
        if (add.Layers < 1 || from < 1)
            throw new InvalidOperationException(
                add.Layers < 1 ? "goes around no layer" : "begins at the network's input; put a layer before it");
        if (Layers[from] is Layer.Activation)
            throw new InvalidOperationException(
                $"begins before {Layers[from]}, which works in place; begin behind it, or with another layer");
        if (Layers.Skip(from).Take(add.Layers).All(layer => layer is Layer.Dropout))
            throw new InvalidOperationException("goes around dropout alone, which does nothing when reading");
        if (_shapes[from] != _shapes[l])
            throw new InvalidOperationException($"adds {_shapes[from]} to {_shapes[l]}");
        if (Layers.Take(l).OfType<Layer.Flatten>().Any())
            throw new InvalidOperationException("is behind flatten; put it before");
        if (Input.HasAnyWidth && !KeepWidth(from, l))
            throw new InvalidOperationException("goes around layers that change the width");
    }

    /// <summary>Whether a run of layers gives the width that it is given, whatever that is.</summary>
    private bool KeepWidth(int from, int end)
    {
        const int Wide = 1 << 20;
        return Behind(Wide) == Wide && Behind(Wide + 2) == Wide + 2; // with a stride over 1, the second would be less

        int Behind(int width)
        {
            for (int l = from; l < end; l++)
                width = Layers[l].WidthBehind(width);
            return width;
        }
    }

    /// <summary>Requires what the engine keeps and uses for one example to fit into memory.</summary>
    private void RequireSize()
    {
        int l = 0;
        try
        {
            for (long numbers = Padded(_typical[0]); l < Layers.Count; l++)
            {
                numbers = checked(numbers + Layers[l].WorkingNumbersFor(_typical[l]) + Padded(_typical[l + 1]));
                if (numbers > MaxNumbers)
                    throw new OverflowException();
            }
        }
        catch (OverflowException e)
        {
            throw new OverflowException(TooLarge(l), e);
        }
    }

    private string TooLarge(int l) => $"Layer {l + 1}, {Layers[l]}, is too large for its input {_shapes[l]}.";

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
        int nameWidth = Math.Max(26, Layers.Max(layer => layer.ToString().Length) + 2);
        void Line(string layer, string output, string parameters, string work) =>
            table.Append(layer.PadRight(nameWidth)).Append(output.PadRight(12))
                .Append(parameters.PadLeft(12)).Append(work.PadLeft(16)).Append('\n');
        Line("layer", "output", "parameters", "multiply-adds");
        Line("input", Input.ToString(), "", "");
        for (int l = 0; l < Layers.Count; l++)
        {
            int parameters = Layers[l].ParametersFor(_shapes[l]);
            long work = Layers[l].MultiplyAddsFor(_typical[l]);
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
        Cost.Ctc => "CTC",
        _ => "log-likelihood",
    };
}
