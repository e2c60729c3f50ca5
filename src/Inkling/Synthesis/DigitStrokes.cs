using System.Globalization;
using System.Runtime.InteropServices;
using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>
/// Several handwriting styles for each digit, as points of the pen's path: original designs, modelled on the forms that schools
/// teach and that are common in practice.
/// </summary>
internal static class DigitStrokes
{
    /// <summary>
    /// Points are "x,y" with y downwards; a digit is about 100 high. The pen passes through them in a smooth curve, with a corner
    /// at a point with "!", and is lifted at "/". The number before is the style's weight: how often it is chosen, relative to
    /// the digit's other styles.
    /// </summary>
    private static readonly DigitStyle[][] Styles =
    [
        [
            new(5, "42,2 16,10 2,40 4,76 26,98 54,90 70,58 66,20 44,2 34,4"), // round
            new(1.5, "30,0 10,22 4,56 14,90 28,99 44,86 50,48 42,12 28,1"), // narrow
            new(1.5, "26,4 4,36 4,72 24,97 50,92 66,62 62,22 40,3", isPlain: false), // open at the top
            new(1, "16,4 2,34 2,74 24,98 56,92 74,62 68,20 44,2 18,12", isPlain: false), // begun at the left, with an overlap
            new(0.2, "38,2 16,10 2,40 6,76 28,98 54,90 68,58 62,20 40,2 30,4 / 8,92 62,8", isPlain: false), // with a slash
            new(1, "48,14 24,4 4,34 8,78 34,97 60,76 62,34 42,8 52,2 76,10", isPlain: false), // with a tail at the top
            new(1, "40,2 8,14 0,42 20,60 62,62 90,44 88,18 60,2 30,4", isPlain: false), // wide
            new(0.7, "20,20 44,8 66,30 60,78 32,98 6,76 8,32 34,6 62,2", isPlain: false), // begun inside, ended outside
            new(1.2, "34,4 10,14 2,44 10,80 36,98 60,78 62,34 46,8 26,8 34,26 58,24 84,12", isPlain: false), // a loop inside
            new(0.8, "2,22 22,10 40,2 16,16 4,50 12,86 36,98 60,78 60,34 40,4 24,10 30,22 52,18", isPlain: false), // with both
        ],
        [
            new(5, "36,0 30,50 24,100"), // plain
            new(2, "16,24 34,0! 31,50 28,100"), // with a flag
            new(1, "2,34 34,0! 31,50 28,100"), // with a long flag
            new(1, "0,64 38,0! 34,50 30,100", isPlain: false), // with a flag nearly as long as itself
            new(0.8, "0,44 22,26 40,0! 34,50 26,100"), // with a bent flag
            new(1, "10,22 32,0! 30,50 28,98 / 6,98 56,98"), // with a flag and a foot
        ],
        [
            new(3, "6,22 18,4 40,2 54,18 46,46 26,74 8,94 2,88 10,80 28,88 46,98 66,92"), // with a loop
            new(2, "8,16 26,1 46,8 50,32 36,66 14,92 0,86 6,70 28,74 50,92 70,97"), // with a large loop
            new(2, "12,12 34,1 54,12 50,44 30,82 8,92 4,74 28,64 54,72 72,70"), // with a loop, the tail up
            new(2, "6,24 18,4 40,2 54,18 48,44 28,72 4,97! 34,94 64,96"), // without a loop
            new(2, "4,22 18,3 42,2 56,20 46,48 6,98! 66,98"), // on a flat base
            new(1, "14,10 30,0 40,14 32,46 4,94! 40,92 78,86", isPlain: false), // with a small head and a long base
            new(1, "18,30 8,20 14,4 36,0 52,18 42,50 8,92 2,80 22,76 48,96 70,90"), // with a curl to begin with
            new(0.6, "22,22 12,26 6,14 20,0 46,6 52,28 34,64 4,97! 40,95 72,97"), // with a curl, on a flat base
            new(1, "40,34 16,40 4,22 18,2 46,2 58,24 44,58 12,96! 40,92 78,92"), // with a head that is closed
            new(1, "26,44 6,34 8,12 32,0 56,14 54,44 28,80 8,97 0,86 16,80 44,92 80,97"), // with a closed head and a loop
        ],
        [
            new(4, "4,14 22,1 48,6 54,26 40,44 22,48! 46,52 58,72 46,94 22,99 2,90"), // round
            new(2, "6,12 28,1 50,8 50,30 32,46 26,49 34,50 56,62 54,88 28,99 2,90"), // round, without a stop in the middle
            new(0.7, "4,3 54,3! 26,42! 50,50 60,72 46,95 18,98 0,84"), // with a flat top
            new(2, "6,10 30,2 52,14 44,36 24,46! 52,60 54,80 32,98 4,94"), // angular
            new(1, "0,18 24,2 48,10 40,36 18,44! 46,48 66,62 60,84 34,96 2,80"), // with a large lower half
            new(1, "8,10 32,0 52,12 48,36 26,46! 44,54 46,78 24,98 4,100"), // with a small lower half
        ],
        [
            new(3, "12,2 6,56! 40,56 62,52 / 50,6 48,50 44,100"), // open
            new(3, "12,2 4,34 10,56 34,56 60,46 / 54,2 50,50 46,100"), // open and curved
            new(2, "24,0 2,50! 36,50 74,44 / 56,12 50,50 44,100"), // open and wide
            new(1, "46,2 2,64! 66,62 / 48,4 46,50 44,100"), // closed
            new(1.5, "10,4 4,36 14,54 36,52 54,30 60,2! 54,50 46,100"), // in one stroke
            new(1.5, "14,0 4,52! 64,50 / 46,28 42,100"), // an L with a short stroke through it
            new(0.7, "20,0 4,60! 30,66 60,58 / 52,40 44,100", isPlain: false), // an L, the stroke lower
        ],
        [
            new(3, "62,3 18,4! 10,44! 34,38 56,54 56,80 34,98 4,92"), // in one stroke
            new(3, "16,4 10,46! 34,38 56,54 56,82 32,99 2,90 / 16,5 64,2"), // with a separate hat
            new(1, "22,6 10,42! 30,42 40,60 34,86 12,100 / 22,7 76,0", isPlain: false), // with a long hat and a small belly
            new(2, "60,4 26,6 16,30 24,44 46,54 54,74 38,96 2,94", isPlain: false), // nearly an S
            new(1, "2,52 16,92! 30,30 44,6! 84,0", isPlain: false), // a tick with a hat
            new(0.8, "70,2 22,8! 14,46! 44,44 54,70 36,94 4,98"), // with straight corners
            new(0.8, "20,8 12,46! 36,42 48,64 36,94 2,98 / 26,6 44,2 88,4", isPlain: false), // with a hat that runs on
        ],
        [
            new(3, "40,0 18,30 4,64 10,92 32,99 52,84 48,62 28,56 8,72"), // straight
            new(2, "50,4 34,2 12,34 2,70 16,97 44,95 56,74 42,56 18,62 6,78"), // curled
            new(1.5, "32,0 8,34 0,72 20,99 48,94 60,66 44,44 18,52 4,74"), // with a big loop
            new(2, "18,0 4,36 4,72 22,96 54,90 64,68 46,54 24,64 16,84"), // upright, the loop to the right
            new(1, "26,0 6,30 2,68 24,94 58,94 72,78 52,68 28,74 20,90", isPlain: false), // with a flat loop
        ],
        [
            new(3, "2,6 30,6 58,3! 46,44 34,100"), // plain
            new(2, "2,8 62,4! 46,46 32,100 / 18,54 62,48"), // with a bar
            new(1.2, "2,22 4,4! 58,4! 44,46 34,100"), // with a serif
            new(2, "2,10 26,4 54,8 50,40 38,70 34,100", isPlain: false), // in one curve
            new(1, "2,14 30,8 64,2! 38,50 16,100"), // slanted
            new(1.5, "4,14 14,4 36,12 64,4! 44,50 30,100 / 16,52 62,50"), // with a wave and a bar
            new(1, "2,24 10,4 32,14 60,2! 42,44 28,82 34,98 54,92", isPlain: false), // with a wave, curling at the foot
            new(0.8, "2,26 8,4 30,12 58,2! 44,50 30,100 / 10,56 38,46 66,54"), // with a serif, a wave and a bent bar
        ],
        [
            new(4, "50,14 30,1 10,10 10,30 30,46 50,64 52,86 30,99 8,88 10,66 32,46 50,28 52,12"), // in one stroke
            new(3, "56,8 34,1 10,10 12,30 32,48 44,70 40,92 22,99 8,88 12,68 34,46 56,24 62,6"), // open at the top, small below
            new(2, "60,12 40,2 16,10 14,30 36,44 52,62 44,90 20,99 4,86 14,64 40,44 62,16"), // with ends that cross at the right
            new(1, "30,2 12,12 12,34 30,46 48,34 48,12 30,1 / 30,46 8,60 6,86 30,99 54,86 52,60 30,46"), // two circles
            new(1, "38,4 8,14 10,36 36,44 62,30 58,8 36,2 / 34,45 18,64 16,88 32,99 48,86 46,62 36,46"), // two unequal circles
        ],
        [
            new(1.5, "50,16 32,2 8,14 6,40 26,50 46,38 52,14 52,50 46,82 24,99 4,92"), // with a curved tail
            new(0.7, "46,14 28,2 10,14 12,36 30,42 46,26 44,10 44,40 52,66 48,90 24,99 2,88", isPlain: false), // its tail curls
            new(4, "50,14 30,1 6,16 8,44 30,48 50,22 52,8! 50,50 46,100"), // with a straight tail
            new(2, "46,6 24,2 6,20 12,38 34,34 48,10! 44,50 34,100"), // with a small head
            new(1.5, "48,18 28,1 6,16 10,42 32,46 48,20! 48,56 42,92 24,100 14,90"), // hooked
            new(1.2, "16,100 22,56 30,8! 52,0 70,16 62,40 38,50 24,42", isPlain: false), // from the foot up, like a P
            new(1.2, "26,46 46,40 58,18 42,2 24,8 22,40 20,70 16,100", isPlain: false), // like a P
            new(0.8, "34,52 8,40 6,16 26,2 50,10 52,34 34,52 28,76 22,100", isPlain: false), // a loop on a stem
        ],
    ];

