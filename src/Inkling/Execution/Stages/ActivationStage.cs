using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Stages;

/// <summary>Sigmoid, tanh or ReLU, in place: their derivative can be computed from their output.</summary>
internal sealed class ActivationStage : Stage
{
    private readonly ActivationFunction _function;
    private readonly Action<int, int, int> _forward, _back;

    public ActivationStage(Activations inPlace, ActivationFunction function, bool goesBack)
        : base(inPlace, inPlace, goesBack)
    {
        _function = function;
        _forward = (_, start, end) =>
        {
            foreach ((int at, int length) in Output.RangesOf(start, end))
                Apply(_function, Output.Values.Slice(at, length));
        };
        _back = (_, start, end) =>
        {
            foreach ((int at, int length) in Output.RangesOf(start, end))
                MultiplyByDerivative(_function, Output.Values.Slice(at, length), Output.Errors.Slice(at, length));
        };
    }

    /// <summary>Whether the stage behind it multiplies the errors by this function's derivative.</summary>
    public bool IsSlopeFused { get; set; }

    public ActivationFunction Function => _function;

    public override void Forward(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _forward);

    public override void PropagateBack(in StageWork work)
    {
        if (!IsSlopeFused)
            work.ForEachItem(Output.Layout.Stride, _back);
    }

    /// <summary>Applies a function to weighted inputs, in place.</summary>
    public static void Apply(ActivationFunction function, Span<float> a)
    {
        switch (function)
        {
            case ActivationFunction.Sigmoid:
                SigmoidKernels.Apply(a, a);
                break;
            case ActivationFunction.Tanh:
                Vectors.Scale(a, 2);
                SigmoidKernels.Apply(a, a);
                Elementwise.TanhOfSigmoid(a);
                break;
            default:
                Elementwise.Relu(a);
                break;
        }
    }

    /// <summary>Multiplies errors by the function's derivative, computed from its outputs a.</summary>
    public static void MultiplyByDerivative(ActivationFunction function, ReadOnlySpan<float> a, Span<float> errors)
    {
        switch (function)
        {
            case ActivationFunction.Sigmoid:
                SigmoidKernels.TimesDerivative(a, errors);
                break;
            case ActivationFunction.Tanh:
                Elementwise.TimesTanhSlope(a, errors);
                break;
            default:
                Elementwise.TimesReluSlope(a, errors);
                break;
        }
    }
}

/// <summary>SiLU, z·σ(z). Its derivative cannot be computed from its output alone, so that σ(z) is kept.</summary>
internal sealed class SiluStage : Stage
{
    private readonly AlignedBuffer _sigmoids;
    private readonly Action<int, int, int> _forward, _back;

    public SiluStage(Activations input, bool goesBack, int miniBatchSize)
        : base(input, new Activations(input.Layout, miniBatchSize), goesBack)
    {
        _sigmoids = new AlignedBuffer(Output.Values.Length);
        _forward = (_, start, end) =>
        {
            foreach ((int at, int length) in Output.RangesOf(start, end))
            {
                Span<float> z = Input.Values.Slice(at, length), sigmoid = _sigmoids.Slice(at, length);
                SigmoidKernels.Apply(z, sigmoid);
                Elementwise.Multiply(z, sigmoid, Output.Values.Slice(at, length));
            }
        };
        _back = (_, start, end) =>
        {
            foreach ((int at, int length) in Output.RangesOf(start, end))
                Elementwise.TimesSiluSlope(
                    Input.Values.Slice(at, length),
                    _sigmoids.Slice(at, length),
                    Output.Errors.Slice(at, length),
                    Input.Errors.Slice(at, length));
        };
    }

    public override void Forward(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _forward);

    public override void PropagateBack(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _back);
}

/// <summary>
/// Softmax, e^z divided by the sum of all e^z, in place; of a row, in each of its columns by itself.
/// </summary>
internal sealed class SoftmaxStage(Activations inPlace) : Stage(inPlace, inPlace, goesBack: false)
{
    public override void Forward(in StageWork work)
    {
        int pitch = Output.Layout.Pitch;
        for (int i = 0; i < work.Items; i++)
        {
            Span<float> values = Output.ValuesOf(i);
            for (int column = 0; column < Output.WidthOf(i); column++)
                Elementwise.Softmax(values.Slice(column * pitch, pitch), Output.Layout.Channels);
        }
    }

    public override void PropagateBack(in StageWork work) =>
        throw new NotSupportedException("The error of the cost behind softmax is that of z already.");
}

/// <summary>Inverted dropout: the numbers kept are scaled up, so that reading needs no change.</summary>
internal sealed class DropoutStage : Stage
{
    private readonly double _rate;
    private readonly Action<int, int, int> _forward, _back;
    private long _seed;
    private int _place;

