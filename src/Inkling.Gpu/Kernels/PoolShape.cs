using Inkling.Layers;

namespace Inkling.Gpu.Kernels;

/// <summary>Pooling of maps.</summary>
internal struct PoolShape
{
    public int Height, Width, Channels, OutputHeight, OutputWidth;

    public int WindowHeight, WindowWidth, StrideY, StrideX;

    /// <summary>1 for the largest number of a window, 0 for their mean.</summary>
    public int IsMax;

    /// <summary>The shape of a pooling layer.</summary>
    /// <param name="layer">Max, average or global average pooling.</param>
    /// <param name="from">Its input.</param>
    /// <param name="to">Its output.</param>
    public static PoolShape Of(Layer layer, Shape from, Shape to)
    {
        (Sides window, Sides stride) = layer switch
        {
            Layer.MaxPool max => (max.Size, max.Stride),
            Layer.AveragePool average => (average.Size, average.Stride),
            _ => (new Sides(from.Height, from.Width), 1),
        };
        return new()
        {
            Height = from.Height,
            Width = from.Width,
            Channels = from.Channels,
            OutputHeight = to.Height,
            OutputWidth = to.Width,
            WindowHeight = window.Height,
            WindowWidth = window.Width,
            StrideY = stride.Height,
            StrideX = stride.Width,
            IsMax = layer is Layer.MaxPool ? 1 : 0,
        };
    }
}
