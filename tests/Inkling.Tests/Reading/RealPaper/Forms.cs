namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Numbers in the boxes of forms.</summary>
internal static class Forms
{
    /// <summary>A closed row of boxes, one digit in each.</summary>
    public static WrittenPicture Comb(Hand hand, int index) => InCells(hand, isClosed: true);

    /// <summary>A base line with ticks between the digits.</summary>
    public static WrittenPicture Ticks(Hand hand, int index) => InCells(hand, isClosed: false);

    /// <summary>One box around the number, close to the picture's edge or with paper around it.</summary>
    public static WrittenPicture Box(Hand hand, int index)
    {
        int height = hand.Between(24, 60), pen = hand.Between(1, 3), padding = (int)(height * hand.Between(0.2, 0.6));
        int margin = index % 2 == 0 ? hand.Between(3, 15) : hand.Between(15, 60);
        string text = hand.Number(2, 6);
        Ink row = hand.Row(text, height);
        Ink ink = new(row.Width + 2 * (padding + margin), row.Height + 2 * (padding + margin));
        ink.Add(row, margin + padding, margin + padding);
        ink.Frame(margin, margin, ink.Width - 2 * margin, ink.Height - 2 * margin, pen);
        return Printed(hand, ink, text);
    }

    private static WrittenPicture InCells(Hand hand, bool isClosed)
    {
        int height = hand.Between(24, 60), pen = hand.Between(1, 3), cell = (int)(height * hand.Between(1.1, 1.5));
        int margin = hand.Between(2, height / 2), boxHeight = (int)(height * 1.4);
        string text = hand.Number(2, 6);
        Ink ink = new(cell * text.Length + pen + 2 * margin, boxHeight + 2 * margin);
        for (int i = 0; i < text.Length; i++)
        {
            Ink digit = hand.Digit(text[i] - '0', height);
            ink.Add(digit, margin + i * cell + Math.Max(2, (cell - digit.Width) / 2), margin + (boxHeight - digit.Height) / 2);
        }

        int top = isClosed ? 0 : boxHeight * 3 / 4;
        for (int i = 0; i <= text.Length; i++)
            ink.Fill(margin + i * cell, margin + top, pen, boxHeight - top);
        ink.Fill(margin, margin + boxHeight - pen, ink.Width - 2 * margin, pen);
        if (isClosed)
            ink.Fill(margin, margin, ink.Width - 2 * margin, pen);
        return Printed(hand, ink, text);
    }

    private static WrittenPicture Printed(Hand hand, Ink ink, string text)
        => new(new Paper(ink.Width, ink.Height, 255).Paint(ink, hand.Between(5, 105)).ToImage(), text);
}
