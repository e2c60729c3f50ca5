using System.Globalization;
using Inkling.Imaging;
using Inkling.Plots;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>
/// <c>inkling evaluate --images</c>: pictures whose names say what they show (<see cref="PictureLabel"/>).
/// </summary>
internal static class PictureEvaluation
{
    private const int Steps = 10;

    public static int Run(DigitReader reader, string folder, string? plot, Terminal terminal, CancellationToken cancellationToken)
    {
        PictureFolder pictures = PictureFolder.Of(folder);
        pictures.Report(terminal);
        pictures.RequireFiles();
        string[] files = [.. pictures.Files.Where(file => PictureLabel.Of(file) is not null)];
        if (files.Length < pictures.Files.Count && files.Length > 0)
            terminal.Message(string.Create(
                CultureInfo.InvariantCulture,
                $"{folder}: left out {pictures.Files.Count - files.Length:N0} "
                    + $"of {pictures.Files.Count:N0} pictures, whose names do not begin with their digits and an underscore."));
        OutputFiles.RequireNoneOf("--plot", plot, files);
        if (files.Length == 0)
            throw new InklingException(
                $"{folder}: no picture's name begins with its digits and an underscore, as 504192_note.png.");
        List<Outcome> outcomes = [];
        PictureReading.ForEach(
            files,
            terminal,
            file => outcomes.Add(OutcomeOf(reader, file, keepsPicture: plot is not null, terminal)),
            cancellationToken);
        WriteJson(outcomes, terminal);
        if (!terminal.IsJson)
            WriteTables(outcomes, terminal);
        if (plot is not null)
        {
            ReadingMistakesSheet.Save(
                plot,
                $"What was read wrongly in {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}",
                [
                    .. outcomes.Where(outcome => !outcome.IsExact && outcome.Picture is not null).Select(
                        outcome => new ReadingMistake(outcome.Picture!, outcome.Truth, outcome.Read, outcome.Confidence))
                ]);
            terminal.Message($"Drew {plot}");
        }

        int unreadable = outcomes.Count(outcome => !outcome.IsReadable);
        if (unreadable == 0)
            return pictures.Unreadable.Count == 0 ? CommandLine.Done : CommandLine.Failed;
        terminal.Failure(string.Create(
            CultureInfo.InvariantCulture, $"{unreadable} of {files.Length} could not be read as pictures."));
        return CommandLine.Failed;
    }

