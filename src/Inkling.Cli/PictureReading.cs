namespace Inkling.Cli;

/// <summary>What <c>read</c> and <c>evaluate --images</c> share: the pictures in a folder, and a reader for a network.</summary>
internal static class PictureReading
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif"];

    public static DigitReader ReaderOf(Network network, string file)
    {
        try
        {
            return new DigitReader(network);
        }
        catch (ArgumentException e)
        {
            throw new InklingException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>The picture files in a folder and the folders in it, by name.</summary>
    /// <exception cref="InklingException">There is no such folder, or no picture in it.</exception>
    public static IReadOnlyList<string> PicturesIn(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InklingException($"{folder}: there is no such folder.");
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new InklingException($"{folder}: no picture in it ({string.Join(", ", Extensions)}).");
    }
}
