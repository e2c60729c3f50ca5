using Inkling.Data.Catalogue;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>Finds MNIST for a command, with a progress bar where it is downloaded.</summary>
internal static class DataSource
{
    /// <summary>Loads MNIST; where it is neither found nor can be downloaded, uses generated digits and says so.</summary>
    public static async Task<ImageData> LoadMnistOrGeneratedAsync(
        string? directory,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        try
        {
            ImageData data = await LoadAsync(
                progress => Mnist.LoadAsync(
                    new DataOptions { Directory = directory, Progress = progress }, cancellationToken),
                terminal);
            if (data.DiffersFromMnist is { } difference)
                terminal.Message($"{data.Name}: {difference}. No figure below is an MNIST figure.");
            return data;
        }
        catch (DataUnavailableException)
        {
            terminal.Message(
                "MNIST is not on this machine and cannot be downloaded (\"inkling data\" tells where it is looked for): "
                    + "using generated digits instead. No figure below is an MNIST figure.");
            return GeneratedDigits.CreateData();
        }
    }

    /// <summary>
    /// The files of a data set that may be read, whether they exist or not; none where they would have to be downloaded.
    /// </summary>
    public static IEnumerable<string> FilesOf(DataSet set, string? directory)
    {
        return set.Locate(new DataOptions { Directory = directory }) is { } folder
            ? set.Files.All.SelectMany(
                file => new[] { Path.Combine(folder, file.Name), Path.Combine(folder, file.Name + ".gz") })
            : [];
    }

    /// <summary>Runs a download with a progress bar of bytes and time left.</summary>
    public static async Task<T> LoadAsync<T>(Func<IProgress<DownloadProgress>, Task<T>> load, Terminal terminal)
    {
        if (!terminal.IsLive)
            return await load(new Announcer(terminal));
        return await terminal.People.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);
                return await load(new Callback(progress =>
                {
                    lock (tasks)
                    {
                        if (!tasks.TryGetValue(progress.File, out ProgressTask? task))
                            tasks[progress.File] = task = context.AddTask(Terminal.Escape(progress.File));
                        if (progress.Total is { } total)
                            task.MaxValue = total;
                        else
                            task.IsIndeterminate = true;
                        task.Value = progress.Bytes;
                    }
                }));
            });
    }

    private sealed class Callback(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => report(value);
    }

    /// <summary>Without a terminal: prints a line when a file's download begins.</summary>
    private sealed class Announcer(Terminal terminal) : IProgress<DownloadProgress>
    {
        private readonly HashSet<string> _begun = new(StringComparer.Ordinal);

        public void Report(DownloadProgress value)
        {
            lock (_begun)
            {
                if (_begun.Add(value.File))
                    terminal.Message($"Downloading {value.File} …");
            }
        }
    }
}
