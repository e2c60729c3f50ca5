using Inkling.Numerics;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Lines;

namespace Inkling.Tests.Reading.Lines;

/// <summary>The outputs of a network on a line, made up; and what CTC's definition says about them.</summary>
/// <param name="outputs">[columns, 11].</param>
internal sealed class Line(float[] outputs)
{
    private const int Classes = 11, Blank = 10;

    public float[] Outputs => outputs;

    public int Columns => outputs.Length / Classes;

    /// <summary>Columns of random probabilities: 0 for all but a few digits, so that all paths can be tried.</summary>
    public static Line Random(RandomStream random, int columns, int[] digits, double spread = 4)
    {
        float[] outputs = new float[columns * Classes];
        for (int t = 0; t < columns; t++)
        {
            Span<float> column = outputs.AsSpan(t * Classes, Classes);
            foreach (int k in (int[])[.. digits, Blank])
                column[k] = (float)Math.Exp(random.NextDouble(0, spread));
            Normalise(column);
        }

        return new Line(outputs);
    }

    /// <summary>
    /// A number as a trained network sees it: two columns for each digit, the second less sure than the first and both unsure of
    /// some digits, between columns that are surely blank.
    /// </summary>
    /// <param name="random">Where the noise is from.</param>
    /// <param name="digits">The number.</param>
    /// <param name="columnsPerDigit">At least 3.</param>
    /// <param name="doubt">How probable it is that a digit may as well be another or none.</param>
    public static Line Of(RandomStream random, string digits, int columnsPerDigit, double doubt)
    {
        float[] outputs = new float[digits.Length * columnsPerDigit * Classes];
        for (int i = 0; i < digits.Length; i++)
        {
            int rival = random.NextDouble() < doubt ? random.NextInt32(Classes) : -1;
            double closeness = random.NextDouble(-4, 1);
            for (int j = 0; j < columnsPerDigit; j++)
            {
                Span<float> column = outputs.AsSpan((i * columnsPerDigit + j) * Classes, Classes);
                bool isDigit = j - columnsPerDigit / 2 is 0 or 1;
                for (int k = 0; k < Classes; k++)
                    column[k] = (float)Math.Exp(1.5 * random.NextGaussian());
                column[isDigit ? digits[i] - '0' : Blank] = (float)Math.Exp(14 + random.NextGaussian());
                if (isDigit && rival >= 0)
                    column[rival] = (float)Math.Exp(14 + closeness + random.NextGaussian());
                if (isDigit && j > columnsPerDigit / 2)
                    column[Blank] = (float)Math.Exp(14 + random.NextGaussian());
                Normalise(column);
            }
        }

        return new Line(outputs);
    }

    /// <summary>The most probable numbers by beam search; of all digits, however improbable.</summary>
    public IReadOnlyList<LineText> Best(int width, ReadingOptions? options = null, int? count = null) => PrefixBeam.Best(
        outputs,
        options ?? new ReadingOptions(),
        count ?? width,
        new LineConstants { BeamWidth = width, BeamWidthForRule = width, MinProbability = 0 },
        new ReadingWork());

    /// <summary>Each number that has an alignment: the probability of all of them, and of the best one.</summary>
    public Dictionary<string, (double All, double Best)> ByTrying()
    {
        Dictionary<string, (double All, double Best)> numbers = [];
        int[] path = new int[Columns];
        Try(0, 1);
        return numbers;

        void Try(int t, double probability)
        {
            if (t == Columns)
            {
                string number = string.Concat(PlainCtc.Collapsed(path, Blank));
                (double all, double best) = numbers.GetValueOrDefault(number);
                numbers[number] = (all + probability, Math.Max(best, probability));
                return;
            }

            for (int k = 0; k < Classes; k++)
            {
                path[t] = k;
                if (outputs[t * Classes + k] > 0)
                    Try(t + 1, probability * outputs[t * Classes + k]);
            }
        }
    }

    private static void Normalise(Span<float> column)
    {
        float sum = 0;
        foreach (float p in column)
            sum += p;
        foreach (ref float p in column)
            p /= sum;
    }
}
