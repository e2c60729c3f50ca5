namespace Inkling.Tests;

/// <summary>CTC by its definition: with probabilities instead of their logarithms, for short strings.</summary>
internal static class PlainCtc
{
    /// <summary>The probability of a string, by trying each alignment: a class for every column.</summary>
    /// <param name="a">[columns][classes], the last the blank.</param>
    /// <param name="label">The string.</param>
    public static double ByTrying(double[][] a, byte[] label)
    {
        int[] path = new int[a.Length];
        double sum = 0;
        Try(0, 1);
        return sum;

        void Try(int t, double probability)
        {
            if (t == a.Length)
            {
                sum += Collapsed(path, a[0].Length - 1).SequenceEqual(label) ? probability : 0;
                return;
            }

            for (int k = 0; k < a[t].Length; k++)
            {
                path[t] = k;
                Try(t + 1, probability * a[t][k]);
            }
        }
    }

    /// <summary>A path as a string: equal neighbours once, then no blanks.</summary>
    public static byte[] Collapsed(int[] path, int blank) =>
        [.. path.Where((k, t) => k != blank && (t == 0 || path[t - 1] != k)).Select(k => (byte)k)];

    /// <summary>-ln p of a string, and each class's share in each column, [columns][classes].</summary>
    public static (double Cost, double[][] Shares) Of(double[][] a, byte[] label)
    {
        int columns = a.Length, blank = a[0].Length - 1, count = 2 * label.Length + 1;
        int[] states = [.. Enumerable.Range(0, count).Select(s => s % 2 == 0 ? blank : label[s / 2])];
        double[,] forward = new double[columns, count], backward = new double[columns, count];
        for (int t = 0; t < columns; t++)
        {
            for (int s = 0; s < count; s++)
            {
                double sum = t == 0 ? (s < 2 ? 1 : 0) : Before(s).Sum(from => forward[t - 1, from]);
                forward[t, s] = sum * a[t][states[s]];
            }
        }

        for (int t = columns - 1; t >= 0; t--)
        {
            for (int s = 0; s < count; s++)
                backward[t, s] = t == columns - 1
                    ? (s >= count - 2 ? 1 : 0)
                    : Enumerable.Range(s, Math.Min(3, count - s))
                        .Where(next => Before(next).Contains(s))
                        .Sum(next => backward[t + 1, next] * a[t + 1][states[next]]);
        }

        double total = Enumerable.Range(0, count).Sum(s => forward[columns - 1, s] * backward[columns - 1, s]);
        double[][] shares = [.. a.Select(column => new double[column.Length])];
        for (int t = 0; t < columns; t++)
        {
            for (int s = 0; s < count; s++)
                shares[t][states[s]] += forward[t, s] * backward[t, s] / total;
        }

        return (-Math.Log(total), shares);

        int[] Before(int s)
        {
            List<int> before = [s];
            if (s >= 1)
                before.Add(s - 1);
            if (s >= 2 && states[s] != blank && states[s] != states[s - 2])
                before.Add(s - 2);
            return [.. before];
        }
    }
}
