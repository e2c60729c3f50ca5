using ILGPU;
using ILGPU.Runtime;
using Inkling.Gpu.Kernels;
using Inkling.Layers;

namespace Inkling.Gpu.Stages;

/// <summary>A dense or a convolutional layer, with ReLU behind it where one follows.</summary>
internal sealed class WeightedStage : DeviceStage
{
    private readonly StageSettings _settings;
    private readonly DeviceSession _session;
    private readonly Layer _layer;
    private readonly Floats _parameters, _parts;
    private readonly int _hasBias, _isRectified, _gradientSplits, _gradientStart;
    private readonly ProductLaunches _forward;
    private readonly ProductLaunches? _inputErrors, _gradients;
    private readonly Action<AcceleratorStream, KernelConfig, Floats, Product, Floats, int, Floats> _addSplits;
    private readonly Action<AcceleratorStream, KernelConfig, int, Floats, Floats> _rectifyBack;
    private readonly Action<AcceleratorStream, KernelConfig, int, int, Floats> _addRows;

    /// <param name="settings">What all stages have in common.</param>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="input">Its input.</param>
    /// <param name="output">Its output.</param>
    /// <param name="goesBack">Whether the input's errors are needed.</param>
    /// <param name="isRectified">Whether ReLU follows.</param>
    public WeightedStage(StageSettings settings, int layer, Numbers input, Numbers output, bool goesBack, bool isRectified)
        : base(input, output, goesBack)
    {
        (_settings, _session) = (settings, settings.Session);
        WeightedLayer weights = (WeightedLayer)settings.Shape.All[layer]!;
        _layer = settings.Shape.Architecture.Layers[layer];
        ConvolutionShape most = ShapeOf(settings.MiniBatchSize);
        _hasBias = weights.HasBias ? 1 : 0;
        _isRectified = isRectified ? 1 : 0;
        _parameters = settings.Parameters.Of(layer);
        _parts = settings.Parts;
        _forward = ProductLaunches.Forward(_session, most.Outputs);
        _session.Load(ElementKernels.AddSplits, out _addSplits);
        _session.Load(ElementKernels.ActivateBack, out _rectifyBack);
        _session.Load(ColumnSums.Add, out _addRows);
        if (settings.Plan is not { } plan)
            return;
        _gradients = ProductLaunches.Gradient(_session, most.Outputs);
        _gradientSplits = _gradients.SplitsFor(most.Inputs + _hasBias, PixelsOf(most));
        int weightCount = most.Inputs * most.Outputs, biasCount = _hasBias * most.Outputs;
        _gradientStart = plan.Add(layer, weightCount, biasCount, _gradientSplits, left: SumsOf(_gradientSplits));
        if (goesBack)
            _inputErrors = ProductLaunches.InputErrors(_session, most.Channels);
    }

    public override void Forward(in DeviceWork work)
    {
        ConvolutionShape shape = ShapeOf(work.Items);
        Floats biases = _hasBias == 0
            ? _parameters
            : _parameters.SubView(shape.Inputs * shape.Outputs, shape.Outputs);
        Product ending = new() { HasBias = _hasBias, IsRectified = _isRectified };
        Launch(
            _forward,
            shape,
            ending,
            PixelsOf(shape),
            shape.Inputs,
            Input.ValuesOf(work.Items),
            _parameters,
            biases,
            shape.Outputs,
            Output.ValuesOf(work.Items));
    }

    public override void Back(in DeviceWork work)
    {
        ConvolutionShape shape = ShapeOf(work.Items);
        Floats errors = Output.ErrorsOf(work.Items);
        if (_isRectified != 0)
        {
            KernelConfig blocks = _session.Elements(errors.IntLength);
            _rectifyBack(_session.Stream, blocks, (int)ActivationFunction.Relu, Output.ValuesOf(work.Items), errors);
        }

        int numbers = (shape.Inputs + _hasBias) * shape.Outputs;
        Floats gradient = _settings.Gradient.SubView(_gradientStart, _gradientSplits * numbers);
        _gradients!.Launch(
            shape,
            new Product { Splits = _gradientSplits, HasBias = _hasBias },
            shape.Inputs + _hasBias,
            PixelsOf(shape),
            Input.ValuesOf(work.Items),
            errors,
            gradient);
        AddMany(gradient, _gradientSplits, numbers);
        if (_inputErrors is null)
            return;
        Launch(
            _inputErrors,
            shape,
            default,
            shape.Items * shape.Height * shape.Width,
            shape.KernelHeight * shape.KernelWidth * shape.Outputs,
            errors,
            _parameters,
            errors,
            shape.Channels,
            Input.ErrorsOf(work.Items));
    }

    private ConvolutionShape ShapeOf(int items)
    {
        ConvolutionShape shape = ConvolutionShape.Of(_layer, Input.Shape, Output.Shape);
        shape.Items = items;
        return shape;
    }

    /// <summary>Launches a product and, where it is divided, the sum of its parts.</summary>
    private void Launch(
        ProductLaunches launches,
        in ConvolutionShape shape,
        Product ending,
        int rows,
        int inner,
        Floats a,
        Floats b,
        Floats biases,
        int columns,
        Floats to)
    {
        int splits = launches.SplitsFor(rows, inner);
        if (splits == 1)
        {
            launches.Launch(shape, ending with { Splits = 1 }, rows, inner, a, b, to);
            return;
        }

        launches.Launch(shape, new Product { Splits = splits }, rows, inner, a, b, _parts);
        AddMany(_parts, splits, to.IntLength);
        KernelConfig blocks = _session.Elements(to.IntLength);
        _addSplits(_session.Stream, blocks, _parts, ending with { Splits = SumsOf(splits) }, biases, columns, to);
    }

    /// <summary>Adds up many partial sums in a launch of its own, in which threads share them; a few are left.</summary>
    private void AddMany(Floats parts, int splits, int numbers)
    {
        if (SumsOf(splits) != splits)
            _addRows(_session.Stream, _session.Columns(numbers), splits, numbers, parts);
    }

    /// <summary>How many sums <see cref="AddMany"/> leaves.</summary>
    private int SumsOf(int splits) => splits > _session.FewSums ? 1 : splits;

    private static int PixelsOf(in ConvolutionShape shape) => shape.Items * shape.OutputHeight * shape.OutputWidth;
}
