namespace Inkling;

/// <summary>What was read in a picture.</summary>
public sealed class ReadingResult
{
    internal ReadingResult(IReadOnlyList<ReadLine> lines, double unsureBelow, bool isComplete)
    {
        Lines = lines;
        Confidence = lines.Count == 0 ? 0 : Numbers.Aggregate(1.0, (product, number) => product * number.Confidence);
        IsUnsure = Confidence < unsureBelow;
        IsComplete = isComplete;
    }

    /// <summary>
    /// The digits: numbers on one line with a space between them, lines with a line break; empty where there is none to read.
    /// </summary>
    public string Text => string.Join('\n', Lines.Select(line => line.Text));

    /// <summary>How likely it is that all of <see cref="Text"/> is right, 0 to 1.</summary>
    public double Confidence { get; }

    /// <summary>Whether the confidence is under <see cref="ReadingOptions.UnsureBelow"/>: better ask a person.</summary>
    public bool IsUnsure { get; }

    /// <summary>
    /// Whether all that may be a number was looked at. False where there is more on the picture than reading it may cost (a
    /// texture, or a page with very many numbers): then numbers may be missing from <see cref="Text"/>. Divide such a page into
    /// several pictures.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>The lines, from the top.</summary>
    public IReadOnlyList<ReadLine> Lines { get; }

    /// <summary>All numbers, line by line.</summary>
    public IEnumerable<ReadNumber> Numbers => Lines.SelectMany(line => line.Numbers);

    /// <summary>All digits, line by line.</summary>
    public IEnumerable<ReadDigit> Digits => Numbers.SelectMany(number => number.Digits);

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;
}

/// <summary>The numbers that stand on one line.</summary>
/// <param name="Numbers">From the left.</param>
public sealed record ReadLine(IReadOnlyList<ReadNumber> Numbers)
{
    /// <summary>The numbers, with spaces between them.</summary>
    public string Text => string.Join(' ', Numbers.Select(number => number.Text));
}

/// <summary>A number: digits, without a wide gap between them.</summary>
/// <param name="Text">Its digits.</param>
/// <param name="Confidence">How likely it is that all of them are right, 0 to 1.</param>
/// <param name="Box">Where it is, in the pixels of the picture (or of its file, see <see cref="GreyImage.Reduction"/>).</param>
/// <param name="Digits">Its digits, from the left.</param>
/// <param name="Separators">Where there is ink between and beside them that is no digit: dots, commas, dashes, specks.</param>
/// <param name="RunnersUp">What else it may be, the likeliest first.</param>
public sealed record ReadNumber(
    string Text, double Confidence, PixelBox Box, IReadOnlyList<ReadDigit> Digits, IReadOnlyList<PixelBox> Separators,
    IReadOnlyList<(string Text, double Confidence)> RunnersUp);

/// <summary>A digit that was read.</summary>
/// <param name="Digit">The digit, 0 to 9.</param>
/// <param name="Confidences">[10]: how likely each digit is, 0 to 1; they add up to 1.</param>
/// <param name="Box">Where it is, in the pixels of the picture (or of its file, see <see cref="GreyImage.Reduction"/>).</param>
/// <param name="Glyph">[28, 28]: what the network saw; 0 is paper, 255 is ink.</param>
public sealed record ReadDigit(int Digit, IReadOnlyList<float> Confidences, PixelBox Box, byte[] Glyph)
{
    /// <summary>The confidence in <see cref="Digit"/>, 0 to 1.</summary>
    public float Confidence => Confidences[Digit];

    /// <summary>The other digits, the likeliest first.</summary>
    public IEnumerable<int> RunnersUp => Enumerable.Range(0, Confidences.Count)
        .Where(digit => digit != Digit)
        .OrderByDescending(digit => Confidences[digit]);
}
