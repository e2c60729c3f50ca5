using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// A mini-batch through a network and back: the four equations of backpropagation (Nielsen, chapter 2), and the memory they
/// work in, so that training allocates nothing. One for each thread.
/// </summary>
internal sealed class Backpropagation
{
    private readonly Dense[] _layers;
    private readonly AlignedBuffer[] _activations; // for each layer [miniBatch, stride]
    private readonly AlignedBuffer[] _deltas; // for each layer [miniBatch, stride]: δ = ∂C/∂z
    private readonly AlignedBuffer?[] _transposed; // for each layer but the first: the weights of wᵀ, in panels
    private readonly AlignedBuffer[] _zeros; // for each layer [stride]: δ is carried back without a bias
    private readonly AlignedBuffer _targets, _squares; // [miniBatch, stride of the last layer]
    private readonly ushort[] _allColumns; // a dense layer is a sparse one in which no input is 0

    /// <param name="network">Whose weights are used as they are at each call.</param>
    /// <param name="miniBatchSize">The most examples in a mini-batch.</param>
    public Backpropagation(Network network, int miniBatchSize)
    {
        _layers = network.Parameters.Layers;
        _activations = [.. _layers.Select(layer => new AlignedBuffer(checked(miniBatchSize * layer.Stride)))];
        _deltas = [.. _layers.Select(layer => new AlignedBuffer(miniBatchSize * layer.Stride))];
        _transposed = [.. _layers.Select((layer, l) => l == 0 ? null : new AlignedBuffer(layer.Neurons * Rows.StrideOf(layer.Inputs)))];
        _zeros = [.. _layers.Select(layer => new AlignedBuffer(layer.Stride))];
        _targets = new AlignedBuffer(miniBatchSize * _layers[^1].Stride);
        _squares = new AlignedBuffer(miniBatchSize * _layers[^1].Stride);
        _allColumns = new ushort[_layers.Max(layer => Math.Min(layer.Neurons, SparseRows.MaxColumns))];
        for (int k = 0; k < _allColumns.Length; k++)
            _allColumns[k] = (ushort)k;
    }

    /// <summary>a = σ(w·a + b), layer after layer.</summary>
    /// <param name="inputs">Where the examples are taken from.</param>
    /// <param name="miniBatch">Which; at most as many as this was made for.</param>
    /// <param name="next">Those to come, which are fetched into the cache meanwhile.</param>
    /// <returns>Outputs, [miniBatch, stride of the last layer]; valid until the next call.</returns>
    public ReadOnlySpan<float> FeedForward(SparseRows inputs, ReadOnlySpan<int> miniBatch, ReadOnlySpan<int> next = default)
    {
        for (int l = 0; l < _layers.Length; l++)
        {
            for (int i = 0; i < miniBatch.Length; i++)
            {
                if (l == 0 && i < next.Length)
                    inputs.Prefetch(next[i]);
                WeightedSum(l, inputs[miniBatch[i]], i, Item(_activations, l, i));
            }

            Activate(l, miniBatch.Length);
        }

        return _activations[^1].Slice(0, miniBatch.Length * _layers[^1].Stride);
    }

    /// <summary>
    /// Adds scale × Σ ∂C_x/∂(w,b), over the examples x of a mini-batch, to <paramref name="destination"/>. That may be the
    /// network's own parameters: all errors are computed first, with the weights as they are, so that with
    /// scale = -η/m this is the whole step of stochastic gradient descent, without a gradient in between.
    /// </summary>
    /// <param name="examples">Where the mini-batch is taken from.</param>
    /// <param name="miniBatch">Which examples; at most as many as this was made for.</param>
    /// <param name="scale">What the gradient is multiplied with.</param>
    /// <param name="destination">Added to.</param>
    /// <param name="next">The mini-batch to come, which is fetched into the cache meanwhile.</param>
    /// <returns>Σ C_x = Σ ½‖y - a‖².</returns>
    public double AddGradient(Examples examples, ReadOnlySpan<int> miniBatch, float scale, ParameterBuffer destination, ReadOnlySpan<int> next = default)
    {
        SparseRows inputs = examples.SparseInputs;
        FeedForward(inputs, miniBatch, next);
        double cost = OutputError(examples, miniBatch);
        for (int l = _layers.Length - 1; l > 0; l--)
            PropagateBack(l, miniBatch.Length);
        for (int l = 0; l < _layers.Length; l++)
            Vectors.Scale(All(_deltas, l, miniBatch.Length), scale);
        AddProducts(inputs, miniBatch, destination);
        return cost;
    }

