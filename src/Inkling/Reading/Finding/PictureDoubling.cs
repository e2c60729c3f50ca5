using Inkling.Reading.Budget;

namespace Inkling.Reading.Finding;

/// <summary>Makes small pictures larger.</summary>
internal static class PictureDoubling
{
    /// <summary>
    /// Twice as wide and high, interpolated bilinearly between the pixels' middles, so that strokes and gaps a pixel or two wide
    /// are told apart. Its reduction is that of the picture.
    /// </summary>
    public static GreyImage Double(GreyImage picture, ReadingWork work)
    {
        int width = picture.Width, height = picture.Height;
        work.CountPixels(4 * width * height);
        byte[] pixels = new byte[4 * width * height];
        ReadOnlySpan<byte> from = picture.Pixels;
        for (int y = 0; y < 2 * height; y++)
        {
            int row = y / 2, nextRow = Math.Clamp(row + (y % 2 == 0 ? -1 : 1), 0, height - 1);
            for (int x = 0; x < 2 * width; x++)
            {
                int column = x / 2, nextColumn = Math.Clamp(column + (x % 2 == 0 ? -1 : 1), 0, width - 1);
                int near = 3 * from[row * width + column] + from[row * width + nextColumn];
                int next = 3 * from[nextRow * width + column] + from[nextRow * width + nextColumn];
                pixels[y * 2 * width + x] = (byte)((3 * near + next + 8) / 16);
            }
        }

        return new GreyImage(2 * width, 2 * height, pixels) { Reduction = picture.Reduction, FileSize = picture.FileSize };
    }
}
