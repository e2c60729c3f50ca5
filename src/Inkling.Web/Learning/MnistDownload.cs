using Inkling.Data.Catalogue;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inkling.Web.Learning;

/// <summary>The download of MNIST into the user's cache, which the page offers where MNIST is not on this machine. It belongs to
/// the server: pages that are opened meanwhile show the same one.</summary>
internal sealed partial class MnistDownload(
    WebSettings settings, TrainingData data, IHostApplicationLifetime lifetime, ILogger<MnistDownload> logger)
{
    private const string Name = "mnist";

    private readonly Lock _gate = new();

    /// <summary>Raised on any thread when there is something new to show.</summary>
    public event EventHandler? Changed;

    /// <summary>Whether MNIST is missing here.</summary>
    public bool IsNeeded => data.Available().All(available => available.Name != Name);

    /// <summary>The folder given with <c>--data</c>, the only place where the server looks for data; null where it looks in the
    /// usual places, of which the cache is one.</summary>
    public string? OnlyPlace { get; internal set; } = settings.DataDirectory; // tests set it

    public bool IsUnderWay { get; private set; }

    /// <summary>What is being received; null before the first bytes.</summary>
    public Received? Progress { get; private set; }

    /// <summary>Why the last try failed; null where none has.</summary>
    public string? Failure { get; private set; }

    /// <summary>Downloads MNIST; tests replace it.</summary>
    internal Func<Action<Received>, CancellationToken, Task> Fetch { get; set; } = (report, cancellationToken) =>
        DataSets.Named(Name).LoadAsync(new DataOptions { Progress = new Listener(report) }, cancellationToken);

    /// <summary>Begins the download, unless one is under way.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (IsUnderWay || OnlyPlace is not null)
                return;
            (IsUnderWay, Progress, Failure) = (true, null, null);
        }

        Changed?.Invoke(this, EventArgs.Empty);
        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        string? failure = null;
        try
        {
            await Fetch(
                received =>
                {
                    Progress = received;
                    Changed?.Invoke(this, EventArgs.Empty);
                },
                lifetime.ApplicationStopping);
        }
        catch (Exception e)
        {
            failure = e.Message.ReplaceLineEndings(" ");
            LogFailure(failure);
        }

        lock (_gate)
            (IsUnderWay, Progress, Failure) = (false, null, failure);
        Changed?.Invoke(this, EventArgs.Empty);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Failure}")]
    private partial void LogFailure(string failure);

    private sealed class Listener(Action<Received> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => report(new Received(value.File, value.Bytes, value.Total));
    }

    /// <summary>How much of a file has been received.</summary>
    /// <param name="File">Its name.</param>
    /// <param name="Bytes">Bytes so far.</param>
    /// <param name="Total">Its length in bytes; null where the server does not tell it.</param>
    internal sealed record Received(string File, long Bytes, long? Total);
}
