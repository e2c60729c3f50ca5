using Inkling.Layers;

namespace Inkling.Gpu.Kernels;

/// <summary>A convolution on a mini-batch; a dense layer is one of 1×1 maps.</summary>
internal struct ConvolutionShape
{
    public int Items, Height, Width, Channels, OutputHeight, OutputWidth, Outputs;

    public int KernelHeight, KernelWidth, StrideY, StrideX, PaddingY, PaddingX;

    /// <summary>Products of each sum: a window's numbers.</summary>
    public readonly int Inputs => KernelHeight * KernelWidth * Channels;

    /// <summary>The shape of a layer with weights.</summary>
    /// <param name="layer">Dense, or a convolution.</param>
    /// <param name="from">Its input.</param>
    /// <param name="to">Its output.</param>
    public static ConvolutionShape Of(Layer layer, Shape from, Shape to)
    {
        ConvolutionShape shape = new()
        {
            Height = from.Height,
            Width = from.Width,
            Channels = from.Channels,
            OutputHeight = to.Height,
            OutputWidth = to.Width,
            Outputs = to.Channels,
            KernelHeight = 1,
            KernelWidth = 1,
            StrideY = 1,
            StrideX = 1,
        };
        if (layer is Layer.Convolution spec)
        {
            (shape.KernelHeight, shape.KernelWidth) = (spec.Kernel.Height, spec.Kernel.Width);
            (shape.StrideY, shape.StrideX) = (spec.Stride.Height, spec.Stride.Width);
            (shape.PaddingY, shape.PaddingX) = (spec.Padding.Height, spec.Padding.Width);
        }

        return shape;
    }
}

/// <summary>How a matrix product is divided among blocks, and what is done with its sums.</summary>
internal struct Product
{
    /// <summary>Blocks that share the inner dimension; each writes its own sums.</summary>
    public int Splits;

    /// <summary>The part of the inner dimension of each: a multiple of <see cref="RegisterTile.Depth"/>.</summary>
    public int Share;

    /// <summary>1 where the layer has biases.</summary>
    public int HasBias;

    /// <summary>1 for ReLU behind the sums.</summary>
    public int IsRectified;
}
