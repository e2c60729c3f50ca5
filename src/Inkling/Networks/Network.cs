using System.Globalization;
using Inkling.Execution;
using Inkling.Layers;
using Inkling.Networks;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// A network of neurons that learns from examples. The simplest is Nielsen's: layers of sigmoid neurons, each connected to
/// all of the layer before, with the quadratic cost; an <see cref="Inkling.Architecture"/> describes any other.
/// </summary>
/// <example>
/// <code>
/// var mnist = await Mnist.LoadAsync();
/// var net = new Network([784, 30, 10], seed: 1);
/// net.Sgd(mnist.Training, epochs: 30, miniBatchSize: 10, eta: 3.0, testData: mnist.Test);
/// </code>
/// </example>
/// <remarks>
/// Nielsen, Neural Networks and Deep Learning, chapters 1 and 2. Reading (<see cref="FeedForward"/>) is safe from several
/// threads at once; training is not.
/// </remarks>
public sealed class Network
{
    /// <summary>The most characters of a <see cref="History"/>.</summary>
    internal const int MaxHistoryLength = 2000;

    private readonly PassPool _passes; // the working memory of FeedForward and Trace

    /// <summary>Nielsen's network: sigmoid neurons and the quadratic cost, weights and biases standard normal.</summary>
    /// <param name="sizes">Neurons in each layer, the inputs first: [784, 30, 10].</param>
    /// <param name="seed">The same seed gives the same network, and the same training after it, to the bit.</param>
    /// <exception cref="ArgumentException">Fewer than two layers, or one without neurons.</exception>
    public Network(ReadOnlySpan<int> sizes, int seed = 1)
        : this(Architecture.FullyConnected(sizes), Initialisation.StandardNormal, seed)
    {
    }

    /// <summary>A network of any architecture, ready to learn.</summary>
    /// <param name="architecture">Its layers and its cost.</param>
    /// <param name="initialisation">How weights and biases are drawn.</param>
    /// <param name="seed">The same seed gives the same network, and the same training after it, to the bit.</param>
    public Network(Architecture architecture, Initialisation initialisation = Initialisation.He, int seed = 1)
        : this(new ParameterBuffer(architecture), new RandomStream(seed))
    {
        Seed = seed;
        initialisation.Draw(Parameters, Random);
    }

    internal Network(ParameterBuffer parameters, RandomStream random)
    {
        Parameters = parameters;
        Random = random;
        _passes = new PassPool(() => new Backpropagation(Parameters, miniBatchSize: 1, purpose: PassPurpose.Reading));
    }

    /// <summary>The layers and the cost, as data.</summary>
    public Architecture Architecture => Parameters.Architecture;

    /// <summary>The weights and biases of all layers that have them, fully connected or convolutional, in order.</summary>
    public IReadOnlyList<WeightedLayer> WeightedLayers => Parameters.Weighted;

    /// <summary>Each batch normalisation's parameters and running statistics, in order.</summary>
    public IReadOnlyList<BatchNormalisation> Normalisations => Parameters.Normalisations;

    /// <summary>The number of weights, biases and other learned numbers.</summary>
    public int ParameterCount => Architecture.ParameterCount;

    /// <summary>
    /// The number by which the logarithms of the outputs are divided to compute confidences, so that readings are right as often
    /// as their confidence says (<see cref="Calibration"/>); 1 where it was never measured.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not over 0, or not a number.</exception>
    public double Temperature
    {
        get;
        set => field = value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A temperature is a number over 0.");
    }

    = 1;

    /// <summary>
    /// How it was trained, one training after the other, in words; saved with it as safetensors and ONNX. Null where that is not
    /// known. <see cref="GradientDescent.Train"/> adds to it; other facts, such as which data, can be added too.
    /// </summary>
    /// <exception cref="ArgumentException">It is longer than 2,000 characters.</exception>
    public string? History
    {
        get;
        set => field = value is null || value.Length <= MaxHistoryLength
            ? value
            : throw new ArgumentException(
                $"A history of {value.Length:N0} characters; at most {MaxHistoryLength:N0} are saved.", nameof(value));
    }

    internal ParameterBuffer Parameters { get; }

    /// <summary>The seed of its initial weights; null where they came from elsewhere, such as a file.</summary>
    internal int? Seed { get; private init; }

    /// <summary>How many passes have been made so far: one for each of the calls that ran at once.</summary>
    internal int PassesMade => _passes.Made;

    /// <summary>
    /// The random numbers of the initial weights, then of every shuffle: training twice for one epoch shuffles differently.
    /// </summary>
    internal RandomStream Random { get; }

    /// <summary>Computes the network's outputs for an input: a' = σ(w·a + b), layer by layer.</summary>
    /// <param name="input">As many numbers as the input's shape has; of an image [channels, height, width].</param>
    /// <returns>
    /// As many numbers as the last layer has neurons; between 0 and 1 behind sigmoid and softmax. For inputs of any width
    /// [<see cref="Inkling.Architecture.ColumnsFor"/>, classes]: for each column a distribution.
    /// </returns>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    /// <remarks>For many inputs at a time, <see cref="Freeze"/> is faster.</remarks>
    public float[] FeedForward(ReadOnlySpan<float> input)
    {
        RequireInput(input);
        Backpropagation pass = TakePass();
        ReadOnlySpan<float> rows = pass.FeedForward(input);
        int columns = Architecture.ColumnsFor(WidthOf(input)), size = Architecture.Output.Size, stride = Rows.StrideOf(size);
        float[] outputs = new float[columns * size];
        for (int column = 0; column < columns; column++)
            rows.Slice(column * stride, size).CopyTo(outputs.AsSpan(column * size));
        _passes.GiveBack(pass);
        return outputs;
    }

