namespace Inkling.Reading.Constants;

/// <summary>The reader that looks at whole numbers, without cuts.</summary>
internal sealed record LineConstants
{
    /// <summary>Rows of the network's input.</summary>
    public const int Height = 32;

    /// <summary>Columns of paper at both ends of a strip: as many as the numbers had that the network learned from.</summary>
    public int Margin { get; init; } = 4;

    /// <summary>A wider strip is no number that one line can hold, columns.</summary>
    public int MaxWidth { get; init; } = 1500;

    /// <summary>How high the digits are in each look at a number, rows; the highest first.</summary>
    public IReadOnlyList<double> Heights { get; init; } = [27, 23, 19];

    /// <summary>
    /// Share of a strip's ink that may be above the last look's rows, and below: with more, its digits are made smaller, ...
    /// </summary>
    public double OutsideShare { get; init; } = 0.01;

    /// <summary>... but not below so many rows.</summary>
    public double MinHeight { get; init; } = 11;

    /// <summary>Pixels of a strip's width that take the network as long as a segment takes its own.</summary>
    public int PixelsPerSegment { get; init; } = 48;

    /// <summary>How many numbers each look proposes.</summary>
    public int Candidates { get; init; } = 4;

    /// <summary>
    /// The least natural logarithm of a number's probability: what is impossible in one look may be right in another.
    /// </summary>
    public double MinLogProbability { get; init; } = -30;

    /// <summary>
    /// How much the score of a number's cuts counts, beside <see cref="LineWeight"/>, in what both readers say together. Both are
    /// in about the ratio that <c>inkling experiment reader</c> fits; two thirds of what it fits, as with more, readings in parts
    /// are too sure beside all ink read as one digit.
    /// </summary>
    public double CutWeight { get; init; } = 0.44;

    /// <summary>How much the logarithm of a number's probability without cuts counts.</summary>
    public double LineWeight { get; init; } = 0.61;

    /// <summary>
    /// A number is taken to be at least so likely by its cuts, relative to the best one: where digits were cut wrongly, the
    /// right number may have no way at all. From e^-4 to e^-6 the most development pictures are read.
    /// </summary>
    public double MinWayShare { get; init; } = 2.5e-3;

    /// <summary>How far the score of a number without any way through its parts is below the lowest of all ways.</summary>
    public double NoWayPenalty { get; init; } = 1;

    /// <summary>The lowest score where there is no way through the parts to any number that is allowed.</summary>
    public double NoWaysScore { get; init; } = -12;

    /// <summary>The natural logarithm: a number without any way must be at least so probable without cuts.</summary>
    public double NoWayMinLogProbability { get; init; } = -8;

    /// <summary>Prefixes kept at each column.</summary>
    public int BeamWidth { get; init; } = 16;

    /// <summary>
    /// Prefixes kept at each column where whole numbers must obey a rule of the user's, which is asked only at the end: of so
    /// many numbers some have the check digit that one in ten has.
    /// </summary>
    public int BeamWidthForRule { get; init; } = 256;

    /// <summary>Digits less probable than this in a column are not followed there at first ...</summary>
    public double MinProbability { get; init; } = 1e-4;

    /// <summary>
    /// ... but all are where the best number found is less probable than this share of the best path: the options rule out what
    /// the columns show. 100 times the probability above, as one digit may have many alignments and replace one of 0.1.
    /// </summary>
    public double MinShareOfBestPath { get; init; } = 0.01;
}
