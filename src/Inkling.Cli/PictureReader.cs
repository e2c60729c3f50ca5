using Inkling.Imaging;
using Inkling.Plots;
using Inkling.Reading;
using Inkling.Web.Api;

namespace Inkling.Cli;

/// <summary>Reads picture files, page after page, and writes what is on them; one that cannot be read is told.</summary>
/// <param name="reader">The reader.</param>
/// <param name="options">What it is asked.</param>
/// <param name="output">Receives readings and errors.</param>
/// <param name="cancellationToken">Ends a reading.</param>
internal sealed class PictureReader(
    DigitReader reader, ReadingOptions options, PictureOutput output, CancellationToken cancellationToken)
{
    /// <summary>The file into which one picture is drawn with its boxes; null for none.</summary>
    public string? Explain { get; init; }

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
            if (pages.Count > 1 && Explain is not null)
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
        if (Explain is not null)
            ReadingPicture.Save(Explain, picture, stages);
        return true;
    }
}