    public DropoutStage(Activations input, double rate, bool goesBack, int miniBatchSize)
        : base(input, new Activations(input.Layout, miniBatchSize), goesBack)
    {
        _rate = rate;
        Masks = new Activations(input.Layout, miniBatchSize);
        _forward = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
                Drop(i);
        };
        _back = (_, start, end) =>
        {
            foreach ((int at, int length) in Output.RangesOf(start, end))
                Elementwise.Multiply(
                    Output.Errors.Slice(at, length), Masks.Values.Slice(at, length), Input.Errors.Slice(at, length));
        };
    }

    /// <summary>The factor of each number when the network last learned: 0, or 1 over the share of numbers kept.</summary>
    public Activations Masks { get; }

    public override void Forward(in StageWork work)
    {
        (_seed, _place) = (work.Seed, work.Place);
        if (work.IsTraining)
            work.ForEachItem(Output.Layout.Stride, _forward);
        else
            Input.Values.Slice(0, work.Items * Input.Layout.Stride).CopyTo(Output.Values.Span);
    }

    public override void PropagateBack(in StageWork work)
    {
        if (work.IsTraining)
            work.ForEachItem(Output.Layout.Stride, _back);
        else
            Output.Errors.Slice(0, work.Items * Output.Layout.Stride).CopyTo(Input.Errors.Span);
    }

    public override void TakeWidths(int items, Layer layer)
    {
        base.TakeWidths(items, layer);
        for (int i = 0; i < items; i++)
            Masks.SetWidth(i, Input.WidthOf(i));
    }

    private void Drop(int item)
    {
        Span<float> mask = Masks.ValuesOf(item);
        RandomStream random = new(_seed, (Layer + 1L) << 32 | (uint)(_place + item));
        uint threshold = (uint)(_rate * 65536);
        float scale = 1 / (1 - threshold / 65536f);
        for (int i = 0; i < mask.Length; i += 4)
        {
            ulong bits = random.NextUInt64(); // sixteen bits for each number
            for (int j = 0; j < 4; j++, bits >>= 16)
                mask[i + j] = (bits & 0xFFFF) < threshold ? 0 : scale;
        }

        Elementwise.Multiply(Input.ValuesOf(item), mask, Output.ValuesOf(item));
    }
}

/// <summary>
/// Flattens feature maps to a vector: to [pixels, channels] where a layer with weights follows, which are in that order too;
/// otherwise to [channels, pixels], the order that users see.
/// </summary>
internal sealed class FlattenStage : Stage
{
    private readonly Action<int, int, int> _forward, _back;

    /// <param name="input">The feature maps.</param>
    /// <param name="flattenedPixels">The output's <see cref="Layout.FlattenedPixels"/>.</param>
    /// <param name="goesBack">Whether anything before it learns.</param>
    /// <param name="miniBatchSize">The most examples.</param>
    public FlattenStage(Activations input, int flattenedPixels, bool goesBack, int miniBatchSize)
        : base(
            input,
            new Activations(
                Layout.Padded(new Shape(input.Layout.Pixels * input.Layout.Channels), flattenedPixels), miniBatchSize),
            goesBack)
    {
        Layout layout = input.Layout;
        if (flattenedPixels == 1 && layout.Pixels > 1)
        {
            (_forward, _back) = (ToUsersOrder, FromUsersOrder);
            return;
        }

        _forward = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                for (int p = 0; p < layout.Pixels; p++)
                {
                    Input.ValuesOf(i)
                        .Slice(p * layout.Pitch, layout.Channels)
                        .CopyTo(Output.ValuesOf(i)[(p * layout.Channels)..]);
                }

                Output.ValuesOf(i)[Output.Layout.Channels..].Clear(); // an activation in place may have changed the padding
            }
        };
        _back = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                for (int p = 0; p < layout.Pixels; p++)
                {
                    Output.ErrorsOf(i)
                        .Slice(p * layout.Channels, layout.Channels)
                        .CopyTo(Input.ErrorsOf(i)[(p * layout.Pitch)..]);
                }
            }
        };
    }

    private void ToUsersOrder(int worker, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            ReadOnlySpan<float> values = Input.ValuesOf(i);
            Span<float> vector = Output.ValuesOf(i)[..Output.Layout.Channels];
            for (int k = 0; k < vector.Length; k++)
                vector[k] = values[Input.Layout.OffsetOf(k)];
            Output.ValuesOf(i)[vector.Length..].Clear();
        }
    }

    private void FromUsersOrder(int worker, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            ReadOnlySpan<float> errors = Output.ErrorsOf(i)[..Output.Layout.Channels];
            Span<float> to = Input.ErrorsOf(i);
            for (int k = 0; k < errors.Length; k++)
                to[Input.Layout.OffsetOf(k)] = errors[k];
        }
    }

    public override void Forward(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _forward);

    public override void PropagateBack(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _back);
}
