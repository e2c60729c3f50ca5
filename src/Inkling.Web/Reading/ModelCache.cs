using System.Collections.Concurrent;
using Inkling.Web.Storage;

namespace Inkling.Web.Reading;

/// <summary>A network that can read.</summary>
/// <param name="Name">Its name in <c>?model=</c>.</param>
/// <param name="Architecture">Its layers.</param>
/// <param name="Parameters">Its number of parameters.</param>
/// <param name="MultiplyAdds">Multiply-adds to read one digit.</param>
internal sealed record ShelvedModel(string Name, string Architecture, int Parameters, long MultiplyAdds);

/// <summary>
/// The networks that can be chosen: the bundled ones, <c>latest</c>, and those saved on the page. The readers used last are kept
/// in memory, up to a number of them and a total size of their files; of a network that was saved again, only the new one.
/// </summary>
internal sealed class ModelCache(WebSettings settings, SharedFiles? shared = null)
{
    private const int MostOpen = 8;

    private readonly ModelShelf _shelf = new(settings.SharedFolder);
    private readonly Lock _opening = new();
    private readonly List<Entry> _open = []; // the least recently used first
    private readonly ConcurrentDictionary<string, (Version Version, ShelvedModel? Model)> _listed = new(StringComparer.Ordinal);
    private readonly Lock _listing = new();

    private int _loads;

    /// <summary>How often a network was loaded into memory to be kept there.</summary>
    internal int Loads => _loads;

    /// <summary>How many networks are in memory.</summary>
    public int OpenNetworks
    {
        get
        {
            lock (_opening)
                return _open.Count;
        }
    }

    /// <summary>The names, the bundled ones first, then those that the server was started with.</summary>
    public IReadOnlyList<string> Names() =>
        settings.Networks.Count == 0 ? _shelf.Names()
            : [.. BundledModels.Names.Concat(settings.Networks.Keys).Concat(_shelf.Names()).Distinct(StringComparer.Ordinal)];

    /// <summary>All that can be loaded and read digits. A file is loaded again only where it has changed.</summary>
    public IReadOnlyList<ShelvedModel> All()
    {
        lock (_listing) // one at a time: each network may be large
        {
            IReadOnlyList<string> names = Names();
            foreach (string gone in _listed.Keys.Except(names, StringComparer.Ordinal))
                _listed.TryRemove(gone, out _);
            return [.. names.Select(Listed).OfType<ShelvedModel>()];
        }
    }

    public bool Has(string name) => Names().Contains(name, StringComparer.Ordinal);

    /// <exception cref="InklingException">There is no such network, or it does not read digits.</exception>
    public Network NetworkOf(string name) => Open(name).Network;

    /// <exception cref="InklingException">There is no such network, or it does not read digits.</exception>
    public DigitReader ReaderOf(string name) => Open(name).Reader;

    /// <summary>Saves a network under a name, made valid as a file's.</summary>
    /// <returns>The name it got.</returns>
    public string Save(Network network, string name)
    {
        string safe = ModelShelf.NameOf(name, settings.Networks.Keys);
        network.Save(_shelf.PathOf(safe));
        shared?.Publish(safe, _shelf.PathOf(safe));
        return safe;
    }

    private ShelvedModel? Listed(string name)
    {
        Version version = VersionOf(name);
        if (_listed.TryGetValue(name, out (Version Version, ShelvedModel? Model) known) && known.Version == version)
            return known.Model;
        ShelvedModel? model = null;
        try
        {
            Network network = Load(name);
            DigitReader reader = ModelShelf.ReaderOf(network, name);
            Architecture layers = network.Architecture;
            model = new ShelvedModel(name, layers.ToString(), network.ParameterCount, layers.MultiplyAdds);
        }
        catch (InklingException e)
        {
            // a damaged file in the folder must not hide the others; one that cannot be read now may be intact
            if (e.InnerException is (IOException and not EndOfStreamException) or UnauthorizedAccessException)
                return null;
        }

        _listed[name] = (version, model);
        return model;
    }

    private (Network Network, DigitReader Reader) Open(string name)
    {
        if (!Has(name))
            throw new InklingException($"There is no network \"{name}\": {string.Join(", ", Names())}.");
        Version version = VersionOf(name);
        Entry entry;
        lock (_opening)
        {
            entry = _open.Find(open => open.Name == name && open.Version == version) ?? new Entry(name, version, new(() =>
            {
                Interlocked.Increment(ref _loads);
                Network network = Load(name);
                return (network, ModelShelf.ReaderOf(network, name));
            }));
            _open.RemoveAll(open => open.Name == name);
            _open.Add(entry);
            while (_open.Count > 1 && (_open.Count > MostOpen || _open.Sum(open => open.Version.Length) > settings.NetworkBytes))
                _open.RemoveAt(0);
        }

        try
        {
            return entry.Opened.Value;
        }
        catch
        {
            lock (_opening)
                _open.Remove(entry); // the failure may be temporary: the next request tries again
            throw;
        }
    }

    private Network Load(string name) => settings.Networks.GetValueOrDefault(name) ?? _shelf.Load(name);

    private Version VersionOf(string name)
    {
        if (ModelShelf.IsBundled(name) || settings.Networks.ContainsKey(name))
            return default;
        FileInfo file = new(_shelf.PathOf(name));
        return file.Exists ? new Version(file.LastWriteTimeUtc, file.Length) : default;
    }

    /// <summary>A file's time and length, which tell whether it was saved again.</summary>
    private readonly record struct Version(DateTime Written, long Length);

    private sealed record Entry(string Name, Version Version, Lazy<(Network Network, DigitReader Reader)> Opened);
}
