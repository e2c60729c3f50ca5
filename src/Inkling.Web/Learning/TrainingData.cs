using System.Collections.Concurrent;
using Inkling.Data.Catalogue;

namespace Inkling.Web.Learning;

/// <summary>The data that can be chosen: MNIST and its siblings where they are on this machine, and generated digits.</summary>
internal sealed class TrainingData(WebSettings settings)
{
    public const string Generated = "generated";

    private readonly ConcurrentDictionary<string, Lazy<Task<ImageData>>> _loaded = new(StringComparer.Ordinal);

    private DataOptions Options => new() { Directory = settings.DataDirectory, AllowDownload = false };

    /// <summary>The names with their titles, MNIST first where it is on this machine.</summary>
    public IReadOnlyList<(string Name, string Title)> Available() =>
    [
        .. DataSets.All
            .Where(set => set.Classes == 10 && set.Locate(Options) is not null)
            .Select(set => (set.Name, set.Title)),
        (Generated, "")
    ];

    /// <summary>Registers data that are in memory already under a name.</summary>
    public void Put(string name, ImageData data) => _loaded[name] = new Lazy<Task<ImageData>>(() => Task.FromResult(data));

    /// <summary>Loads data once. Nothing is downloaded.</summary>
    /// <exception cref="InklingException">They are not here, or damaged.</exception>
    public Task<ImageData> LoadAsync(string name)
    {
        Lazy<Task<ImageData>> load = _loaded.GetOrAdd(
            name, _ => new Lazy<Task<ImageData>>(() => Task.Run(() => ReadAsync(name))));
        if (load.Value.IsFaulted)
            _loaded.TryRemove(name, out _); // so that repaired files are read the next time
        return load.Value;
    }

    private async Task<ImageData> ReadAsync(string name)
    {
        if (name == Generated)
            return GeneratedDigits.CreateData(20_000, 1_000, 5_000);
        DataSet set = DataSets.All.FirstOrDefault(set => set.Name == name)
            ?? throw new InklingException($"There are no data \"{name}\".");
        return await set.LoadAsync(Options);
    }
}
