using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Finding;

namespace Inkling.Reading;

/// <summary>
/// Whether a picture shows a number at all. The reader finds digits in letters, drawings and photographs; what speaks against
/// them is the networks' doubt, other ink on the picture, a great many pieces or holes, and the shape of a box or a face.
/// </summary>
internal static class NumberPresence
{
    /// <summary>The factor of the reading's confidence, above 0, up to 1.</summary>
    /// <param name="pieces">All ink of the picture.</param>
    /// <param name="numbers">What was read in it.</param>
    /// <param name="constants">What speaks against numbers.</param>
    /// <param name="work">Counts the pixels in which holes are looked for.</param>
    public static double Of(
        InkPieces pieces, IReadOnlyCollection<NumberStages> numbers, ReaderConstants constants, ReadingWork work)
    {
        if (numbers.Count == 0)
            return 1;
        PresenceConstants c = constants.Presence;
        int digits = numbers.Sum(number => number.Number.Digits.Count);
        double logOdds = numbers.Sum(number => number.Evidence.LogOdds) / digits;
        double clear = Math.Clamp((logOdds - c.NoLogOdds) / (c.ClearLogOdds - c.NoLogOdds), 0, 1);
        bool isTangle = numbers.Sum(number => HolesIn(number, c, work)) > c.MaxHolesPerDigit * digits;
        if (isTangle || (digits == 1 && IsBoxOrFace(numbers.First().Word, constants)))
            clear = 0;
        double looks = c.MinFactor + (1 - c.MinFactor) * clear;
        double share = numbers.Sum(number => (double)number.Evidence.Area) / InkBeside(pieces, numbers);
        double crowd = c.MaxPiecesPerDigit * digits / pieces.All.Count;
        return looks * Math.Min(1, share / c.MinInkShare) * Math.Min(1, crowd);
    }

    /// <summary>Whether a single digit's ink is the outline of a rectangle, or has other ink inside.</summary>
    private static bool IsBoxOrFace(Word word, ReaderConstants constants)
    {
        InkPiece largest = word.Pieces.MaxBy(piece => piece.Area)!;
        bool isBox = largest.Outline >= constants.Surroundings.RectangleOutline * largest.Area
            && largest.Box.Width >= constants.Presence.BoxMinAspect * largest.Box.Height;
        double inside = word.Pieces.Where(piece => piece != largest && largest.Box.Contains(piece.Box)).Sum(piece => piece.Area);
        return isBox || inside >= constants.Presence.FaceMinInk * largest.Area;
    }

    /// <summary>How many stretches of paper the number's ink encloses (flood fill).</summary>
    private static int HolesIn(NumberStages number, PresenceConstants c, ReadingWork work)
    {
        int width = number.Strip.Width, height = number.Strip.Height;
        work.CountPixels(width * height);
        bool[] isSeen = [.. number.Part.Select(part => part >= 0)];
        double minArea = c.HoleMinArea * number.Word.DigitHeight * number.Word.DigitHeight;
        int holes = 0;
        Stack<int> open = [];
        for (int start = 0; start < isSeen.Length; start++)
        {
            int area = 0;
            bool isOutside = false;
            Visit(start);
            while (open.TryPop(out int at))
            {
                int x = at % width, y = at / width;
                area++;
                isOutside |= x == 0 || y == 0 || x == width - 1 || y == height - 1;
                if (x > 0)
                    Visit(at - 1);
                if (x < width - 1)
                    Visit(at + 1);
                if (y > 0)
                    Visit(at - width);
                if (y < height - 1)
                    Visit(at + width);
            }

            holes += !isOutside && area > minArea ? 1 : 0;
        }

        return holes;

        void Visit(int at)
        {
            if (isSeen[at])
                return;
            isSeen[at] = true;
            open.Push(at);
        }
    }

    /// <summary>The ink of the picture, in pixels, without what lies around all numbers: frames.</summary>
    private static double InkBeside(InkPieces pieces, IReadOnlyCollection<NumberStages> numbers)
    {
        PixelBox box = numbers.Select(number => number.Word.Box).Aggregate((a, b) => a.Union(b));
        HashSet<int> read = [.. numbers.SelectMany(number => number.Word.Pieces).Select(piece => piece.Id)];
        return pieces.All.Where(piece => read.Contains(piece.Id) || !piece.Box.Contains(box)).Sum(piece => (double)piece.Area);
    }
}
