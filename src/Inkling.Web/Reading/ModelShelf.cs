using System.Collections.Concurrent;

namespace Inkling.Web.Reading;

/// <summary>A network under its name.</summary>
internal sealed record ShelvedModel(string Name, Network Network);

/// <summary>The networks that can be chosen: the bundled ones, <c>latest</c>, and those saved on the page. Readers are made once and kept.</summary>
internal sealed class ModelShelf(WebSettings settings)
{
    public const string Latest = "latest";

    private readonly ConcurrentDictionary<(string Name, DateTime Written), Lazy<(Network Network, DigitReader Reader)>> _open = new();

    private string Folder => Path.Combine(settings.Folder, "networks");

    /// <summary>The names, the bundled ones first.</summary>
    public IReadOnlyList<string> Names()
    {
        List<string> names = [.. BundledModels.Names];
        if (File.Exists(PathOf(Latest)))
            names.Add(Latest);
        if (Directory.Exists(Folder))
            names.AddRange(Directory.EnumerateFiles(Folder, "*.safetensors").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));
        return names;
    }

    /// <summary>All that can be loaded and read digits.</summary>
    public IEnumerable<ShelvedModel> All()
    {
        foreach (string name in Names())
        {
            Network? network = null;
            try
            {
                network = NetworkOf(name);
            }
            catch (InklingException)
            {
                // a damaged file in the folder must not hide the others
            }

            if (network is not null)
                yield return new ShelvedModel(name, network);
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
        if (safe.Length == 0 || BundledModels.Names.Contains(safe, StringComparer.Ordinal) || safe == Latest)
            safe = $"my-{safe}".TrimEnd('-');
        network.Save(Path.Combine(Folder, safe + ".safetensors"));
        return safe;
    }

    private (Network Network, DigitReader Reader) Open(string name)
    {
        if (!Has(name))
            throw new InklingException($"There is no network \"{name}\": {string.Join(", ", Names())}.");
        string path = PathOf(name);
        bool isBundled = BundledModels.Names.Contains(name, StringComparer.Ordinal);
        (string, DateTime) key = (name, isBundled ? default : File.GetLastWriteTimeUtc(path));
        return _open.GetOrAdd(key, _ => new Lazy<(Network, DigitReader)>(() =>
        {
            Network network = isBundled ? BundledModels.Load(name) : Network.Load(path);
            try
            {
                return (network, new DigitReader(network));
            }
            catch (ArgumentException e)
            {
                throw new InklingException($"{name}: {e.Message}", e);
            }
        })).Value;
    }

    private string PathOf(string name) => name == Latest ? Path.Combine(settings.Folder, "latest.safetensors") : Path.Combine(Folder, name + ".safetensors");
}
