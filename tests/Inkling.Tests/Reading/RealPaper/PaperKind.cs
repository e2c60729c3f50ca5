using Inkling.Numerics;

namespace Inkling.Tests.Reading.RealPaper;

/// <summary>A picture, and what is written on it.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Text">The digits: a line break between lines, no separators.</param>
internal sealed record WrittenPicture(GreyImage Picture, string Text);

/// <summary>A kind of picture on which people write numbers.</summary>
/// <param name="Name">Its name in tests.</param>
/// <param name="Make">Makes the picture of an index from 0, from which its variant follows.</param>
/// <param name="Floor">How many must be read exactly.</param>
/// <param name="Count">The number of pictures: twenty, or ten of kinds that take long.</param>
/// <param name="Pattern">What is known of the numbers, for <see cref="NumberPattern"/>; null for nothing.</param>
internal sealed record PaperKind(
    string Name, Func<Hand, int, WrittenPicture> Make, int Floor, int Count = 20, string? Pattern = null)
{
    /// <summary>Raise a floor where the reader has become better: to what it reads, less one or two.</summary>
    public static IReadOnlyList<PaperKind> All { get; } =
    [
        new("combs", Forms.Comb, 18),
        new("ticks", Forms.Ticks, 17),
        new("boxes", Forms.Box, 17),
        new("ruled pages", RuledPaper.Page, 6, Count: 10),
        new("squared paper", RuledPaper.Squared, 14),
        new("rule through the number", RuledPaper.RuleThrough, 9, Count: 10),
        new("sheets on tables", Tables.Sheet, 6, Count: 10),
        new("noise", PoorCopies.Noise, 17),
        new("broken strokes", PoorCopies.BrokenStrokes, 17),
        new("numbers at an angle", PoorCopies.AtAnAngle, 17),
        new("photographs on their side", PoorCopies.Sideways, 12),
        new("rough single digits", PoorCopies.RoughDigit, 18),
        new("long numbers", Dates.LongNumber, 7, Count: 10),
        new("slash dates", Dates.SlashDate, 17, Pattern: "dd/dd/dd"),
        new("phone numbers", Dates.Phone, 6, Count: 10, Pattern: "(ddd)ddd-dddd"),
    ];

    /// <summary>The same pictures on every machine.</summary>
    public IEnumerable<WrittenPicture> Pictures()
    {
        for (int i = 0; i < Count; i++)
            yield return Make(new Hand(new RandomStream(seed: Name.Sum(c => c), stream: i)), i);
    }

    public override string ToString() => Name;
}
