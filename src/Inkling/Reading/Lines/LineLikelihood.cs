using Inkling.Execution.Costs;
using Inkling.Reading.Budget;

namespace Inkling.Reading.Lines;

/// <summary>
/// The probability of a number given a line network's outputs: the sum of all its alignments. Owns working memory that grows
/// with the longest line; one for each thread.
/// </summary>
internal sealed class LineLikelihood
{
    private readonly CtcAlignments _alignments = new(LineColumn.Classes, LineColumn.Classes, minProbability: 0);

    /// <summary>The natural logarithm of the probability; -∞ where there is no alignment, as with too few columns.</summary>
    /// <param name="a">The network's outputs, [columns, 11].</param>
    /// <param name="digits">The number's digits; empty for none.</param>
    /// <param name="work">Counts the states of each column as ways.</param>
    public double LogOf(ReadOnlySpan<float> a, string digits, ReadingWork work)
    {
        int columns = LineColumn.CountOf(a);
        byte[] label = [.. digits.Select(digit => (byte)(digit - '0'))];
        if (columns < CtcAlignments.LeastColumnsFor(label))
            return double.NegativeInfinity;
        if (columns == 0)
            return 0;
        for (int t = 0; t < columns; t++)
            work.CountWays(2 * label.Length + 1);
        return -_alignments.CostOf(a, columns, label, example: 0);
    }
}
