using System.Runtime.InteropServices;
using Inkling.Numerics;
using Inkling.Reading.Budget;

namespace Inkling.Reading.Lines;

/// <summary>Columns from <paramref name="Start"/> to the one before <paramref name="End"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ColumnRange(int Start, int End);

/// <summary>Where each digit of a number stands on a line: its most probable alignment, found by Viterbi's algorithm.</summary>
/// <param name="LogProbability">The natural logarithm of this alignment's probability.</param>
/// <param name="Spans">By digit: the columns that show it, at least one.</param>
/// <param name="Boxes">By digit: its span and half of the blanks between it and its neighbours (an odd one goes to the right);
/// the first and the last reach to the line's ends. Together they are all columns.</param>
internal sealed record ForcedAlignment(double LogProbability, IReadOnlyList<ColumnRange> Spans, IReadOnlyList<ColumnRange> Boxes)
{
    /// <summary>The most probable alignment; of equal ones always the same. Null where the number has none.</summary>
    /// <param name="a">The network's outputs, [columns, 11].</param>
    /// <param name="digits">The number's digits; empty for none.</param>
    /// <param name="work">Counts the states of each column as ways.</param>
    public static ForcedAlignment? Of(ReadOnlySpan<float> a, string digits, ReadingWork work)
    {
        // States are those of CtcAlignments: a blank, a digit, a blank, ..., a blank.
        int columns = LineColumn.CountOf(a), states = 2 * digits.Length + 1;
        byte[] moves = new byte[checked(columns * states)]; // [columns, states]: how many states before the one it came from is
        double[] before = new double[states], now = new double[states], logs = new double[LineColumn.Classes];
        Array.Fill(before, double.NegativeInfinity);
        before[0] = 0; // of no columns
        for (int t = 0; t < columns; t++)
        {
            work.CountWays(states);
            for (int k = 0; k < LineColumn.Classes; k++)
                logs[k] = PortableMath.Log(a[t * LineColumn.Classes + k]);
            for (int s = 0; s < states; s++)
            {
                int move = 0, mostMove = s >= 3 && s % 2 == 1 && digits[s / 2] != digits[s / 2 - 1] ? 2 : Math.Min(s, 1);
                for (int m = 1; m <= mostMove; m++)
                    move = before[s - m] > before[s - move] ? m : move;
                moves[t * states + s] = (byte)move;
                now[s] = before[s - move] + logs[s % 2 == 0 ? LineColumn.Blank : digits[s / 2] - '0'];
            }

            (before, now) = (now, before);
        }

        int end = digits.Length > 0 && before[^2] > before[^1] ? states - 2 : states - 1;
        return double.IsNegativeInfinity(before[end])
            ? null
            : Along(moves, columns, end, before[end], digits.Length);
    }

    /// <summary>Follows the moves from a state behind the last column to the first one.</summary>
    private static ForcedAlignment Along(byte[] moves, int columns, int end, double logProbability, int digits)
    {
        ColumnRange[] spans = new ColumnRange[digits];
        for (int t = columns - 1, s = end; t >= 0; t--)
        {
            if (s % 2 == 1)
                spans[s / 2] = new ColumnRange(t, Math.Max(t + 1, spans[s / 2].End));
            s -= moves[t * (2 * digits + 1) + s];
        }

        int[] borders = [.. Enumerable.Range(0, digits + 1).Select(i =>
            i == 0 ? 0 : i == digits ? columns : (spans[i - 1].End + spans[i].Start) / 2)];
        return new ForcedAlignment(
            logProbability, spans, [.. Enumerable.Range(0, digits).Select(i => new ColumnRange(borders[i], borders[i + 1]))]);
    }
}
