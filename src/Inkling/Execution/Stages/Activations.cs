using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Execution.Stages;

/// <summary>
/// The numbers passed between two layers for a mini-batch, and in the backward pass ∂C/∂ each of them. Items of networks for
/// inputs of any width have a width each; all have room for the widest.
/// </summary>
internal sealed class Activations(Layout layout, int miniBatchSize)
{
    private const int MaxLength = 1 << 30;

    private readonly int[] _widths = [.. Enumerable.Repeat(layout.Width, miniBatchSize)];
    private bool _isRagged; // whether an item's width was ever set

    /// <summary>The layout of the widest item: the room of each.</summary>
    public Layout Layout { get; } = layout;

    /// <summary>[miniBatch, stride]; an item's numbers are the first of its stride.</summary>
    public AlignedBuffer Values { get; } = new(LengthOf(layout, miniBatchSize));

    /// <summary>[miniBatch, stride]; padding is zero. Empty until <see cref="AllocateErrors"/> is called.</summary>
    public AlignedBuffer Errors { get; private set; } = AlignedBuffer.Empty;

    public int WidthOf(int item) => _widths[item];

    /// <summary>Sets an item's width, at most that of <see cref="Layout"/>.</summary>
    public void SetWidth(int item, int width)
    {
        KernelArguments.Require(width >= 1 && width <= Layout.Width);
        _widths[item] = width;
        _isRagged = true;
    }

    public Layout LayoutOf(int item) => Layout.WithWidth(_widths[item]);

    public Span<float> ValuesOf(int item) => Values.Slice(item * Layout.Stride, LengthOf(item));

    /// <summary>
    /// The numbers of some items in <see cref="Values"/> and <see cref="Errors"/>: one range where all items fill their room,
    /// otherwise one for each.
    /// </summary>
    public ItemRanges RangesOf(int start, int end) => new(this, start, end);

    /// <summary>A copy of one example's numbers in the order that users see: [channels, height, width].</summary>
    public float[] ChannelsFirst(int item) => ChannelsFirst(ValuesOf(item), LayoutOf(item));

    /// <summary>A copy of one example's errors, in the same order.</summary>
    public float[] ErrorsChannelsFirst(int item) => ChannelsFirst(ErrorsOf(item), LayoutOf(item));

    /// <summary>
    /// Sets one example's numbers, of the width that was set, and clears the padding, which an activation in place may have
    /// changed.
    /// </summary>
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

        Layout own = LayoutOf(item);
        values.Clear();
        for (int i = 0; i < ordered.Length; i++)
            values[own.OffsetOf(i)] = ordered[i];
    }

    /// <summary>Allocates the errors, which a pass that only reads does not need.</summary>
    public void AllocateErrors()
    {
        if (Errors.Length == 0)
            Errors = new AlignedBuffer(Values.Length);
    }

    public Span<float> ErrorsOf(int item) => Errors.Slice(item * Layout.Stride, LengthOf(item));

    private int LengthOf(int item) => _isRagged ? LayoutOf(item).Stride : Layout.Stride;

    private static float[] ChannelsFirst(ReadOnlySpan<float> numbers, Layout layout)
    {
        float[] ordered = new float[layout.Channels * layout.Pixels];
        for (int i = 0; i < ordered.Length; i++)
            ordered[i] = numbers[layout.OffsetOf(i)];
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

    /// <summary>Ranges of numbers, for a loop over them.</summary>
    public struct ItemRanges(Activations of, int start, int end)
    {
        private int _next = start;

        /// <summary>The first number, and how many there are: a multiple of 16.</summary>
        public (int Start, int Length) Current { get; private set; }

        public readonly ItemRanges GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next >= end)
                return false;
            int stride = of.Layout.Stride;
            Current = of._isRagged ? (_next * stride, of.LengthOf(_next)) : (_next * stride, (end - _next) * stride);
            _next = of._isRagged ? _next + 1 : end;
            return true;
        }
    }
}
