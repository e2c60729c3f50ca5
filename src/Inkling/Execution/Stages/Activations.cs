using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Execution.Stages;

/// <summary>The numbers passed between two layers for a mini-batch, and in the backward pass ∂C/∂ each of them.</summary>
internal sealed class Activations(Layout layout, int miniBatchSize)
{
    private const int MaxLength = 1 << 30;

    public Layout Layout { get; } = layout;

    /// <summary>[miniBatch, stride].</summary>
    public AlignedBuffer Values { get; } = new(LengthOf(layout, miniBatchSize));

    /// <summary>[miniBatch, stride]; padding is zero. Empty until <see cref="AllocateErrors"/> is called.</summary>
    public AlignedBuffer Errors { get; private set; } = AlignedBuffer.Empty;

    public Span<float> ValuesOf(int item) => Values.Slice(item * Layout.Stride, Layout.Stride);

    /// <summary>A copy of one example's numbers in the order that users see: [channels, height, width].</summary>
    public float[] ChannelsFirst(int item) => ChannelsFirst(ValuesOf(item));

    /// <summary>A copy of one example's errors, in the same order.</summary>
    public float[] ErrorsChannelsFirst(int item) => ChannelsFirst(ErrorsOf(item));

    /// <summary>Sets one example's numbers and clears the padding, which an activation in place may have changed.</summary>
    /// <param name="item">Which example.</param>
    /// <param name="ordered">[channels, height, width].</param>
    public void SetChannelsFirst(int item, ReadOnlySpan<float> ordered)
    {
        Span<float> values = ValuesOf(item);
        if (Layout.IsChannelsFirst)
        {
            ordered.CopyTo(values);
            values[ordered.Length..].Clear();
            return;
        }

        values.Clear();
        for (int i = 0; i < ordered.Length; i++)
            values[Layout.OffsetOf(i)] = ordered[i];
    }

    /// <summary>Allocates the errors, which a pass that only reads does not need.</summary>
    public void AllocateErrors()
    {
        if (Errors.Length == 0)
            Errors = new AlignedBuffer(Values.Length);
    }

    public Span<float> ErrorsOf(int item) => Errors.Slice(item * Layout.Stride, Layout.Stride);

    private float[] ChannelsFirst(ReadOnlySpan<float> numbers)
    {
        float[] ordered = new float[Layout.Channels * Layout.Pixels];
        for (int i = 0; i < ordered.Length; i++)
            ordered[i] = numbers[Layout.OffsetOf(i)];
        return ordered;
    }

    private static int LengthOf(Layout layout, int miniBatchSize)
    {
        long length = (long)miniBatchSize * layout.Stride;
        return length <= MaxLength ? (int)length : throw new InklingException(
            FormattableString.Invariant($"A mini-batch of {miniBatchSize:N0} examples with {layout.Stride:N0} numbers ")
            + "between two layers does not fit into memory. "
            + FormattableString.Invariant($"Take mini-batches of at most {MaxLength / layout.Stride:N0}."));
    }
}
