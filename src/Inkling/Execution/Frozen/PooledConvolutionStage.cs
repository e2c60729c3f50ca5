using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Frozen;

/// <summary>
/// A first convolution of 3×3 on one channel, the max pooling of 2×2 behind it, and ReLU where that follows, for reading. The
/// feature maps between them, four times as large as the result, are never stored.
/// </summary>
internal sealed class PooledConvolutionStage : Stage
{
    private readonly ParameterBuffer _parameters;
    private readonly Layer.Convolution _spec;
    private readonly int _layer;
    private readonly bool _isRectified;
    private readonly AlignedBuffer _frame; // an image within its zeros; empty where there is no padding
    private readonly int[] _corners;
    private int _width; // of the input that the frame and the corners are for

    /// <param name="input">The images, without padding between pixels.</param>
    /// <param name="output">The shape behind the pooling.</param>
    /// <param name="parameters">The weights.</param>
    /// <param name="layer">Which layer is the convolution, from 0.</param>
    /// <param name="isRectified">Whether ReLU follows the pooling.</param>
    /// <param name="miniBatchSize">The most examples.</param>
    public PooledConvolutionStage(
        Activations input, Shape output, ParameterBuffer parameters, int layer, bool isRectified, int miniBatchSize)
        : base(input, new Activations(Layout.Padded(output), miniBatchSize), goesBack: false, takesPacked: true)
    {
        (_parameters, _layer, _isRectified) = (parameters, layer, isRectified);
        _spec = (Layer.Convolution)parameters.Architecture.Layers[layer];
        RequireFit(Weights);
        _corners = new int[Output.Layout.Pixels];
        _frame = new AlignedBuffer(_spec.Padding == 0 ? 0 : checked(FrameHeight * FrameWidthOf(input.Layout.Width)));
    }

    private WeightedLayer Weights => (WeightedLayer)_parameters.All[_layer]!;

    private int FrameHeight => Input.Layout.Height + 2 * _spec.Padding.Height;

    /// <summary>Whether these two layers, given images of this layout, are the ones that it computes.</summary>
    public static bool Suits(Layer.Convolution convolution, Layer.MaxPool pooling, Layout input) =>
        input is { Channels: 1, Pitch: 1 } && convolution.Kernel == 3 && convolution.Stride == 1
        && pooling.Size == 2 && pooling.Stride == 2;

    public override void TakeWidths(int items, Layer layer)
    {
        for (int i = 0; i < items; i++)
            Output.SetWidth(i, layer.WidthBehind(Input.WidthOf(i)) / 2);
    }

    public override void Forward(in StageWork work)
    {
        WeightedLayer weights = Weights;
        for (int i = 0; i < work.Items; i++)
        {
            int width = Input.WidthOf(i), pixels = Output.LayoutOf(i).Pixels;
            if (width != _width)
                SetWidth(width, Output.WidthOf(i), pixels);
            PanelProducts.LargestOfFourNines(
                Framed(i, width),
                _corners.AsSpan(0, pixels),
                FrameWidthOf(width),
                weights.Panels,
                weights.PaddedBiases,
                _isRectified,
                Output.ValuesOf(i));
        }
    }

    public override void PropagateBack(in StageWork work) => throw new NotSupportedException("This stage only reads.");

    private int FrameWidthOf(int width) => width + 2 * _spec.Padding.Width;

    private void SetWidth(int width, int outputWidth, int pixels)
    {
        _width = width;
        _frame.Span.Clear();
        PixelOffsets.Fill(_corners.AsSpan(0, pixels), outputWidth, stride: 2, FrameWidthOf(width), pitch: 1);
    }

    private ReadOnlySpan<float> Framed(int item, int width)
    {
        ReadOnlySpan<float> image = Input.ValuesOf(item);
        if (_frame.Length == 0)
            return image;
        for (int y = 0; y < Input.Layout.Height; y++)
            image.Slice(y * width, width)
                .CopyTo(_frame.Slice((y + _spec.Padding.Height) * FrameWidthOf(width) + _spec.Padding.Width, width));
        return _frame.Span;
    }
}