    public ForwardTrace Trace(Examples example)
    {
        FeedForward(example.SparseInputs, [0]);
        float[] input = new float[example.InputSize];
        example.CopyInput(0, input);
        List<float[]> weightedInputs = [], activations = [input];
        for (int l = 0; l < _layers.Length; l++)
        {
            Dense layer = _layers[l];
            float[] z = new float[layer.Stride];
            WeightedSum(l, example.SparseInputs[0], item: 0, z);
            weightedInputs.Add(z[..layer.Neurons]);
            activations.Add(_activations[l].Slice(0, layer.Neurons).ToArray());
        }

        return new ForwardTrace(weightedInputs, activations);
    }

    /// <summary>z = w·x + b; in the first layer with the inputs that are not 0, in the others with the activations before.</summary>
    private void WeightedSum(int l, SparseRow input, int item, Span<float> z)
    {
        Dense layer = _layers[l];
        if (l == 0)
            Rows.WeightedSum(input.Columns, input.Values, layer.Panels, layer.PaddedBiases, z);
        else
            Rows.WeightedSum(Columns(layer.Inputs), Item(_activations, l - 1, item)[..layer.Inputs], layer.Panels, layer.PaddedBiases, z);
    }

    /// <summary>a = σ(z), all images at once: a sigmoid takes long to come, but many can be under way.</summary>
    private void Activate(int l, int items)
    {
        Span<float> a = All(_activations, l, items);
        SigmoidKernels.Apply(a, a);
        Dense layer = _layers[l];
        for (int end = layer.Stride; layer.Neurons < layer.Stride && end <= a.Length; end += layer.Stride)
            a[(end - layer.Stride + layer.Neurons)..end].Clear(); // σ(0) = ½ in the padding must not look like an answer, nor learn
    }

    /// <summary>BP1: δ = (a - y) ⊙ σ'(z) in the last layer.</summary>
    private double OutputError(Examples examples, ReadOnlySpan<int> miniBatch)
    {
        int last = _layers.Length - 1, stride = _layers[last].Stride, length = miniBatch.Length * stride;
        for (int i = 0; i < miniBatch.Length; i++)
            examples.CopyTarget(miniBatch[i], _targets.Slice(i * stride, _layers[last].Neurons));
        SigmoidKernels.OutputError(All(_activations, last, miniBatch.Length), _targets.Slice(0, length), All(_deltas, last, miniBatch.Length), _squares.Slice(0, length));
        return 0.5 * Vectors.Sum(_squares.Slice(0, length));
    }

    /// <summary>BP2: δ of the layer before = (wᵀ·δ) ⊙ σ'(z).</summary>
    private void PropagateBack(int l, int items)
    {
        Dense layer = _layers[l];
        Span<float> transposed = _transposed[l]!.Span;
        Rows.Transpose(layer.Panels, layer.Inputs, layer.Neurons, transposed);
        for (int i = 0; i < items; i++)
            Rows.WeightedSum(Columns(layer.Neurons), Item(_deltas, l, i)[..layer.Neurons], transposed, _zeros[l - 1].Span, Item(_deltas, l - 1, i));
        SigmoidKernels.TimesDerivative(All(_activations, l - 1, items), All(_deltas, l - 1, items));
    }

    /// <summary>BP3 and BP4: ∂C/∂b = δ and ∂C/∂w = δ·aᵀ.</summary>
    private void AddProducts(SparseRows inputs, ReadOnlySpan<int> miniBatch, ParameterBuffer destination)
    {
        for (int l = 0; l < _layers.Length; l++)
        {
            Dense to = destination.Layers[l];
            for (int i = 0; i < miniBatch.Length; i++)
            {
                ReadOnlySpan<float> delta = Item(_deltas, l, i);
                Vectors.Add(delta, to.PaddedBiases);
                if (l == 0)
                {
                    SparseRow input = inputs[miniBatch[i]];
                    Rows.AddOuterProduct(input.Columns, input.Values, delta, to.Panels);
                }
            }

            if (l > 0)
                Rows.AddOuterProducts(All(_activations, l - 1, miniBatch.Length), All(_deltas, l, miniBatch.Length), miniBatch.Length, to.Panels, to.Inputs);
        }
    }

    private ReadOnlySpan<ushort> Columns(int count) => _allColumns.AsSpan(0, count);

    /// <summary>[stride]: what a layer holds for one image of the mini-batch.</summary>
    private Span<float> Item(AlignedBuffer[] buffers, int l, int item) => buffers[l].Slice(item * _layers[l].Stride, _layers[l].Stride);

    /// <summary>[items, stride]: what a layer holds for the first images of the mini-batch.</summary>
    private Span<float> All(AlignedBuffer[] buffers, int l, int items) => buffers[l].Slice(0, items * _layers[l].Stride);
}
