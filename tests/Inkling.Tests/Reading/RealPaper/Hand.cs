using Inkling.Numerics;

namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Writes with MNIST's test digits, enlarged smoothly to a pen's sharp edges.</summary>
/// <param name="random">Chooses digits, and all that varies.</param>
internal sealed class Hand(RandomStream random)
{
    private const int Side = 28;

    /// <summary>The height of most of MNIST's digits, in pixels.</summary>
    private const double UsualHeight = 20;

    private static readonly Lazy<(byte[][] Images, int[][] OfDigit)> Mnist = new(() =>
    {
        byte[] labels = RealMnist.TestLabels();
        return (RealMnist.TestImages(), [.. Enumerable.Range(0, 10).Select(digit =>
            Enumerable.Range(0, labels.Length).Where(i => labels[i] == digit).ToArray())]);
    });

    public RandomStream Random => random;

    /// <summary>A whole number, both ends possible.</summary>
    public int Between(int low, int high) => low + random.NextInt32(high - low + 1);

    public double Between(double low, double high) => random.NextDouble(low, high);

    public T OneOf<T>(params T[] choices) => choices[random.NextInt32(choices.Length)];

    /// <summary>As many random digits as one of these bounds or a number between.</summary>
    public string Number(int fewest, int most)
        => string.Concat(Enumerable.Range(0, Between(fewest, most)).Select(_ => (char)('0' + random.NextInt32(10))));

    /// <summary>One digit, cropped to its ink.</summary>
    /// <param name="digit">0 to 9.</param>
    /// <param name="height">The height, in pixels, of a digit of the usual height.</param>
    public Ink Digit(int digit, double height)
    {
        byte[] image = Mnist.Value.Images[OneOf(Mnist.Value.OfDigit[digit])];
        int[] inked = [.. Enumerable.Range(0, Side * Side).Where(i => image[i] > 60)];
        int left = inked.Min(i => i % Side), right = inked.Max(i => i % Side);
        int top = inked.Min() / Side, bottom = inked.Max() / Side;
        Ink source = new(Side, Side);
        for (int i = 0; i < image.Length; i++)
            source.Values[i] = image[i] / 255f;
        double scale = height / UsualHeight;
        Ink ink = new(
            Math.Max(2, (int)Math.Round((right - left + 1) * scale)),
            Math.Max(2, (int)Math.Round((bottom - top + 1) * scale)));
        for (int y = 0; y < ink.Height; y++)
        {
            for (int x = 0; x < ink.Width; x++)
            {
                float level = source.At(left + (x + 0.5) / scale - 0.5, top + (y + 0.5) / scale - 0.5);
                ink[x, y] = Math.Clamp((level - 0.35f) / 0.3f, 0, 1);
            }
        }

        return ink;
    }

    /// <summary>Digits and separators (/ - ( )) side by side.</summary>
    /// <param name="text">What to write.</param>
    /// <param name="height">The digits' height, in pixels.</param>
    /// <param name="gap">Between two of them, in heights; each varies.</param>
    public Ink Row(string text, double height, double gap = 0.2)
    {
        Ink[] glyphs = [.. text.Select(c =>
            char.IsAsciiDigit(c) ? Digit(c - '0', height * Between(0.92, 1.05)) : Separator(c, height))];
        int[] gaps = [.. glyphs.Select(_ => (int)(gap * height * Between(0.6, 1.4)))];
        Ink row = new(glyphs.Sum(glyph => glyph.Width) + gaps.Sum() + 2, (int)(height * 1.5));
        for (int i = 0, x = 0; i < glyphs.Length; x += glyphs[i].Width + gaps[i], i++)
            row.Add(glyphs[i], x, (int)((row.Height - glyphs[i].Height) / 2.0 + Between(-0.05, 0.05) * height));
        return row;
    }

    private Ink Separator(char separator, double height)
    {
        double pen = height * Between(0.06, 0.1);
        Ink ink;
        switch (separator)
        {
            case '/':
                ink = new Ink((int)(height * Between(0.3, 0.5)), (int)(height * Between(1.15, 1.4)));
                ink.Stroke((ink.Width - 1 - pen / 2, pen / 2), (pen / 2, ink.Height - 1 - pen / 2), pen);
                return ink;
            case '-':
                ink = new Ink((int)(height * Between(0.35, 0.5)), (int)(height * 0.2));
                ink.Stroke((pen / 2, ink.Height * 0.5), (ink.Width - 1 - pen / 2, ink.Height * 0.4), pen);
                return ink;
            case '(' or ')':
                ink = new Ink((int)(height * 0.3), (int)(height * 1.25));
                double side = separator == '(' ? ink.Width - 1 - pen / 2 : pen / 2, middle = ink.Width - 1 - side;
                ink.Stroke((side, pen / 2), (middle, ink.Height * 0.35), pen);
                ink.Stroke((middle, ink.Height * 0.35), (middle, ink.Height * 0.65), pen);
                ink.Stroke((middle, ink.Height * 0.65), (side, ink.Height - 1 - pen / 2), pen);
                return ink;
            default:
                throw new ArgumentException($"no separator: {separator}", nameof(separator));
        }
    }
}
