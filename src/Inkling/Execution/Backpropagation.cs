using System.Diagnostics.CodeAnalysis;
using Inkling.Execution.Costs;
using Inkling.Execution.Ranks;
using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Threads;

namespace Inkling.Execution;

/// <summary>
/// Runs a mini-batch forward and backward through a network, layer by layer, by the equations of backpropagation (Nielsen,
/// chapter 2). It owns the working memory, so that training allocates nothing. Each training or reading under way has its own.
/// </summary>
internal sealed class Backpropagation : IDisposable
{
    private const long WorkWorthSharing = 4_000_000; // multiply-adds of a mini-batch; with fewer, one thread is faster

    private readonly ParameterBuffer _parameters;
    private readonly PassPurpose _purpose;
    private readonly int _miniBatchSize;
    private readonly bool _isSparse;
    private readonly StageFactory _factory;
    private readonly Action<int, int, int> _copyInputs;
    private Activations _input;
    private Stage[] _stages;
    private SparseDenseStage? _sparse; // the first stage, where it reads examples directly
    private LossStage? _loss;
    private GradientExchange? _exchange; // where ranks share mini-batches
    private float[][] _ordered = []; // for each thread an input in the user's order; empty where the engine's is the same
    private int _width; // for which there is room
    private Examples? _examples;
    private ArraySegment<int> _miniBatch;
    private bool _isPrepared;

