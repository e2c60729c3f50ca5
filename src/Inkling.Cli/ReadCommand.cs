using System.CommandLine;
using System.Globalization;
using Inkling.Cli.Sharing;

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
        Option<string?> @out = new("--out")
        {
            Description =
                "Write the readings into FILE.jsonl, a line of JSON each, in the order of names. Started again, the same command "
                    + "reads what is missing, and several processes share the pictures",
            HelpName = "FILE.jsonl"
        };
        Option<Part?> part = Part.Option();
        Option<bool> json = Options.Json();
        Command command = new("read", "Reads the numbers in pictures")
        {
            images, model, digits, pattern, unsure, explain, @out, part, json
        };
        ModelOptions modelOptions = new();
        modelOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            string[] given = [.. result.GetResult(images)?.Tokens.Select(token => token.Value) ?? []];
            if (result.GetResult(explain) is { Implicit: false } && (given is not [string image] || Directory.Exists(image)))
                result.AddError("--explain draws one picture: name one, not several and no folder");
            if (given.Count(image => image == "-") > 1)
                result.AddError("- is standard input, which can be read once: name it once");
            if (result.GetResult(@out) is { Implicit: false }
                && (given.Contains("-", StringComparer.Ordinal) || result.GetResult(explain) is { Implicit: false }))
                result.AddError("--out keeps readings of files: not of standard input, and without --explain");
            if (result.GetResult(part) is { Implicit: false } && result.GetResult(@out) is null or { Implicit: true })
                result.AddError("--part shares readings through a file: name it with --out FILE.jsonl");
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
            // A task of an array or of a job may have pictures of its own: it shares where it is told to.
            Part own = parsed.GetValue(@out) is not null || Part.IsRank ? Part.Of(parsed.GetValue(part)) : new Part(0, 1);
            if (parsed.GetValue(@out) is null)
                own = own with { Index = own.Rank, Count = own.Ranks };
            string? kept = parsed.GetValue(@out)
                ?? (own.Ranks > 1 && !pictures.Contains("-", StringComparer.Ordinal) && parsed.GetValue(explain) is null
                    ? SharedReading.StandardFile(pictures)
                    : null);
            if (kept is not null)
            {
                if (parsed.GetValue(@out) is null)
                    SharedReading.RequireNoOther(kept);
                OutputFiles.RequireEnding("--out", kept, [".jsonl"]);
                OutputFiles.RequireNoneOf("--out", kept, [.. pictures, file]);
                terminal = new Terminal(parsed.GetValue(json), isQuiet: !own.IsSpeaker);
            }

            DigitReader reader = modelOptions.LoadReader(parsed, file, terminal);
            List<string> files = FilesOf(pictures, terminal, out int unreadableFolders);
            if (kept is null)
            {
                string? drawn = parsed.GetValue(explain);
                PictureReader each = new(reader, options, new PrintedReadings(terminal), cancellationToken) { Explain = drawn };
                PictureReading.ForEach(files, terminal, each.Read, cancellationToken);
                if (drawn is not null && each.Failures == 0)
                    terminal.Message($"Drew {drawn}");
                return Task.FromResult(EndOf(each.Failures, files.Count, unreadableFolders, terminal));
            }

            string network = modelOptions.Describe(parsed, file), settings = string.Create(
                CultureInfo.InvariantCulture,
                $"{network}{options.ExpectedDigits}\n{options.AllowedPattern}\n{options.UnsureBelow}\n");
            SharedReading reading = new(
                kept,
                files,
                settings,
                own,
                output => new PictureReader(reader, options, output, cancellationToken));
            int failures = reading.Run(terminal, cancellationToken);
            if (own.IsSpeaker && parsed.GetValue(@out) is null)
                reading.Print(terminal);
            return Task.FromResult(own.IsSpeaker ? EndOf(failures, files.Count, unreadableFolders, terminal) : CommandLine.Done);
        });
        return command;
    }

    private static int EndOf(int failures, int files, int unreadableFolders, Terminal terminal)
    {
        if (failures > 0 && files > 1)
            terminal.Failure(string.Create(
                CultureInfo.InvariantCulture, $"{failures} of {files} could not be read as pictures."));
        return failures + unreadableFolders == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    /// <summary>All pictures, those in folders by name.</summary>
    private static List<string> FilesOf(string[] images, Terminal terminal, out int unreadableFolders)
    {
        List<string> files = [];
        unreadableFolders = 0;
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
        return files;
    }
}
