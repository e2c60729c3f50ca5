using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Inkling;

/// <summary>
/// Examples for networks that read strings: grey images of one height and any width, each with a string of classes.
/// <see cref="LabelledLines"/> holds them in memory; another subclass may make a line when it is asked for.
/// </summary>
/// <remarks>All members may be called from several threads at once, and must return the same for the same example.</remarks>
public abstract class LineExamples : Examples
{
    /// <summary>Rows of an image.</summary>
    public abstract int Height { get; }

    /// <summary>Columns of the widest image, or more: a mini-batch has memory for this width.</summary>
    public abstract int MaxWidth { get; }

    /// <summary>Number of classes, at most 255: 10 for digits. The network has one output more, the blank, as its last.</summary>
    public abstract int Classes { get; }

    /// <summary>Numbers in one column of an input: <see cref="Height"/>.</summary>
    public sealed override int InputSize => Height;

    /// <summary>Numbers in one column of outputs: the classes, then the blank.</summary>
    public sealed override int OutputSize => Classes + 1;

    /// <summary>Writes the image of one example: 0 is paper, 1 is ink.</summary>
    /// <param name="index">Which example, from 0.</param>
    /// <param name="line">Receives [height, width] in its first numbers; there is room for the widest image.</param>
    /// <returns>The width, from 1 to <see cref="MaxWidth"/>.</returns>
    public abstract int CopyLine(int index, Span<float> line);

    /// <summary>Writes the image of one example, and requires its width to be one that a network takes.</summary>
    /// <param name="index">Which example, from 0.</param>
    /// <param name="line">Receives [height, width], as for <see cref="CopyLine"/>.</param>
    /// <param name="minWidth">The narrowest image that the network takes.</param>
    /// <returns>The width.</returns>
    /// <exception cref="InklingException">It is narrower, or wider than <see cref="MaxWidth"/>.</exception>
    internal int CopyLineOf(int index, Span<float> line, int minWidth)
    {
        int width = CopyLine(index, line);
        if (width < minWidth || width > MaxWidth)
            throw new InklingException(FormattableString.Invariant(
                $"Example {index} is {width} columns wide; the network takes {minWidth} and more, ")
                + FormattableString.Invariant($"and the widest of the examples is said to have {MaxWidth}."));
        return width;
    }

    /// <summary>The string of one example: its classes from left to right, each less than <see cref="Classes"/>.</summary>
    /// <param name="index">Which example, from 0.</param>
    public abstract ReadOnlySpan<byte> LabelOf(int index);

    /// <summary>The same as <see cref="CopyLine"/>, without the width.</summary>
    /// <param name="index">Which example, from 0.</param>
    /// <param name="input">Receives [height, width]; must have room for it.</param>
    public sealed override void CopyInput(int index, Span<float> input) => CopyLine(index, input);

    /// <summary>Not for strings, whose length is not that of an output: see <see cref="LabelOf"/>.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override void CopyTarget(int index, Span<float> target) => throw IsString();

    /// <summary>Not for strings, which have several classes: see <see cref="LabelOf"/>.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public sealed override int ClassOf(int index) => throw IsString();

    internal override bool Fit(Shape input) => input == new Shape(1, Height, Shape.AnyWidth);

    internal override void AppendInputs(IncrementalHash hash)
    {
        float[] line = new float[checked(Height * MaxWidth)];
        for (int i = 0; i < Count; i++)
            hash.AppendData(MemoryMarshal.AsBytes(line.AsSpan(0, Height * CopyLine(i, line))));
    }

    internal override void AppendTargets(IncrementalHash hash)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        for (int i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, LabelOf(i).Length);
            hash.AppendData(length);
            hash.AppendData(LabelOf(i));
        }
    }

    private static NotSupportedException IsString() => new("The target of a line is a string of classes: LabelOf.");
}
