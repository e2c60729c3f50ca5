using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Execution;

/// <summary>
/// A mini-batch through a network and back: the equations of backpropagation (Nielsen, chapter 2) layer by layer, and the
/// memory they work in, so that training allocates nothing. One for each training or reading under way.
/// </summary>
internal sealed class Backpropagation : IDisposable
{
    private const long WorkWorthSharing = 4_000_000; // multiply-adds of a mini-batch that outweigh calling a thread

    private readonly ParameterBuffer _parameters;
    private readonly Activations _input;
    private readonly Stage[] _stages;
    private readonly float[] _target;
    private readonly Action<int, int, int> _copyInputs;
    private Examples? _examples;
    private ArraySegment<int> _miniBatch;
    private readonly bool _learns;
    private readonly int _miniBatchSize;
    private bool _isPrepared;

    /// <param name="parameters">Whose weights are used as they are at each call.</param>
    /// <param name="miniBatchSize">The most examples in a mini-batch.</param>
    /// <param name="threads">The most threads; a small network uses one. The result does not depend on it.</param>
    /// <param name="isSparse">Whether a first layer that is dense looks at <see cref="Examples.SparseInputs"/>: where the examples have them, and are not distorted.</param>
    /// <param name="learns">Otherwise it only feeds forward, and the network's weights stay as they are at its first call, or at that after <see cref="TakeWeightsAgain"/>.</param>
    /// <param name="workWorthSharing">Multiply-adds of a mini-batch from which on there is more than one thread.</param>
    public Backpropagation(ParameterBuffer parameters, int miniBatchSize, int threads = 1, bool isSparse = false, bool learns = true, long workWorthSharing = WorkWorthSharing)
    {
        _learns = learns;
        _parameters = parameters;
        _miniBatchSize = miniBatchSize;
        Architecture architecture = parameters.Architecture;
        int workers = architecture.MultiplyAdds * miniBatchSize < workWorthSharing ? 1 : threads;
        int[] flattenedPixels = Layout.FlattenedPixelsOf(architecture);
        List<Stage> stages = [];
        Activations current = _input = new Activations(InputLayoutOf(architecture, flattenedPixels), miniBatchSize);
        bool hasLearned = false;
        for (int l = 0; l < architecture.Layers.Count; l++)
        {
            bool isFirst = stages.Count == 0, goesBack = learns && hasLearned;
            Shape input = architecture.ShapeBefore(l), output = architecture.ShapeBefore(l + 1);
            Stage? stage = architecture.Layers[l] switch
            {
                Layer.Dense when isFirst && isSparse && _input.Layout.IsUsersOrder => Sparse = new SparseDenseStage(current, output, parameters, l, miniBatchSize),
                Layer.Dense => new DenseStage(current, output, parameters, l, goesBack, miniBatchSize),
                Layer.Convolution spec when WinogradStage.Suits(spec, input, output) => new WinogradStage(current, output, spec, parameters, l, goesBack, learns, miniBatchSize, workers),
                Layer.Convolution spec => new ConvolutionStage(current, output, spec, parameters, l, goesBack, learns, miniBatchSize, workers),
                Layer.BatchNormalisation => new BatchNormalisationStage(current, parameters, l, goesBack, miniBatchSize),
                Layer.MaxPool spec => new PoolingStage(current, output, (spec.Size, spec.Size), spec.Step, isMax: true, goesBack, miniBatchSize),
                Layer.AveragePool spec => new PoolingStage(current, output, (spec.Size, spec.Size), spec.Step, isMax: false, goesBack, miniBatchSize),
                Layer.GlobalAveragePool => new PoolingStage(current, output, (input.Height, input.Width), 1, isMax: false, goesBack, miniBatchSize),
                Layer.Dropout spec => new DropoutStage(current, spec.Rate, l, goesBack, miniBatchSize),
                Layer.Flatten when isFirst => null, // the input is written as a vector
                Layer.Flatten => new FlattenStage(current, flattenedPixels[l + 1], goesBack, miniBatchSize),
                Layer.Activation { Function: ActivationFunction.Silu } => new SiluStage(current, goesBack, miniBatchSize),
                Layer.Activation spec => new ActivationStage(current, spec.Function, goesBack),
                _ => new SoftmaxStage(current),
            };
            hasLearned |= parameters.All[l] is not null;
            if (stage is null)
                continue;
            if (stage is PoolingStage pooling && stages.Count > 0 && stages[^1] is ActivationStage { Function: ActivationFunction.Relu } relu)
                relu.IsSlopeTaken = pooling.TakeSlope();
            stage.Name = $"layer {l + 1}, {architecture.Layers[l]}";
            stages.Add(stage);
            current = stage.Output;
        }

        _stages = [.. stages];
        foreach (Stage stage in _stages)
        {
            if (learns)
                stage.Output.MakeRoomForErrors();
        }

        _target = new float[architecture.Output.Size];
        bool isUsersOrder = _input.Layout.IsUsersOrder;
        float[][] ordered = [.. Enumerable.Range(0, workers).Select(_ => new float[isUsersOrder ? 0 : architecture.Input.Size])];
        _copyInputs = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                Span<float> input = isUsersOrder ? _input.ValuesOf(i)[..architecture.Input.Size] : ordered[worker];
                _examples!.CopyInput(_miniBatch[i], input);
                Distort?.Invoke(_miniBatch[i], input);
                if (isUsersOrder)
                    _input.ValuesOf(i)[input.Length..].Clear();
                else
                    _input.SetChannelsFirst(i, input);
            }
        };
        Workers = new Workers(workers); // last, so that a refusal leaves no threads behind
    }

    public Workers Workers { get; }

    /// <summary>Changes an input while learning, given the example's number; called from all threads.</summary>
    public Action<int, Span<float>>? Distort { get; set; }

    /// <summary>How much of each target goes to all outputs alike, 0 to 1 (Szegedy et al., arXiv 1512.00567).</summary>
    public double LabelSmoothing { get; set; }

    private SparseDenseStage? Sparse { get; }

    private Activations Output => _stages[^1].Output;

    public void Dispose() => Workers.Dispose();

    /// <summary>From inputs to outputs, layer after layer.</summary>
    /// <param name="examples">Where the mini-batch is taken from.</param>
    /// <param name="miniBatch">Which; at most as many as this was made for.</param>
    /// <param name="next">Those to come, which are fetched into the cache meanwhile.</param>
    /// <param name="isTraining">Whether dropout drops and batch normalisation looks at the mini-batch.</param>
    /// <param name="seed">For what is random in training.</param>
    /// <returns>Outputs, [miniBatch, stride of the last layer]; valid until the next call.</returns>
    public ReadOnlySpan<float> FeedForward(Examples examples, ArraySegment<int> miniBatch, ArraySegment<int> next = default, bool isTraining = false, long seed = 0)
    {
        StageWork work = new(miniBatch.Count, isTraining, Workers, seed);
        TakeInputs(examples, miniBatch, next, work);
        return Forward(work);
    }

    /// <summary>The same for inputs at hand, [count, inputs], each [channels, height, width].</summary>
    public ReadOnlySpan<float> FeedForward(ReadOnlySpan<float> inputs)
    {
        int size = _parameters.Architecture.Input.Size, count = inputs.Length / size;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _miniBatchSize, nameof(inputs));
        for (int i = 0; i < count; i++)
            _input.SetChannelsFirst(i, inputs.Slice(i * size, size));
        return Forward(new StageWork(count, IsTraining: false, Workers, Seed: 0));
    }

    /// <summary>
    /// Adds scale × Σ ∂C_x/∂(w,b), over the examples x of a mini-batch, to <paramref name="destination"/>. That may be the
    /// network's own parameters: a layer's errors are carried back before its weights change, so that with scale = -η/m
    /// this is the whole step of stochastic gradient descent, without a gradient in between.
    /// </summary>
    /// <param name="examples">Where the mini-batch is taken from.</param>
    /// <param name="miniBatch">Which examples; at most as many as this was made for.</param>
    /// <param name="scale">What the gradient is multiplied with.</param>
    /// <param name="destination">Added to.</param>
    /// <param name="next">The mini-batch to come, which is fetched into the cache meanwhile.</param>
    /// <param name="seed">For what is random in training.</param>
    /// <returns>Σ C_x.</returns>
    public double AddGradient(Examples examples, ArraySegment<int> miniBatch, float scale, ParameterBuffer destination, ArraySegment<int> next = default, long seed = 0)
    {
        FeedForward(examples, miniBatch, next, isTraining: true, seed);
        double cost = OutputError(examples, miniBatch, scale);
        StageWork work = new(miniBatch.Count, IsTraining: true, Workers, seed);
        // With these costs the last layer's slope is in the error already (Nielsen, chapter 3).
        int last = _parameters.Architecture.Cost == Cost.Quadratic ? _stages.Length - 1 : _stages.Length - 2;
        for (int s = last; s >= 0; s--)
        {
            if (_stages[s].GoesBack)
                _stages[s].PropagateBack(work);
            _stages[s].AddGradient(work, destination);
        }

        return cost;
    }

    /// <summary>For a pass that does not learn: the weights may have changed since its last call.</summary>
    public void TakeWeightsAgain() => _isPrepared = false;

    /// <summary>What each dropout layer multiplied its inputs with in the last mini-batch that was learned from.</summary>
    public IEnumerable<(int Layer, Activations Masks)> DropoutMasks => _stages.OfType<DropoutStage>().Select(stage => (stage.Layer, stage.Masks));

    /// <summary>One example forward, with what there is to see on the way.</summary>
    public ForwardTrace Trace(Examples example)
    {
        float[] input = new float[example.InputSize];
        example.CopyInput(0, input);
        List<float[]> weightedInputs = [], activations = [input];
        StageWork work = new(1, IsTraining: false, Workers, Seed: 0);
        TakeInputs(example, new int[1], next: default, work);
        foreach (Stage stage in _stages)
        {
            stage.Prepare(work);
            stage.Forward(work);
            if (stage is DenseStage or SparseDenseStage or ConvolutionStage or WinogradStage)
                weightedInputs.Add(stage.Output.ChannelsFirst(0));
            else if (stage is ActivationStage or SiluStage or SoftmaxStage)
                activations.Add(stage.Output.ChannelsFirst(0));
        }

        if (_stages[^1] is not (ActivationStage or SiluStage or SoftmaxStage))
            activations.Add(Output.ChannelsFirst(0)); // a network may end in weighted inputs, or in means of maps
        return new ForwardTrace(weightedInputs, activations);
    }

    /// <summary>After a mini-batch, the first layer that gives a number which is not finite; null where all are.</summary>
    public string? FirstLayerNotFinite(int items) =>
        _stages.FirstOrDefault(stage => !Vectors.AreFinite(stage.Output.Values.Slice(0, items * stage.Output.Layout.Stride)))?.Name;

    /// <summary>A first layer that is an ordinary convolution takes an image without padding between its pixels; all others take padded channels.</summary>
    private static Layout InputLayoutOf(Architecture architecture, int[] flattenedPixels)
    {
        if (architecture.Layers[0] is Layer.Flatten)
            return Layout.Padded(architecture.ShapeBefore(1), flattenedPixels[1]);
        return architecture.Layers[0] is Layer.Convolution spec && !WinogradStage.Suits(spec, architecture.Input, architecture.ShapeBefore(1))
            ? Layout.Packed(architecture.Input)
            : Layout.Padded(architecture.Input);
    }

    private ReadOnlySpan<float> Forward(scoped in StageWork work)
    {
        foreach (Stage stage in _stages)
        {
            if (_learns || !_isPrepared)
                stage.Prepare(work);
            stage.Forward(work);
        }

        _isPrepared = true;
        return Output.Values.Slice(0, work.Items * Output.Layout.Stride);
    }

    private void TakeInputs(Examples examples, ArraySegment<int> miniBatch, ArraySegment<int> next, in StageWork work)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(miniBatch.Count, _miniBatchSize, nameof(miniBatch));
        examples.RequireIndices(miniBatch);
        examples.RequireIndices(next);
        (_examples, _miniBatch) = (examples, miniBatch);
        if (Sparse is not null)
            (Sparse.Rows, Sparse.Examples, Sparse.Next) = (examples.SparseInputs, miniBatch, next);
        else
            work.ForEachItem(_input.Layout.Stride, _copyInputs);
    }

    /// <summary>BP1: ∂C/∂a, or ∂C/∂z where the cost was chosen for the last layer.</summary>
    private double OutputError(Examples examples, ArraySegment<int> miniBatch, float scale)
    {
        int outputs = Output.Layout.Channels;
        double cost = 0;
        Span<float> target = _target;
        for (int i = 0; i < miniBatch.Count; i++)
        {
            examples.CopyTarget(miniBatch[i], target);
            if (LabelSmoothing > 0)
                CostFunctions.Smooth(target, LabelSmoothing);

            Span<float> a = Output.ValuesOf(i)[..outputs], errors = Output.ErrorsOf(i);
            cost += CostFunctions.Of(_parameters.Architecture.Cost, target, a);
            for (int j = 0; j < outputs; j++)
                errors[j] = scale * (a[j] - target[j]);
        }

        return cost;
    }
}
