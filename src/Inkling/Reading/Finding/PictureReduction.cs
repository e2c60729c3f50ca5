using Inkling.Reading.Budget;

namespace Inkling.Reading.Finding;

/// <summary>Makes large pictures smaller.</summary>
internal static class PictureReduction
{
    /// <summary>
    /// Averages squares of pixels, and their noise with them. A picture that is not as wide or high as a square is averaged as
    /// far as it goes.
    /// </summary>
    public static GreyImage Reduce(GreyImage picture, int factor, ReadingWork work)
    {
        if (factor <= 1)
            return picture;
        int across = Math.Min(factor, picture.Width), down = Math.Min(factor, picture.Height);
        int width = picture.Width / across, height = picture.Height / down;
        byte[] pixels = new byte[width * height];
        long[] sums = new long[width];
        long area = (long)across * down;
        for (int row = 0; row < height; row++)
        {
            Array.Clear(sums);
            for (int i = 0; i < down; i++)
            {
                work.CountPixels(picture.Width);
                ReadOnlySpan<byte> line = picture.Pixels.Slice((row * down + i) * picture.Width, width * across);
                for (int column = 0, at = 0; column < width; column++)
                {
                    int sum = 0;
                    for (int j = 0; j < across; j++)
                        sum += line[at++];
                    sums[column] += sum;
                }
            }

            for (int column = 0; column < width; column++)
                pixels[row * width + column] = (byte)((sums[column] + area / 2) / area);
        }

        return new GreyImage(width, height, pixels);
    }
}
