namespace Inkling;

/// <summary>What was read in a picture.</summary>
public sealed class ReadingResult
{
    internal ReadingResult(
        IReadOnlyList<ReadLine> lines, double unsureBelow, bool isComplete, IReadOnlyList<PixelBox> unread,
        double unreadConfidence, double presence, int turn)
    {
        Lines = lines;
        Presence = presence;
        Confidence = lines.Count == 0 ? 0 : Numbers.Aggregate(1.0, (product, number) => product * number.Confidence);
        Confidence *= presence * Math.Pow(unreadConfidence, unread.Count);
        Unread = unread;
        IsUnsure = Confidence < unsureBelow;
        IsComplete = isComplete;
        Turn = turn;
    }

    /// <summary>
    /// The digits: numbers on one line with a space between them, lines with a line break; empty where there is none to read.
    /// </summary>
    public string Text => string.Join('\n', Lines.Select(line => line.Text));

    /// <summary>How likely it is that all of <see cref="Text"/> is right, 0 to 1.</summary>
    public double Confidence { get; }

    /// <summary>The factor of the confidence that there is a number in the picture at all, 0 to 1.</summary>
    internal double Presence { get; }

    /// <summary>Whether the confidence is under <see cref="ReadingOptions.UnsureBelow"/>: better ask a person.</summary>
    public bool IsUnsure { get; }

    /// <summary>
    /// Whether all that may be a number was looked at. False where there is more on the picture than reading it may cost (a
    /// texture, or a page with very many numbers): then numbers may be missing from <see cref="Text"/>. Divide such a page into
    /// several pictures.
    /// </summary>
    public bool IsComplete { get; }

    /// <summary>
    /// Ink as large as the digits, beside a number on its line, that is in no number: perhaps a digit that was not read. Each
    /// lowers <see cref="Confidence"/>.
    /// </summary>
    public IReadOnlyList<PixelBox> Unread { get; }

    /// <summary>
    /// By how many degrees, clockwise, the picture was turned to be read, 0 to 359: 0 where it was read as it is, 90 where its
    /// left side is up. All boxes are in the picture as it is.
    /// </summary>
    public int Turn { get; }

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
public sealed class ReadLine
{
    internal ReadLine(IReadOnlyList<ReadNumber> numbers) => Numbers = numbers;

    /// <summary>From the left.</summary>
    public IReadOnlyList<ReadNumber> Numbers { get; }

    /// <summary>The numbers, with spaces between them.</summary>
    public string Text => string.Join(' ', Numbers.Select(number => number.Text));
}

/// <summary>A number: digits, without a wide gap between them.</summary>
public sealed class ReadNumber
{
    internal ReadNumber(
        string text, double score, double confidence, PixelBox box, IReadOnlyList<ReadDigit> digits,
        IReadOnlyList<ReadSeparator> separators, IReadOnlyList<(string Text, double Confidence)> runnersUp)
    {
        (Text, Score, Confidence, Box) = (text, score, confidence, box);
        (Digits, Separators, RunnersUp) = (digits, separators, runnersUp);
    }

    /// <summary>Its digits.</summary>
    public string Text { get; }

    /// <summary>
    /// How likely it is that all of them are right, 0 to 1: the product of the confidences in its digits.
    /// </summary>
    public double Confidence { get; }

    /// <summary>By what readings of the same ink are compared, 0 to 1: not calibrated, so not a probability.</summary>
    internal double Score { get; }

    /// <summary>Where it is, in the pixels of the picture (or of its file, see <see cref="GreyImage.Reduction"/>).</summary>
    public PixelBox Box { get; }

    /// <summary>Its digits, from the left.</summary>
    public IReadOnlyList<ReadDigit> Digits { get; }

    /// <summary>The ink between and beside them that is no digit: slashes, dashes, points, specks.</summary>
    public IReadOnlyList<ReadSeparator> Separators { get; }

    /// <summary>What else it may be, the likeliest first.</summary>
    public IReadOnlyList<(string Text, double Confidence)> RunnersUp { get; }
}

/// <summary>A digit that was read.</summary>
public sealed class ReadDigit
{
    internal ReadDigit(int digit, IReadOnlyList<float> confidences, PixelBox box, byte[] glyph) =>
        (Digit, Confidences, Box, Glyph) = (digit, confidences, box, glyph);

    /// <summary>The digit, 0 to 9.</summary>
    public int Digit { get; }

    /// <summary>
    /// [10]: how likely each digit is, 0 to 1. They add up to at most 1; the rest is that it is none, or was cut wrongly.
    /// </summary>
    public IReadOnlyList<float> Confidences { get; }

    /// <summary>Where it is, in the pixels of the picture (or of its file, see <see cref="GreyImage.Reduction"/>).</summary>
    public PixelBox Box { get; }

    /// <summary>[28, 28]: what the network saw; 0 is paper, 255 is ink.</summary>
    public byte[] Glyph { get; }

    /// <summary>The confidence in <see cref="Digit"/>, 0 to 1.</summary>
    public float Confidence => Confidences[Digit];

    /// <summary>The other digits, the likeliest first.</summary>
    public IEnumerable<int> RunnersUp => Enumerable.Range(0, Confidences.Count)
        .Where(digit => digit != Digit)
        .OrderByDescending(digit => Confidences[digit]);
}
