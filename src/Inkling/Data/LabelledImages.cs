using System.Security.Cryptography;
using Inkling.Numerics.Kernels;

namespace Inkling;

/// <summary>
/// Grey images of one size with a label each, as in MNIST and data sets like it. As examples for a network, an image is its
/// pixels divided by 255 and a label is a one-hot vector.
/// </summary>
public sealed class LabelledImages : Examples
{
    private static readonly float[] GreyLevels = [.. Enumerable.Range(0, 256).Select(level => level / 255f)];

    private readonly ReadOnlyMemory<byte> _pixels;
    private readonly ReadOnlyMemory<byte> _labels;
    private readonly float[][]? _targets;

    /// <summary>Wraps images and labels, which are not copied.</summary>
    /// <param name="pixels">[count, height, width], row-major; 0 is paper, 255 is ink.</param>
    /// <param name="labels">[count]; each less than <paramref name="classes"/>.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="classes">Number of classes: 10 for digits.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label is too large.</exception>
    public LabelledImages(
        ReadOnlyMemory<byte> pixels,
        ReadOnlyMemory<byte> labels,
        int height = 28,
        int width = 28,
        int classes = 10)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        if ((long)labels.Length * height * width != pixels.Length)
            throw new ArgumentException(
                $"{labels.Length} labels of {height}×{width} images "
                + $"ask for {(long)labels.Length * height * width} pixels, not {pixels.Length}.",
                nameof(pixels));
        if (classes < 256 && labels.Span.ContainsAnyInRange((byte)classes, byte.MaxValue))
            throw new ArgumentException($"A label is not under {classes}.", nameof(labels));
        _pixels = pixels;
        _labels = labels;
        Height = height;
        Width = width;
        Classes = classes;
    }

    private LabelledImages(
        ReadOnlyMemory<byte> pixels,
        ReadOnlyMemory<byte> labels,
        int height,
        int width,
        int classes,
        float[][]? targets)
        : this(pixels, labels, height, width, classes) => _targets = targets;

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <inheritdoc/>
    public override int Count => _labels.Length;

    /// <inheritdoc/>
    public override int InputSize => Height * Width;

    /// <inheritdoc/>
    public override int OutputSize => Classes;

    /// <summary>All labels, [count].</summary>
    public ReadOnlySpan<byte> Labels => _labels.Span;

    /// <summary>One image's pixels, [height, width], row-major; 0 is paper, 255 is ink.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ReadOnlySpan<byte> Pixels(int index)
    {
        RequireIndex(index);
        return _pixels.Span.Slice(index * InputSize, InputSize);
    }

    /// <summary>A range of the images, sharing their memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the images.</exception>
    public LabelledImages Slice(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Count);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - start);
        return new(
            _pixels.Slice(start * InputSize, count * InputSize),
            _labels.Slice(start, count),
            Height,
            Width,
            Classes,
            _targets?[start..(start + count)]);
    }

    /// <summary>Copies of some of the images, in the order of their indices.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    internal LabelledImages Select(ReadOnlySpan<int> indices)
    {
        byte[] pixels = new byte[indices.Length * InputSize], labels = new byte[indices.Length];
        float[][]? targets = _targets is null ? null : new float[indices.Length][];
        for (int i = 0; i < indices.Length; i++)
        {
            Pixels(indices[i]).CopyTo(pixels.AsSpan(i * InputSize));
            labels[i] = Labels[indices[i]];
            if (targets is not null)
                targets[i] = _targets![indices[i]];
        }

        return new LabelledImages(pixels, labels, Height, Width, Classes, targets);
    }

    /// <summary>
    /// The same images with other targets than one-hot vectors, such as an ensemble's outputs for a small network to learn
    /// (distillation, Hinton et al., arXiv 1503.02531). <see cref="ClassOf"/> still returns the label.
    /// </summary>
    /// <param name="targets">[count][classes], not copied.</param>
    /// <exception cref="ArgumentException">The number of targets or the length of one does not fit.</exception>
    public LabelledImages WithTargets(IReadOnlyList<float[]> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.Count != Count || targets.Any(target => target.Length != Classes))
            throw new ArgumentException(
                $"{Count} images in {Classes} classes need {Count} targets of {Classes} numbers.",
                nameof(targets));
        return new LabelledImages(_pixels, _labels, Height, Width, Classes, [.. targets]);
    }

    /// <summary>Copies of the images, augmented as in one epoch of training.</summary>
    /// <param name="augmentation">How the images are changed.</param>
    /// <param name="seed">The same seed gives the same changes.</param>
    public LabelledImages Augmented(Augmentation augmentation, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(augmentation);
        byte[] changed = new byte[_pixels.Length];
        Parallel.For(0, Count, i =>
        {
            float[] image = new float[InputSize];
            CopyInput(i, image);
            augmentation.Apply(image, Height, Width, seed, i);
            for (int p = 0; p < image.Length; p++)
                changed[i * InputSize + p] = (byte)(255 * image[p] + 0.5f);
        });
        return new LabelledImages(changed, _labels, Height, Width, Classes, _targets);
    }

    /// <summary>Copies of the images, moved by whole pixels; pixels moved out are lost, gaps are filled with paper.</summary>
    /// <param name="dx">Pixels to the right.</param>
    /// <param name="dy">Pixels down.</param>
    public LabelledImages Moved(int dx, int dy)
    {
        byte[] moved = new byte[_pixels.Length];
        for (int i = 0; i < Count; i++)
        {
            for (int y = Math.Max(0, dy); y < Math.Min(Height, Height + dy); y++)
            {
                for (int x = Math.Max(0, dx); x < Math.Min(Width, Width + dx); x++)
                    moved[i * InputSize + y * Width + x] = Pixels(i)[(y - dy) * Width + x - dx];
            }
        }

        return new LabelledImages(moved, _labels, Height, Width, Classes, _targets);
    }

    /// <summary>Copies of these images followed by others, for example to train on real and generated digits.</summary>
    /// <exception cref="ArgumentException">The others are of another size, or have other classes.</exception>
    public LabelledImages Concat(LabelledImages others)
    {
        ArgumentNullException.ThrowIfNull(others);
        if (others.Height != Height || others.Width != Width || others.Classes != Classes)
            throw new ArgumentException(
                $"Images of {others.Height}×{others.Width} in {others.Classes} classes "
                + $"do not go with images of {Height}×{Width} in {Classes}.",
                nameof(others));
        float[][]? targets = _targets is null && others._targets is null ? null : [.. AllTargets(), .. others.AllTargets()];
        return new LabelledImages(
            (byte[])[.. _pixels.Span, .. others._pixels.Span],
            (byte[])[.. _labels.Span, .. others._labels.Span],
            Height,
            Width,
            Classes,
            targets);
    }

    /// <inheritdoc/>
    public override void CopyInput(int index, Span<float> input)
    {
        ReadOnlySpan<byte> pixels = Pixels(index);
        for (int i = 0; i < pixels.Length; i++)
            input[i] = GreyLevels[pixels[i]];
    }

    /// <inheritdoc/>
    public override void CopyTarget(int index, Span<float> target)
    {
        RequireIndex(index);
        if (_targets is not null)
        {
            _targets[index].CopyTo(target);
            return;
        }

        target[..OutputSize].Clear();
        target[Labels[index]] = 1;
    }

    /// <inheritdoc/>
    public override int ClassOf(int index)
    {
        RequireIndex(index);
        return Labels[index];
    }

    internal override void AppendInputs(IncrementalHash hash) => hash.AppendData(_pixels.Span);

    internal override void AppendTargets(IncrementalHash hash)
    {
        hash.AppendData(_labels.Span);
        if (_targets is not null)
            base.AppendTargets(hash);
    }

    private float[][] AllTargets()
    {
        float[][] targets = new float[Count][];
        for (int i = 0; i < Count; i++)
            CopyTarget(i, targets[i] = new float[Classes]);
        return targets;
    }

    internal override bool IsSparse => true;

    /// <summary>[images, height, width]: all grey levels.</summary>
    internal ReadOnlySpan<byte> AllPixels => _pixels.Span;

    internal override bool Fit(Shape input) => input.IsGreyImage(Height, Width);

    private protected override SparseRows MakeSparseInputs() => SparseRows.FromBytes(_pixels.Span, Count, InputSize, GreyLevels);
}
