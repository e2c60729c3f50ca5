using System.Net;
using System.Net.Sockets;
using Inkling.Files;
using Inkling.Web.Reading;

namespace Inkling.Web;

/// <summary>Where the server listens, where it keeps files, and its limits.</summary>
public sealed record WebSettings
{
    /// <summary>The port that <c>inkling serve</c> listens on unless told otherwise.</summary>
    public const int DefaultPort = 5080;

    /// <summary>The address to listen on: this machine alone, unless told otherwise.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Where runs, saved networks and corrections are kept: by default in the user's data folder.</summary>
    public string Folder { get; init; } = UserFolders.Data;

    /// <summary>
    /// The connection string of a PostgreSQL, as <c>Host=db;Database=inkling;Username=inkling</c>, in which several servers keep
    /// runs, saved networks and corrections together; null to keep them in <see cref="Folder"/>, for this server alone.
    /// </summary>
    public string? Database { get; init; }

    /// <summary>Where runs, saved networks and corrections are, or the copies of those in <see cref="Database"/>.</summary>
    internal string SharedFolder => Database is null ? Folder : Path.Combine(Folder, "replica");

    /// <summary>How long a server that shares a database holds a run without a sign of life: ten times what passes between
    /// two, so that a busy machine is not taken for a dead one.</summary>
    internal TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where data are looked for; null for the usual places.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Devices that the Learn page offers to train on, beside the processor.</summary>
    public IReadOnlyList<TrainingDevice> Devices { get; init; } = [];

    /// <summary>Networks to offer by these names, beside the bundled ones and those in <see cref="Folder"/>.</summary>
    internal IReadOnlyDictionary<string, Network> Networks { get; init; } =
        new Dictionary<string, Network>(StringComparer.Ordinal);

    /// <summary>
    /// Names that requests may be for, beside those of this machine: <c>numbers.example.org</c>, <c>*.example.org</c> for all
    /// under it, <c>*</c> for any.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>
    /// The path below which everything is served, as <c>/inkling</c>; empty for the whole host. A slash at its end is left out.
    /// </summary>
    /// <exception cref="ArgumentException">It does not begin with a slash, or browsers would write it differently.</exception>
    public string PathPrefix
    {
        get;
        init => field = IsPathPrefix(value)
            ? value.TrimEnd('/')
            : throw new ArgumentException($"\"{value}\" is not a path, as /inkling.", nameof(value));
    } = "";

    /// <summary>
    /// Other sites whose pages may use the API, as <c>https://app.example.org</c>; <c>*</c> for all. They cannot use the page.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The longest upload, in bytes.</summary>
    public long MaxUploadBytes { get; init; } = 16_000_000;

    /// <summary>How much memory uploads may take together, in bytes, beside the first 256 KiB of each.</summary>
    public long UploadMemory { get; init; } = 128_000_000;

    /// <summary>How much of that the uploads from one address may take: a quarter, but enough for one upload.</summary>
    public long UploadMemoryPerAddress =>
        Math.Max(UploadMemory / 4, Math.Min(UploadMemory, MaxUploadBytes + UploadRoom.BlockBytes));

    /// <summary>The longest that an upload may take to arrive.</summary>
    public TimeSpan UploadTimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most pixels of an uploaded picture.</summary>
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>Pictures of more pixels count as large.</summary>
    public long LargePixels { get; init; } = 1_000_000;

    /// <summary>The longest that one reading may wait and take.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many pictures are read at once.</summary>
    public int Readings { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// How many of these may be large: all but one, which is left for small ones, and four at most, since each may take 300 MB.
    /// </summary>
    public int LargeReadings { get; init; } = Math.Clamp(Environment.ProcessorCount - 1, 1, 4);

    /// <summary>How many readings, the page's and the API's together, may wait for their turn.</summary>
    public int Waiting { get; init; } = 128;

    /// <summary>
    /// How many readings for one address may run or be next in the queue: one core is left for others, and where there is none to
    /// spare, others wait for at most two readings.
    /// </summary>
    public int ReadingsPerAddress { get; init; } = Math.Max(2, Environment.ProcessorCount - 1);

    /// <summary>The same for large pictures.</summary>
    public int LargeReadingsPerAddress { get; init; } = Math.Clamp(Environment.ProcessorCount - 2, 1, 3);

    /// <summary>How many readings for one address may wait for these places.</summary>
    public int WaitingPerAddress { get; init; } = 64;

    /// <summary>
    /// Proxies on other machines that forward requests, addresses or networks as <c>10.0.0.0/8</c>: trusted as one on this
    /// machine is where <see cref="BehindProxy"/> is set.
    /// </summary>
    /// <exception cref="ArgumentException">One is neither.</exception>
    public IReadOnlyList<string> Proxies
    {
        get;
        init => field = value.FirstOrDefault(text => NetworkOf(text) is null) is not { } wrong
            ? value
            : throw new ArgumentException($"\"{wrong}\" is no address or network, as 10.0.0.0/8.", nameof(value));
    } = [];

    /// <summary>Whether what an address says of other visitors is believed.</summary>
    internal bool IsProxy(IPAddress? address)
    {
        if (address is null)
            return false;
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return (BehindProxy && IPAddress.IsLoopback(plain)) || Proxies.Any(proxy => NetworkOf(proxy)!.Value.Contains(plain));
    }

    /// <summary>An address alone is the network of that address; null where the text is neither.</summary>
    internal static IPNetwork? NetworkOf(string text) =>
        IPNetwork.TryParse(text, out IPNetwork network) ? network
        : IPAddress.TryParse(text, out IPAddress? address)
            ? new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
        : null;

    /// <summary>
    /// Whether a proxy on this machine forwards requests. It names their clients in <c>X-Forwarded-For</c>, so that limits for
    /// one address apply to each client and not to the proxy, and in <c>X-Forwarded-Proto</c> and <c>-Host</c> what they asked
    /// it for; the latter counts only for names in <see cref="Hosts"/>.
    /// </summary>
    public bool BehindProxy { get; init; }

    /// <summary>Whether it is empty or begins with a slash and has nothing that a browser would write differently.</summary>
    internal static bool IsPathPrefix(string path) =>
        path.Length == 0
        || (path[0] == '/' && !path.AsSpan().ContainsAny("?#%\\")
            && Uri.TryCreate($"http://host{path}", UriKind.Absolute, out Uri? uri)
            && uri.AbsolutePath == path && !path.Contains("//", StringComparison.Ordinal));

    /// <summary>The most requests of one kind in progress at once: uploads to the API, open pages, and all others.</summary>
    public int InProgress { get; init; } = 128;

    /// <summary>The most requests from one address, open pages among them, that are in progress at once.</summary>
    public int InProgressPerAddress { get; init; } = 96;

    /// <summary>The most connections, open pages aside, that are held at once.</summary>
    public int Connections { get; init; } = 1024;

    /// <summary>The most connections, open pages among them, that one address may hold at once.</summary>
    public int ConnectionsPerAddress { get; init; } = 256;

    /// <summary>The total bytes of the files of networks in memory; a single network may be larger.</summary>
    public long NetworkBytes { get; init; } = 512_000_000;

    /// <summary>How many cores trainings share: all but one, which is left for readings.</summary>
    public int TrainingCores { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>How much memory trainings may take together, in bytes: half of what the process may have.</summary>
    internal long TrainingMemory { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
}
