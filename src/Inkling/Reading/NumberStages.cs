using Inkling.Reading.Arranging;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;

namespace Inkling.Reading;

/// <summary>How a number was read.</summary>
public sealed class NumberStages
{
    internal NumberStages(Word word, Strip strip, InkParts parts, ReadNumber number) =>
        (Word, Strip, Parts, Number) = (word, strip, parts, number);

    /// <summary>What came out.</summary>
    public ReadNumber Number { get; }

    /// <summary>The number set upright and level: its ink, [height, width] in <see cref="Finding.Ink.Values"/>.</summary>
    public Ink Upright => new(Strip.Width, Strip.Height, Strip.Values);

    /// <summary>
    /// [height, width] of <see cref="Upright"/>: the smallest part that a pixel belongs to, from 0 at the left; -1 for paper.
    /// </summary>
    public IReadOnlyList<int> Part => Parts.Part;

    /// <summary>The pieces of ink that the number was read from.</summary>
    internal Word Word { get; }

    internal Strip Strip { get; }

    internal InkParts Parts { get; }

    /// <inheritdoc cref="ReadNumber.Score"/>
    internal double Score => Number.Score;

    /// <summary>
    /// The geometric mean of the number's score over its digits, 0 to 1: comparable between short and long numbers.
    /// </summary>
    internal double ScorePerDigit => Math.Pow(Score, 1.0 / Number.Digits.Count);
}
