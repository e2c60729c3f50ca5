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
    private readonly bool _includesLastSlope, _isRagged;
    private readonly Shape[] _shapes; // before each layer, and of the output, for the widest input
    private readonly List<Numbers> _numbers = [];
    private readonly int[] _widths; // [layers + 1, mini-batch]
    private readonly ArrayView<int> _deviceWidths;

    private readonly Action<AcceleratorStream, KernelConfig, PixelShape, ArrayView<int>, Floats> _clearBeyond;
    private readonly Action<AcceleratorStream, KernelConfig, DeviceInputs, ArrayView<int>, int, Floats> _gather;

    private readonly Action<
        AcceleratorStream, KernelConfig, Floats, ArrayView<int>, int, float, int, Floats, Floats, Floats> _costErrors;

    /// <param name="session">The device.</param>
    /// <param name="memory">Where buffers are allocated.</param>
    /// <param name="shape">Parameters of the network, in the processor's memory.</param>
    /// <param name="parameters">Those on the device.</param>
    /// <param name="miniBatchSize">The most examples in a mini-batch.</param>
    /// <param name="maxWidth">The width of the widest input.</param>
    /// <param name="plan">Receives where gradients are written; null for a pass that only reads.</param>
    public DevicePass(
        DeviceSession session,
        DeviceMemory memory,
        ParameterBuffer shape,
        DeviceParameters parameters,
        int miniBatchSize,
        int maxWidth,
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
        _isRagged = architecture.Input.HasAnyWidth;
        _shapes = architecture.ShapesFor(maxWidth);
        _widths = new int[_isRagged ? miniBatchSize * _shapes.Length : 0];
        _deviceWidths = memory.Allocate<int>(_widths.Length);
        session.Load(ElementKernels.ClearBeyond, out _clearBeyond);
        _input = MakeNumbers(0);
        _stages = [.. CreateStages(architecture, _input)];
        Output = _stages.Length == 0 ? _input : _stages[^1].Output;
        if (plan is not null)
            _settings.Gradient = memory.Allocate<float>(plan.Length);
    }

    /// <summary>The outputs of the last layer.</summary>
    public Numbers Output { get; }

    /// <summary>The gradient of all parameters, in partial sums.</summary>
    public Floats Gradient => _settings.Gradient;

    /// <summary>The inputs of a mini-batch, [items, inputs], for a kernel that writes them.</summary>
    public Floats InputsOf(int items) => _input.ValuesOf(items);

    /// <summary>Copies the inputs of a mini-batch.</summary>
    /// <param name="inputs">All examples.</param>
    /// <param name="order">Which of them, from <paramref name="place"/> on.</param>
    /// <param name="place">The first in the order.</param>
    /// <param name="items">How many.</param>
    public void TakeInputs(DeviceInputs inputs, ArrayView<int> order, int place, int items)
    {
        Floats x = InputsOf(items);
        _gather(_session.Stream, _session.Elements(x.IntLength), inputs, order, place, x);
    }

    /// <summary>Takes inputs of different widths.</summary>
    /// <param name="lines">[items, height, width of the widest].</param>
    /// <param name="widths">Each item's width.</param>
    public void TakeLines(ReadOnlySpan<float> lines, ReadOnlySpan<int> widths)
    {
        int widest = 0;
        foreach (int width in widths)
            widest = Math.Max(widest, width);
        IReadOnlyList<Layer> layers = _settings.Shape.Architecture.Layers;
        Shape[] shapes = _settings.Shape.Architecture.ShapesFor(widest);
        widths.CopyTo(_widths);
        for (int l = 0; l < layers.Count; l++)
        {
            for (int i = 0; i < widths.Length; i++)
            {
                _widths[(l + 1) * _settings.MiniBatchSize + i] =
                    layers[l].WidthBehind(_widths[l * _settings.MiniBatchSize + i]);
            }
        }

        DeviceMemory.Write<int>(_deviceWidths, _widths);
        foreach (Numbers numbers in _numbers)
        {
            numbers.Shape = shapes[numbers.Layer];
            int columns = 0;
            for (int i = 0; i < widths.Length; i++)
                columns += ColumnsOf(numbers.Layer, i);
            numbers.OwnPixels = columns * numbers.Shape.Height;
        }

        DeviceMemory.Write(_input.ValuesOf(widths.Length), lines);
    }

    /// <summary>The width of an item before a layer, in the mini-batch that was taken last.</summary>
    public int ColumnsOf(int layer, int item) => _widths[layer * _settings.MiniBatchSize + item];

    /// <summary>Computes the outputs of the inputs that were taken.</summary>
    public void Forward(in DeviceWork work)
    {
        if (!_isRagged)
        {
            foreach (Numbers numbers in _numbers)
                numbers.OwnPixels = work.Items * numbers.Shape.Height * numbers.Shape.Width;
        }

        foreach (DeviceStage stage in _stages)
        {
            stage.Forward(work);
            ClearBeyond(stage.Output, stage.Output.ValuesOf(work.Items));
        }
    }

    /// <summary>Computes the gradient of the mean cost.</summary>
    /// <param name="work">The mini-batch that was last computed forward.</param>
    /// <param name="targets">[examples, outputs].</param>
    /// <param name="order">Which examples, from <paramref name="place"/> on.</param>
    /// <param name="place">The first in the order.</param>
    /// <param name="kept">Receives a copy of the outputs.</param>
    public void Back(in DeviceWork work, Floats targets, ArrayView<int> order, int place, Floats kept)
    {
        Floats outputs = Output.ValuesOf(work.Items);
        _costErrors(
            _session.Stream,
            _session.Elements(outputs.IntLength),
            targets,
            order,
            place,
            1f / work.Items,
            Output.Shape.Size,
            outputs,
            Output.ErrorsOf(work.Items),
            kept);
        Back(work);
    }

    /// <summary>Computes the gradient from the outputs' errors.</summary>
    public void Back(in DeviceWork work)
    {
        for (int s = _stages.Length - (_includesLastSlope ? 2 : 1); s >= 0; s--)
        {
            _stages[s].Back(work);
            if (_stages[s].GoesBack)
                ClearBeyond(_stages[s].Input, _stages[s].Input.ErrorsOf(work.Items));
        }
    }

    /// <summary>Clears the columns beyond each item's own, where items differ in their width.</summary>
    private void ClearBeyond(Numbers of, Floats numbers)
    {
        if (!_isRagged)
            return;
        PixelShape shape = new() { Height = of.Shape.Height, Width = of.Shape.Width, Channels = of.Shape.Channels };
        _clearBeyond(_session.Stream, _session.Elements(numbers.IntLength), shape, of.Widths, numbers);
    }

    private Numbers MakeNumbers(int layer)
    {
        long length = (long)_settings.MiniBatchSize * _shapes[layer].Size;
        Numbers numbers = new(
            layer,
            _shapes[layer],
            _settings.Memory.Allocate<float>(length),
            _settings.Memory.Allocate<float>(_settings.Plan is null ? 0 : length),
            _isRagged ? _deviceWidths.SubView(layer * _settings.MiniBatchSize, _settings.MiniBatchSize) : _deviceWidths);
        _numbers.Add(numbers);
        return numbers;
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

            bool isRectified = l + 1 < layers.Count && layers[l + 1] is Layer.Activation { Function: ActivationFunction.Relu };
            bool isInOrder = l == 0 || flattenedPixels[l + 1] > 1 || input.Shape.IsVector;
            if (layers[l] is Layer.Flatten && isInOrder)
            {
                input = input.As(_shapes[l + 1]); // the same numbers in the same order
                _numbers.Add(input);
                continue;
            }

            DeviceStage stage = layers[l] switch
            {
                Layer.Dense or Layer.Convolution =>
                    new WeightedStage(_settings, l, input, MakeNumbers(l + 1), goesBack, isRectified),
                Layer.BatchNormalisation =>
                    new NormalisationStage(_settings, l, input, MakeNumbers(l + 1), goesBack, isRectified),
                Layer.MaxPool or Layer.AveragePool or Layer.GlobalAveragePool =>
                    new PoolStage(_session, layers[l], input, MakeNumbers(l + 1), goesBack),
                Layer.Dropout => new DropoutStage(_settings, l, input, MakeNumbers(l + 1), goesBack),
                Layer.Flatten => new TransposeStage(_session, input, MakeNumbers(l + 1), goesBack),
                Layer.Activation { Function: ActivationFunction.Silu } =>
                    new SiluStage(_session, input, MakeNumbers(l + 1), goesBack),
                Layer.Activation activation => new ActivationStage(_session, input, activation.Function, goesBack),
                Layer.Add => branches[l]!.End = new AddStage(
                    _session, input, branches[l]!.Input, MakeNumbers(l + 1), goesBack),
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
