using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;

namespace Inkling.Web.Reading;

/// <summary>A network that can read.</summary>
/// <param name="Name">What <c>?model=</c> calls it.</param>
/// <param name="Architecture">Its layers.</param>
/// <param name="Parameters">How many numbers it has learned.</param>
/// <param name="MultiplyAdds">What reading one digit costs.</param>
internal sealed record ShelvedModel(string Name, string Architecture, int Parameters, long MultiplyAdds);

/// <summary>
/// The networks that can be chosen: the bundled ones, <c>latest</c>, and those saved on the page. The readers used last are
/// kept; of a network that was saved anew, only the new one.
/// </summary>
internal sealed class ModelShelf(WebSettings settings) : IDisposable
{
    public const string Latest = "latest";

    private const int MostOpen = 8;

    private readonly MemoryCache _open = new(new MemoryCacheOptions { SizeLimit = MostOpen });
    private readonly ConcurrentDictionary<string, (Version Version, ShelvedModel? Model)> _listed = new(StringComparer.Ordinal);
    private readonly Lock _listing = new();

    private string Folder => Path.Combine(settings.Folder, "networks");

    /// <summary>How many networks are in memory.</summary>
    public int OpenNetworks => _open.Count;

    /// <summary>The names, the bundled ones first.</summary>
    public IReadOnlyList<string> Names()
    {
        List<string> names = [.. BundledModels.Names];
        if (File.Exists(PathOf(Latest)))
            names.Add(Latest);
        if (Directory.Exists(Folder))
        {
            names.AddRange(Directory.EnumerateFiles(Folder, "*.safetensors")
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(StringComparer.Ordinal));
        }

        return names;
    }

    /// <summary>All that can be loaded and read digits. A file is loaded again only where it has changed.</summary>
    public IReadOnlyList<ShelvedModel> All()
    {
        lock (_listing) // one after the other: each may be large
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

    /// <summary>Keeps a network under a name, made fit for a file's.</summary>
    /// <returns>The name it got.</returns>
    public string Save(Network network, string name)
    {
        string safe = string.Concat(name.Trim().Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '-')).Trim('-', '.');
        if (safe.Length == 0 || IsBundled(safe) || safe == Latest)
            safe = $"my-{safe}".TrimEnd('-');
        network.Save(Path.Combine(Folder, safe + ".safetensors"));
        return safe;
    }

    public void Dispose() => _open.Dispose();

    private ShelvedModel? Listed(string name)
    {
        Version version = VersionOf(name);
        if (_listed.TryGetValue(name, out (Version Version, ShelvedModel? Model) known) && known.Version == version)
            return known.Model;
        ShelvedModel? model = null;
        try
        {
            Network network = Load(name);
            using DigitReader reader = ReaderOf(network, name);
            Architecture layers = network.Architecture;
            model = new ShelvedModel(name, layers.ToString(), network.ParameterCount, layers.MultiplyAdds);
        }
        catch (InklingException)
        {
            // a damaged file in the folder must not hide the others
        }

        _listed[name] = (version, model);
        return model;
    }

    private (Network Network, DigitReader Reader) Open(string name)
    {
        if (!Has(name))
            throw new InklingException($"There is no network \"{name}\": {string.Join(", ", Names())}.");
        Version version = VersionOf(name);
        if (!_open.TryGetValue(name, out Entry? entry) || entry!.Version != version)
        {
            entry = new Entry(version, new Lazy<(Network, DigitReader)>(() =>
            {
                Network network = Load(name);
                return (network, ReaderOf(network, name));
            }));
            _open.Set(name, entry, new MemoryCacheEntryOptions { Size = 1 });
        }

        return entry.Opened.Value;
    }

    private Network Load(string name) => IsBundled(name) ? BundledModels.Load(name) : Network.Load(PathOf(name));

    private static DigitReader ReaderOf(Network network, string name)
    {
        try
        {
            return new DigitReader(network);
        }
        catch (ArgumentException e)
        {
            throw new InklingException($"{name}: {e.Message}", e);
        }
    }

    private Version VersionOf(string name)
    {
        if (IsBundled(name))
            return default;
        FileInfo file = new(PathOf(name));
        return file.Exists ? new Version(file.LastWriteTimeUtc, file.Length) : default;
    }

    private static bool IsBundled(string name) => BundledModels.Names.Contains(name, StringComparer.Ordinal);

    private string PathOf(string name) => Path.Combine(name == Latest ? settings.Folder : Folder, name + ".safetensors");

    /// <summary>What tells a file from what it was before it was saved anew.</summary>
    private readonly record struct Version(DateTime Written, long Length);

    private sealed record Entry(Version Version, Lazy<(Network Network, DigitReader Reader)> Opened);
}
