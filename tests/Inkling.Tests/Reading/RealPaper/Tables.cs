namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Sheets of paper photographed on a table that is darker or lighter than they are.</summary>
internal static class Tables
{
    public static WrittenPicture Sheet(Hand hand, int index)
    {
        int width = hand.Between(450, 700), height = hand.Between(520, 820);
        bool isDark = index % 3 != 2;
        double table = isDark ? hand.Between(20, 110) : hand.Between(225, 245);
        double sheet = isDark ? hand.Between(180, 225) : hand.Between(130, 190);
        int[] margins = [.. Enumerable.Range(0, 4).Select(_ => (int)(width * hand.Between(0.04, 0.18)))];
        Ink area = new(width, height), ink = new(width, height);
        Quadrilateral(area, margins, hand.Between(-0.08, 0.08));
        string[] lines = [.. Enumerable.Range(0, hand.Between(1, 5)).Select(_ => hand.Number(1, 4))];
        double digit = height * hand.Between(0.035, 0.06);
        for (int i = 0; i < lines.Length; i++)
            ink.Add(
                hand.Row(lines[i], digit),
                (int)(margins[0] + width * (0.08 + hand.Between(0, 0.3))),
                (int)(margins[1] + height * (0.08 + 0.13 * i)));
        Paper photo = new Paper(width, height, table).Paint(area, sheet).Light(hand).Paint(ink, hand.Between(30, 70));
        return new(photo.Blur().Noise(hand.Random, hand.Between(1, 3)).ToImage(), string.Join('\n', lines));
    }

    /// <summary>Fills a rectangle inside the margins (left, top, right, bottom), turned about the picture's middle.</summary>
    private static void Quadrilateral(Ink area, int[] margins, double radians)
    {
        (double sin, double cos) = Math.SinCos(radians);
        for (int y = 0; y < area.Height; y++)
        {
            for (int x = 0; x < area.Width; x++)
            {
                double u = x - area.Width / 2.0, v = y - area.Height / 2.0;
                double left = u * cos + v * sin + area.Width / 2.0, top = v * cos - u * sin + area.Height / 2.0;
                double inside = Math.Min(
                    Math.Min(left - margins[0], area.Width - margins[2] - left),
                    Math.Min(top - margins[1], area.Height - margins[3] - top));
                area[x, y] = (float)Math.Clamp(inside + 0.5, 0, 1);
            }
        }
    }
}
