namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Numbers on ruled and squared paper.</summary>
internal static class RuledPaper
{
    /// <summary>A photographed page with rules: one number, or five lines of one each.</summary>
    public static WrittenPicture Page(Hand hand, int index)
    {
        int width = hand.Between(420, 640), height = (int)(width * hand.Between(1.25, 1.5));
        int spacing = (int)(width / hand.Between(14.0, 22.0)), pen = hand.Between(1, 2), first = hand.Between(0, spacing - 1);
        double slope = hand.Between(-0.01, 0.01);
        Ink rules = new(width, height), ink = new(width, height);
        for (int y = first; y < height; y += spacing)
            rules.Rule(y, slope, pen);
        string[] lines = [.. Enumerable.Range(0, index % 2 == 0 ? 5 : 1).Select(_ => hand.Number(1, index % 2 == 0 ? 4 : 5))];
        for (int i = 0; i < lines.Length; i++)
        {
            Ink row = hand.Row(lines[i], spacing * hand.Between(0.8, 1.25));
            int left = (int)(hand.Between(0.1, 0.6) * (width - row.Width));
            ink.Add(row, left, first + spacing * (2 + 3 * i) - (int)(row.Height * 0.85));
        }

        Paper paper = new Paper(width, height, hand.Between(190, 235)).Light(hand).Darken(rules, hand.Between(35, 75));
        return new(
            paper.Paint(ink, hand.Between(40, 80)).Noise(hand.Random, 2).Blur().ToImage(),
            string.Join('\n', lines));
    }

    /// <summary>Squared paper, its lines grey.</summary>
    public static WrittenPicture Squared(Hand hand, int index)
    {
        string text = hand.Number(3, 5);
        double height = hand.Between(60, 95);
        Ink ink = hand.Row(text, height).WithMargin(60), grid = new(ink.Width, ink.Height);
        int square = (int)(height * hand.Between(0.4, 1.1)), pen = hand.Between(1, 3);
        for (int y = hand.Between(0, square - 1); y < ink.Height; y += square)
            grid.Fill(0, y, ink.Width, pen);
        for (int x = hand.Between(0, square - 1); x < ink.Width; x += square)
            grid.Fill(x, 0, pen, ink.Height);
        Paper paper = new Paper(ink.Width, ink.Height, 245).Paint(grid, hand.Between(110, 200));
        return new(paper.Paint(ink, hand.Between(20, 60)).Noise(hand.Random, 1).ToImage(), text);
    }

    /// <summary>One rule through the middle of a number.</summary>
    public static WrittenPicture RuleThrough(Hand hand, int index)
    {
        string text = hand.Number(3, 6);
        Ink ink = hand.Row(text, hand.Between(50, 90)).WithMargin(65), rule = new(ink.Width, ink.Height);
        rule.Fill(0, (int)(ink.Height * hand.Between(0.4, 0.6)), ink.Width, hand.Between(1, 2));
        Paper paper = new Paper(ink.Width, ink.Height, 225).Paint(rule, hand.Between(110, 160));
        return new(paper.Paint(ink, hand.Between(30, 80)).Noise(hand.Random, 2).ToImage(), text);
    }

    /// <summary>A rule across all of the width, that rises by the slope.</summary>
    private static void Rule(this Ink rules, double height, double slope, int pen)
    {
        for (int x = 0; x < rules.Width; x++)
        {
            double top = height + slope * (x - rules.Width / 2.0);
            for (int y = Math.Max(0, (int)top); y < Math.Min(rules.Height, top + pen); y++)
                rules[x, y] = (float)Math.Max(rules[x, y], Math.Min(1, Math.Min(y + 1 - top, top + pen - y)));
        }
    }
}
