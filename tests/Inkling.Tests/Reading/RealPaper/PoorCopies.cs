namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Numbers that noise, a printer, a stencil, a small scan or a crooked photo has made hard to read.</summary>
internal static class PoorCopies
{
    /// <summary>A noisy photo in even light.</summary>
    public static WrittenPicture Noise(Hand hand, int index)
    {
        string text = hand.Number(3, 6);
        Ink ink = hand.Row(text, 80).WithMargin(60);
        double paper = hand.Between(200, 235);
        return new(
            new Paper(ink.Width, ink.Height, paper)
                .Paint(ink, paper - hand.Between(120, 180))
                .Noise(hand.Random, hand.Between(3.5, 6))
                .ToImage(),
            text);
    }

    /// <summary>Strokes hatched, dotted as by a matrix printer, or cut by a stencil's bars.</summary>
    public static WrittenPicture BrokenStrokes(Hand hand, int index)
    {
        string text = hand.Number(1, 3);
        int height = hand.Between(50, 90);
        Ink ink = hand.Row(text, height).WithMargin(30), broken = new(ink.Width, ink.Height);
        double step = height / hand.Between(10.0, 18.0), bar = hand.Between(0, height * 0.4);
        for (int y = 0; y < ink.Height; y++)
        {
            for (int x = 0; x < ink.Width; x++)
            {
                double column = Math.Floor(x / step + 0.5) * step, row = Math.Floor(y / step + 0.5) * step;
                bool isDrawn = (index % 3) switch
                {
                    0 => (x + y) / step % 2 < 1.3,
                    1 => ink.At(column, row) > 0.5
                        && (x - column) * (x - column) + (y - row) * (y - row) < 0.38 * 0.38 * step * step,
                    _ => (x + height * 0.45 - bar) % (height * 0.45) >= height * 0.06,
                };
                broken[x, y] = isDrawn ? index % 3 == 1 ? 1 : ink[x, y] : 0;
            }
        }

        return new(new Paper(ink.Width, ink.Height, 255).Paint(broken, 35).ToImage(), text);
    }

    /// <summary>A number written, or photographed, at 20 to 45 degrees.</summary>
    public static WrittenPicture AtAnAngle(Hand hand, int index)
    {
        string text = hand.Number(3, 5);
        Ink ink = hand.Row(text, hand.Between(45, 70)).WithMargin(20).Rotated(hand.OneOf(-45, -30, -20, 20, 30, 45));
        return new(new Paper(ink.Width, ink.Height, 225).Paint(ink, hand.Between(30, 80)).Noise(hand.Random, 2).ToImage(), text);
    }

    /// <summary>A photograph on its side or upside down.</summary>
    public static WrittenPicture Sideways(Hand hand, int index)
    {
        string text = hand.Number(3, 6);
        Ink ink = hand.Row(text, hand.Between(45, 80)).WithMargin(40).Rotated(90 * (1 + index % 3));
        return new(new Paper(ink.Width, ink.Height, 235).Paint(ink, hand.Between(30, 80)).Noise(hand.Random, 1).ToImage(), text);
    }

    /// <summary>One small digit in black and white with ragged edges, with little or no paper around it.</summary>
    public static WrittenPicture RoughDigit(Hand hand, int index)
    {
        int digit = index % 10;
        Ink ink = hand.Digit(digit, hand.OneOf(16, 20, 28, 40)).WithMargin(hand.Between(0, 4));
        for (int i = 0; i < ink.Values.Length; i++)
            ink.Values[i] = ink.Values[i] + 0.25 * hand.Random.NextGaussian() > 0.5 ? 1 : 0;
        return new(new Paper(ink.Width, ink.Height, 255).Paint(ink, 0).ToImage(), $"{digit}");
    }
}
