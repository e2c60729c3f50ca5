using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// How the engine keeps what flows between two layers for one example: [height, width, pitch], the channels first in the
/// pitch and padding behind them, so that the channels of a pixel are whole vectors.
/// </summary>
internal readonly record struct Layout(int Height, int Width, int Channels, int Pitch)
{
    /// <summary>Floats for one example: a multiple of 16.</summary>
    public int Stride => Rows.StrideOf(Height * Width * Pitch);

    public int Pixels => Height * Width;

    /// <summary>An input as examples give it, without padding between its pixels.</summary>
    public static Layout OfInput(Shape shape) => new(shape.Height, shape.Width, shape.Channels, shape.Channels);

    public static Layout Of(Shape shape) => new(shape.Height, shape.Width, shape.Channels, Rows.StrideOf(shape.Channels));
}

/// <summary>What flows between two layers for a mini-batch: the numbers, and on the way back ∂C/∂ each of them.</summary>
internal sealed class Activations(Layout layout, int miniBatchSize)
{
    public Layout Layout { get; } = layout;

    /// <summary>[miniBatch, stride].</summary>
    public AlignedBuffer Values { get; } = new(checked(miniBatchSize * layout.Stride));

    /// <summary>[miniBatch, stride]; padding is zero. Nothing, until there is room for them.</summary>
    public AlignedBuffer Errors { get; private set; } = AlignedBuffer.Empty;

    public Span<float> ValuesOf(int item) => Values.Slice(item * Layout.Stride, Layout.Stride);

    /// <summary>One example's numbers as PyTorch orders them: [channels, height, width].</summary>
    public float[] ChannelsFirst(int item)
    {
        ReadOnlySpan<float> values = ValuesOf(item);
        float[] ordered = new float[Layout.Channels * Layout.Pixels];
        for (int i = 0; i < ordered.Length; i++)
            ordered[i] = values[i % Layout.Pixels * Layout.Pitch + i / Layout.Pixels];
        return ordered;
    }

    /// <summary>Whoever only reads does without errors.</summary>
    public void MakeRoomForErrors()
    {
        if (Errors.Length == 0)
            Errors = new AlignedBuffer(Values.Length);
    }

    public Span<float> ErrorsOf(int item) => Errors.Slice(item * Layout.Stride, Layout.Stride);
}