    /// <summary>The least number of digits to insert, delete or replace (Levenshtein 1966).</summary>
    internal static int EditDistance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j - 1], row[j]) + 1);
            }
        }

        return row[^1];
    }

    private static Outcome OutcomeOf(DigitReader reader, string file, bool keepsPicture, Terminal terminal)
    {
        (string truth, string source) = PictureLabel.Of(file)!;
        try
        {
            GreyImage picture = PictureFile.Load(file);
            ReadingResult reading = reader.Read(picture);
            string read = PictureLabel.DigitsOf(reading.Text);
            return new Outcome(
                file,
                source,
                truth,
                read,
                reading.Confidence,
                reading.IsUnsure,
                IsReadable: true,
                keepsPicture && read != truth ? picture : null);
        }
        catch (InklingException e)
        {
            terminal.Failure(e.Message);
            return new Outcome(file, source, truth, "", 0, IsUnsure: true, IsReadable: false, Picture: null);
        }
    }

    private static void WriteJson(List<Outcome> outcomes, Terminal terminal) => terminal.Json(json =>
    {
        json.WriteNumber("images", outcomes.Count);
        json.WriteNumber("exact", outcomes.Count(outcome => outcome.IsExact));
        json.WriteNumber("exactRate", ExactRate(outcomes));
        json.WriteNumber("digits", outcomes.Sum(outcome => outcome.Truth.Length));
        json.WriteNumber("digitErrorRate", DigitErrorRate(outcomes));
        json.WriteNumber("unsure", outcomes.Count(outcome => outcome.IsUnsure));
        json.WriteNumber("unreadable", outcomes.Count(outcome => !outcome.IsReadable));
        json.WriteStartObject("sources");
        foreach (IGrouping<string, Outcome> source in BySource(outcomes))
        {
            json.WriteStartObject(source.Key);
            json.WriteNumber("images", source.Count());
            json.WriteNumber("exact", source.Count(outcome => outcome.IsExact));
            json.WriteNumber("digitErrorRate", DigitErrorRate([.. source]));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("reliability");
        foreach ((double from, double to, Outcome[] step) in ByConfidence(outcomes))
        {
            json.WriteStartObject();
            json.WriteNumber("from", from);
            json.WriteNumber("to", to);
            json.WriteNumber("images", step.Length);
            json.WriteNumber("meanConfidence", Math.Round(step.Average(outcome => outcome.Confidence), 4));
            json.WriteNumber("exactRate", ExactRate(step));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("mistakes");
        foreach (Outcome mistake in outcomes.Where(outcome => !outcome.IsExact))
        {
            json.WriteStartObject();
            json.WriteString("file", mistake.File);
            json.WriteString("truth", mistake.Truth);
            json.WriteString("read", mistake.Read);
            json.WriteNumber("confidence", Math.Round(mistake.Confidence, 4));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteTables(List<Outcome> outcomes, Terminal terminal)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{outcomes.Count(outcome => outcome.IsExact)} / {outcomes.Count} read exactly, "
                + $"{Figures.Percent(ExactRate(outcomes))}; "
                + $"digit error rate {Figures.Percent(DigitErrorRate(outcomes))}; "
                + $"{outcomes.Count(outcome => outcome.IsUnsure)} unsure"));
        Outcome[] sure = [.. outcomes.Where(outcome => !outcome.IsUnsure)];
        if (sure.Length > 0 && sure.Length < outcomes.Count)
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"Of the {sure.Length} it was sure of, {Figures.Percent(ExactRate(sure))} are right."));
        Table sources = new Table { Title = new TableTitle("By source"), Border = TableBorder.Rounded }
            .AddColumns("source", "pictures", "exact", "digit error rate");
        foreach (IGrouping<string, Outcome> source in BySource(outcomes))
            sources.AddRow(
                Terminal.Escape(source.Key),
                source.Count().ToString(CultureInfo.InvariantCulture),
                Figures.Percent(ExactRate([.. source])),
                Figures.Percent(DigitErrorRate([.. source])));
        Table reliability =
            new Table { Title = new TableTitle("How often readings of a confidence are right"), Border = TableBorder.Rounded }
                .AddColumns("confidence", "pictures", "right");
        foreach ((double from, double to, Outcome[] step) in ByConfidence(outcomes))
            reliability.AddRow(
                string.Create(CultureInfo.InvariantCulture, $"{100 * from:0} … {100 * to:0} %"),
                step.Length.ToString(CultureInfo.InvariantCulture),
                Figures.Percent(ExactRate(step)));
        terminal.People.Write(sources);
        terminal.People.Write(reliability);
    }

    private static double ExactRate(IReadOnlyCollection<Outcome> outcomes)
        => (double)outcomes.Count(outcome => outcome.IsExact) / outcomes.Count;

    private static double DigitErrorRate(IReadOnlyCollection<Outcome> outcomes) =>
        (double)outcomes.Sum(outcome => EditDistance(outcome.Read, outcome.Truth))
            / outcomes.Sum(outcome => outcome.Truth.Length);

    private static IEnumerable<IGrouping<string, Outcome>> BySource(List<Outcome> outcomes) =>
        outcomes.GroupBy(outcome => outcome.Source, StringComparer.Ordinal).OrderBy(source => source.Key, StringComparer.Ordinal);

    private static IEnumerable<(double From, double To, Outcome[] Step)> ByConfidence(List<Outcome> outcomes) =>
        outcomes.GroupBy(outcome => Math.Min(Steps - 1, (int)(outcome.Confidence * Steps)))
            .OrderBy(step => step.Key)
            .Select(step => (step.Key / (double)Steps, (step.Key + 1) / (double)Steps, step.ToArray()));

    /// <summary>The result for a picture; the picture itself is kept to be drawn where it was read wrongly.</summary>
    private sealed record Outcome(
        string File,
        string Source,
        string Truth,
        string Read,
        double Confidence,
        bool IsUnsure,
        bool IsReadable,
        GreyImage? Picture)
    {
        public bool IsExact => IsReadable && Read == Truth;
    }
}
