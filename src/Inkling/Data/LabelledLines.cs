namespace Inkling;

/// <summary>Images of one height and any width in memory, each with a string of classes.</summary>
/// <example>
/// <code>
/// LabelledLines lines = new([(pixels, [1, 9, 8, 4])], height: 32);
/// </code>
/// </example>
public sealed class LabelledLines : LineExamples
{
    private readonly (byte[] Pixels, byte[] Label)[] _lines;

    /// <summary>Wraps images and their strings, which are not copied.</summary>
    /// <param name="lines">
    /// Pixels, [height, width], row-major, 0 for paper and 255 for ink, and the classes from left to right. A string may be
    /// empty.
    /// </param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="classes">Number of classes, 1 to 255: 10 for digits.</param>
    /// <exception cref="ArgumentException">
    /// There are none, an image is not of that height or is empty, or a label is too large.
    /// </exception>
    public LabelledLines(IEnumerable<(byte[] Pixels, byte[] Label)> lines, int height, int classes = 10)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, byte.MaxValue);
        _lines = [.. lines];
        if (_lines.Length == 0)
            throw new ArgumentException("At least one line is needed.", nameof(lines));
        foreach ((int i, (byte[] pixels, byte[] label)) in _lines.Index())
        {
            if (pixels.Length == 0 || pixels.Length % height != 0)
                throw new ArgumentException($"Line {i} has {pixels.Length} pixels, which are no {height} rows.", nameof(lines));
            if (label.AsSpan().ContainsAnyInRange((byte)classes, byte.MaxValue))
                throw new ArgumentException($"The label of line {i} has a class that is not under {classes}.", nameof(lines));
        }

        (Height, Classes) = (height, classes);
        MaxWidth = _lines.Max(line => line.Pixels.Length) / height;
    }

    /// <inheritdoc/>
    public override int Count => _lines.Length;

    /// <inheritdoc/>
    public override int Height { get; }

    /// <inheritdoc/>
    public override int MaxWidth { get; }

    /// <inheritdoc/>
    public override int Classes { get; }

    /// <inheritdoc/>
    public override int CopyLine(int index, Span<float> line)
    {
        RequireIndex(index);
        byte[] pixels = _lines[index].Pixels;
        for (int i = 0; i < pixels.Length; i++)
            line[i] = pixels[i] / 255f;
        return pixels.Length / Height;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> LabelOf(int index)
    {
        RequireIndex(index);
        return _lines[index].Label;
    }
}
