using System.Globalization;
using Inkling.Web.Api;

namespace Inkling.Cli;

/// <summary>Where readings go.</summary>
internal abstract class PictureOutput
{
    /// <summary>A reading of a picture, or of a page of one.</summary>
    public abstract void Read(ReadingAnswer answer);

    /// <summary>A picture that cannot be read.</summary>
    public abstract void Failed(string image, string message);
}

/// <summary>Prints readings: lines for people, or with <c>--json</c> for programs.</summary>
internal sealed class PrintedReadings(Terminal terminal) : PictureOutput
{
    public override void Read(ReadingAnswer answer)
    {
        if (!terminal.IsJson)
            terminal.Line(LineOf(answer));
        terminal.Json(answer, AnswerJson.Default.ReadingAnswer);
        if (!answer.Complete)
            terminal.Failure(
                $"{NameOf(answer)}: too much is on it; not all of it was read. Divide it into several pictures.");
    }

    public override void Failed(string image, string message) => terminal.Failure(message);

    private static string NameOf(ReadingAnswer answer)
    {
        string file = answer.File == "-" && !answer.Complete ? "standard input" : answer.File!;
        return answer.Page is { } page ? string.Create(CultureInfo.InvariantCulture, $"{file}, page {page}") : file;
    }

    private static string LineOf(ReadingAnswer answer)
    {
        string text = answer.Text.Length == 0 ? "–" : answer.Text.Replace("\n", " / ", StringComparison.Ordinal);
        string confidence = answer.Text.Length == 0 ? "" : Figures.Percent(answer.Confidence);
        return string.Create(
            CultureInfo.InvariantCulture, $"{text,-12} {confidence,8}  {Note(answer),-28}  {NameOf(answer)}");
    }

    private static string Note(ReadingAnswer answer)
    {
        if (answer.Text.Length == 0)
            return "nothing to read";
        RunnerUpAnswer? second = answer.Numbers is [{ RunnersUp: [var first, ..] }] ? first : null;
        string other = second is { Confidence: > 0 }
            ? $"or {(second.Text.Length == 0 ? "nothing" : second.Text)}: {Figures.Percent(second.Confidence)}"
            : "";
        return answer.Unsure ? (other.Length == 0 ? "unsure" : $"unsure, {other}") : other;
    }
}