    private static readonly DigitStyle[][] PlainStyles =
        [.. Styles.Select(styles => styles.Where(style => style.IsPlain).ToArray())];

    /// <summary>Picks a style of a digit at random, by weight.</summary>
    public static DigitStyle Pick(int digit, RandomStream random) => DigitStyle.Pick(Styles[digit], random);

    /// <summary>Picks one of the styles that nobody takes for another sign.</summary>
    public static DigitStyle PickPlain(int digit, RandomStream random) => DigitStyle.Pick(PlainStyles[digit], random);
}

/// <summary>A style of writing a digit: its strokes, each from pen down to pen up.</summary>
/// <param name="weight">How often it is chosen, relative to others.</param>
/// <param name="strokes">As in <see cref="DigitStrokes"/>.</param>
/// <param name="isUpright">Whether it is a sign that looks like a 1.</param>
/// <param name="isPlain">Whether it shows its digit at first sight; false where it may be a P, an S, a √ or a σ.</param>
internal sealed class DigitStyle(double weight, string strokes, bool isUpright = false, bool isPlain = true)
{
    /// <summary>How often it is chosen, relative to the digit's other styles.</summary>
    public double Weight => weight;

    /// <summary>Whether it is a sign that looks like a 1.</summary>
    public bool IsUpright => isUpright;

    /// <summary>Whether it shows its digit at first sight; false where it may be a P, an S, a √ or a σ.</summary>
    public bool IsPlain => isPlain;

    public IReadOnlyList<StrokePoint[]> Strokes { get; } =
    [
        .. from stroke in strokes.Split('/')
           select stroke.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParsePoint).ToArray(),
    ];

    /// <summary>One of several styles, at random by weight.</summary>
    public static DigitStyle Pick(DigitStyle[] styles, RandomStream random)
    {
        double choice = random.NextDouble() * styles.Sum(style => style.Weight);
        int i = 0;
        while (i < styles.Length - 1 && (choice -= styles[i].Weight) >= 0)
            i++;
        return styles[i];
    }

    private static StrokePoint ParsePoint(string text)
    {
        string[] numbers = text.TrimEnd('!').Split(',');
        return new StrokePoint(
            double.Parse(numbers[0], CultureInfo.InvariantCulture),
            double.Parse(numbers[1], CultureInfo.InvariantCulture),
            text.EndsWith('!'));
    }
}

/// <summary>A point of the pen's path.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Downwards; a digit is about 100 high.</param>
/// <param name="IsCorner">Whether the path has a corner here instead of a smooth curve.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StrokePoint(double X, double Y, bool IsCorner);
