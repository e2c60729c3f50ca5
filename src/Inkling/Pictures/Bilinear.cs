namespace Inkling;

/// <summary>Bilinear interpolation.</summary>
internal static class Bilinear
{
    /// <summary>The value at a point between pixels; pixels outside the image count as 0.</summary>
    /// <param name="image">[height, width], row-major.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="x">Column; whole numbers are the centres of pixels.</param>
    /// <param name="y">Row, likewise.</param>
    public static float At(ReadOnlySpan<float> image, int width, int height, double x, double y)
    {
        int x0 = (int)Math.Floor(x), y0 = (int)Math.Floor(y);
        float fx = (float)(x - x0), fy = (float)(y - y0);
        float above = (1 - fx) * Pixel(image, width, height, x0, y0) + fx * Pixel(image, width, height, x0 + 1, y0);
        float below = (1 - fx) * Pixel(image, width, height, x0, y0 + 1) + fx * Pixel(image, width, height, x0 + 1, y0 + 1);
        return (1 - fy) * above + fy * below;
    }

    private static float Pixel(ReadOnlySpan<float> image, int width, int height, int x, int y) =>
        x >= 0 && y >= 0 && x < width && y < height ? image[y * width + x] : 0;
}
