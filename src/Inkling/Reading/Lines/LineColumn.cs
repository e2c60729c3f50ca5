using Inkling.Numerics;

namespace Inkling.Reading.Lines;

/// <summary>A column of a line network's outputs, as natural logarithms, without the digits that are too improbable.</summary>
internal sealed class LineColumn
{
    /// <summary>Outputs of a column: ten digits, and the blank.</summary>
    public const int Classes = 11, Blank = 10;

    private readonly double[] _logs = new double[10];
    private readonly int[] _ranks = new int[10];

    /// <param name="a">The column's probabilities, [11].</param>
    /// <param name="minProbability">Digits less probable than this are left out, and those of probability 0.</param>
    private LineColumn(ReadOnlySpan<float> a, double minProbability)
    {
        BlankLog = PortableMath.Log(a[Blank]);
        Array.Fill(_logs, double.NegativeInfinity);
        List<int> digits = [];
        for (int digit = 0; digit < 10; digit++)
        {
            if (!(a[digit] > 0 && a[digit] >= minProbability))
                continue;
            digits.Add(digit);
            _ranks[digit] = digits.Count;
            _logs[digit] = PortableMath.Log(a[digit]);
        }

        Digits = [.. digits];
        BestLog = Math.Max(BlankLog, _logs.Max());
    }

    /// <summary>The blank's log probability.</summary>
    public double BlankLog { get; }

    /// <summary>The log probability of the most probable class.</summary>
    public double BestLog { get; }

    /// <summary>The digits that are not left out, in order.</summary>
    public int[] Digits { get; }

    /// <summary>All columns of a line.</summary>
    /// <param name="a">The network's outputs, [columns, 11].</param>
    /// <param name="minProbability">The least probability of a digit that is not left out.</param>
    public static LineColumn[] AllOf(ReadOnlySpan<float> a, double minProbability)
    {
        LineColumn[] columns = new LineColumn[CountOf(a)];
        for (int t = 0; t < columns.Length; t++)
            columns[t] = new LineColumn(a.Slice(t * Classes, Classes), minProbability);
        return columns;
    }

    /// <summary>The number of columns.</summary>
    /// <exception cref="ArgumentException">The outputs are no whole number of columns.</exception>
    public static int CountOf(ReadOnlySpan<float> a) => a.Length % Classes == 0
        ? a.Length / Classes
        : throw new ArgumentException($"{a.Length} numbers are no columns of {Classes}.", nameof(a));

    /// <summary>A digit's log probability; -∞ where it is left out.</summary>
    public double Log(int digit) => _logs[digit];

    /// <summary>A digit's place in <see cref="Digits"/>, from 1; 0 where it is left out, and for no digit (-1).</summary>
    public int RankOf(int digit) => digit < 0 ? 0 : _ranks[digit];
}
