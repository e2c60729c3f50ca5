using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// One contiguous buffer for all weights and biases of a network (or for all of their gradients, in the same places), and
/// the layers that look into it: whatever treats all parameters alike is one loop over <see cref="Span"/>.
/// </summary>
internal sealed class ParameterBuffer
{
    private readonly AlignedBuffer _buffer;

    /// <exception cref="ArgumentException">Fewer than two layers, an empty layer, or more weights than an array can hold.</exception>
    public ParameterBuffer(ReadOnlySpan<int> sizes)
    {
        if (sizes.Length < 2)
            throw new ArgumentException("A network has at least two layers: its inputs and its outputs.", nameof(sizes));
        long length = 0;
        for (int l = 0; l < sizes.Length; l++)
        {
            if (sizes[l] < 1)
                throw new ArgumentException($"Layer {l} has {sizes[l]} neurons; it needs at least 1.", nameof(sizes));
            if (l < sizes.Length - 1 && sizes[l] > SparseRows.MaxColumns)
                throw new ArgumentException($"Layer {l} has {sizes[l]} neurons; only the last may have more than {SparseRows.MaxColumns}.", nameof(sizes));
            if (l > 0)
                length += (sizes[l - 1] + 1L) * (sizes[l] + (long)Rows.Panel);
        }

        if (length > Array.MaxLength - Rows.Panel)
            throw new ArgumentException($"A network {string.Join('-', sizes.ToArray())} has too many weights ({length:N0}).", nameof(sizes));
        int start = 0;
        Sizes = [.. sizes];
        Dense[] layers = new Dense[sizes.Length - 1];
        for (int l = 1; l < sizes.Length; l++)
            start += Dense.BufferLength(sizes[l - 1], sizes[l]);
        _buffer = new AlignedBuffer(start);
        start = 0;
        for (int l = 1; l < sizes.Length; l++)
        {
            layers[l - 1] = new Dense(_buffer, start, sizes[l - 1], sizes[l]);
            start += Dense.BufferLength(sizes[l - 1], sizes[l]);
        }

        Layers = layers;
    }

    public int[] Sizes { get; }

    public Dense[] Layers { get; }

    /// <summary>Every parameter and the padding between them, which is zero.</summary>
    public Span<float> Span => _buffer.Span;
}
