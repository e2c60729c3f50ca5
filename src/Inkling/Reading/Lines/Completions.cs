using Inkling.Reading.Budget;

namespace Inkling.Reading.Lines;

/// <summary>
/// For each column, state of the automaton and last symbol: the log probability of the best path over the columns from there to
/// the last one that ends in an allowed number; -∞ where none does. Added to a prefix's log probability it estimates the
/// likeliest allowed number that begins so.
/// </summary>
/// <remarks>
/// Computed from the last column to the first, with additions and comparisons only. A last digit that is left out in a column
/// cannot be repeated there and counts as a blank, so that a column has one entry for the blank and one for each of its digits.
/// </remarks>
internal sealed class Completions
{
    private readonly LineColumn[] _columns;
    private readonly double[][] _logs; // by column, one behind the last included: [states, 1 + digits]

    /// <param name="columns">The line.</param>
    /// <param name="automaton">The numbers that are allowed.</param>
    /// <param name="work">Counts the steps from state to state as ways.</param>
    public Completions(LineColumn[] columns, DigitAutomaton automaton, ReadingWork work)
    {
        _columns = columns;
        _logs = new double[columns.Length + 1][];
        _logs[^1] = new double[automaton.States];
        for (int state = 0; state < automaton.States; state++)
            _logs[^1][state] = automaton.IsEnd(state) ? 0 : double.NegativeInfinity;
        for (int t = columns.Length - 1; t >= 0; t--)
        {
            int entries = 1 + columns[t].Digits.Length;
            work.CountWays(automaton.States * entries);
            _logs[t] = new double[automaton.States * entries];
            for (int state = 0; state < automaton.States; state++)
                Complete(_logs[t].AsSpan(state * entries, entries), t, state, automaton);
        }
    }

    /// <summary>The best completion's log probability.</summary>
    /// <param name="t">The first column that is left; the number of columns where none is.</param>
    /// <param name="state">The prefix's state.</param>
    /// <param name="lastDigit">The digit in the column before; -1 for the blank.</param>
    public double Of(int t, int state, int lastDigit) => t == _columns.Length
        ? _logs[t][state]
        : _logs[t][state * (1 + _columns[t].Digits.Length) + _columns[t].RankOf(lastDigit)];

    /// <summary>Computes a state's entries in a column from those of the next one.</summary>
    private void Complete(Span<double> logs, int t, int state, DigitAutomaton automaton)
    {
        LineColumn column = _columns[t];
        double best = double.NegativeInfinity, second = best, blank = column.BlankLog + Of(t + 1, state, lastDigit: -1);
        int bestDigit = -1; // whose step is the best; a last digit of its own takes the second
        foreach (int digit in column.Digits)
        {
            if (automaton.Step(state, digit) is not (var next and >= 0))
                continue;
            double step = column.Log(digit) + Of(t + 1, next, digit);
            second = Math.Max(second, Math.Min(best, step));
            (best, bestDigit) = step > best ? (step, digit) : (best, bestDigit);
        }

        logs[0] = Math.Max(blank, best);
        foreach (int digit in column.Digits)
        {
            double repeat = column.Log(digit) + Of(t + 1, state, digit);
            logs[column.RankOf(digit)] = Math.Max(Math.Max(blank, repeat), digit == bestDigit ? second : best);
        }
    }
}
