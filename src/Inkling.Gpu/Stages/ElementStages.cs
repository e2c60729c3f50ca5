using ILGPU;
using ILGPU.Runtime;
using Inkling.Gpu.Kernels;
using Inkling.Layers;

namespace Inkling.Gpu.Stages;

/// <summary>Sigmoid, tanh or ReLU, in place.</summary>
internal sealed class ActivationStage : DeviceStage
{
    private readonly DeviceSession _session;
    private readonly ActivationFunction _function;
    private readonly Action<AcceleratorStream, KernelConfig, int, Floats> _forward;
    private readonly Action<AcceleratorStream, KernelConfig, int, Floats, Floats> _back;

    public ActivationStage(DeviceSession session, Numbers inPlace, ActivationFunction function, bool goesBack)
        : base(inPlace, inPlace, goesBack)
    {
        _session = session;
        _function = function;
        session.Load(ElementKernels.Activate, out _forward);
        session.Load(ElementKernels.ActivateBack, out _back);
    }

    public override void Forward(in DeviceWork work)
    {
        Floats values = Output.ValuesOf(work.Items);
        _forward(_session.Stream, _session.Elements(values.IntLength), (int)_function, values);
    }

    public override void Back(in DeviceWork work)
    {
        Floats errors = Output.ErrorsOf(work.Items);
        if (GoesBack)
            _back(_session.Stream, _session.Elements(errors.IntLength), (int)_function, Output.ValuesOf(work.Items), errors);
    }
}

/// <summary>SiLU, z·σ(z), whose derivative is computed from z.</summary>
internal sealed class SiluStage : DeviceStage
{
    private readonly DeviceSession _session;
    private readonly Action<AcceleratorStream, KernelConfig, Floats, Floats> _forward;
    private readonly Action<AcceleratorStream, KernelConfig, Floats, Floats, Floats> _back;

    public SiluStage(DeviceSession session, Numbers input, Numbers output, bool goesBack)
        : base(input, output, goesBack)
    {
        _session = session;
        session.Load(ElementKernels.Silu, out _forward);
        session.Load(ElementKernels.SiluBack, out _back);
    }

    public override void Forward(in DeviceWork work)
    {
        Floats y = Output.ValuesOf(work.Items);
        _forward(_session.Stream, _session.Elements(y.IntLength), Input.ValuesOf(work.Items), y);
    }

    public override void Back(in DeviceWork work)
    {
        Floats errors = Output.ErrorsOf(work.Items), to = Input.ErrorsOf(work.Items);
        if (GoesBack)
            _back(_session.Stream, _session.Elements(to.IntLength), Input.ValuesOf(work.Items), errors, to);
    }
}

/// <summary>Softmax, in place; the cost behind it has z's errors already.</summary>
internal sealed class SoftmaxStage : DeviceStage
{
    private readonly DeviceSession _session;
    private readonly Action<AcceleratorStream, KernelConfig, int, Floats> _forward;

    public SoftmaxStage(DeviceSession session, Numbers inPlace)
        : base(inPlace, inPlace, goesBack: false)
    {
        _session = session;
        session.Load(ElementKernels.Softmax, out _forward);
    }

    public override void Forward(in DeviceWork work)
    {
        int columns = work.Items * Output.Shape.Width;
        _forward(_session.Stream, _session.Elements(columns), columns, Output.ValuesOf(work.Items));
    }

    public override void Back(in DeviceWork work) => throw new NotSupportedException("The cost's error is that of z already.");
}

/// <summary>Max, average or global average pooling.</summary>
internal sealed class PoolStage : DeviceStage
{
    private readonly DeviceSession _session;
    private readonly Layer _layer;
    private readonly Action<AcceleratorStream, KernelConfig, PoolShape, Floats, Floats> _forward;
    private readonly Action<AcceleratorStream, KernelConfig, PoolShape, Floats, Floats, Floats> _back;

    public PoolStage(DeviceSession session, Layer layer, Numbers input, Numbers output, bool goesBack)
        : base(input, output, goesBack)
    {
        _session = session;
        _layer = layer;
        session.Load(ElementKernels.Pool, out _forward);
        session.Load(ElementKernels.PoolBack, out _back);
    }

    private PoolShape Shape => PoolShape.Of(_layer, Input.Shape, Output.Shape);

    public override void Forward(in DeviceWork work)
    {
        Floats y = Output.ValuesOf(work.Items);
        _forward(_session.Stream, _session.Elements(y.IntLength), Shape, Input.ValuesOf(work.Items), y);
    }

    public override void Back(in DeviceWork work)
    {
        Floats errors = Output.ErrorsOf(work.Items), to = Input.ErrorsOf(work.Items);
        if (GoesBack)
            _back(_session.Stream, _session.Elements(to.IntLength), Shape, Input.ValuesOf(work.Items), errors, to);
    }
}

/// <summary>Flattens maps to the users' order, where no layer with weights follows.</summary>
internal sealed class TransposeStage : DeviceStage
{
    private readonly DeviceSession _session;
    private readonly Action<AcceleratorStream, KernelConfig, Floats, int, int, Floats> _launch;

