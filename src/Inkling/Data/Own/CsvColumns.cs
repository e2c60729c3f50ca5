using System.Globalization;
using System.Text;
using Inkling.Files;

namespace Inkling.Data.Own;

/// <summary>What the columns of a table of images are, as its first line tells.</summary>
/// <param name="Separator">Between columns.</param>
/// <param name="Count">How many columns there are.</param>
/// <param name="Label">The label's column, from 0; -1 for none.</param>
/// <param name="LeftOut">Columns that are neither label nor pixels: row numbers.</param>
/// <param name="HasHeader">Whether the first line names the columns.</param>
/// <param name="Side">Rows and columns of an image.</param>
internal sealed record CsvColumns(char Separator, int Count, int Label, IReadOnlyList<int> LeftOut, bool HasHeader, int Side)
{
    /// <summary>Smallest side of an image; tables of anything else often have few columns.</summary>
    private const int MinSide = 4;

    private static readonly string[] LabelNames = ["label", "labels", "class", "digit", "target", "y"];

    private static readonly string[] RowNumberNames = ["", "id", "imageid", "index", "unnamed: 0"];

    public bool IsLeftOut(int column) => LeftOut.Count > 0 && LeftOut.Contains(column);

    /// <summary>The columns of a file; null where it is not a table of images.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isNamed">Whether the user named it; otherwise one that is empty or has no lines is no table either.</param>
    /// <exception cref="InklingException">The file cannot be read.</exception>
    public static CsvColumns? OfFile(string path, bool isNamed = true)
    {
        try
        {
            using FileStream file = RegularFile.OpenRead(path);
            return new TextLines(file, path).Next(out ReadOnlySpan<byte> line) ? Of(Encoding.UTF8.GetString(line)) : null;
        }
        catch (InklingException) when (!isNamed)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The columns by the first line; null where it does not begin a table of images.</summary>
    public static CsvColumns? Of(string line)
    {
        char separator = line.Contains(',', StringComparison.Ordinal) ? ','
            : line.Contains(';', StringComparison.Ordinal) ? ';'
            : '\t';
        string[] fields = [.. line.Split(separator).Select(field => field.Trim().Trim('"'))];
        bool isCounted = Enumerable.Range(0, fields.Length).All(i => fields[i] == i.ToString(CultureInfo.InvariantCulture));
        bool hasHeader = isCounted || !fields.All(
            field => double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        int label = -1;
        int[] leftOut = [];
        if (hasHeader && !isCounted)
        {
            label = Array.FindIndex(fields, field => LabelNames.Contains(field, StringComparer.OrdinalIgnoreCase));
            leftOut =
            [
                .. Enumerable.Range(0, fields.Length)
                    .Where(i => i != label && RowNumberNames.Contains(fields[i], StringComparer.OrdinalIgnoreCase))
            ];
        }
        else if (SideOf(fields.Length - 1) > 0)
        {
            label = 0;
        }

        int side = SideOf(fields.Length - leftOut.Length - (label >= 0 ? 1 : 0));
        return side < MinSide ? null : new CsvColumns(separator, fields.Length, label, leftOut, hasHeader, side);
    }

    /// <summary>A field without spaces and quotation marks around it.</summary>
    public static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> field) => field.Trim(" \t\""u8);

    /// <summary>The side of a square image of so many pixels; 0 where they are not a square.</summary>
    private static int SideOf(int pixels)
    {
        int side = (int)Math.Round(Math.Sqrt(Math.Max(0, pixels)));
        return side * side == pixels ? side : 0;
    }
}
