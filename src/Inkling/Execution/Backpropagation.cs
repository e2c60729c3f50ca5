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
    private readonly PassPurpose _purpose;
    private readonly int _miniBatchSize;
    private readonly Activations _input;
    private readonly Stage[] _stages;
    private readonly SparseDenseStage? _sparse; // the first stage, where it looks at examples directly
    private readonly LossStage? _loss;
    private readonly Action<int, int, int> _copyInputs;
    private Examples? _examples;
    private ArraySegment<int> _miniBatch;
    private bool _isPrepared;

    /// <param name="parameters">The weights, used as they are at each call.</param>
    /// <param name="miniBatchSize">The most examples in a mini-batch.</param>
    /// <param name="threads">The most threads; a small network uses one. The result does not depend on it.</param>
    /// <param name="isSparse">Whether a first layer that is dense looks at <see cref="Examples.SparseInputs"/>: where the examples have them, and are not distorted.</param>
    /// <param name="purpose">What the pass is for.</param>
    /// <param name="workWorthSharing">Multiply-adds of a mini-batch from which on there is more than one thread.</param>
    public Backpropagation(
        ParameterBuffer parameters,
        int miniBatchSize,
        int threads = 1,
        bool isSparse = false,
        PassPurpose purpose = PassPurpose.Learning,
        long workWorthSharing = WorkWorthSharing)
    {
        (_parameters, _purpose, _miniBatchSize) = (parameters, purpose, miniBatchSize);
        Architecture architecture = parameters.Architecture;
        int workers = architecture.MultiplyAdds * miniBatchSize < workWorthSharing ? 1 : threads;
        PassSettings settings = new(parameters, purpose, miniBatchSize, workers, isSparse);
        _input = new Activations(StageFactory.Processor.InputLayoutOf(settings), miniBatchSize);
        _stages = StageFactory.Processor.CreateAll(settings, _input);
        _sparse = _stages.FirstOrDefault() as SparseDenseStage;
        if (purpose == PassPurpose.InputGradient)
            _input.MakeRoomForErrors();
        foreach (Stage stage in purpose == PassPurpose.Reading ? [] : _stages)
            stage.Output.MakeRoomForErrors();
        _loss = purpose == PassPurpose.Learning ? new LossStage(Output, architecture.Cost, miniBatchSize) : null;
        bool isUsersOrder = _input.Layout.IsChannelsFirst;
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

    /// <summary>How much of each target goes to all outputs alike, 0 to 1.</summary>
    public double LabelSmoothing
    {
        get => _loss!.LabelSmoothing;
        init => _loss!.LabelSmoothing = value;
    }

    private Activations Output => _stages.Length == 0 ? _input : _stages[^1].Output;

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
        StageWork work = new(miniBatch.Count, IsTraining: true, Workers, seed);
        (_loss!.Examples, _loss.MiniBatch, _loss.Scale) = (examples, miniBatch, scale);
        _loss.Forward(work);
        _loss.PropagateBack(work);
        for (int s = _stages.Length - (_loss.IncludesLastSlope ? 2 : 1); s >= 0; s--)
        {
            if (_stages[s].GoesBack)
                _stages[s].PropagateBack(work);
            _stages[s].AddGradient(work, destination);
        }

        return _loss.Sum;
    }

    /// <summary>The gradient of one output, before its activation, with respect to the input and to what comes out of each layer.</summary>
    /// <param name="input">[channels, height, width].</param>
    /// <param name="output">Which output; null for the largest.</param>
    /// <returns>
    /// Values: the input and what comes out of each layer, [channels, height, width]. Gradients: ∂z/∂ each of them, up to z. Output: which.
    /// </returns>
    public (float[][] Values, float[][] Gradients, int Output) DifferentiateOutput(ReadOnlySpan<float> input, int? output)
    {
        IReadOnlyList<Layer> layers = _parameters.Architecture.Layers;
        StageWork work = new(1, IsTraining: false, Workers, Seed: 0);
        _input.SetChannelsFirst(0, input);
        float[][] values = new float[layers.Count + 1][];
        Array.Fill(values, input.ToArray()); // also what comes out of a first flattening, which has no stage
        foreach (Stage stage in _stages)
        {
            stage.Prepare(work);
            stage.Forward(work);
            values[stage.Layer + 1] = stage.Output.ChannelsFirst(0);
        }

        int chosen = output ?? Argmax.Of(values[^1]), last = layers.Count;
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
        Array.Fill(gradients, weightedInputs.ErrorsChannelsFirst(0));
        foreach (Stage stage in back)
        {
            stage.PropagateBack(work);
            gradients[stage.Layer] = stage.Input.ErrorsChannelsFirst(0);
        }

        if (layers[0] is Layer.Flatten && last > 0)
            gradients[0] = gradients[1];
        return (values, gradients, chosen);
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
        if (_sparse is not null)
            (_sparse.Rows, _sparse.Examples, _sparse.Next) = (examples.SparseInputs, miniBatch, next);
        else
            work.ForEachItem(_input.Layout.Stride, _copyInputs);
    }
}
