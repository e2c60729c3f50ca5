using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>
/// Forms of digits that MNIST's American writers hardly use and that others do (Europe, Latin America, Asia), and forms of people
/// in a hurry, as points of the pen's path (see <see cref="DigitStrokes"/>): original designs.
/// </summary>
internal static class RegionalStrokes
{
    private static readonly DigitStyle[][] Styles =
    [
        [
            new(2, "40,6 20,0 4,24 4,70 22,98 46,86 54,46 44,10 24,2"), // closed with an overlap
            new(2, "30,4 8,22 6,70 26,97 50,84 54,40 38,8 28,4 44,10 70,0"), // a tail to the next digit
            new(1, "10,12 34,0 54,22 52,74 30,98 6,80 4,36 22,6 48,2"), // clockwise
            new(1, "36,10 12,4 0,34 8,82 36,98 58,66 56,24 34,4 20,14"), // with the ends crossed
            new(0.5, "40,4 14,6 2,44 12,90 40,96 60,58 52,12 30,2 / 60,0 6,98"), // with a slash
            new(0.8, "26,24 6,40 6,74 26,96 50,84 54,52 36,28 24,26"), // a small ring on the line
        ],
        [
            new(3, "0,62 44,0! 40,50 36,100"), // with a long upstroke
            new(2, "0,90 42,0! 40,50 38,100"), // with an upstroke as long as itself
            new(1.5, "4,74 28,40 46,0! 40,50 38,100"), // with a bent long upstroke
            new(1.5, "6,50 24,30 44,2 46,6 40,40 34,100"), // with a rounded top
            new(1.2, "2,66 24,36 42,6 36,0 30,16 32,60 34,100"), // with a loop at the top
            new(1.2, "2,40 20,24 40,0! 36,60 34,98 / 8,99 62,97"), // with an upstroke and a foot
            new(1, "28,0 28,96 / 4,98 56,98"), // with a foot only
            new(1, "0,30 12,26 34,0! 32,50 32,96 48,92"), // with a foot that turns up
            new(1, "2,20 18,28 36,0! 32,60 30,100"), // with a curved flag
            new(1, "10,44 30,8 38,0! 30,40 26,86 34,98 52,84"), // with a tail that turns up
            new(1, "4,34 8,26 38,0! 34,50 28,94 12,98"), // with a hook to the left
        ],
        [
            new(1, "4,18 20,2 48,4 54,28 30,64 2,96 2,84 20,78 44,96 74,84"), // with a small loop
            new(1, "10,10 44,2 52,22 22,62 0,98! 60,94"), // like a Z
            new(1, "6,30 10,8 36,0 54,16 44,50 4,98! 30,88 68,98"), // with a wave for a base
            new(0.8, "20,16 12,24 4,10 26,0 52,10 50,34 20,78 2,92 0,80 24,76 64,94"), // with a curl and a loop
        ],
        [
            new(1, "2,16 24,0 46,14 34,40 14,46 22,36 44,48 54,74 34,100 0,86"), // with a loop in the middle
            new(1, "4,4 54,2! 22,40! 54,56 52,86 26,100 0,88"), // with a flat top
            new(1, "0,14 28,0 50,16 28,42 16,44! 48,52 56,78 30,98 0,84 -8,70"), // with a curl at the end
            new(0.8, "6,8 30,0 44,12 32,34 20,38! 40,40 60,62 50,92 18,104 -4,96"), // with a large lower half
        ],
        [
            new(2, "8,4 6,36 20,50 42,44! / 50,2 48,50 44,100"), // like an h upside down
            new(2, "6,4 6,34 20,50 40,44 50,4! 48,50 44,100"), // like a y
            new(1.5, "16,0 2,56! 66,54 / 40,30 38,100"), // like an L, crossed
            new(1.5, "40,2 0,62! 72,58 / 44,28 40,100"), // with a point
            new(1.2, "44,100 42,0! 0,64! 64,62"), // in one stroke from the foot
            new(1, "30,0 2,52! 30,48 60,46! / 46,26 28,100"), // slanted
            new(1, "10,0 4,50! 50,50! 52,4! 50,50 48,100"), // squared, open
            new(0.8, "22,0 0,48 30,54 62,40 / 60,6 44,56 36,100"), // with a curved bar
        ],
        [
            new(2, "0,48 14,92! 26,46 42,4! 84,0"), // like a square root
            new(1.5, "18,6 8,44! 30,46 36,70 26,94 6,98 / 20,6 64,2"), // small belly
            new(1.5, "14,10 10,46! 38,40 56,60 48,88 24,99 0,90 / 28,0 74,-8"), // hat apart, rising
            new(1.5, "12,14 8,48! 36,42 52,64 42,92 2,98 / 40,8 80,4"), // hat far to the right
            new(1.5, "14,4 10,44! 38,40 56,60 48,90 22,99 0,90"), // without a hat
            new(1, "70,0 20,4! 10,50! 14,50 44,60 42,92 6,98"), // with corners
            new(1, "60,6 20,0 8,22 20,44 44,60 46,88 20,100 0,90"), // like an S
            new(0.8, "24,0 16,50 4,90! 20,50 50,46 52,84 20,100 / 22,2 66,0"), // begun on the line
        ],
        [
            new(1.5, "36,0 8,40 2,76 20,99 46,88 44,64 22,60 4,78"), // small loop
            new(1, "12,0 4,50 6,86 28,99 48,80 40,60 8,66"), // like a b
            new(1, "52,8 30,0 6,40 6,84 30,100 52,78 34,56 6,76"), // curled
            new(0.8, "44,0 10,36 0,80 26,100 50,86 36,64 12,70 2,84 26,92"), // with the loop run on
        ],
        [
            new(2, "2,10 54,4! 40,48 26,100 / 8,54 60,48"), // barred
            new(2, "2,24 6,4! 60,6! 42,54 30,100 / 12,54 58,50"), // with a serif and a bar
            new(1.5, "4,18 14,4 38,10 62,2! 40,52 28,100 / 14,56 58,46"), // with a wave and a bar
            new(1.2, "4,22 12,4 38,10 60,2! 40,46 24,86 30,100 52,90"), // curled at the foot, like a 2
            new(1.2, "2,30 4,4! 56,4! 54,40 42,100"), // with a long serif, upright
            new(1, "6,4 58,2! 34,56 16,100 / 0,44 62,58"), // with a falling bar
            new(1, "2,12 28,6 56,4 60,10 40,44 32,100"), // with a round corner
            new(0.8, "2,14 24,4 58,4 40,40 34,100 / 22,50 66,50"), // with a bar to the right
        ],
        [
            new(1, "58,4 34,0 12,14 20,36 46,58 42,92 18,99 8,82 26,56 62,8"), // open at the top
            new(1, "54,12 26,0 8,18 44,56 52,82 28,100 4,84 14,60 50,30 56,10"), // in one stroke
            new(1, "24,46 4,22 24,0 46,18 26,46 2,76 24,100 52,78 26,46"), // begun in the middle
            new(0.8, "30,2 14,14 24,34 40,16 30,2 / 30,36 4,64 24,100 56,74 32,38"), // with a small head
            new(0.7, "60,16 40,0 14,12 20,34 50,60 40,98 8,90 16,64 54,34 66,8 80,10"), // with a tail at the top
        ],
        [
            new(2, "48,12 24,0 4,20 14,42 38,38 50,12! 52,60 42,94 18,100 2,86"), // like a g
            new(1.5, "48,12 24,2 6,20 16,42 40,36 50,10! 50,60 36,98 10,96 10,78 60,54"), // a g with a loop
            new(1.5, "10,100 22,44 38,6 60,4 66,26 46,46 26,38"), // like a ρ
            new(1, "6,6 6,34 22,44 42,32 50,4! 50,50 46,100"), // open at the top
            new(1, "44,10 20,0 4,20 18,42 42,30 50,6! 40,46 16,92 24,100 46,86 38,66"), // with a closed tail, like an 8
            new(1, "26,44 4,24 22,0 50,14 40,40 22,44! 46,60 40,100"), // a ring with a leg
            new(1, "50,4 20,4 6,26 24,40 50,22! 46,60 26,100"), // a flat top
            new(0.8, "48,20 26,0 2,20 16,44 48,24! 56,70 66,96"), // with a leg to the right
        ],
    ];

