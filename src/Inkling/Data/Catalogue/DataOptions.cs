namespace Inkling;

/// <summary>Where data are looked for.</summary>
public sealed record DataOptions
{
    /// <summary>
    /// A folder with the data set's files, or with a folder of the data set's name that has them. Where it is null, the
    /// environment variable INKLING_DATA names one, then comes the user's cache, then a download into the cache.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>Whether what is not found may be downloaded. True unless set.</summary>
    public bool AllowDownload { get; init; } = true;

    /// <summary>Told of every download's progress.</summary>
    public IProgress<DownloadProgress>? Progress { get; init; }

    /// <summary>The user's cache: <c>$XDG_CACHE_HOME/inkling</c>, or what the system has in its place.</summary>
    internal static string CacheDirectory
    {
        get
        {
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
            string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
                : home.Length > 0 ? Path.Combine(home, ".cache") : Path.GetTempPath();
            return Path.Combine(cache, "inkling");
        }
    }
}
