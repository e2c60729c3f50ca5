namespace Inkling;

/// <summary>Progress of a download.</summary>
public sealed class DownloadProgress
{
    internal DownloadProgress(string file, long bytes, long? total) => (File, Bytes, Total) = (file, bytes, total);

    /// <summary>The file's name.</summary>
    public string File { get; }

    /// <summary>Bytes received so far, including those of an earlier try.</summary>
    public long Bytes { get; }

    /// <summary>Length of the file in bytes; null if the server does not tell.</summary>
    public long? Total { get; }
}
