namespace Inkling;

/// <summary>Where to look for data sets, and whether to download them.</summary>
public sealed class DataOptions
{
    /// <summary>
    /// A folder that holds the data set's files, or a subfolder with the data set's name that does. If null, the folder in the
    /// environment variable INKLING_DATA is searched, then the user's cache; then the files are downloaded into the cache.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>Whether files that are not found may be downloaded. Default: true.</summary>
    public bool AllowDownload { get; init; } = true;

    /// <summary>Receives the progress of downloads.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }
}
