namespace Inkling.Execution.Stages;

/// <summary>The offsets of evenly spaced pixels of an image: those of windows, or those of the pixels in a window.</summary>
internal static class PixelOffsets
{
    /// <summary>offsets[y, x] = (y · stride.Height · imageWidth + x · stride.Width) · pitch.</summary>
    /// <param name="offsets">Receives [rows, width].</param>
    /// <param name="width">How many pixels there are in a row.</param>
    /// <param name="stride">The distance between two of them in the image, down and across.</param>
    /// <param name="imageWidth">Pixels in a row of the image.</param>
    /// <param name="pitch">Floats from one pixel of the image to the next.</param>
    public static void Fill(Span<int> offsets, int width, Sides stride, int imageWidth, int pitch)
    {
        for (int first = 0, y = 0; first < offsets.Length; first += width, y += stride.Height)
        {
            for (int i = 0, x = 0; i < width; i++, x += stride.Width)
                offsets[first + i] = (y * imageWidth + x) * pitch;
        }
    }
}