    /// <param name="parameters">
    /// The weights. When learning, each call uses their current values; otherwise see <see cref="InvalidateWeights"/>.
    /// </param>
    /// <param name="miniBatchSize">The most examples in a mini-batch.</param>
    /// <param name="threads">The most threads; a small network uses one. The result does not depend on their number.</param>
    /// <param name="isSparse">
    /// Whether a first layer that is dense reads <see cref="Examples.SparseInputs"/>. Only for examples that have them and are
    /// not distorted.
    /// </param>
    /// <param name="purpose">What the pass is for.</param>
    /// <param name="workWorthSharing">Multiply-adds of a mini-batch from which on several threads are used.</param>
    /// <param name="stages">Chooses the stages; null for those of the processor.</param>
    /// <param name="ranks">The ranks that share each mini-batch when learning; null for this process alone.</param>
    public Backpropagation(
        ParameterBuffer parameters,
        int miniBatchSize,
        int threads = 1,
        bool isSparse = false,
        PassPurpose purpose = PassPurpose.Learning,
        long workWorthSharing = WorkWorthSharing,
        StageFactory? stages = null,
        RankGroup? ranks = null)
    {
        (_parameters, _purpose, _miniBatchSize, _isSparse) = (parameters, purpose, miniBatchSize, isSparse);
        Architecture architecture = parameters.Architecture;
        int workers = architecture.MultiplyAdds * miniBatchSize < workWorthSharing ? 1 : threads;
        _factory = stages ?? StageFactory.Processor;
        Shards shards = new PassSettings(parameters, purpose, miniBatchSize, workers, isSparse, architecture.MinWidth).Shards;
        Share = ranks is { Count: > 1 } && shards.Count > 1 ? new RankShare(ranks, shards) : null;
        Build(architecture.MinWidth, workers);
        _copyInputs = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
                CopyInput(worker, i);
        };
        Workers = new Workers(workers); // last, so that no threads are left behind when something above throws
    }

    public Workers Workers { get; }

    /// <summary>What this rank does of each mini-batch; null where one process does all of it.</summary>
    public RankShare? Share { get; }

    /// <summary>Distorts an input in place while learning, given the example's number; called from all threads.</summary>
    public Action<int, Span<float>>? Distort { get; set; }

    /// <summary>The share of each target that is spread evenly over all outputs, 0 to 1.</summary>
    public double LabelSmoothing
    {
        get;
        init => _loss!.LabelSmoothing = field = value;
    }

    private Activations Output => _stages.Length == 0 ? _input : _stages[^1].Output;

    public void Dispose() => Workers.Dispose();

    /// <summary>Computes the outputs from the inputs, layer by layer.</summary>
    /// <param name="examples">Where the mini-batch is taken from.</param>
    /// <param name="miniBatch">Which examples; at most as many as the constructor was given.</param>
    /// <param name="next">The next mini-batch, prefetched into the cache meanwhile.</param>
    /// <param name="isTraining">Whether dropout is active and batch normalisation uses the mini-batch's statistics.</param>
    /// <param name="seed">The epoch's seed of what is random in training: dropout.</param>
    /// <param name="place">The place of the mini-batch's first example in the epoch's order.</param>
    /// <returns>Outputs, [miniBatch, stride of the last layer]; valid until the next call.</returns>
    public ReadOnlySpan<float> FeedForward(
        Examples examples,
        ArraySegment<int> miniBatch,
        ArraySegment<int> next = default,
        bool isTraining = false,
        long seed = 0,
        int place = 0)
    {
        StageWork work = new(miniBatch.Count, isTraining, Workers, seed, place);
        TakeInputs(examples, miniBatch, next, work);
        return Forward(work);
    }

    /// <summary>
    /// Computes the outputs of inputs given directly: [count, inputs], each [channels, height, width]; of any width, one input.
    /// </summary>
    public ReadOnlySpan<float> FeedForward(ReadOnlySpan<float> inputs)
    {
        Architecture architecture = _parameters.Architecture;
        if (architecture.Input.HasAnyWidth)
        {
            SetInput(inputs);
            return Forward(new StageWork(1, IsTraining: false, Workers));
        }

        int size = architecture.Input.Size, count = inputs.Length / size;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _miniBatchSize, nameof(inputs));
        for (int i = 0; i < count; i++)
            _input.SetChannelsFirst(i, inputs.Slice(i * size, size));
        return Forward(new StageWork(count, IsTraining: false, Workers));
    }

    /// <summary>
    /// Adds scale × Σ ∂C_x/∂(w,b), over the examples x of a mini-batch, to <paramref name="destination"/>. That may be the
    /// network's own parameters: a layer's errors are propagated back before its weights change, so that with scale = -η/m
    /// this is a whole step of stochastic gradient descent, without a separate buffer for the gradient.
    /// </summary>
    /// <param name="examples">Where the mini-batch is taken from.</param>
    /// <param name="miniBatch">Which examples; at most as many as the constructor was given.</param>
    /// <param name="scale">The factor by which the gradient is multiplied.</param>
    /// <param name="destination">Added to.</param>
    /// <param name="next">The next mini-batch, prefetched into the cache meanwhile.</param>
    /// <param name="seed">The epoch's seed of what is random in training: dropout.</param>
    /// <param name="place">The place of the mini-batch's first example in the epoch's order.</param>
    /// <returns>Σ C_x.</returns>
    public double AddGradient(
        Examples examples,
        ArraySegment<int> miniBatch,
        float scale,
        ParameterBuffer destination,
        ArraySegment<int> next = default,
        long seed = 0,
        int place = 0)
    {
        int all = miniBatch.Count;
        if (Share is not null)
        {
            (int start, int end) = Share.ItemsOf(all);
            miniBatch = miniBatch[start..end];
            next = next[Math.Min(start, next.Count)..Math.Min(end, next.Count)];
            place += start;
        }

        StageWork work = new(miniBatch.Count, IsTraining: true, Workers, seed, place, Share, all);
        TakeInputs(examples, miniBatch, next, work);
        Forward(work);
        (_loss!.Examples, _loss.MiniBatch, _loss.Scale) = (examples, miniBatch, scale);
        _loss.Forward(work);
        _loss.PropagateBack(work);
        for (int s = _stages.Length - (_loss.IncludesLastSlope ? 2 : 1); s >= 0; s--)
        {
            if (_stages[s].GoesBack)
                _stages[s].PropagateBack(work);
            _stages[s].AddGradient(work, destination);
        }

        _exchange?.Run(destination, Workers);
        return _loss.Sum;
    }

    /// <summary>The gradient of one output before its activation, with respect to the input and each layer's output.</summary>
    /// <param name="input">[channels, height, width].</param>
    /// <param name="output">Which output; null for the largest.</param>
    /// <returns>
    /// Values: the input and each layer's output, [channels, height, width]. Gradients: ∂z/∂ each of them, up to z. Output: the
    /// index of the output.
    /// </returns>
    public (float[][] Values, float[][] Gradients, int Output) DifferentiateOutput(ReadOnlySpan<float> input, int? output)
    {
        IReadOnlyList<Layer> layers = _parameters.Architecture.Layers;
        StageWork work = new(1, IsTraining: false, Workers);
        _input.SetChannelsFirst(0, input);
        float[][] values = new float[layers.Count + 1][];
        values[0] = input.ToArray();
        values[1] = input.ToArray(); // the output of a first Flatten layer, which has no stage
        foreach (Stage stage in _stages)
        {
            stage.Prepare(work);
            stage.Forward(work);
            values[stage.Layer + 1] = stage.Output.ChannelsFirst(0);
        }

        int chosen = output ?? Vectors.Argmax(values[^1]), last = layers.Count;
        IEnumerable<Stage> back = _stages.Reverse();
        Activations weightedInputs = Output;
        if (layers[^1] is Layer.Softmax or Layer.Activation)
        {
            last--;
            back = back.Skip(1);
            weightedInputs = _stages[^1].Input;
        }

        Span<float> errors = weightedInputs.ErrorsOf(0);
        errors.Clear();
        errors[weightedInputs.Layout.OffsetOf(chosen)] = 1;
        float[][] gradients = new float[last + 1][];
        gradients[last] = weightedInputs.ErrorsChannelsFirst(0);
        foreach (Stage stage in back)
        {
            stage.PropagateBack(work);
            gradients[stage.Layer] = stage.Input.ErrorsChannelsFirst(0);
        }

        if (layers[0] is Layer.Flatten && last > 0)
            gradients[0] = [.. gradients[1]];
        return (values, gradients, chosen);
    }

    /// <summary>
    /// The columns of an item's outputs in the last mini-batch, each of the output layer's stride: 1 where they are a vector.
    /// </summary>
    public int ColumnsOf(int item) => Output.WidthOf(item);

    /// <summary>Makes the next call prepare the weights again, which may have changed. For a pass that does not learn.</summary>
    public void InvalidateWeights() => _isPrepared = false;

    /// <summary>The factors by which each dropout layer multiplied its inputs in the last mini-batch learned from.</summary>
    public IEnumerable<(int Layer, Activations Masks)> DropoutMasks =>
        _stages.OfType<DropoutStage>().Select(stage => (stage.Layer, stage.Masks));

    /// <summary>Feeds one input forward and records the weighted inputs and activations on the way.</summary>
    /// <param name="input">[channels, height, width].</param>
    public ForwardTrace Trace(ReadOnlySpan<float> input)
    {
        List<float[]> weightedInputs = [], activations = [input.ToArray()];
        StageWork work = new(1, IsTraining: false, Workers);
        SetInput(input);
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
            activations.Add(Output.ChannelsFirst(0)); // a network may end in weighted inputs, or in average pooling
        return new ForwardTrace(weightedInputs, activations);
    }

    /// <summary>After a mini-batch, the name of the first layer whose output is not finite; null where all are finite.</summary>
    /// <param name="items">How many examples of the mini-batch this pass had.</param>
    /// <param name="ranks">The ranks that had the others: the first layer on any of them; null for this process alone.</param>
    public string? FirstLayerNotFinite(int items, RankGroup? ranks = null)
    {
        int first = Array.FindIndex(_stages, stage =>
        {
            foreach ((int start, int length) in stage.Output.RangesOf(0, items))
            {
                if (!Vectors.AreFinite(stage.Output.Values.Slice(start, length)))
                    return true;
            }

            return false;
        });
        if (ranks is not null)
            first = (int)ranks.Gather((long)first).Where(stage => stage >= 0).DefaultIfEmpty(-1).Min();
        return first < 0 ? null : _stages[first].Name;
    }

    /// <summary>Creates the stages for inputs of up to this width.</summary>
    [MemberNotNull(nameof(_input), nameof(_stages))]
    private void Build(int width, int workers)
    {
        Builds++;
        Architecture architecture = _parameters.Architecture;
        PassSettings settings = new(_parameters, _purpose, _miniBatchSize, workers, _isSparse, width);
        _width = width;
        _input = new Activations(_factory.InputLayoutOf(settings), _miniBatchSize);
        _stages = _factory.CreateAll(settings, _input);
        _sparse = _stages.FirstOrDefault() as SparseDenseStage;
        if (_purpose == PassPurpose.InputGradient)
            _input.AllocateErrors();
        foreach (Stage stage in _purpose == PassPurpose.Reading ? [] : _stages)
            stage.Output.AllocateErrors();
        _loss = _purpose == PassPurpose.Learning
            ? LossStage.Of(architecture.Cost, Output, _miniBatchSize, settings.Shards, workers)
            : null;
        if (_loss is not null)
            _loss.LabelSmoothing = LabelSmoothing;
        if (Share is not null)
        {
            _exchange = new GradientExchange(Share);
            foreach (Stage stage in _stages)
                stage.ShareGradient(_exchange);
            _exchange.Allocate();
        }

        _ordered = _input.Layout.IsChannelsFirst
            ? []
            : [.. Enumerable.Range(0, workers).Select(_ => new float[settings.Shapes[0].Size])];
        _isPrepared = false;
    }

    /// <summary>How often room was made so far.</summary>
    public int Builds { get; private set; }

    /// <summary>Makes room for wider inputs.</summary>
    private void RequireRoom(int width)
    {
        if (width > _width)
            Build(width, Workers.Count);
    }

    /// <summary>Sets the only item's input: [channels, height, width].</summary>
    private void SetInput(ReadOnlySpan<float> input)
    {
        Architecture architecture = _parameters.Architecture;
        if (architecture.Input.HasAnyWidth)
        {
            int width = input.Length / architecture.Input.Size;
            if (width > _width)
                RequireRoom(Math.Max(width, 2 * _width)); // doubled, so that widths that grow slowly do not build each time
            _input.SetWidth(0, width);
            TakeWidths(items: 1);
        }

        _input.SetChannelsFirst(0, input);
    }

    private void TakeWidths(int items)
    {
        foreach (Stage stage in _stages)
            stage.TakeWidths(items, _parameters.Architecture.Layers[stage.Layer]);
    }

    private ReadOnlySpan<float> Forward(scoped in StageWork work)
    {
        foreach (Stage stage in _stages)
        {
            if (_purpose == PassPurpose.Learning || !_isPrepared)
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
        if (examples is LineExamples lines)
            RequireRoom(lines.MaxWidth);
        if (_sparse is not null)
            (_sparse.Rows, _sparse.Examples, _sparse.Next) = (examples.SparseInputs, miniBatch, next);
        else
            work.ForEachItem(_input.Layout.Stride, _copyInputs);
        if (examples is LineExamples)
            TakeWidths(work.Items);
    }

    /// <summary>Writes an example's input to its place in the mini-batch.</summary>
    private void CopyInput(int worker, int item)
    {
        int index = _miniBatch[item], size = _parameters.Architecture.Input.Size;
        Span<float> room = _ordered.Length == 0
            ? _input.Values.Slice(item * _input.Layout.Stride, _input.Layout.Stride)
            : _ordered[worker];
        if (_examples is LineExamples lines)
        {
            int width = lines.CopyLineOf(index, room, _parameters.Architecture.MinWidth);
            _input.SetWidth(item, width);
            size *= width;
        }
        else
        {
            _examples!.CopyInput(index, room[..size]);
            Distort?.Invoke(index, room[..size]);
        }

        if (_ordered.Length == 0)
            _input.ValuesOf(item)[size..].Clear();
        else
            _input.SetChannelsFirst(item, room[..size]);
    }
}
