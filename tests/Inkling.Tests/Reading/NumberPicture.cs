using Inkling.Numerics;

namespace Inkling.Tests.Reading;

/// <summary>Pictures of numbers, written with generated digits: dark ink on light paper.</summary>
internal static class NumberPicture
{
    public const int Paper = 225, Pen = 45;

    private static readonly LabelledImages Digits = GeneratedDigits.Create(400, seed: 11);

    /// <summary>A picture of text: digits, spaces (wide ones), points and line breaks.</summary>
    /// <param name="text">What to write.</param>
    /// <param name="height">How high digits are, in pixels.</param>
    /// <param name="gap">Between two digits, in digit heights; below 0 they touch.</param>
    /// <param name="seed">Whose hand.</param>
    public static GreyImage Of(string text, int height = 60, double gap = 0.25, int seed = 1)
    {
        string[] lines = text.Split('\n');
        int length = lines.Max(line => line.Length), spaces = lines.Max(line => line.Count(c => c == ' '));
        int width = (int)(height * (2 + length * (1.0 + Math.Max(0, gap)) + spaces * 2));
        int pictureHeight = (int)(height * (1 + 2 * lines.Length));
        double[] ink = new double[width * pictureHeight];
        RandomStream random = new(seed);
        for (int i = 0; i < lines.Length; i++)
        {
            double x = height, top = height * (1 + 2 * i);
            foreach (char c in lines[i])
            {
                if (c == ' ')
                    x += 2.5 * height;
                else if (c == '.')
                    x = Dot(ink, width, x, top + 0.95 * height, height);
                else
                    x = Paste(ink, width, pictureHeight, Pick(c - '0', random), x, top, height) + gap * height;
            }
        }

        return new GreyImage(width, pictureHeight, [.. ink.Select(value => (byte)Math.Round(Paper + (Pen - Paper) * value))]);
    }

    /// <summary>Another picture of the same: its pixels from a function of where they are.</summary>
    public static GreyImage Mapped(
        GreyImage picture, int width, int height, Func<int, int, (double X, double Y)> source, int paper = Paper)
    {
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (double u, double v) = source(x, y);
                int u0 = (int)Math.Floor(u), v0 = (int)Math.Floor(v);
                double right = u - u0, down = v - v0;
                double above = (1 - right) * At(u0, v0) + right * At(u0 + 1, v0);
            double below = (1 - right) * At(u0, v0 + 1) + right * At(u0 + 1, v0 + 1);
            double value = (1 - down) * above + down * below;
                pixels[y * width + x] = (byte)Math.Round(value);
            }
        }

        return new GreyImage(width, height, pixels);

        double At(int u, int v) => u >= 0 && v >= 0 && u < picture.Width && v < picture.Height ? picture[v, u] : paper;
    }

    private static byte[] Pick(int digit, RandomStream random)
    {
        int i = random.NextInt32(Digits.Count);
        while (Digits.Labels[i] != digit)
            i = (i + 1) % Digits.Count;
        return Digits.Pixels(i).ToArray();
    }

    /// <summary>Draws a glyph with its left side at x, 20 of its rows on a digit's height; returns where its ink ends.</summary>
    private static double Paste(double[] ink, int width, int height, byte[] glyph, double x, double top, int digitHeight)
    {
        double scale = digitHeight / 20.0;
        int[] columns = [.. Enumerable.Range(0, 28).Where(c => Enumerable.Range(0, 28).Any(r => glyph[r * 28 + c] > 100))];
        double left = x - columns[0] * scale;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                double u = (column + 0.5 - left) / scale - 0.5, v = (row + 0.5 - top) / scale - 0.5 + 4;
                int u0 = (int)Math.Floor(u), v0 = (int)Math.Floor(v);
                if (u0 < 0 || v0 < 0 || u0 >= 27 || v0 >= 27)
                    continue;
                double right = u - u0, down = v - v0;
                double above = (1 - right) * glyph[v0 * 28 + u0] + right * glyph[v0 * 28 + u0 + 1];
                double below = (1 - right) * glyph[v0 * 28 + 28 + u0] + right * glyph[v0 * 28 + u0 + 29];
                double value = ((1 - down) * above + down * below) / 255;
                value = Math.Clamp((value - 0.4) * scale + 0.5, 0, 1); // sharp edges, as a pen draws them
                ink[row * width + column] = Math.Max(ink[row * width + column], value);
            }
        }

        return left + (columns[^1] + 1) * scale;
    }

    private static double Dot(double[] ink, int width, double x, double y, int height)
    {
        double radius = 0.07 * height, cx = x + radius;
        for (int i = 0; i < ink.Length; i++)
        {
            double dx = i % width + 0.5 - cx, dy = i / width + 0.5 - y;
            ink[i] = Math.Max(ink[i], Math.Clamp(radius + 0.5 - Math.Sqrt(dx * dx + dy * dy), 0, 1));
        }

        return x + 2 * radius + 0.15 * height;
    }
}
