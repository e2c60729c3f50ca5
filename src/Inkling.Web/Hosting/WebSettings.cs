namespace Inkling.Web;

/// <summary>Where the page listens, what it keeps, and how much it takes on.</summary>
public sealed record WebSettings
{
    /// <summary>The port that <c>inkling serve</c> listens on unless told otherwise.</summary>
    public const int DefaultPort = 5080;

    /// <summary>The address to listen on: this machine alone, unless told otherwise.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Where runs, saved networks and corrections are kept.</summary>
    public string Folder { get; init; } = DefaultFolder;

    /// <summary>Where data are looked for; null for the usual places.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The longest upload, in bytes.</summary>
    public long MaxUploadBytes { get; init; } = 16_000_000;

    /// <summary>The most pixels of an uploaded picture.</summary>
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>The longest that one reading may take, and the longest that it may wait for its turn.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many pictures are read at once.</summary>
    public int Readings { get; init; } = Environment.ProcessorCount;

    /// <summary>How many of the API's may wait for their turn; those beyond are answered with 429.</summary>
    public int Waiting { get; init; } = 64;

    /// <summary>How many cores trainings share: all but one, which is left for readings.</summary>
    public int TrainingCores { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>How much memory trainings may take together, in bytes: half of what the process may have.</summary>
    internal long TrainingMemory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>The user's data folder: <c>$XDG_DATA_HOME/inkling</c>, or what the system has in its place.</summary>
    public static string DefaultFolder
    {
        get
        {
            string? data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
            if (string.IsNullOrEmpty(data))
                data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return Path.Combine(string.IsNullOrEmpty(data) ? Path.GetTempPath() : data, "inkling");
        }
    }
}
