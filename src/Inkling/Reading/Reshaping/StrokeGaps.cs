using Inkling.Reading.Budget;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Reshaping;

/// <summary>How far pieces of ink are from each other, as the king of chess walks.</summary>
internal static class StrokeGaps
{
    private const int CountedAtOnce = 256;

    /// <summary>
    /// For each piece that has another one near it, the pixels of paper between the two. The pieces grow, pixel by pixel, until
    /// they meet.
    /// </summary>
    /// <param name="ink">The ink map.</param>
    /// <param name="pieces">Its pieces.</param>
    /// <param name="reach">Gaps up to so many pixels are found.</param>
    /// <param name="work">Counts the pixels.</param>
    public static IReadOnlyCollection<int> Of(Ink ink, InkPieces pieces, int reach, ReadingWork work)
    {
        int width = ink.Width, height = ink.Height;
        int[] owner = new int[ink.Values.Length], steps = new int[ink.Values.Length];
        Queue<int> front = [];
        work.CountPixels(owner.Length);
        for (int i = 0; i < owner.Length; i++)
        {
            if (pieces.Owner[i] == 0 || ink.Values[i] < ink.Threshold)
                continue;
            owner[i] = pieces.Owner[i];
            front.Enqueue(i);
        }

        int visited = 0;
        Dictionary<int, int> gaps = [];
        while (front.TryDequeue(out int at))
        {
            int y = at / width, x = at - y * width;
            if (++visited % CountedAtOnce == 0)
                work.CountPixels(9 * CountedAtOnce);
            for (int v = Math.Max(0, y - 1); v <= Math.Min(height - 1, y + 1); v++)
            {
                for (int u = Math.Max(0, x - 1); u <= Math.Min(width - 1, x + 1); u++)
                {
                    int near = v * width + u;
                    if (owner[near] == 0 && 2 * steps[at] < reach)
                    {
                        (owner[near], steps[near]) = (owner[at], steps[at] + 1);
                        front.Enqueue(near);
                    }
                    else if (owner[near] != 0 && owner[near] != owner[at])
                    {
                        Meet(owner[near], steps[at] + steps[near]);
                        Meet(owner[at], steps[at] + steps[near]);
                    }
                }
            }
        }

        return gaps.Values;

        void Meet(int piece, int gap)
        {
            if (gap <= reach && (!gaps.TryGetValue(piece, out int smallest) || gap < smallest))
                gaps[piece] = gap;
        }
    }
}
