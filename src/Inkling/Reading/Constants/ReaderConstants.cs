namespace Inkling.Reading.Constants;

/// <summary>
/// Every number that the reader was tuned with, by the step that uses it. Each says its unit and what it decides. Unless a
/// comment says otherwise it was chosen by hand on the development pictures; what follows from mathematics or from MNIST's form
/// (28, 20, 1.4826) stays where it is used.
/// </summary>
/// <remarks>
/// Lengths are in pixels of the ink map, in <em>digit heights</em> (<c>Word.DigitHeight</c>, the height of a number's typical
/// piece), in <em>pen widths</em> (<c>InkParts.Pen</c>), or in <em>spreads</em> (the standard deviation of the paper's grey
/// levels).
/// </remarks>
internal sealed record ReaderConstants
{
    /// <summary>What the reader goes by.</summary>
    public static ReaderConstants Default { get; } = new();

    /// <summary>From grey levels to ink.</summary>
    public InkConstants Ink { get; init; } = new();

    /// <summary>The shade of the paper in uneven light.</summary>
    public PaperConstants Paper { get; init; } = new();

    /// <summary>A sheet of paper on a table.</summary>
    public SheetConstants Sheet { get; init; } = new();

    /// <summary>Ruled lines and frames.</summary>
    public RuleConstants Rules { get; init; } = new();

    /// <summary>Pieces, words and lines.</summary>
    public LayoutConstants Layout { get; init; } = new();

    /// <summary>What surrounds the writing.</summary>
    public SurroundingsConstants Surroundings { get; init; } = new();

    /// <summary>Slant and slope.</summary>
    public UprightConstants Upright { get; init; } = new();

    /// <summary>Turned looks.</summary>
    public TurnConstants Turn { get; init; } = new();

    /// <summary>Broken strokes.</summary>
    public BrokenStrokeConstants BrokenStrokes { get; init; } = new();

    /// <summary>Cuts between touching digits.</summary>
    public CutConstants Cuts { get; init; } = new();

    /// <summary>Candidate digits and their judges.</summary>
    public SegmentConstants Segments { get; init; } = new();

    /// <summary>Costs of a way through the candidates.</summary>
    public LatticeConstants Lattice { get; init; } = new();

    /// <summary>The search for the numbers of a line.</summary>
    public LineConstants Lines { get; init; } = new();

    /// <summary>What separators look like.</summary>
    public SeparatorConstants Separators { get; init; } = new();

    /// <summary>Confidence, and what is kept.</summary>
    public DecisionConstants Decision { get; init; } = new();

    /// <summary>From what speaks for a number to its confidence.</summary>
    public CalibrationConstants Calibration { get; init; } = new();

    /// <summary>Whether a picture shows a number at all.</summary>
    public PresenceConstants Presence { get; init; } = new();

    /// <summary>What a reading may cost.</summary>
    public BudgetConstants Budget { get; init; } = new();
}
