using Inkling.Numerics;

namespace Inkling.Execution.Costs;

/// <summary>
/// All alignments of a string of classes with the columns of a network's outputs: their total probability, and the share of each
/// class in each column, by the forward-backward algorithm of CTC. Its variables are natural logarithms in double precision, so
/// that no string is too long for them. Owns working memory that grows with the longest string; one for each thread.
/// </summary>
/// <remarks>
/// Graves, Fernández, Gomez and Schmidhuber, "Connectionist Temporal Classification", ICML 2006, sections 4.1 and 4.2. A string
/// of n classes is read by 2n + 1 states: a blank, a class, a blank, …, a blank. From one column to the next a state stays,
/// goes to the next, or over a blank between two different classes. Unlike there, β leaves out the state's own output.
/// </remarks>
/// <param name="classes">Outputs of a column, at least 1; the last is the blank.</param>
/// <param name="pitch">Numbers from one column to the next.</param>
/// <param name="minProbability">Outputs count as at least this; with 0, a string may cost ∞.</param>
internal sealed class CtcAlignments(int classes, int pitch, double minProbability = CostFunctions.MinProbability)
{
    private readonly double[] _shares = new double[classes];
    private double[] _forward = [], _backward = [], _logs = []; // [columns, states] each
    private int[] _states = [];
    private int _columns, _count;
    private double _total;

    /// <summary>The fewest columns that a string fits into: one for each class, and a blank between equal neighbours.</summary>
    public static int LeastColumnsFor(ReadOnlySpan<byte> label)
    {
        int columns = label.Length;
        for (int i = 1; i < label.Length; i++)
            columns += label[i] == label[i - 1] ? 1 : 0;
        return columns;
    }

    /// <summary>ln(e^x + e^y).</summary>
    public static double Add(double x, double y)
    {
        (double high, double low) = x > y ? (x, y) : (y, x);
        return double.IsNegativeInfinity(low) ? high : high + PortableMath.Log(1 + PortableMath.Exp(low - high));
    }

    /// <summary>The cost of a string: -ln of the sum of its alignments' probabilities.</summary>
    /// <param name="a">The outputs, [columns, pitch]: in each column a distribution over the classes.</param>
    /// <param name="columns">The number of columns, at least 1.</param>
    /// <param name="label">The string; each class less than that of the blank.</param>
    /// <param name="example">The example's number in error messages.</param>
    /// <exception cref="ArgumentException">The string has a class that there is not.</exception>
    /// <exception cref="InklingException">There are too few columns for the string.</exception>
    public double CostOf(ReadOnlySpan<float> a, int columns, ReadOnlySpan<byte> label, int example)
    {
        int least = LeastColumnsFor(label);
        if (columns < least)
            throw new InklingException(FormattableString.Invariant(
                $"Example {example}: its label of {label.Length} classes needs {least} columns of outputs, ")
                + FormattableString.Invariant($"and its input gives {columns}. Make it wider, or leave it out."));
        SetStates(label, columns);
        for (int t = 0; t < columns; t++)
        {
            ReadOnlySpan<float> column = a.Slice(t * pitch, classes);
            double blank = LogOf(column[^1]);
            for (int s = 0; s < _count; s++)
                _logs[t * _count + s] = s % 2 == 0 ? blank : LogOf(column[_states[s]]);
        }

        GoForward();
        int last = (columns - 1) * _count + _count - 1;
        _total = _count == 1 ? _forward[last] : Add(_forward[last], _forward[last - 1]);
        return -_total;
    }

