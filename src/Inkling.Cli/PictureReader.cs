using System.Globalization;
using Inkling.Imaging;
using Inkling.Plots;
using Inkling.Reading;
using Inkling.Web.Api;

namespace Inkling.Cli;

/// <summary>Reads picture files, page after page, and writes what is on them; one that cannot be read is told.</summary>
/// <param name="reader">The reader.</param>
/// <param name="options">What it is asked.</param>
/// <param name="explain">The file into which one picture is drawn with its boxes; null for none.</param>
/// <param name="output">Receives readings and errors.</param>
/// <param name="cancellationToken">Ends a reading.</param>
internal sealed class PictureReader(
    DigitReader reader, ReadingOptions options, string? explain, PictureOutput output, CancellationToken cancellationToken)
{
    /// <summary>How many pictures could not be read, or not all pages of them.</summary>
    public int Failures { get; private set; }

    /// <summary>Reads a file, or standard input (<c>-</c>).</summary>
    public void Read(string image)
    {
        bool isWhole = Try(image, () =>
        {
            PicturePages pages = image == "-"
                ? PictureFile.LoadPages(Console.OpenStandardInput(), "standard input")
                : PictureFile.LoadPages(image);
            if (pages.Count > 1 && explain is not null)
                throw new InklingException(
                    $"{image}: {pages.Count} pages, and --explain draws one picture. Save the page as a picture of its own.");
            // A damaged page is reported, and the others are read.
            bool areRead = true;
            for (int page = 0; page < pages.Count; page++)
                areRead &= Try(image, () => ReadPage(image, pages, page));
            return areRead;
        });
        Failures += isWhole ? 0 : 1;
    }

    private bool Try(string image, Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (InklingException e)
        {
            string message = e.Message.StartsWith(OneLine.Of(image), StringComparison.Ordinal) || image == "-"
                ? e.Message
                : $"{image}: {e.Message}";
            output.Failed(image, message);
            return false;
        }
    }

    private bool ReadPage(string image, PicturePages pages, int index)
    {
        GreyImage picture = pages.Load(index);
        ReadingStages stages = reader.Explain(picture, options, cancellationToken);
        output.Read(ReadingAnswer.Of(stages.Reading, image) with { Page = pages.Count > 1 ? index + 1 : null });
        if (explain is not null)
        {
            ReadingPicture.Save(explain, picture, stages);
            output.Drew(explain);
        }

        return true;
    }
}

/// <summary>Where readings go: to the terminal.</summary>
internal class PictureOutput(Terminal terminal)
{
    /// <summary>A reading of a picture, or of a page of one.</summary>
    public virtual void Read(ReadingAnswer answer)
    {
        if (!terminal.IsJson)
            terminal.Line(LineOf(answer));
        terminal.Json(answer, AnswerJson.Default.ReadingAnswer);
        if (!answer.Complete)
            terminal.Failure(
                $"{NameOf(answer)}: too much is on it; not all of it was read. Divide it into several pictures.");
    }

    /// <summary>A picture that cannot be read.</summary>
    public virtual void Failed(string image, string message) => terminal.Failure(message);

    /// <summary>A picture with boxes was drawn.</summary>
    public void Drew(string file) => terminal.Message($"Drew {file}");

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
