using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>Signs that people write before, between and behind digits, as points of the pen's path (see
/// <see cref="DigitStrokes"/>), 0 being the top of the digits and 100 the line that they stand on.</summary>
internal static class SignStrokes
{
    /// <summary>Before a number: of money, a number, an opening parenthesis.</summary>
    private static readonly DigitStyle[] Opening =
    [
        new(3, "56,20 30,8 8,26 30,48 54,68 34,90 4,80 / 32,-8 28,108"), // $
        new(2, "24,-4 12,104 / 48,-4 36,104 / 2,34 60,32 / 0,66 58,64"), // #
        new(2, "24,-6 4,30 4,70 24,106", isUpright: true), // (
        new(1.5, "60,14 24,8 6,50 24,92 60,88 / -8,42 44,40 / -8,60 40,58"), // €
        new(1, "54,12 34,0 20,20 24,60 4,98! 56,96 / 4,52 44,50"), // £
        new(1, "2,40 50,38 / 2,62 50,60"), // =
        new(1, "10,30 20,100 34,50 46,100 60,30"), // w
        new(1, "14,-4 30,50 10,104", isUpright: true), // )
    ];

    /// <summary>Between digits, beside points, commas, dashes and slashes.</summary>
    private static readonly DigitStyle[] Between =
    [
        new(2, "26,26 28,30 / 22,74 24,78"), // :
        new(1, "30,30 28,76 / 4,54 54,52"), // +
        new(1, "8,32 48,78 / 46,30 6,80"), // ×
        new(1, "4,42 50,40 / 4,60 50,58"), // =
        new(0.7, "28,28 26,76 / 6,40 48,64 / 48,38 6,66"), // *
        new(1, "22,-6 4,30 4,70 22,106", isUpright: true), // (
        new(1, "4,-6 22,30 22,70 4,106", isUpright: true), // )
        new(1, "16,-4 10,22", isUpright: true), // '
    ];

    /// <summary>Behind a number: what closes an amount, so that nobody adds a digit.</summary>
    private static readonly DigitStyle[] Closing =
    [
        new(3, "0,40 70,38 / 0,62 68,60"), // =
        new(3, "0,52 90,48"), // a dash
        new(2, "44,-4 0,104 / 56,54 100,50"), // /-
        new(2, "2,94 8,90 / 24,54 90,50"), // .-
        new(2, "24,-4 12,104 / 48,-4 36,104 / 2,34 60,32 / 0,66 58,64"), // #
        new(1, "0,56 20,44 36,60 54,46 76,58 96,44"), // a wave
        new(1, "28,28 26,76 / 6,40 48,64 / 48,38 6,66"), // *
        new(1, "0,40 50,36 0,62 60,58"), // = in one stroke
        new(0.7, "6,40 34,20 40,44 20,60 10,44 34,36 50,60 96,40"), // a curl
        new(1, "4,-6 22,30 22,70 4,106", isUpright: true), // )
        new(1, "10,8 22,0 32,14 20,26 10,10 / 66,0 4,104 / 54,78 68,72 76,88 62,98 54,82"), // %
        new(0.7, "4,20 60,80 / 60,18 6,84"), // ×
        new(0.7, "0,60 34,-6 26,104", isUpright: true), // a long flourish
        new(0.7, "30,-8 28,108", isUpright: true), // |
    ];

    private static readonly DigitStyle[] OtherOpening = WithoutUprights(Opening), OtherBetween = WithoutUprights(Between),
        OtherClosing = WithoutUprights(Closing);

    public static DigitStyle PickOpening(RandomStream random, bool hasNoUprights) =>
        DigitStyle.Pick(hasNoUprights ? OtherOpening : Opening, random);

    public static DigitStyle PickBetween(RandomStream random, bool hasNoUprights) =>
        DigitStyle.Pick(hasNoUprights ? OtherBetween : Between, random);

    public static DigitStyle PickClosing(RandomStream random, bool hasNoUprights) =>
        DigitStyle.Pick(hasNoUprights ? OtherClosing : Closing, random);

    private static DigitStyle[] WithoutUprights(DigitStyle[] signs) => [.. signs.Where(sign => !sign.IsUpright)];
}
