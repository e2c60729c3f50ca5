namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Pictures without a number: pages of letters, drawings, textures, and blank paper.</summary>
internal static class NoNumber
{
    /// <summary>
    /// Capital letters as strokes: corners in quarters of the letter's width and height, strokes parted by a space.
    /// </summary>
    private static readonly string[] Letters =
    [
        "042044 0242", "004044 0040 0232", "0444 2024 0040", "0004 4044 0242", "0004 0240 0244", "0004 0444", "0400224044",
        "04004440", "0400304132023244", "0040 2024", "002440", "0004 0014243440 4044", "0044 0440", "002240 2224", "004004 4404",
    ];

    /// <summary>A picture; what it shows follows from the index.</summary>
    public static GreyImage Picture(Hand hand, int index) => (index % 5) switch
    {
        0 or 1 => OnPaper(hand, Page(hand)),
        2 or 3 => OnPaper(hand, Drawing(hand, index / 5 * 2 + index % 5 - 2)),
        _ => index % 2 == 0 ? Texture(hand) : OnPaper(hand, new Ink(300, 200)),
    };

    private static GreyImage OnPaper(Hand hand, Ink ink)
    {
        double paper = hand.Between(200.0, 245.0);
        return new Paper(ink.Width, ink.Height, paper).Paint(ink, hand.Between(20.0, 90.0)).Noise(hand.Random, 2).ToImage();
    }

    /// <summary>Lines of words of letters.</summary>
    private static Ink Page(Hand hand)
    {
        Ink ink = new(420, 260);
        double size = hand.Between(16.0, 30.0), pen = size * hand.Between(0.09, 0.14);
        for (double y = size; y < ink.Height - 2 * size; y += 1.9 * size)
        {
            for (double x = size; x < ink.Width - 2 * size; x += size * (hand.Between(0, 5) == 0 ? 1.9 : 1.0))
            {
                foreach (string stroke in hand.OneOf(Letters).Split(' '))
                {
                    (double X, double Y)[] corners = [.. stroke.Chunk(2).Select(corner =>
                        (x + (corner[0] - '0') * size * 0.17, y + (corner[1] - '0') * size * 0.25))];
                    Draw(ink, pen, corners);
                }
            }
        }

        return ink;
    }

    private static Ink Drawing(Hand hand, int index)
    {
        Ink ink = new(240, 240);
        double pen = hand.Between(4.0, 8.0), r = hand.Between(60.0, 95.0), turns = hand.Between(2.5, 4.5);
        switch (index % 8)
        {
            case 0: // a face
                Draw(ink, pen, Curve(40, t => (120 + r * Math.Cos(6.3 * t), 120 + r * Math.Sin(6.3 * t))));
                Draw(ink, 2 * pen, (120 - r / 3, 120 - r / 4), (121 - r / 3, 121 - r / 4));
                Draw(ink, 2 * pen, (120 + r / 3, 120 - r / 4), (121 + r / 3, 121 - r / 4));
                Draw(ink, pen, Curve(12, t => (120 + r / 2 * Math.Cos(0.4 + 2.4 * t), 120 + r / 2 * Math.Sin(0.4 + 2.4 * t))));
                break;
            case 1: // a house
                Draw(
                    ink, pen, (120 - r, 120), (120 - r, 120 + r), (120 + r, 120 + r), (120 + r, 120), (120 - r, 120),
                    (120, 120 - r), (120 + r, 120));
                Draw(ink, pen, (110, 120 + r), (110, 120 + r / 2), (135, 120 + r / 2), (135, 120 + r));
                break;
            case 2: // a spiral
                Draw(
                    ink,
                    pen,
                    Curve(120, t => (120 + r * t * Math.Cos(6.3 * turns * t), 120 + r * t * Math.Sin(6.3 * turns * t))));
                break;
            case 3: // a scribble
                Draw(ink, pen, Curve(14, _ => (hand.Between(20.0, 220.0), hand.Between(20.0, 220.0))));
                break;
            case 4: // a star
                Draw(ink, pen, Curve(6, t => (120 + r * Math.Sin(12.566 * t), 120 - r * Math.Cos(12.566 * t))));
                break;
            case 5: // a tree
                Branch(120, 225, 1.57, r * 0.7, 3);
                break;
            case 6: // a heart
                Draw(ink, pen, Curve(50, t => (
                    120 + r * Math.Pow(Math.Sin(6.283 * t), 3),
                    120 - r / 17 * (13 * Math.Cos(6.283 * t) - 5 * Math.Cos(12.566 * t) - 2 * Math.Cos(18.85 * t)))));
                break;
            default: // an empty box
                Draw(
                    ink, pen, (120 - r, 130 - r), (120 + r, 130 - r), (120 + r, 120 + r), (120 - r, 120 + r),
                    (120 - r, 130 - r));
                break;
        }

        return ink;

        void Branch(double x, double y, double angle, double length, int more)
        {
            double u = x + length * Math.Cos(angle), v = y - length * Math.Sin(angle);
            Draw(ink, pen, (x, y), (u, v));
            for (int side = -1; side <= 1 && more > 0; side += 2)
                Branch(u, v, angle + side * hand.Between(0.35, 0.6), length * 0.7, more - 1);
        }
    }

    /// <summary>Smooth noise of several sizes, as clouds and foliage are.</summary>
    private static GreyImage Texture(Hand hand)
    {
        const int width = 300, height = 220;
        double[] levels = [.. Enumerable.Repeat(128.0, width * height)];
        for (int cell = 4; cell <= 64; cell *= 2)
        {
            Ink coarse = new(width / cell + 2, height / cell + 2);
            for (int i = 0; i < coarse.Values.Length; i++)
                coarse.Values[i] = (float)hand.Between(-0.5, 0.5);
            for (int i = 0; i < levels.Length; i++)
                levels[i] += (30 + cell) * coarse.At(i % width / (double)cell, i / width / (double)cell);
        }

        return new GreyImage(width, height, [.. levels.Select(level => (byte)Math.Clamp(level, 0, 255))]);
    }

    private static (double X, double Y)[] Curve(int corners, Func<double, (double X, double Y)> at) =>
        [.. Enumerable.Range(0, corners).Select(i => at(i / (corners - 1.0)))];

    private static void Draw(Ink ink, double pen, params (double X, double Y)[] corners)
    {
        for (int i = 1; i < corners.Length; i++)
            ink.Stroke(corners[i - 1], corners[i], pen);
    }
}
