namespace Inkling.Reading.Constants;

/// <summary>
/// How sure a reading is, and what follows from that. Chosen by hand on the development pictures, unless a comment says
/// otherwise.
/// </summary>
internal sealed record DecisionConstants
{
    /// <summary>
    /// Score for each digit, 0 to 1: with less, what stands out most is covered and the picture is looked at again. Of the
    /// development pictures whose whole reading's score was less, none was read better.
    /// </summary>
    public double SecondLookBelow { get; init; } = 0.4;

    /// <summary>Share of the digits of one look that another must have to be preferred.</summary>
    public double LookMinDigits { get; init; } = 0.5;

    /// <summary>
    /// Score of the whole reading, 0 to 1: with less, a small picture is looked at once more, twice as large. From 0.3 to 0.8
    /// nearly as many development pictures are read; a higher one takes more time.
    /// </summary>
    public double DoubleBelow { get; init; } = 0.4;

    /// <summary>Pixels: a picture whose longer side is less is small.</summary>
    public int DoubleMaxSide { get; init; } = 200;

    /// <summary>
    /// Score of the whole reading, 0 to 1: what was read as surely as this, without leaving much ink out, is not looked at again.
    /// </summary>
    public double NoOtherLookFrom { get; init; } = 0.97;

    /// <summary>Pieces as large as digits, beyond the digits that were read: a reading that has more is not sure.</summary>
    public int NoOtherLookMaxLeft { get; init; } = 1;

    /// <summary>
    /// The factor of the whole reading's score and confidence for each piece as large as a digit that is in no number.
    /// </summary>
    public double UnreadConfidence { get; init; } = 0.5;

    /// <summary>Certainty, 0 to 1: where nothing else was read, all of the ink is a digit with at least so much.</summary>
    public double WholeMinCertainty { get; init; } = 0.3;

    /// <summary>Score for each digit, 0 to 1, from which on a number clearly is one.</summary>
    public double ClearScore { get; init; } = 0.8;

    /// <summary>Beside clear numbers, what has a lower score for each digit is ignored ...</summary>
    public double DoubtfulScore { get; init; } = 0.6;

    /// <summary>... and what is not clear, and lower than this, in heights of clear digits ...</summary>
    public double DoubtfulMinHeight { get; init; } = 0.5;

    /// <summary>... or higher than this.</summary>
    public double DoubtfulMaxHeight { get; init; } = 2;

    /// <summary>
    /// The power of the best way's likelihood among all ways in a number's confidence. It and <see cref="SegmentPower"/> share
    /// the same doubts; both were fitted on the development pictures.
    /// </summary>
    public double WayPower { get; init; } = 0.5;

    /// <summary>The power of what the networks think of the digits. Fitted with <see cref="WayPower"/>.</summary>
    public double SegmentPower { get; init; } = 0.3;

    /// <summary>
    /// Differences of ways' scores are divided by it before they become likelihoods: the networks are surer than they are right,
    /// since a number's segments are judged alike.
    /// </summary>
    public double ScoreTemperature { get; init; } = 1.5;
}

/// <summary>From a number's evidence to its confidence.</summary>
internal sealed record CalibrationConstants
{
    /// <summary>For each of <c>NumberEvidence.Features</c>: fitted by <c>inkling experiment reader</c>.</summary>
    public double[] Weights { get; init; } =
        [-0.3816, -1.1679, 0, 0, -0.1251, -0.0322, 1.6067, -0.142, -0.2608, -0.0823, 0, -0.0302];

    /// <summary>
    /// Where only some numbers were allowed: the power of what the networks think of the digits, which a confidence is at most.
    /// By hand.
    /// </summary>
    public double RestrictedPower { get; init; } = 0.5;
}

/// <summary>
/// What speaks against a number in the picture at all: letters, drawings and photographs have parts that look like digits. Chosen
/// by hand: of generated pictures without a number nearly all become unsure, of right readings of the development pictures
/// about one in fifty.
/// </summary>
internal sealed record PresenceConstants
{
    /// <summary>
    /// How much the odds that it is this digit, and no other one, count beside the odds that it is a digit: what is none is often
    /// read differently by the two networks.
    /// </summary>
    public double WhichWeight { get; init; } = 2;

    /// <summary>Odds are taken of probabilities at least so far from 0 and 1.</summary>
    public double MinDoubt { get; init; } = 0.001;

    /// <summary>Log odds, in the mean of all digits: from here on they clearly are digits ...</summary>
    public double ClearLogOdds { get; init; } = 7;

    /// <summary>... and up to here they clearly are none.</summary>
    public double NoLogOdds { get; init; } = 4;

    /// <summary>Share of all ink that is in the digits: with less, the picture shows something else.</summary>
    public double MinInkShare { get; init; } = 0.6;

    /// <summary>Pieces of ink for each digit: with more, they are a texture.</summary>
    public double MaxPiecesPerDigit { get; init; } = 100;

    /// <summary>Holes for each digit: an 8 has two. With more, the ink is a tangle.</summary>
    public int MaxHolesPerDigit { get; init; } = 2;

    /// <summary>Squares of a digit height: smaller holes do not count.</summary>
    public double HoleMinArea { get; init; } = 0.002;

    /// <summary>Width over height of an outline that is a box, not a one.</summary>
    public double BoxMinAspect { get; init; } = 0.5;

    /// <summary>Share of an outline's ink: with so much ink inside it is a face, not a digit.</summary>
    public double FaceMinInk { get; init; } = 0.1;

    /// <summary>The factor of the confidence where the digits clearly are none.</summary>
    public double MinFactor { get; init; } = 0.4;
}
