namespace Inkling;

/// <summary>Progress of a download.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Bytes">Bytes received so far, including those of an earlier try.</param>
/// <param name="Total">Length of the file in bytes; null if the server does not tell.</param>
public sealed record DownloadProgress(string File, long Bytes, long? Total);