    private static readonly DigitStyle[][] Hurried =
    [
        [
            new(2, "36,2 8,20 4,70 26,98 52,82 60,30 50,8"), // not closed
            new(1, "20,20 4,40 4,72 24,98 50,84 56,40 34,4 6,8 -12,22"), // run on to the left
            new(1.5, "40,4 10,20 2,60 22,98 56,84 64,40 44,6 24,16 50,30 90,14"), // looped, to the next digit
            new(1, "0,30 22,8 60,2 92,30 84,80 44,99 10,84 6,44 30,6"), // wider than high
        ],
        [
            new(1.5, "4,60 50,0! 8,100"), // slanted, with a long upstroke
            new(1, "50,0 2,100"), // slanted
            new(1, "0,50 40,0! 34,70 40,98 62,84"), // with an upstroke and a tail
        ],
        [
            new(2, "30,40 6,34 4,12 24,0 46,14 44,50 22,88 4,96 0,84 14,76 40,92 70,96"), // like a Q
            new(1.5, "46,46 20,52 2,28 14,4 38,0 52,20 44,60 14,94 2,90 10,78 34,86 64,98"), // with a large head
            new(1.5, "8,14 30,0 48,12 40,44 10,94! 30,88 74,80"), // with a rising base
            new(1, "4,10 26,0 48,16 38,50 8,92 30,84 52,100"), // with a short base
        ],
        [
            new(1, "6,8 40,0 50,20 24,40 46,48 52,80 20,100 -6,88"), // in one curve
            new(1, "0,10 50,4! 26,38 52,56 40,98 -4,104"), // flat, the foot to the left
        ],
        [
            new(2, "26,0 2,66! 60,60 / 44,46 42,78"), // with a short stem
            new(1.5, "30,0 0,70! 70,64 / 54,20 30,110"), // with a slanted stem
            new(1, "20,0 10,46 30,56 60,30 / 66,0 40,100"), // like a y, slanted
        ],
        [
            new(2, "0,40 12,94! 24,44 34,2! 88,6"), // like a square root with a long bar
            new(1.5, "54,2 22,4 12,42 42,54 40,88 4,98"), // like an s
            new(1, "10,30 4,60! 36,56 44,86 10,100 / 14,30 60,14"), // low
        ],
        [
            new(1.5, "44,0 14,40 4,80 22,98 40,82 30,66 10,76"), // slanted, with a small bowl
            new(1, "30,0 4,40 4,92 40,98 54,72 30,60 10,70 40,74 90,60"), // run on to the next digit
        ],
        [
            new(2.5, "22,8 34,0! 32,50 28,100 / 0,52 60,46"), // like a t
            new(1.5, "10,22 2,10 10,2 20,12 10,22 32,8 60,4! 36,56 26,100 / 10,56 56,48"), // with a loop, and barred
            new(1.5, "0,16 10,4 22,12 40,14 58,2! 36,44 20,98"), // with a wave
            new(1, "4,14 54,4! 30,56 20,98 / 24,34 50,70"), // with a bar across the stem
        ],
        [
            new(1.5, "60,6 30,0 16,22 40,50 44,84 20,100 6,78 30,48 64,14"), // not closed
            new(1, "50,20 30,0 8,20 46,70 26,100 4,76 52,30"), // narrow
        ],
        [
            new(2.5, "4,54 30,44 46,22 36,4 16,8 6,36 8,76 30,98 56,88"), // like an e
            new(1.5, "12,104 20,44 36,6 58,2 66,24 48,42 24,38"), // like a ρ, slanted
            new(1.5, "50,10 22,0 4,22 20,40 48,16! 52,60 30,100"), // leaning back
            new(1, "8,4 10,36 34,40 56,4! 44,60 36,110"), // like a y
        ],
    ];

    /// <summary>Picks a form of a digit at random, by weight.</summary>
    public static DigitStyle Pick(int digit, RandomStream random) => DigitStyle.Pick(Styles[digit], random);

    /// <summary>Picks a form of people in a hurry.</summary>
    public static DigitStyle PickHurried(int digit, RandomStream random) => DigitStyle.Pick(Hurried[digit], random);
}
