namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Dates with slashes, telephone numbers, and long account numbers.</summary>
internal static class Dates
{
    public static WrittenPicture SlashDate(Hand hand, int index)
        => Written(hand, $"{hand.Number(2, 2)}/{hand.Number(2, 2)}/{hand.Number(2, 2)}", hand.Between(50, 80));

    public static WrittenPicture Phone(Hand hand, int index)
        => Written(hand, $"({hand.Number(3, 3)}){hand.Number(3, 3)}-{hand.Number(4, 4)}", hand.Between(50, 80));

    public static WrittenPicture LongNumber(Hand hand, int index)
        => Written(hand, hand.Number(9, 14), hand.Between(36, 60), 0.15);

    private static WrittenPicture Written(Hand hand, string text, double height, double gap = 0.2)
    {
        Ink ink = hand.Row(text, height, gap).WithMargin(45);
        return new(
            new Paper(ink.Width, ink.Height, 235).Paint(ink, 45).Noise(hand.Random, 1).ToImage(),
            string.Concat(text.Where(char.IsAsciiDigit)));
    }
}
