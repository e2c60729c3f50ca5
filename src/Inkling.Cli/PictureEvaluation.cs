using System.Text.RegularExpressions;
using Inkling.Imaging;

namespace Inkling.Cli;

/// <summary><c>inkling evaluate --images</c>: pictures whose names begin with what they show, as <c>7_note.png</c>.</summary>
internal static partial class PictureEvaluation
{
    public static int Run(DigitReader reader, string folder, Terminal terminal, CancellationToken cancellationToken)
    {
        string[] files = [.. PictureReading.PicturesIn(folder).Where(file => Label(file) is not null)];
        if (files.Length == 0)
            throw new InklingException($"{folder}: no picture's name begins with its digits and an underscore, as 7_note.png.");
        int exact = 0, edits = 0, digits = 0, unreadable = 0;
        foreach (string file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string truth = Label(file)!, read = "";
            try
            {
                read = reader.Read(PictureFile.Load(file)).Digit.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (InklingException e)
            {
                unreadable++;
                terminal.Message(e.Message);
            }

            exact += read == truth ? 1 : 0;
            edits += EditDistance(read, truth);
            digits += truth.Length;
        }

        double errorRate = (double)edits / digits;
        terminal.Json(json =>
        {
            json.WriteNumber("images", files.Length);
            json.WriteNumber("exact", exact);
            json.WriteNumber("exactRate", (double)exact / files.Length);
            json.WriteNumber("digitErrorRate", errorRate);
            json.WriteNumber("unreadable", unreadable);
        });
        if (!terminal.IsJson)
            terminal.Line($"{exact} / {files.Length} read exactly, {Figures.Percent((double)exact / files.Length)}; digit error rate {Figures.Percent(errorRate)} (one digit is read from each picture)");
        return CommandLine.Done;
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

    private static string? Label(string file) => DigitsAndUnderscore().Match(Path.GetFileName(file)) is { Success: true } match ? match.Groups["digits"].Value : null;

    [GeneratedRegex("^(?<digits>[0-9]+)_", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DigitsAndUnderscore();
}
