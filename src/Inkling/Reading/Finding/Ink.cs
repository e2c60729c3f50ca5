using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Finding;

/// <summary>
/// Where a picture has ink, and how much: what is left of it when the paper is taken away. Nothing in the reader changes it.
/// </summary>
public sealed class Ink
{
    private readonly float[] _values;

    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="values">[height, width], row-major; 0 is paper, 1 is full ink. Not copied.</param>
    /// <exception cref="ArgumentException">The length is not width × height.</exception>
    internal Ink(int width, int height, float[] values)
        : this(width, height, values, threshold: 0.5f, isDarkOnLight: true, reduction: 1)
    {
    }

    internal Ink(int width, int height, float[] values, float threshold, bool isDarkOnLight, int reduction)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if ((long)width * height != values.Length)
        {
            throw new ArgumentException(
                $"A {width}×{height} ink map has {(long)width * height} pixels, not {values.Length}.", nameof(values));
        }

        Width = width;
        Height = height;
        Threshold = threshold;
        IsDarkOnLight = isDarkOnLight;
        Reduction = reduction;
        _values = values;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>[height, width], row-major; 0 is paper, 1 is full ink.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The ink from which on a pixel is more pen than paper.</summary>
    public float Threshold { get; }

    /// <summary>Whether the ink was darker than the paper.</summary>
    public bool IsDarkOnLight { get; }

    /// <summary>How many of the picture's pixels, in each direction, a pixel of the map is the mean of.</summary>
    public int Reduction { get; }

    /// <summary>Finds the ink in a picture, dark on light or light on dark, in even light or uneven.</summary>
    /// <param name="picture">A picture. Large ones are reduced first.</param>
    /// <returns>A map of the picture's size, or of its reduced size; all 0 where there is nothing but paper.</returns>
    internal static Ink Of(GreyImage picture) => InkFinding.Find(picture, ReaderConstants.Default, new ReadingWork());

    /// <summary>The same map with other ink in it.</summary>
    /// <param name="values">[height, width]. Not copied.</param>
    internal Ink With(float[] values) => new(Width, Height, values, Threshold, IsDarkOnLight, Reduction);
}
