using SkiaSharp;

namespace Inkling.Imaging;

/// <summary>From colours with transparency to shades of grey, and from the camera's orientation to upright.</summary>
internal static class Greys
{
    /// <summary>Luminance (Rec. 709) of unpremultiplied RGBA pixels, transparent parts laid on paper.</summary>
    public static GreyImage Of(SKBitmap bitmap, double reduction)
    {
        byte[] grey = new byte[bitmap.Width * bitmap.Height];
        ReadOnlySpan<byte> rgba = bitmap.GetPixelSpan();
        bool isOpaque = true;
        for (int i = 0; i < grey.Length; i++)
        {
            ReadOnlySpan<byte> pixel = rgba.Slice(4 * i, 4);
            grey[i] = (byte)((13933 * pixel[0] + 46871 * pixel[1] + 4732 * pixel[2] + 32768) >> 16); // 0.2126, 0.7152, 0.0722
            isOpaque &= pixel[3] == 255;
        }

        if (!isOpaque)
            LayOnPaper(grey, rgba);
        return new GreyImage(bitmap.Width, bitmap.Height, grey) { Reduction = reduction };
    }

    private static void LayOnPaper(Span<byte> grey, ReadOnlySpan<byte> rgba)
    {
        int paper = PaperUnder(grey, rgba);
        for (int i = 0; i < grey.Length; i++)
        {
            int alpha = rgba[4 * i + 3];
            grey[i] = (byte)((grey[i] * alpha + paper * (255 - alpha) + 127) / 255);
        }
    }

    /// <summary>
    /// What is drawn on nothing is ink, and its paper is the opposite: white under dark ink, black under light ink. But where
    /// most of the picture is opaque and not of one shade, it brings its own paper along, and what is transparent (rounded
    /// corners, a cut-out note) becomes like it.
    /// </summary>
    private static int PaperUnder(ReadOnlySpan<byte> grey, ReadOnlySpan<byte> rgba)
    {
        double opaque = 0, sum = 0, sumOfSquares = 0;
        for (int i = 0; i < grey.Length; i++)
        {
            double alpha = rgba[4 * i + 3];
            opaque += alpha;
            sum += alpha * grey[i];
            sumOfSquares += alpha * grey[i] * grey[i];
        }

        if (opaque == 0)
            return 255;
        double mean = sum / opaque, deviation = Math.Sqrt(Math.Max(0, sumOfSquares / opaque - mean * mean));
        bool bringsPaper = opaque > 0.5 * 255 * grey.Length && deviation > 16;
        return mean > 127.5 == bringsPaper ? 255 : 0;
    }

    /// <summary>
    /// Undoes the orientation that a camera noted: EXIF's eight values (TIFF 6.0, tag 274), each named by the edges of the
    /// scene where the file's first row and first column lie.
    /// </summary>
    public static GreyImage Upright(this GreyImage image, SKEncodedOrigin origin)
    {
        int w = image.Width, last = image.Pixels.Length - 1;
        // Where the upright picture begins in the file's pixels, and how far a step to the right and a step down lead there.
        (int start, int right, int down) = origin switch
        {
            SKEncodedOrigin.TopRight => (w - 1, -1, w),
            SKEncodedOrigin.BottomRight => (last, -1, -w),
            SKEncodedOrigin.BottomLeft => (last - w + 1, 1, -w),
            SKEncodedOrigin.LeftTop => (0, w, 1),
            SKEncodedOrigin.RightTop => (last - w + 1, -w, 1),
            SKEncodedOrigin.RightBottom => (last, -w, -1),
            SKEncodedOrigin.LeftBottom => (w - 1, w, -1),
            _ => (0, 1, w),
        };
        if ((start, right, down) == (0, 1, w))
            return image;
        bool isTurned = origin >= SKEncodedOrigin.LeftTop; // the last four lie on their side
        (int width, int height) = isTurned ? (image.Height, w) : (w, image.Height);
        byte[] pixels = new byte[width * height];
        ReadOnlySpan<byte> source = image.Pixels;
        for (int row = 0, i = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++, i++)
                pixels[i] = source[start + row * down + column * right];
        }

        return new GreyImage(width, height, pixels) { Reduction = image.Reduction };
    }
}
