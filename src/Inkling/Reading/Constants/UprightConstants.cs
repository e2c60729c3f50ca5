namespace Inkling.Reading.Constants;

/// <summary>Setting a number upright and level. Angles are tangents. Chosen by hand on the development pictures.</summary>
internal sealed record UprightConstants
{
    /// <summary>Slants under this are left as they are.</summary>
    public double MinSlant { get; init; } = 0.14;

    /// <summary>The steepest slant to the right that is tried; to the left half of it.</summary>
    public double MaxSlant { get; init; } = 1.0;

    /// <summary>Between two slants that are tried.</summary>
    public double SlantStep { get; init; } = 0.05;

    /// <summary>Share of the score that a slant to the left loses, per unit of slant: hands lean to the right.</summary>
    public double LeftPenalty { get; init; } = 0.8;

    /// <summary>The same to the right: of slants that do nearly as well the smaller one is taken.</summary>
    public double RightPenalty { get; init; } = 0.05;

    /// <summary>Slopes under this are left as they are.</summary>
    public double MinSlope { get; init; } = 0.06;

    /// <summary>Slopes from this on are no slopes, but digits of different sizes.</summary>
    public double MaxSlope { get; init; } = 0.5;

    /// <summary>Digits from which on a slope is measured.</summary>
    public int SlopeMinDigits { get; init; } = 3;

    /// <summary>Digit heights: a piece is a digit, not a mark, where it is higher than this ...</summary>
    public double MinHeight { get; init; } = 0.6;

    /// <summary>... and, for the slope, lower than this.</summary>
    public double MaxHeight { get; init; } = 1.6;

    /// <summary>Digit heights: a number of one piece that is no wider may be one digit, and stays as it is.</summary>
    public double MaxDigitWidth { get; init; } = 1.7;

    /// <summary>The same of a number of several pieces.</summary>
    public double MaxTornDigitWidth { get; init; } = 1.2;

    /// <summary>Pixels of soft edge around the number.</summary>
    public int Margin { get; init; } = 2;

    /// <summary>Ink, 0 to 1: less than this after interpolation is paper.</summary>
    public float MinInk { get; init; } = 0.02f;
}

/// <summary>
/// Looks at a picture that is turned: lines at an angle, and photographs on their side. Chosen by hand so that no development
/// picture that is read upright is read turned.
/// </summary>
internal sealed record TurnConstants
{
    /// <summary>
    /// Score for each digit, 0 to 1: with less, level lines are tried upside down, and pages with quarter turns.
    /// </summary>
    public double DoubtfulScore { get; init; } = 0.87;

    /// <summary>
    /// A level line is tried upside down where its digits, as read, are digits after half a turn with this share of their
    /// probability at least. Generated pictures that gain by it have 0.87 and more, two in three cheques less than 0.8.
    /// </summary>
    public double UpsideDownMinShare { get; init; } = 0.8;

    /// <summary>How many times as long as it is wide (standard deviations of its ink) a line is at least.</summary>
    public double LineMinElongation { get; init; } = 2.5;

    /// <summary>The same of a column, which is steeper than two digits of different heights.</summary>
    public double ColumnMinElongation { get; init; } = 1.8;

    /// <summary>Degrees: a line less steep is level.</summary>
    public int MinDegrees { get; init; } = 10;

    /// <summary>Degrees: a line less steep is written from the left, so that it is turned one way only.</summary>
    public int UprightMaxDegrees { get; init; } = 60;

    /// <summary>
    /// Degrees: a line steeper than this is a picture on its side; its slope is left to <see cref="UprightConstants"/>.
    /// </summary>
    public int ColumnMinDegrees { get; init; } = 75;

    /// <summary>
    /// How many times as many pixels a turned map has at most. A square one grows to twice as many at 45 degrees.
    /// </summary>
    public int MaxGrowth { get; init; } = 2;

    /// <summary>Pieces as large as digits that a page has at least.</summary>
    public int PageMinPieces { get; init; } = 4;

    /// <summary>Score for each digit, 0 to 1, that a turned reading has at least.</summary>
    public double MinScorePerDigit { get; init; } = 0.83;

    /// <summary>
    /// A turned reading that has more digits on longer lines may have a score for each digit that is so much lower.
    /// </summary>
    public double MaxLossPerDigit { get; init; } = 0.05;

    /// <summary>Another one has a score so many times as high, ...</summary>
    public double MinAdvantage { get; init; } = 3;

    /// <summary>... and this share of the digits at least.</summary>
    public double MinDigitsShare { get; init; } = 0.66;
}