    /// <summary>The same as <see cref="FeedForward"/>, with each layer's weighted inputs and activations.</summary>
    /// <param name="input">
    /// As many numbers as the input's shape has; of an image [channels, height, width], as all images in the trace.
    /// </param>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    public ForwardTrace Trace(ReadOnlySpan<float> input)
    {
        RequireInput(input);
        Backpropagation pass = TakePass();
        ForwardTrace trace = pass.Trace(input);
        _passes.GiveBack(pass);
        return trace;
    }

    /// <summary>
    /// The gradient of the cost C of one example, by backpropagation (Nielsen, chapter 2). The quadratic cost is C = ½‖y - a‖².
    /// </summary>
    /// <param name="input">x: as many numbers as the input's shape has; of an image [channels, height, width].</param>
    /// <param name="target">y: as many numbers as the last layer has neurons.</param>
    /// <exception cref="ArgumentException">
    /// A length does not fit, or the network takes inputs of any width, whose targets are strings:
    /// <see cref="GradientDescent.GradientOf"/>.
    /// </exception>
    public Gradient Backpropagate(ReadOnlySpan<float> input, ReadOnlySpan<float> target)
    {
        if (Architecture.Input.HasAnyWidth)
            throw new ArgumentException(
                "The network learns strings: take GradientOf, with examples that have them.", nameof(target));
        if (target.Length != Architecture.Output.Size)
            throw new ArgumentException(
                $"The network has {Architecture.Output.Size} outputs; the target has {target.Length} numbers.", nameof(target));
        float[] seen = Parameters.Statistics.ToArray();
        using Backpropagation pass = new(Parameters, miniBatchSize: 1);
        Gradient gradient = new(Architecture);
        gradient.Cost = pass.AddGradient(AsExamples(input, target.ToArray()), new int[1], scale: 1, gradient.Values);
        seen.CopyTo(Parameters.Statistics); // batch normalisation has added the example to its running statistics
        return gradient;
    }

    /// <summary>A copy of the network as it is now that reads many images fast, from any number of threads.</summary>
    public FrozenNetwork Freeze() => new(this, takesMemory: false);

    /// <summary>The same without a copy, in the network's own memory: the network cannot be used any more.</summary>
    internal FrozenNetwork FreezeInPlace() => new(this, takesMemory: true);

    /// <summary>
    /// A copy that takes pixels from 0 to 1, of a network that was trained on normalised ones: it gives for x what this one gives
    /// for (x - mean) / deviation. The normalisation is folded into the first layer, or, where that layer pads its input,
    /// becomes a batch normalisation before it.
    /// </summary>
    /// <param name="normalisation">How pixels were normalised in training; <see cref="PixelFit"/> tells which fits.</param>
    /// <exception cref="ArgumentException">A weight would overflow.</exception>
    public Network WithNormalisation(PixelNormalisation normalisation)
    {
        ArgumentNullException.ThrowIfNull(normalisation);
        return InputScaling.Apply(this, normalisation.Scale, normalisation.Shift);
    }

    /// <summary>A copy of the network that shares nothing with it.</summary>
    public Network Clone()
    {
        ParameterBuffer copy = new(Architecture);
        copy.CopyFrom(Parameters);
        return new Network(copy, Random.Clone()) { Temperature = Temperature, History = History, Seed = Seed };
    }

    /// <summary>
    /// <c>784-30-10, sigmoid, quadratic cost, 23,860 parameters</c>, or an architecture's text in place of the sizes.
    /// </summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Architecture.Sizes is { } sizes ? $"{string.Join('-', sizes)}, sigmoid" : Architecture)}, "
            + $"{Architecture.Name(Architecture.Cost)} cost, {ParameterCount:N0} parameters");

    private VectorExamples AsExamples(ReadOnlySpan<float> input, float[] target)
    {
        RequireInput(input);
        return new VectorExamples([(input.ToArray(), target)]);
    }

    private void RequireInput(ReadOnlySpan<float> input)
    {
        bool isRefused = Architecture.Input.HasAnyWidth
            ? input.Length % Architecture.Input.Size != 0 || WidthOf(input) < Architecture.MinWidth
            : input.Length != Architecture.Input.Size;
        if (isRefused)
            throw new ArgumentException(
                Architecture.Input.HasAnyWidth
                    ? $"The network takes inputs of {Architecture.Input}, at least {Architecture.MinWidth} wide; "
                        + $"the input has {input.Length} numbers."
                    : $"The network has {Architecture.Input.Size} inputs; the input has {input.Length} numbers.",
                nameof(input));
    }

    private int WidthOf(ReadOnlySpan<float> input) =>
        Architecture.Input.HasAnyWidth ? input.Length / Architecture.Input.Size : Architecture.Input.Width;

    private Backpropagation TakePass()
    {
        Backpropagation pass = _passes.Take();
        pass.InvalidateWeights();
        return pass;
    }
}
