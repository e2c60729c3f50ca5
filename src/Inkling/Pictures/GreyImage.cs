namespace Inkling;

/// <summary>A greyscale picture, decoded from a picture file or made from pixels.</summary>
public sealed class GreyImage
{
    private readonly byte[] _pixels;

    /// <summary>Wraps pixels in an image.</summary>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">[height, width], row-major; 0 is black, 255 is white. Not copied.</param>
    /// <exception cref="ArgumentException">The length is not width × height.</exception>
    public GreyImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if ((long)width * height != pixels.Length)
            throw new ArgumentException(
                $"A {width}×{height} picture has {(long)width * height} pixels, not {pixels.Length}.",
                nameof(pixels));
        Width = width;
        Height = height;
        _pixels = pixels;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>
    /// File pixels per pixel of this image, in each direction, at least 1: large photos are reduced as they are decoded.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is less than 1, NaN, or so large that the file would have more than 2,147,483,647 columns or rows.
    /// </exception>
    public double Reduction
    {
        get;
        init => field = value >= 1 && value * Math.Max(Width, Height) <= int.MaxValue
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(value),
                value,
                "A pixel stands for at least 1 pixel of the file in each direction, "
                + "and for no more than a file can have.");
    } = 1;

    /// <summary>
    /// Size of the picture file, upright, which bounds the boxes of a reading; by default, this image's size times
    /// <see cref="Reduction"/>.
    /// </summary>
    internal (int Width, int Height) FileSize
    {
        get => field == default ? ((int)Math.Round(Width * Reduction), (int)Math.Round(Height * Reduction)) : field;
        init;
    }

    /// <summary>All pixels, [height, width], row-major; 0 is black, 255 is white.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>One pixel; 0 is black, 255 is white.</summary>
    public byte this[int row, int column] => _pixels[row * Width + column];
}