    /// <summary>Writes ∂C/∂z behind softmax, of the string whose cost was computed last.</summary>
    /// <param name="a">The outputs, as for <see cref="CostOf"/>.</param>
    /// <param name="scale">The factor by which the errors are multiplied.</param>
    /// <param name="errors">Receives [columns, pitch]: scale × (a - γ), the padding unchanged.</param>
    public void WriteErrors(ReadOnlySpan<float> a, float scale, Span<float> errors)
    {
        GoBackward();
        for (int t = 0; t < _columns; t++)
        {
            Array.Clear(_shares);
            for (int s = 0; s < _count; s++)
            {
                int at = t * _count + s;
                _shares[_states[s]] += PortableMath.Exp(_forward[at] + _backward[at] - _total);
            }

            for (int k = 0; k < classes; k++)
                errors[t * pitch + k] = scale * (float)(a[t * pitch + k] - _shares[k]);
        }
    }

    private void SetStates(ReadOnlySpan<byte> label, int columns)
    {
        (_columns, _count) = (columns, 2 * label.Length + 1);
        int cells = checked(columns * _count);
        if (_states.Length < _count)
            _states = new int[2 * _count];
        if (_logs.Length < cells)
            (_forward, _backward, _logs) = (new double[2 * cells], new double[2 * cells], new double[2 * cells]);
        for (int s = 0; s < _count; s++)
            _states[s] = s % 2 == 0 ? classes - 1 : label[s / 2];
        foreach (byte k in label)
        {
            if (k >= classes - 1)
                throw new ArgumentException($"A label has the class {k}; there are {classes - 1}, from 0.", nameof(label));
        }
    }

    /// <summary>α: the logarithm of the probability of all beginnings that end in a state, its own output included.</summary>
    private void GoForward()
    {
        for (int s = 0; s < _count; s++)
            _forward[s] = s < 2 ? _logs[s] : double.NegativeInfinity;
        for (int t = 1; t < _columns; t++)
        {
            ReadOnlySpan<double> before = _forward.AsSpan((t - 1) * _count, _count), logs = _logs.AsSpan(t * _count, _count);
            Span<double> now = _forward.AsSpan(t * _count, _count);
            for (int s = 0; s < now.Length; s++)
            {
                double sum = before[s];
                if (s > 0)
                    sum = Skips(s) ? Add(sum, before[s - 1], before[s - 2]) : Add(sum, before[s - 1]);
                now[s] = sum + logs[s];
            }
        }
    }

    /// <summary>β: the logarithm of the probability of all ways on from a state, its own output left out.</summary>
    private void GoBackward()
    {
        Span<double> last = _backward.AsSpan((_columns - 1) * _count, _count);
        last.Fill(double.NegativeInfinity);
        last[Math.Max(0, _count - 2)..].Clear();
        for (int t = _columns - 2; t >= 0; t--)
        {
            ReadOnlySpan<double> after = _backward.AsSpan((t + 1) * _count, _count),
                logs = _logs.AsSpan((t + 1) * _count, _count);
            Span<double> now = _backward.AsSpan(t * _count, _count);
            for (int s = 0; s < now.Length; s++)
            {
                double sum = after[s] + logs[s];
                if (s + 2 < now.Length && Skips(s + 2))
                    sum = Add(sum, after[s + 1] + logs[s + 1], after[s + 2] + logs[s + 2]);
                else if (s + 1 < now.Length)
                    sum = Add(sum, after[s + 1] + logs[s + 1]);
                now[s] = sum;
            }
        }
    }

    /// <summary>Whether a state can be reached over the blank before it: it is a class, and not the one before.</summary>
    private bool Skips(int s) => s >= 2 && s % 2 == 1 && _states[s] != _states[s - 2];

    private double LogOf(float a) => PortableMath.Log(Math.Max(minProbability, a)); // Math.Max passes NaN on

    /// <summary>ln(e^x + e^y + e^z).</summary>
    private static double Add(double x, double y, double z)
    {
        double high = Math.Max(x, Math.Max(y, z));
        return double.IsNegativeInfinity(high)
            ? high
            : high + PortableMath.Log(PortableMath.Exp(x - high) + PortableMath.Exp(y - high) + PortableMath.Exp(z - high));
    }
}