    public TransposeStage(DeviceSession session, Numbers input, Numbers output, bool goesBack)
        : base(input, output, goesBack)
    {
        _session = session;
        session.Load(ElementKernels.Transpose, out _launch);
    }

    private int Pixels => Input.Shape.Height * Input.Shape.Width;

    public override void Forward(in DeviceWork work)
    {
        Floats y = Output.ValuesOf(work.Items);
        _launch(_session.Stream, _session.Elements(y.IntLength), Input.ValuesOf(work.Items), Pixels, Input.Shape.Channels, y);
    }

    public override void Back(in DeviceWork work)
    {
        Floats errors = Output.ErrorsOf(work.Items), to = Input.ErrorsOf(work.Items);
        if (GoesBack)
            _launch(_session.Stream, _session.Elements(to.IntLength), errors, Input.Shape.Channels, Pixels, to);
    }
}

/// <summary>Dropout with the masks of the processor's stage.</summary>
internal sealed class DropoutStage : DeviceStage
{
    private readonly DeviceSession _session;
    private readonly Floats _masks;
    private readonly long _stream;
    private readonly uint _threshold;
    private readonly float _scale;

    private readonly Action<AcceleratorStream, KernelConfig, DropoutNumbers, PixelShape, ArrayView<int>, Floats> _draw;

    private readonly Action<AcceleratorStream, KernelConfig, Floats, Floats, Floats> _multiply;

    public DropoutStage(StageSettings settings, int layer, Numbers input, Numbers output, bool goesBack)
        : base(input, output, goesBack)
    {
        _session = settings.Session;
        double rate = ((Layer.Dropout)settings.Shape.Architecture.Layers[layer]).Rate;
        (_stream, _threshold) = ((layer + 1L) << 32, (uint)(rate * 65536));
        _scale = 1 / (1 - _threshold / 65536f);
        _masks = settings.Memory.Allocate<float>(settings.Plan is null ? 0 : (long)settings.MiniBatchSize * input.Shape.Size);
        _session.Load(ElementKernels.DropoutMasks, out _draw);
        _session.Load(ElementKernels.Multiply, out _multiply);
    }

    public override void Forward(in DeviceWork work)
    {
        Floats x = Input.ValuesOf(work.Items), y = Output.ValuesOf(work.Items);
        if (!work.IsTraining)
        {
            x.CopyTo(y);
            return;
        }

        DropoutNumbers numbers = new()
        {
            Seed = work.Seed,
            Stream = _stream,
            Place = work.Place,
            Items = work.Items,
            Threshold = _threshold,
            Scale = _scale,
        };
        PixelShape shape = new() { Height = Input.Shape.Height, Width = Input.Shape.Width, Channels = Input.Shape.Channels };
        _draw(_session.Stream, _session.Elements(work.Items), numbers, shape, Input.Widths, _masks);
        _multiply(_session.Stream, _session.Elements(y.IntLength), x, _masks, y);
    }

    public override void Back(in DeviceWork work)
    {
        Floats errors = Output.ErrorsOf(work.Items);
        if (GoesBack)
            _multiply(_session.Stream, _session.Elements(errors.IntLength), errors, _masks, Input.ErrorsOf(work.Items));
    }
}

/// <summary>The end of a residual connection: y = x + what went into the layers that it goes around.</summary>
internal sealed class AddStage : DeviceStage
{
    private readonly DeviceSession _session;
    private readonly Numbers _around;
    private readonly Action<AcceleratorStream, KernelConfig, Floats, Floats, Floats> _add;

    public AddStage(DeviceSession session, Numbers input, Numbers around, Numbers output, bool goesBack)
        : base(input, output, goesBack)
    {
        _session = session;
        _around = around;
        session.Load(ElementKernels.Add, out _add);
    }

    public override void Forward(in DeviceWork work)
    {
        Floats y = Output.ValuesOf(work.Items);
        _add(_session.Stream, _session.Elements(y.IntLength), Input.ValuesOf(work.Items), _around.ValuesOf(work.Items), y);
    }

    public override void Back(in DeviceWork work)
    {
        if (GoesBack)
            Output.ErrorsOf(work.Items).CopyTo(Input.ErrorsOf(work.Items));
    }
}

/// <summary>
/// The beginning of a residual connection, in place: back, once the layers that it goes around have written their input's
/// errors, adds those of the connection's end.
/// </summary>
internal sealed class BranchStage : DeviceStage
{
    private readonly DeviceSession _session;
    private readonly Action<AcceleratorStream, KernelConfig, Floats, Floats, Floats> _add;

    public BranchStage(DeviceSession session, Numbers inPlace, bool goesBack)
        : base(inPlace, inPlace, goesBack)
    {
        _session = session;
        session.Load(ElementKernels.Add, out _add);
    }

    /// <summary>Where the connection ends; set before the first mini-batch.</summary>
    public AddStage? End { get; set; }

    public override void Forward(in DeviceWork work)
    {
    }

    public override void Back(in DeviceWork work)
    {
        Floats errors = Input.ErrorsOf(work.Items);
        if (GoesBack)
            _add(_session.Stream, _session.Elements(errors.IntLength), errors, End!.Output.ErrorsOf(work.Items), errors);
    }
}
