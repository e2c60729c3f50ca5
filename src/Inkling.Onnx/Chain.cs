using Inkling.Execution.Stages;
using Inkling.Layers;

namespace Inkling.Onnx;

/// <summary>
/// The network as far as a graph has been read: a sequence of layers with their parameters, and the shape of the last output.
/// </summary>
/// <remarks>
/// ONNX's images are [batch, channels, height, width]; Keras's are [batch, height, width, channels] between transpositions.
/// Both layouts are tracked here: where a flattening permutes the elements, the weights behind it are permuted back.
/// </remarks>
internal sealed partial class Chain
{
    private const float Epsilon = BatchNormalisationStage.Epsilon;

    private readonly List<Step> _steps = [];
    private Shape _input;
    private Shape? _flattenedLast; // the shape of feature maps that were flattened with their channels last
    private double _scale = 1, _shift; // the scaling of pixels before the first layer: the graph's, then also that outside it
    private bool _hasBegun, _isOrderKnown;

    /// <param name="dimensions">The dimensions of the graph's input, without the batch.</param>
    /// <param name="isChannelsFirst">Whether the first of three is known to be the channels; else the first nodes decide.</param>
    public Chain(int[] dimensions, bool isChannelsFirst)
    {
        _isOrderKnown = isChannelsFirst;
        SetInput(dimensions);
    }

    /// <summary>The shape of the last layer's output.</summary>
    public Shape Shape { get; private set; }

    /// <summary>Its dimensions as the graph has them, without the batch.</summary>
    public int[] Dimensions { get; private set; } = [];

    /// <summary>Whether the channels are the last dimension.</summary>
    public bool IsChannelsLast { get; private set; }

    /// <summary>Whether the graph takes pixels as bytes, 0…255.</summary>
    public bool TakesBytes { get; set; }

    /// <summary>The divisor before softmax, which is none of the layers.</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>How pixels are normalised outside the graph; null for not at all.</summary>
    public PixelNormalisation? Normalisation { get; init; }

    /// <summary>The end of the chain now, from which a residual connection may begin.</summary>
    public Place End => new(_steps.Count, _steps.Count > 0 ? _steps[^1] : null);

    public Layer? LastLayer => _steps.Count > 0 ? _steps[^1].Layer : null;

    /// <summary>Whether the dimensions are [channels, height, width]; a vector may be [channels, 1, 1].</summary>
    public bool IsImage => Dimensions.Length == 3 && !IsChannelsLast;

    /// <summary>
    /// How many layers were added since the chain ended at a place; null where the last layer there was changed since.
    /// </summary>
    public int? LayersSince(Place place) =>
        place.Layers == 0 || ReferenceEquals(_steps[place.Layers - 1], place.Last) ? _steps.Count - place.Layers : null;

    /// <summary>Adds a layer without parameters.</summary>
    /// <exception cref="InvalidOperationException">The layer cannot take its input.</exception>
    public void Add(Layer layer)
    {
        if (layer is not Layer.Flatten)
            Begin();
        Append(new Step(layer));
    }

    /// <param name="neurons">The number of neurons.</param>
    /// <param name="weights">[neurons, inputs].</param>
    /// <param name="biases">[neurons], or null.</param>
    public void AddDense(int neurons, float[] weights, float[]? biases)
    {
        Begin();
        for (int j = 0; j < neurons && _flattenedLast is not null; j++)
            FromChannelsLast(weights.AsSpan(j * Shape.Size, Shape.Size));
        _flattenedLast = null;
        Append(new Step(new Layer.Dense(neurons, biases is not null)) { Weights = weights, Biases = biases });
    }

    /// <param name="layer">The layer; <paramref name="biases"/> decides whether it has a bias.</param>
    /// <param name="weights">[channels, inputs, kernel, kernel].</param>
    /// <param name="biases">[channels], or null.</param>
    public void AddConvolution(Layer.Convolution layer, float[] weights, float[]? biases)
    {
        Begin();
        Append(new Step(layer.WithBias(biases is not null)) { Weights = weights, Biases = biases });
    }

    /// <summary>Adds a batch normalisation with any ε.</summary>
    public void AddNormalisation(float[] scale, float[] shift, float[] mean, float[] variance, float epsilon)
    {
        Begin();
        for (int c = 0; c < variance.Length; c++)
        {
            float own = Math.Max(0, variance[c] + (epsilon - Epsilon)); // the same deviation with the engine's ε
            if (epsilon != Epsilon)
                scale[c] *= MathF.Sqrt((own + Epsilon) / (variance[c] + epsilon));
            variance[c] = own;
        }

        if (_flattenedLast is not null)
        {
            foreach (float[] values in new[] { scale, shift, mean, variance })
                FromChannelsLast(values);
        }

        Append(new Step(new Layer.BatchNormalisation()) { Statistics = [scale, shift, mean, variance] });
    }

