using System.Globalization;

namespace Inkling.Cli;

/// <summary>The pictures in a folder and the folders below it, and what was left out.</summary>
/// <param name="Folder">The folder, as it was named.</param>
/// <param name="Files">The picture files, sorted by name.</param>
/// <param name="NotRead">The number of pictures in formats that are not read, by extension.</param>
/// <param name="Others">The number of files whose extension is not that of a picture.</param>
/// <param name="Links">Links to folders. They are not followed: they may form a cycle, or lead out of the folder.</param>
/// <param name="Unreadable">An error line for each folder that could not be listed.</param>
internal sealed record PictureFolder(
    string Folder,
    IReadOnlyList<string> Files,
    IReadOnlyDictionary<string, int> NotRead,
    int Others,
    IReadOnlyList<string> Links,
    IReadOnlyList<string> Unreadable)
{
    /// <summary>The file extensions of pictures.</summary>
    public static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".webp", ".gif", ".tif", ".tiff"];

    /// <summary>The file extensions of pictures in formats that are not read, and of documents that hold pictures.</summary>
    private static readonly string[] OtherFormats =
    [
        ".heic", ".heif", ".hif", ".avif", ".pdf", ".jxl", ".jp2", ".j2k", ".djvu", ".svg", ".psd", ".xcf", ".ico",
        ".pbm", ".pgm", ".ppm", ".pnm", ".tga", ".pcx", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".raf", ".rw2",
    ];

    /// <summary>Most files and folders listed for one folder; MNIST's siblings, with one file per image, have fewer.</summary>
    private const int MostEntries = 2_000_000;

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false
    };

    /// <summary>Whether a file is a picture that is read, by its extension.</summary>
    public static bool IsPicture(string file) => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase);

    /// <summary>Lists a folder and all below it. The folder itself may be a link; links below it are not followed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="entriesOf">Lists a folder's entries; null for the file system's.</param>
    /// <exception cref="InklingException">There is no such folder, or it has too many entries.</exception>
    public static PictureFolder Of(string folder, Func<string, IEnumerable<FileSystemInfo>>? entriesOf = null)
    {
        entriesOf ??= path => new DirectoryInfo(path).EnumerateFileSystemInfos("*", Everything);
        if (!Directory.Exists(folder))
            throw new InklingException($"{folder}: there is no such folder.");
        List<string> files = [], links = [], unreadable = [];
        SortedDictionary<string, int> notRead = new(StringComparer.Ordinal);
        int others = 0, entries = 0;
        Queue<string> open = new([folder]);
        while (open.TryDequeue(out string? path))
        {
            try
            {
                foreach (FileSystemInfo entry in entriesOf(path))
                {
                    if (++entries > MostEntries)
                        throw new InklingException(string.Create(
                            CultureInfo.InvariantCulture,
                            $"{folder}: more than {MostEntries:N0} files and folders in it. Name a smaller folder."));
                    string name = Path.Combine(path, entry.Name);
                    if (entry is DirectoryInfo)
                    {
                        if (entry.LinkTarget is null)
                            open.Enqueue(name);
                        else
                            links.Add(name);
                    }
                    else if (IsPicture(entry.Name))
                    {
                        files.Add(name);
                    }
                    else if (OtherFormats.Contains(entry.Extension, StringComparer.OrdinalIgnoreCase))
                    {
                        string kind = entry.Extension.ToLowerInvariant();
                        notRead[kind] = notRead.GetValueOrDefault(kind) + 1;
                    }
                    else
                    {
                        others++;
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unreadable.Add($"{path}: cannot be looked into: {e.Message}");
            }
        }

        files.Sort(StringComparer.Ordinal);
        return new PictureFolder(folder, files, notRead, others, links, unreadable);
    }

    /// <summary>
    /// Reports what was left out: pictures in formats that are not read and what to do, a line of counts, and one for each folder
    /// that could not be listed.
    /// </summary>
    public void Report(Terminal terminal)
    {
        foreach (string line in Unreadable)
            terminal.Failure(line);
        if (NotRead.Count > 0)
            terminal.Failure(
                $"{Folder}: {Count(NotRead.Values.Sum(), "picture was", "pictures were")} not read: "
                    + $"{string.Join(", ", NotRead.Select(kind => string.Create(
                        CultureInfo.InvariantCulture, $"{kind.Value:N0} {kind.Key}")))}. "
                    + $"Save {(NotRead.Values.Sum() == 1 ? "it" : "them")} as PNG or JPEG"
                    + (NotRead.ContainsKey(".pdf") ? " (each page of a PDF: pdftoppm -r 300 -png)." : "."));
        string[] leftOut =
        [
            .. Others > 0
                ? [Count(Others, "file that is no picture by its name", "files that are no pictures by their names")]
                : Array.Empty<string>(),
            .. Links.Count > 0
                ? [$"{Count(Links.Count, "link to a folder", "links to folders")} ({Links[0]}{(Links.Count > 1 ? ", …" : "")})"]
                : Array.Empty<string>(),
        ];
        if (leftOut.Length > 0)
            terminal.Message($"{Folder}: left out {string.Join(" and ", leftOut)}.");
    }

    /// <exception cref="InklingException">There is no picture.</exception>
    public void RequireFiles()
    {
        if (Files.Count == 0)
            throw new InklingException($"{Folder}: no picture in it that is read ({string.Join(", ", Extensions)}).");
    }

    private static string Count(int count, string one, string several)
        => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : several)}");
}
