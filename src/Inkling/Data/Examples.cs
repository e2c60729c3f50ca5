using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Inkling.Numerics.Kernels;

namespace Inkling;

/// <summary>
/// Training or test examples: pairs (x, y) of an input and the desired output, as in network.py's <c>training_data</c>.
/// Subclasses hold images (<see cref="LabelledImages"/>) or vectors (<see cref="VectorExamples"/>).
/// </summary>
public abstract class Examples
{
    private SparseRows? _sparseInputs;

    /// <summary>How many examples there are.</summary>
    public abstract int Count { get; }

    /// <summary>Numbers in one input.</summary>
    public abstract int InputSize { get; }

    /// <summary>Numbers in one output.</summary>
    public abstract int OutputSize { get; }

    /// <summary>Writes the input x of one example.</summary>
    /// <param name="index">Which example, from 0.</param>
    /// <param name="input">Receives <see cref="InputSize"/> numbers; [channels, height, width] for an image.</param>
    public abstract void CopyInput(int index, Span<float> input);

    /// <summary>Writes the desired output y(x) of one example.</summary>
    /// <param name="index">Which example, from 0.</param>
    /// <param name="target">Receives <see cref="OutputSize"/> numbers.</param>
    public abstract void CopyTarget(int index, Span<float> target);

    /// <summary>The class of an example: the index of the largest number in its desired output.</summary>
    public abstract int ClassOf(int index);

    /// <summary>Whether <see cref="SparseInputs"/> is available: inputs are bytes, as in images, most of them 0.</summary>
    internal virtual bool IsSparse => false;

    /// <summary>Whether these inputs fit a network whose input has this shape.</summary>
    internal virtual bool Fit(Shape input) => InputSize == input.Size;

    /// <summary>Checks that every index is that of an example.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is negative, or not under <see cref="Count"/>.</exception>
    internal void RequireIndices(ReadOnlySpan<int> indices)
    {
        foreach (int index in indices)
            RequireIndex(index);
    }

    /// <summary>Checks that an index is that of an example.</summary>
    private protected void RequireIndex(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} examples, numbered from 0.");
    }

    /// <summary>
    /// The inputs' non-zero numbers, which the first layer works on. Built at first use and cached: it takes 2 bytes for each
    /// non-zero number, 16 MB for MNIST's 50,000 training images.
    /// </summary>
    /// <exception cref="NotSupportedException">The examples are not sparse.</exception>
    internal SparseRows SparseInputs => _sparseInputs ?? LazyInitializer.EnsureInitialized(ref _sparseInputs, MakeSparseInputs);

    /// <summary>Adds every input to a hash, by which resumed training checks that its examples are the same.</summary>
    internal virtual void AppendInputs(IncrementalHash hash)
    {
        float[] input = new float[InputSize];
        for (int i = 0; i < Count; i++)
        {
            CopyInput(i, input);
            hash.AppendData(MemoryMarshal.AsBytes(input.AsSpan()));
        }
    }

    /// <summary>Adds every desired output, and every class, to a hash.</summary>
    internal virtual void AppendTargets(IncrementalHash hash)
    {
        float[] target = new float[OutputSize];
        Span<byte> of = stackalloc byte[sizeof(int)];
        for (int i = 0; i < Count; i++)
        {
            CopyTarget(i, target);
            hash.AppendData(MemoryMarshal.AsBytes(target.AsSpan()));
            BinaryPrimitives.WriteInt32LittleEndian(of, ClassOf(i));
            hash.AppendData(of);
        }
    }

    private protected virtual SparseRows MakeSparseInputs() => throw new NotSupportedException("These examples are not sparse.");
}