    /// <summary>
    /// Scales and shifts each channel: folded into the weights before it where that is equivalent, otherwise as a batch
    /// normalisation.
    /// </summary>
    /// <param name="scale">One for all channels, or one for each.</param>
    /// <param name="shift">One for all channels, or one for each.</param>
    /// <param name="addsBias">Whether the layer has a bias from here on.</param>
    public void Scale(float[] scale, float[] shift, bool addsBias)
    {
        if (!_hasBegun && scale.Length == 1 && shift.Length == 1)
        {
            _scale *= scale[0];
            _shift = _shift * scale[0] + shift[0];
        }
        else if (_steps.Count > 0 && _steps[^1] is { Weights: not null } weighted)
        {
            int inputs = weighted.Weights.Length / Shape.Channels;
            float[] biases = weighted.Biases ?? new float[Shape.Channels];
            for (int j = 0; j < Shape.Channels; j++)
            {
                foreach (ref float weight in weighted.Weights.AsSpan(j * inputs, inputs))
                    weight *= Of(scale, j);
                biases[j] = biases[j] * Of(scale, j) + Of(shift, j);
            }

            bool hasBias = addsBias || weighted.Biases is not null;
            _steps[^1] = weighted with
            {
                Layer = weighted.Layer.WithBias(hasBias),
                Biases = hasBias ? biases : null,
            };
        }
        else
        {
            Begin();
            int channels = Shape.Channels;
            float deviation = MathF.Sqrt(1 + Epsilon);
            AddNormalisation(
                [.. Enumerable.Range(0, channels).Select(c => Of(scale, c) * deviation)],
                [.. Enumerable.Range(0, channels).Select(c => Of(shift, c))],
                new float[channels],
                [.. Enumerable.Repeat(1f, channels)],
                Epsilon);
        }

        static float Of(float[] values, int channel) => values.Length == 1 ? values[0] : values[channel];
    }

    /// <summary>Replaces the sigmoid just added, which is multiplied by its own input, by SiLU.</summary>
    public void MakeSilu() => _steps[^1] = new Step(new Layer.Activation(ActivationFunction.Silu));

    /// <summary>Gives the elements, in the same order, other dimensions, where that is a flattening or changes nothing.</summary>
    /// <returns>False for any other reshape.</returns>
    public bool Reshape(int[] dimensions)
    {
        if (Shape.Size != dimensions.Aggregate(1L, (size, side) => size * side))
            return false;
        if (dimensions.Length == 1 && !Shape.IsVector)
        {
            // One channel, as Keras has them; with several the order cannot be told, and is taken as channels first.
            if (_steps.Count == 0 && !_isOrderKnown && Dimensions is [> 1, _, 1])
                TakeChannelsLast();
            bool wasChannelsLast = IsChannelsLast;
            Shape before = Shape;
            Add(new Layer.Flatten());
            _flattenedLast = wasChannelsLast ? before : null;
        }
        else if (_steps.Count == 0)
        {
            SetInput(dimensions);
        }
        else if (dimensions.Length <= 3 && Shape.IsVector && dimensions.Count(side => side != 1) <= 1)
        {
            Dimensions = dimensions;
            IsChannelsLast = dimensions.Length == 3 && dimensions[0] != Shape.Channels;
        }
        else
        {
            return dimensions.SequenceEqual(Dimensions);
        }

        return true;
    }

    /// <summary>Moves the channels from first to last or back.</summary>
    /// <param name="order">For each new dimension the index of the old one, the batch's 0 among them.</param>
    /// <returns>False where the order does something else.</returns>
    public bool Transpose(ReadOnlySpan<int> order)
    {
        if (order.SequenceEqual(Enumerable.Range(0, Dimensions.Length + 1).ToArray()))
            return true;
        if (Dimensions.Length != 3 || order is not ([0, 3, 1, 2] or [0, 2, 3, 1]))
            return false;
        bool comesLast = order[1] == 2;
        if (_steps.Count == 0 && !comesLast && !IsChannelsLast)
            TakeChannelsLast();
        _isOrderKnown = true;
        if (comesLast == IsChannelsLast && !Shape.IsVector)
            return false;
        IsChannelsLast = comesLast;
        Dimensions = comesLast ? [Shape.Height, Shape.Width, Shape.Channels] : [Shape.Channels, Shape.Height, Shape.Width];
        return true;
    }

    /// <summary>Sets the input's shape from the graph's dimensions, channels first.</summary>
    private void SetInput(int[] dimensions)
    {
        Dimensions = dimensions;
        IsChannelsLast = false;
        Shape = _input = dimensions switch
        {
            [int length] => new Shape(length),
            [int height, int width] => new Shape(1, height, width),
            [int channels, int height, int width] => new Shape(channels, height, width),
            _ => throw new InvalidOperationException("has more dimensions than a batch of images"),
        };
    }

    private void TakeChannelsLast()
    {
        Shape = _input = new Shape(Dimensions[2], Dimensions[0], Dimensions[1]);
        IsChannelsLast = true;
    }

    /// <summary>Before the first layer: from the engine's pixel, 0…1, to what that layer takes.</summary>
    private void Begin()
    {
        if (_hasBegun)
            return;
        _hasBegun = true;
        double full = TakesBytes || Math.Abs(_scale) < 0.01 ? 255 : 1;
        (double scale, double shift) = Normalisation is { } outside ? (outside.Scale, outside.Shift) : (full, 0);
        (_scale, _shift) = (scale * _scale, shift * _scale + _shift);
    }

    private void Append(Step step)
    {
        Shape before = Shape;
        Shape = step.Layer.OutputOf(before);
        _steps.Add(step);
        if (step.Layer is Layer.Dense or Layer.Flatten)
        {
            Dimensions = [Shape.Size];
            IsChannelsLast = false;
        }
        else if (Shape != before)
        {
            Dimensions = IsChannelsLast
                ? [Shape.Height, Shape.Width, Shape.Channels]
                : [Shape.Channels, Shape.Height, Shape.Width];
        }
    }

    /// <summary>Permutes [height, width, channels] to [channels, height, width], in place.</summary>
    private void FromChannelsLast(Span<float> values)
    {
        int channels = _flattenedLast!.Value.Channels, pixels = values.Length / channels;
        float[] last = values.ToArray();
        for (int i = 0; i < last.Length; i++)
            values[i % channels * pixels + i / channels] = last[i];
    }
}
