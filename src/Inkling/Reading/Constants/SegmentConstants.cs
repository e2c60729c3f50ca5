namespace Inkling.Reading.Constants;

/// <summary>
/// Which runs of parts are candidate digits, and how they are judged. Chosen by hand on the development pictures.
/// </summary>
internal sealed record SegmentConstants
{
    /// <summary>Parts that a segment has at most.</summary>
    public int MaxParts { get; init; } = 6;

    /// <summary>Pixels around a segment's box that are its soft edge.</summary>
    public int SoftEdge { get; init; } = 2;

    /// <summary>Digit heights: no segment of several parts is wider.</summary>
    public double MaxWidth { get; init; } = 1.45;

    /// <summary>Digit heights: no segment has a wider gap.</summary>
    public double MaxGap { get; init; } = 0.4;

    /// <summary>Digit heights: what borrows a stroke nearly is a digit without it, so it is wider than this ...</summary>
    public double BorrowingMinWidth { get; init; } = 0.3;

    /// <summary>... and narrower than this.</summary>
    public double BorrowingMaxWidth { get; init; } = 1.2;

    /// <summary>Pen widths: how far behind a cut a borrowed stroke reaches.</summary>
    public double BorrowedReach { get; init; } = 1.3;

    /// <summary>Digit heights: what is lower is no digit, and no network is asked.</summary>
    public double MinHeight { get; init; } = 0.3;

    /// <summary>The likeliest ways whose segments the second network is asked about.</summary>
    public int WaysJudgedAgain { get; init; } = 4;

    /// <summary>
    /// Probability, 0 to 1, of a digit by the first network from which on the second is not asked: with it half of the questions
    /// are saved on pictures of one digit, and every development picture is read as without.
    /// </summary>
    public float SureByFirst { get; init; } = 0.9995f;

    /// <summary>How much of the opinion which digit it is comes from the second network, 0 to 1.</summary>
    public float SecondShare { get; init; } = 0.4f;

    /// <summary>Width over height: all of a picture's ink is read as one digit where it is no wider.</summary>
    public double WholeMaxAspect { get; init; } = 2.2;

    /// <summary>
    /// <see cref="SecondShare"/> for all of the ink as one digit. There the second network reads what it was trained on.
    /// </summary>
    public float WholeSecondShare { get; init; } = 0.5f;
}

/// <summary>
/// What slashes, dashes and parentheses look like. Lengths are shares of the stroke's own height unless a comment says otherwise.
/// The shape limits lie between drawn slashes and parentheses, and the ones of the development pictures, of which
/// two in 545 are as thin, as straight and as tall as a slash.
/// </summary>
internal sealed record SeparatorConstants
{
    /// <summary>The widest row of a stroke that is thin ...</summary>
    public double Thin { get; init; } = 0.11;

    /// <summary>... and of one that is too thick for a separator.</summary>
    public double Thick { get; init; } = 0.16;

    /// <summary>Distance from a parabola, as a root mean square, up to which a stroke is smooth ...</summary>
    public double Smooth { get; init; } = 0.006;

    /// <summary>... and from which on it is none.</summary>
    public double Rough { get; init; } = 0.012;

    /// <summary>The bow up to which a stroke is straight ...</summary>
    public double StraightBow { get; init; } = 0.03;

    /// <summary>... from which on it is no slash ...</summary>
    public double MaxSlashBow { get; init; } = 0.06;

    /// <summary>... and from which on it clearly is a parenthesis.</summary>
    public double ParenthesisBow { get; init; } = 0.1;

    /// <summary>Digit heights: strokes up to this height may be digits ...</summary>
    public double DigitMaxHeight { get; init; } = 1.05;

    /// <summary>... and from this on they are taller than digits.</summary>
    public double TallHeight { get; init; } = 1.2;

    /// <summary>Width over height from which on a low mark is a dash, not a point.</summary>
    public double DashMinAspect { get; init; } = 1.5;

    /// <summary>The probability, 0 to 1, that a stroke which looks like a separator in all respects is one.</summary>
    public double MaxProbability { get; init; } = 0.97;

    /// <summary>
    /// The probability from which on it is considered; also what a reading without hint has to reach to leave a stroke out.
    /// </summary>
    public double MinProbability { get; init; } = 0.02;

    /// <summary>How well a stroke as low as the digits fits a tall separator of a pattern, 0 to 1.</summary>
    public double LowMatch { get; init; } = 0.3;

    /// <summary>How well a dash fits a point, or a slash a parenthesis, of a pattern, 0 to 1.</summary>
    public double OtherKindMatch { get; init; } = 0.5;

    /// <summary>How well any other ink fits a separator of a pattern, 0 to 1.</summary>
    public double MinMatch { get; init; } = 0.01;

    /// <summary>Difference of log likelihood for a separator of a pattern that was not found.</summary>
    public double MissingPenalty { get; init; } = 2;
}
