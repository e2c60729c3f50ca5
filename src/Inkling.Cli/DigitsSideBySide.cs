using Inkling.Numerics;
using Inkling.Synthesis;

namespace Inkling.Cli;

/// <summary>
/// Pictures of numbers from one writer's digits as MNIST has them, 20 pixels high, side by side: without distortion, signs or
/// marks.
/// </summary>
/// <param name="digits">Images of digits and their writers.</param>
/// <param name="isTouching">Whether each digit's strokes meet those before it, or paper is between them.</param>
/// <param name="seed">The same seed gives the same pictures.</param>
internal sealed class DigitsSideBySide(WriterDigits digits, bool isTouching, long seed)
{
    private const int Side = 28, Height = 64, Top = 18, Margin = 16, MinDigits = 2, MaxDigits = 8;

    /// <summary>Touching: by how many columns digits overlap at most to meet, as 4 and 1 do.</summary>
    private const int MaxOverlap = 9;

    /// <summary>A picture, dark on light, and the number on it.</summary>
    /// <param name="index">Which: the same index has the same picture.</param>
    public (GreyImage Picture, string Number) Write(int index)
    {
        RandomStream random = new(seed, index);
        int length = MinDigits + random.NextInt32(MaxDigits - MinDigits + 1), writer = random.NextInt32(digits.Writers);
        int pitch = 2 * Margin + length * (Side + 8), right = Margin;
        byte[] page = new byte[Height * pitch];
        char[] number = new char[length];
        for (int i = 0; i < length; i++)
        {
            int digit = random.NextInt32(10), y = Top + random.NextInt32(5) - 2;
            number[i] = (char)('0' + digit);
            ReadOnlySpan<byte> image = digits.Pick(writer, digit, random);
            (int from, _, int to, _) = WriterDigits.InkBox(image) ?? (0, 0, Side, Side);
            int x = right - from + (isTouching && i > 0 ? -Nearest(page, pitch, right, image, from, y) : 2 + random.NextInt32(7));
            for (int k = 0; k < image.Length; k++)
            {
                ref byte pixel = ref page[(y + k / Side) * pitch + Math.Max(0, x + k % Side)];
                pixel = Math.Max(pixel, image[k]);
            }

            right = Math.Max(right, x + to);
        }

        int width = right + Margin;
        byte[] picture = new byte[Height * width];
        for (int i = 0; i < picture.Length; i++)
            picture[i] = (byte)(255 - page[i / width * pitch + i % width]);
        return (new GreyImage(width, Height, picture), new string(number));
    }

    /// <summary>
    /// How many columns are between the ink of the page and that of an image set at its right, at most <see cref="MaxOverlap"/>.
    /// </summary>
    private static int Nearest(byte[] page, int pitch, int right, ReadOnlySpan<byte> image, int from, int top)
    {
        int nearest = MaxOverlap;
        for (int y = 0; y < Side; y++)
        {
            int left = from, last = right - 1, least = right - 1 - MaxOverlap;
            while (left < Side && image[y * Side + left] <= WriterDigits.Ink)
                left++;
            while (last >= least && MaxOf(page, pitch, last, top + y) <= WriterDigits.Ink)
                last--;
            if (left < Side)
                nearest = Math.Min(nearest, left - from + right - 1 - last);
        }

        return nearest;

        // Strokes that meet at a corner touch, too.
        static byte MaxOf(byte[] page, int pitch, int x, int y) =>
            Math.Max(page[y * pitch + x], Math.Max(page[(y - 1) * pitch + x], page[(y + 1) * pitch + x]));
    }
}
