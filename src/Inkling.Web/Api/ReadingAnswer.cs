using System.Text.Json.Serialization;
using Inkling.Evaluation;

namespace Inkling.Web.Api;

/// <summary>A reading, as <c>inkling read --json</c> writes it.</summary>
/// <param name="File">The picture's name, where the form gave one.</param>
/// <param name="Text">
/// The digits: numbers on one line with a space between them, lines with a line break; empty where there is nothing to read.
/// </param>
/// <param name="Confidence">How likely it is that all of the text is right, 0 to 1.</param>
/// <param name="Unsure">Whether a person should check it.</param>
/// <param name="Complete">Whether all that may be a number was examined; false where there is too much on the picture.</param>
/// <param name="Turn">
/// By how many degrees, clockwise, the picture was turned to be read; boxes are in the picture as it is.
/// </param>
/// <param name="Numbers">Each number, line by line.</param>
/// <param name="Unread">Left, top, width and height of ink beside the numbers that may be a digit and was not read.</param>
internal sealed record ReadingAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? File,
    string Text,
    double Confidence,
    bool Unsure,
    bool Complete,
    int Turn,
    IReadOnlyList<NumberAnswer> Numbers,
    IReadOnlyList<int[]> Unread)
{
    /// <summary>The page, from 1, of a file with several; null for other files.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Page { get; init; }

    public static ReadingAnswer Of(ReadingResult reading, string? file) => new(
        file,
        reading.Text,
        Rounded(reading.Confidence),
        reading.IsUnsure,
        reading.IsComplete,
        reading.Turn,
        [.. reading.Lines.SelectMany((line, i) => line.Numbers.Select(number => NumberAnswer.Of(number, i)))],
        [.. reading.Unread.Select(SidesOf)]);

    internal static int[] SidesOf(PixelBox box) => [box.Left, box.Top, box.Width, box.Height];

    internal static double Rounded(double confidence) => Math.Round(confidence, 4);
}

/// <summary>A number.</summary>
/// <param name="Text">Its digits.</param>
/// <param name="Confidence">How likely it is that all of them are right.</param>
/// <param name="Line">Which line it is on, from 0.</param>
/// <param name="Box">Left, top, width and height in the picture's pixels.</param>
/// <param name="RunnersUp">Alternative readings.</param>
/// <param name="Digits">Its digits, from the left.</param>
/// <param name="Separators">The ink that is no digit.</param>
internal sealed record NumberAnswer(
    string Text,
    double Confidence,
    int Line,
    int[] Box,
    IReadOnlyList<RunnerUpAnswer> RunnersUp,
    IReadOnlyList<DigitAnswer> Digits,
    IReadOnlyList<SeparatorAnswer> Separators)
{
    private const int MostRunnersUp = 3;

    public static NumberAnswer Of(ReadNumber number, int line) => new(
        number.Text,
        ReadingAnswer.Rounded(number.Confidence),
        line,
        ReadingAnswer.SidesOf(number.Box),
        [.. number.RunnersUp
            .Take(MostRunnersUp)
            .Select(other => new RunnerUpAnswer(other.Text, ReadingAnswer.Rounded(other.Confidence)))],
        [.. number.Digits.Select(DigitAnswer.Of)],
        [.. number.Separators.Select(SeparatorAnswer.Of)]);
}

/// <summary>Ink between or beside the digits.</summary>
/// <param name="Kind">slash, dash, point or other.</param>
/// <param name="Box">Left, top, width and height in the picture's pixels.</param>
internal sealed record SeparatorAnswer(string Kind, int[] Box)
{
    public static SeparatorAnswer Of(ReadSeparator separator)
    {
        string kind = separator.Kind switch
        {
            SeparatorKind.Slash => "slash",
            SeparatorKind.Dash => "dash",
            SeparatorKind.Point => "point",
            _ => "other"
        };
        return new SeparatorAnswer(kind, ReadingAnswer.SidesOf(separator.Box));
    }
}

/// <summary>An alternative reading of a number.</summary>
/// <param name="Text">Its digits.</param>
/// <param name="Confidence">How likely it is.</param>
internal sealed record RunnerUpAnswer(string Text, double Confidence);

/// <summary>A digit.</summary>
/// <param name="Digit">0 to 9.</param>
/// <param name="Confidence">How likely it is.</param>
/// <param name="Box">Left, top, width and height in the picture's pixels.</param>
internal sealed record DigitAnswer(int Digit, double Confidence, int[] Box)
{
    public static DigitAnswer Of(ReadDigit digit) =>
        new(digit.Digit, ReadingAnswer.Rounded(digit.Confidence), ReadingAnswer.SidesOf(digit.Box));
}
