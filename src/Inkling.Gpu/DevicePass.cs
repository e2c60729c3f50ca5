using ILGPU;
using ILGPU.Runtime;
using Inkling.Gpu.Kernels;
using Inkling.Gpu.Stages;
using Inkling.Layers;

namespace Inkling.Gpu;

/// <summary>
/// Runs mini-batches forward and back through a network on a device, stage by stage: the counterpart of
/// <see cref="Execution.Backpropagation"/>. It owns the working memory.
/// </summary>
internal sealed class DevicePass
{
    private readonly DeviceSession _session;
    private readonly StageSettings _settings;
    private readonly Numbers _input;
    private readonly DeviceStage[] _stages;
    private readonly bool _includesLastSlope;
    private readonly Action<AcceleratorStream, KernelConfig, DeviceInputs, ArrayView<int>, int, ArrayView<float>> _gather;

    private readonly Action<
        AcceleratorStream, KernelConfig,
        ArrayView<float>,
        ArrayView<int>,
        int,
        float,
        int,
        ArrayView<float>,
        ArrayView<float>,
        ArrayView<float>> _costErrors;

    /// <param name="session">The device.</param>
    /// <param name="memory">Where buffers are allocated.</param>
    /// <param name="shape">Parameters of the network, in the processor's memory.</param>
    /// <param name="parameters">Those on the device.</param>
    /// <param name="miniBatchSize">The most examples in a mini-batch.</param>
    /// <param name="plan">Receives where gradients are written; null for a pass that only reads.</param>
    public DevicePass(
        DeviceSession session,
        DeviceMemory memory,
        ParameterBuffer shape,
        DeviceParameters parameters,
        int miniBatchSize,
        GradientPlan? plan)
    {
        _session = session;
        _settings = new StageSettings
        {
            Session = session,
            Memory = memory,
            Shape = shape,
            Parameters = parameters,
            MiniBatchSize = miniBatchSize,
            Plan = plan,
            Parts = memory.Allocate<float>(ProductLaunches.PartialSums(session)),
        };
        session.Load(ElementKernels.Gather, out _gather);
        session.Load(ElementKernels.CostErrors, out _costErrors);
        Architecture architecture = shape.Architecture;
        _includesLastSlope = architecture.Cost != Cost.Quadratic;
        _input = MakeNumbers(architecture.Input);
        _stages = [.. CreateStages(architecture, _input)];
        Output = _stages.Length == 0 ? _input : _stages[^1].Output;
        if (plan is not null)
            _settings.Gradient = memory.Allocate<float>(plan.Length);
    }

    /// <summary>The outputs of the last layer.</summary>
    public Numbers Output { get; }

    /// <summary>The gradient of all parameters, in partial sums.</summary>
    public ArrayView<float> Gradient => _settings.Gradient;

    /// <summary>The inputs of a mini-batch, [items, inputs], for a kernel that writes them.</summary>
    public ArrayView<float> InputsOf(int items) => _input.ValuesOf(items);

    /// <summary>Copies the inputs of a mini-batch.</summary>
    /// <param name="inputs">All examples.</param>
    /// <param name="order">Which of them, from <paramref name="place"/> on.</param>
    /// <param name="place">The first in the order.</param>
    /// <param name="items">How many.</param>
    public void TakeInputs(DeviceInputs inputs, ArrayView<int> order, int place, int items)
    {
        ArrayView<float> x = InputsOf(items);
        _gather(_session.Stream, _session.Elements(x.IntLength), inputs, order, place, x);
    }

    /// <summary>Computes the outputs of the inputs that were taken.</summary>
    public void Forward(in DeviceWork work)
    {
        foreach (DeviceStage stage in _stages)
            stage.Forward(work);
    }

    /// <summary>Computes the gradient of the mean cost.</summary>
    /// <param name="work">The mini-batch that was last computed forward.</param>
    /// <param name="targets">[examples, outputs].</param>
    /// <param name="order">Which examples, from <paramref name="place"/> on.</param>
    /// <param name="place">The first in the order.</param>
    /// <param name="kept">Receives a copy of the outputs.</param>
    public void Back(in DeviceWork work, ArrayView<float> targets, ArrayView<int> order, int place, ArrayView<float> kept)
    {
        ArrayView<float> outputs = Output.ValuesOf(work.Items);
        _costErrors(
            _session.Stream, _session.Elements(outputs.IntLength),
            targets,
            order,
            place,
            1f / work.Items,
            Output.Shape.Size,
            outputs,
            Output.ErrorsOf(work.Items),
            kept);
        for (int s = _stages.Length - (_includesLastSlope ? 2 : 1); s >= 0; s--)
            _stages[s].Back(work);
    }

    private Numbers MakeNumbers(Shape shape)
    {
        long length = (long)_settings.MiniBatchSize * shape.Size;
        return new Numbers(
            shape,
            _settings.Memory.Allocate<float>(length),
            _settings.Memory.Allocate<float>(_settings.Plan is null ? 0 : length));
    }

    private IEnumerable<DeviceStage> CreateStages(Architecture architecture, Numbers input)
    {
        IReadOnlyList<Layer> layers = architecture.Layers;
        int[] flattenedPixels = Layout.FlattenedPixelsOf(architecture);
        BranchStage?[] branches = new BranchStage?[layers.Count]; // for each layer that ends a residual connection
        bool goesBack = false;
        for (int l = 0; l < layers.Count; l++)
        {
            for (int end = l + 1; end < layers.Count; end++)
            {
                if (layers[end] is Layer.Add around && end - around.Layers == l)
                    yield return branches[end] = new BranchStage(_session, input, goesBack);
            }

            Shape to = architecture.ShapeBefore(l + 1);
            bool isRectified = l + 1 < layers.Count && layers[l + 1] is Layer.Activation { Function: ActivationFunction.Relu };
            if (layers[l] is Layer.Flatten && (l == 0 || flattenedPixels[l + 1] > 1 || input.Shape.Height * input.Shape.Width == 1))
            {
                input = input.As(to); // the same numbers in the same order
                continue;
            }

            DeviceStage stage = layers[l] switch
            {
                Layer.Dense or Layer.Convolution =>
                    new WeightedStage(_settings, l, input, MakeNumbers(to), goesBack, isRectified),
                Layer.BatchNormalisation =>
                    new NormalisationStage(_settings, l, input, MakeNumbers(to), goesBack, isRectified),
                Layer.MaxPool or Layer.AveragePool or Layer.GlobalAveragePool =>
                    new PoolStage(_session, layers[l], input, MakeNumbers(to), goesBack),
                Layer.Dropout => new DropoutStage(_settings, l, input, MakeNumbers(to), goesBack),
                Layer.Flatten => new TransposeStage(_session, input, MakeNumbers(to), goesBack),
                Layer.Activation { Function: ActivationFunction.Silu } =>
                    new SiluStage(_session, input, MakeNumbers(to), goesBack),
                Layer.Activation activation => new ActivationStage(_session, input, activation.Function, goesBack),
                Layer.Add => branches[l]!.End = new AddStage(
                    _session, input, branches[l]!.Input, MakeNumbers(to), goesBack),
                _ => new SoftmaxStage(_session, input),
            };
            yield return stage;
            input = stage.Output;
            if (layers[l] is Layer.Dense or Layer.Convolution or Layer.BatchNormalisation)
            {
                goesBack = true;
                l += isRectified ? 1 : 0;
            }
        }
    }
}
