using System.CommandLine;
using System.Globalization;
using Inkling.Imaging;
using Inkling.Plots;
using Inkling.Reading;
using Inkling.Web.Api;

namespace Inkling.Cli;

/// <summary><c>inkling read</c>: reads the numbers in pictures.</summary>
internal static class ReadCommand
{
    public static Command Create()
    {
        Argument<string[]> images = new("image")
        {
            Description = "Pictures (PNG, JPEG, BMP, WebP, GIF, TIFF), folders of them, or - for standard input",
            HelpName = "IMAGE",
            Arity = ArgumentArity.OneOrMore
        };
        Option<string?> model = new("--model")
        {
            Description = "best (the default), tiny, latest (the network trained last), or a file",
            HelpName = "MODEL"
        };
        Option<int> digits = Options.Number("--digits", "How many digits each number has", 0, 1, 100);
        Option<NumberPattern?> pattern = Options.Pattern();
        Option<double> unsure = Options.Number(
            "--unsure-below",
            "Readings less likely to be right are marked as unsure",
            new ReadingOptions().UnsureBelow,
            0.0,
            1.0);
        Option<string?> explain = Options.Picture(
            "--explain", "Draw the one picture with its boxes, cuts and digits into FILE.png");
        Option<bool> json = Options.Json();
        Command command = new("read", "Reads the numbers in pictures") { images, model, digits, pattern, unsure, explain, json };
        ModelOptions modelOptions = new();
        modelOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            string[] given = [.. result.GetResult(images)?.Tokens.Select(token => token.Value) ?? []];
            if (result.GetResult(explain) is { Implicit: false } && (given is not [string image] || Directory.Exists(image)))
                result.AddError("--explain draws one picture: name one, not several and no folder");
            if (given.Count(image => image == "-") > 1)
                result.AddError("- is standard input, which can be read once: name it once");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            string[] pictures = parsed.GetValue(images)!;
            string file = parsed.GetValue(model) ?? BundledModels.Names[0];
            Terminal terminal = new(parsed.GetValue(json));
            OutputFiles.RequireNoneOf("--explain", parsed.GetValue(explain), [.. pictures, file]);
            ReadingOptions options = new()
            {
                ExpectedDigits = parsed.GetValue(digits) is > 0 and int count ? count : null,
                AllowedPattern = parsed.GetValue(pattern),
                UnsureBelow = parsed.GetValue(unsure)
            };
            DigitReader reader = modelOptions.LoadReader(parsed, file, terminal);
            return Task.FromResult(Run(pictures, reader, options, parsed.GetValue(explain), terminal, cancellationToken));
        });
        return command;
    }

    private static int Run(
        string[] images,
        DigitReader reader,
        ReadingOptions options,
        string? explain,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        List<string> files = [];
        int failures = 0, unreadableFolders = 0;
        foreach (string image in images)
        {
            if (!Directory.Exists(image))
            {
                files.Add(image);
                continue;
            }

            PictureFolder folder = PictureFolder.Of(image);
            folder.Report(terminal);
            unreadableFolders += folder.Unreadable.Count;
            if (images.Length == 1)
                folder.RequireFiles();
            else if (folder.Files.Count == 0)
                terminal.Message($"{image}: no picture in it that is read.");
            files.AddRange(folder.Files);
        }

        if (files.Count == 0)
            throw new InklingException(
                $"There is no picture that is read in any of the {images.Length} folders "
                    + $"({string.Join(", ", PictureFolder.Extensions)}).");
        PictureReading.ForEach(files, terminal, Read, cancellationToken);
        if (failures > 0 && files.Count > 1)
            terminal.Failure(string.Create(
                CultureInfo.InvariantCulture, $"{failures} of {files.Count} could not be read as pictures."));
        return failures + unreadableFolders == 0 ? CommandLine.Done : CommandLine.Failed;

        void Read(string image)
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
            failures += isWhole ? 0 : 1;
        }

        bool Try(string image, Func<bool> read)
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
                terminal.Failure(message);
                return false;
            }
        }

        bool ReadPage(string image, PicturePages pages, int index)
        {
            GreyImage picture = pages.Load(index);
            ReadingStages stages = reader.Explain(picture, options, cancellationToken);
            int? page = pages.Count > 1 ? index + 1 : null;
            Write(image, page, stages.Reading, terminal);
            if (!stages.Reading.IsComplete)
                terminal.Failure(
                    $"{NameOf(image == "-" ? "standard input" : image, page)}: too much is on it; not all of it was read. "
                        + "Divide it into several pictures.");
            if (explain is null)
                return true;
            ReadingPicture.Save(explain, picture, stages);
            terminal.Message($"Drew {explain}");
            return true;
        }
    }

    private static string NameOf(string image, int? page) => page is null ? image : $"{image}, page {page}";

    private static void Write(string image, int? page, ReadingResult reading, Terminal terminal)
    {
        if (!terminal.IsJson)
        {
            string text = reading.Text.Length == 0 ? "–" : reading.Text.Replace("\n", " / ", StringComparison.Ordinal);
            string confidence = reading.Text.Length == 0 ? "" : Figures.Percent(reading.Confidence);
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"{text,-12} {confidence,8}  {Note(reading),-28}  {NameOf(image, page)}"));
        }

        terminal.Json(ReadingAnswer.Of(reading, image) with { Page = page }, AnswerJson.Default.ReadingAnswer);
    }

    private static string Note(ReadingResult reading)
    {
        if (reading.Text.Length == 0)
            return "nothing to read";
        (string Text, double Confidence)? second = reading.Numbers.Count() == 1
            ? reading.Numbers.Single().RunnersUp.Cast<(string, double)?>().FirstOrDefault()
            : null;
        string other = second is { } runnerUp && runnerUp.Confidence >= 0.00005
            ? $"or {(runnerUp.Text.Length == 0 ? "nothing" : runnerUp.Text)}: {Figures.Percent(runnerUp.Confidence)}"
            : "";
        return reading.IsUnsure ? (other.Length == 0 ? "unsure" : $"unsure, {other}") : other;
    }
}
