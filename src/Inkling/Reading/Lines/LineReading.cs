using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Lines;

/// <summary>What the line network was shown, and what it gave out.</summary>
/// <param name="Strip">The number.</param>
/// <param name="Outputs">[columns, 11]: for each column, the probabilities of ten digits and the blank.</param>
internal sealed record LineLook(LineStrip Strip, float[] Outputs);

/// <summary>What the line network says of a number, from looks at several sizes.</summary>
/// <param name="looks">The looks, at least one.</param>
internal sealed class LineReading(IReadOnlyList<LineLook> looks)
{
    private readonly LineLikelihood _likelihood = new();

    /// <summary>The looks.</summary>
    public IReadOnlyList<LineLook> Looks => looks;

    /// <summary>The most probable numbers of each look.</summary>
    /// <param name="options">What the number may be.</param>
    /// <param name="constants">How many numbers.</param>
    /// <param name="work">Counts the work.</param>
    public IReadOnlyList<string> Best(ReadingOptions options, LineConstants constants, ReadingWork work) =>
    [
        .. looks.SelectMany(look => PrefixBeam.Best(look.Outputs, options, constants.Candidates, constants, work))
            .Select(text => text.Digits)
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The natural logarithm of a number's probability, the mean over the looks.</summary>
    /// <param name="digits">The number.</param>
    /// <param name="constants">The least logarithm of a look.</param>
    /// <param name="work">Counts the work.</param>
    public double LogProbability(string digits, LineConstants constants, ReadingWork work) =>
        looks.Average(look => Math.Max(_likelihood.LogOf(look.Outputs, digits, work), constants.MinLogProbability));

    /// <summary>The columns of the number's strip, [left, right), that each digit takes; null where there are too few.</summary>
    /// <param name="digits">The number.</param>
    /// <param name="work">Counts the work.</param>
    public IReadOnlyList<(int Left, int Right)>? ColumnsOf(string digits, ReadingWork work)
    {
        LineLook look = looks[looks.Count / 2];
        double perColumn = (double)look.Strip.Width * LineColumn.Classes / look.Outputs.Length;
        return ForcedAlignment.Of(look.Outputs, digits, work) is { } alignment
            ? [.. alignment.Boxes.Select(box =>
                (look.Strip.ColumnInStrip(box.Start * perColumn), look.Strip.ColumnInStrip(box.End * perColumn)))]
            : null;
    }
}
