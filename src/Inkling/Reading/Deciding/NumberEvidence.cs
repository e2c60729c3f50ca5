namespace Inkling.Reading.Deciding;

/// <summary>What speaks for a number's reading and against it: its confidence is formed from this.</summary>
/// <param name="WayShare">The likelihood of the way that was read among those of all kept ways, 0 to 1.</param>
/// <param name="DigitProbability">The product of what the networks think of its digits, 0 to 1.</param>
/// <param name="Cost">What the way costs beside its digits: their shapes, cuts, and ink left unread. In log likelihood.</param>
internal sealed record NumberEvidence(double WayShare, double DigitProbability, double Cost)
{
    private const double LeastDoubt = 1e-4, MostCost = 15, LeastLog = -12;

    /// <summary>
    /// Over its digits, the sum of the logarithms of the odds that they are digits at all, and these.
    /// </summary>
    public double LogOdds { get; init; }

    /// <summary>The ink of its digits, in pixels.</summary>
    public int Area { get; init; }

    /// <summary>Whether it is all ink of the picture, read as one digit.</summary>
    public bool IsWhole { get; init; }

    /// <summary>
    /// Whether all ink of the picture as one digit, and the reading in parts, are the same; null where one of them is no number.
    /// </summary>
    public bool? Agrees { get; init; }

    /// <summary>The logarithm of its probability without cuts; null where the line network was not asked.</summary>
    public double? LineScore { get; init; }

    /// <summary>Whether the cuts alone find nothing better.</summary>
    public bool IsBestOfCuts { get; init; } = true;

    /// <summary>Whether the line network alone finds nothing better.</summary>
    public bool IsBestOfLine { get; init; } = true;

    /// <summary>
    /// Whether only some numbers were allowed: then the share among them says nothing about whether the ink is any of them.
    /// </summary>
    public bool IsRestricted { get; init; }

    /// <summary>
    /// [12]: whether more of a feature can only raise the probability (1) or lower it (-1); 0 for either. A fit to few pictures
    /// may give related features weights of the wrong sign.
    /// </summary>
    public static IReadOnlyList<int> Directions { get; } = [0, -1, -1, 1, -1, 0, 1, -1, -1, -1, 1, -1];

    /// <summary>[12]: what a logistic regression weighs; the first is 1.</summary>
    public double[] Features =>
    [
        1,
        Math.Log(Math.Max(1 - WayShare, LeastDoubt)),
        Math.Log(Math.Max(1 - DigitProbability, LeastDoubt)),
        Math.Max(Math.Log(DigitProbability), LeastLog),
        Math.Clamp(Cost, 0, MostCost),
        IsWhole ? 1 : 0,
        Agrees == true ? 1 : 0,
        Agrees == false ? 1 : 0,
        IsBestOfCuts ? 0 : 1,
        IsBestOfLine ? 0 : 1,
        Math.Max(LineScore ?? 0, LeastLog),
        LineScore is { } score ? Math.Log(Math.Max(1 - Math.Exp(score), LeastDoubt)) : 0,
    ];
}
