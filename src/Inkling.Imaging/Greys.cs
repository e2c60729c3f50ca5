using SkiaSharp;

namespace Inkling.Imaging;

/// <summary>Converts colours with transparency to greyscale, and rotates photos upright.</summary>
internal static class Greys
{
    /// <summary>
    /// Computes luminance (Rec. 709; or what <see cref="GreyWeights"/> finds clearer) of unpremultiplied RGBA or grey pixels,
    /// averaged over squares, with transparent parts composited onto paper.
    /// </summary>
    /// <param name="bitmap">RGBA, not premultiplied, or grey.</param>
    /// <param name="factor">
    /// The side of the squares, at least 1; incomplete squares at the right and the bottom are left out.
    /// </param>
    /// <param name="file">The size of the picture in its file, before rotation.</param>
    public static GreyImage Of(SKBitmap bitmap, int factor, SKSizeI file)
    {
        int across = Math.Min(factor, bitmap.Width),
            down = Math.Min(factor, bitmap.Height),
            width = bitmap.Width / across,
            height = bitmap.Height / down;
        byte[] grey = new byte[width * height], alpha = new byte[grey.Length];
        ReadOnlySpan<byte> pixels = bitmap.GetPixelSpan();
        bool isGrey = bitmap.BytesPerPixel == 1;
        GreyWeights weights = isGrey ? GreyWeights.Luminance : GreyWeights.For(bitmap);
        long area = (long)across * down;
        bool isOpaque = true;
        long[] levelSums = new long[width], alphaSums = new long[width];
        for (int row = 0; row < height; row++)
        {
            Array.Clear(levelSums);
            Array.Clear(alphaSums);
            for (int y = row * down; y < (row + 1) * down; y++)
            {
                ReadOnlySpan<byte> line = pixels.Slice(y * bitmap.RowBytes, bitmap.Width * bitmap.BytesPerPixel);
                if (isGrey)
                    AddGreys(line, across, levelSums);
                else
                    AddColours(line, across, weights, levelSums, alphaSums);
            }

            for (int column = 0, i = row * width; column < width; column++, i++)
            {
                long weight = isGrey ? 255 * area : alphaSums[column],
                    levels = isGrey ? 255 * levelSums[column] : levelSums[column];
                grey[i] = weight == 0 ? (byte)0 : (byte)((levels + weight / 2) / weight);
                alpha[i] = (byte)((weight + area / 2) / area);
                isOpaque &= weight == 255 * area;
            }
        }

        if (!isOpaque)
            LayOnPaper(grey, alpha);
        return new GreyImage(width, height, grey)
        {
            Reduction = Math.Max(file.Width, file.Height) / (double)Math.Max(width, height), // of the side that is less rounded
            FileSize = (file.Width, file.Height)
        };
    }

    /// <summary>Adds a row of grey pixels to the sums of their output columns.</summary>
    private static void AddGreys(ReadOnlySpan<byte> line, int across, Span<long> levelSums)
    {
        for (int column = 0, at = 0; column < levelSums.Length; column++)
        {
            int sum = 0;
            for (int i = 0; i < across; i++)
                sum += line[at++];
            levelSums[column] += sum;
        }
    }

    /// <summary>
    /// Adds a row of RGBA pixels, weighted by alpha, to the sums of their output columns, and sums their alpha.
    /// </summary>
    private static void AddColours(
        ReadOnlySpan<byte> line, int across, GreyWeights weights, Span<long> levelSums, Span<long> alphaSums)
    {
        for (int column = 0, at = 0; column < levelSums.Length; column++)
        {
            long levels = 0, alphas = 0;
            for (int i = 0; i < across; i++, at += 4)
            {
                int level = weights.LevelOf(line[at], line[at + 1], line[at + 2]);
                levels += level * line[at + 3];
                alphas += line[at + 3];
            }

            levelSums[column] += levels;
            alphaSums[column] += alphas;
        }
    }

    private static void LayOnPaper(Span<byte> grey, ReadOnlySpan<byte> alpha)
    {
        int paper = PaperUnder(grey, alpha);
        for (int i = 0; i < grey.Length; i++)
            grey[i] = (byte)((grey[i] * alpha[i] + paper * (255 - alpha[i]) + 127) / 255);
    }

    /// <summary>
    /// Chooses the shade to put under transparent pixels. By default the opaque pixels are ink, and the paper contrasts with
    /// them: white under dark ink, black under light ink. If the picture is mostly opaque and varies in shade, it includes its
    /// own paper, and transparent pixels (rounded corners, around a cut-out note) get the shade nearest to it.
    /// </summary>
    private static int PaperUnder(ReadOnlySpan<byte> grey, ReadOnlySpan<byte> alpha)
    {
        double opaque = 0, sum = 0, sumOfSquares = 0;
        for (int i = 0; i < grey.Length; i++)
        {
            double weight = alpha[i];
            opaque += weight;
            sum += weight * grey[i];
            sumOfSquares += weight * grey[i] * grey[i];
        }

        if (opaque == 0)
            return 255;
        double mean = sum / opaque, deviation = Math.Sqrt(Math.Max(0, sumOfSquares / opaque - mean * mean));
        bool bringsPaper = opaque > 0.5 * 255 * grey.Length && deviation > 16;
        return mean > 127.5 == bringsPaper ? 255 : 0;
    }

    /// <summary>
    /// Rotates a picture upright by its EXIF orientation: eight values (TIFF 6.0, tag 274), each named by the edges of the scene
    /// that the file's first row and first column show.
    /// </summary>
    public static GreyImage Upright(this GreyImage image, SKEncodedOrigin origin)
    {
        int w = image.Width, last = image.Pixels.Length - 1;
        // Index in the file's pixels of the upright picture's first pixel, and the strides of a step right and a step down.
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
        bool isTurned = origin >= SKEncodedOrigin.LeftTop; // the last four exchange width and height
        (int width, int height) = isTurned ? (image.Height, w) : (w, image.Height);
        byte[] pixels = new byte[width * height];
        ReadOnlySpan<byte> source = image.Pixels;
        for (int row = 0, i = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++, i++)
                pixels[i] = source[start + row * down + column * right];
        }

        (int fileWidth, int fileHeight) = image.FileSize;
        return new GreyImage(width, height, pixels)
        {
            Reduction = image.Reduction,
            FileSize = isTurned ? (fileHeight, fileWidth) : (fileWidth, fileHeight)
        };
    }
}
