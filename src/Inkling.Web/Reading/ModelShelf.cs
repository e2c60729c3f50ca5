using System.Globalization;

namespace Inkling.Web.Reading;

/// <summary>Networks by name: the bundled ones, <c>latest</c>, which was trained last, and those saved on the page.</summary>
/// <param name="folder">The folder of the user's files.</param>
internal sealed class ModelShelf(string folder)
{
    /// <summary>The name of the network trained last.</summary>
    public const string Latest = "latest";

    private const string Ending = ".safetensors";

    /// <summary>Where the networks saved on the page are.</summary>
    private string Saved => Path.Combine(folder, "networks");

    public static bool IsBundled(string name) => BundledModels.Names.Contains(name, StringComparer.Ordinal);

    /// <summary>A name made valid as a file's, which is none of a bundled network's and none that is taken.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="taken">Names of other networks.</param>
    public static string NameOf(string name, IEnumerable<string> taken)
    {
        string valid = NameOf(name), free = valid;
        for (int i = 2; taken.Contains(free, StringComparer.Ordinal); i++)
            free = string.Create(CultureInfo.InvariantCulture, $"{valid}-{i}");
        return free;
    }

    private static string NameOf(string name)
    {
        string safe = string.Concat(name.Trim().Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '-'))
            .Trim('-', '.');
        return safe.Length == 0 || IsBundled(safe) || safe == Latest ? $"my-{safe}".TrimEnd('-') : safe;
    }

    /// <summary>The file of a network that is not bundled, whether it exists or not.</summary>
    public string PathOf(string name) => Path.Combine(name == Latest ? folder : Saved, name + Ending);

    /// <summary>The names of all there are, the bundled ones first.</summary>
    public IReadOnlyList<string> Names()
    {
        List<string> names = [.. BundledModels.Names];
        if (File.Exists(PathOf(Latest)))
            names.Add(Latest);
        if (Directory.Exists(Saved))
        {
            names.AddRange(Directory.EnumerateFiles(Saved, "*" + Ending)
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Order(StringComparer.Ordinal));
        }

        return names;
    }

    /// <exception cref="InklingException">There is no such network, or its file is damaged.</exception>
    public Network Load(string name) => IsBundled(name) ? BundledModels.Load(name) : Network.Load(PathOf(name));

    /// <summary>A reader for a network; the name is for the error message.</summary>
    /// <exception cref="InklingException">It does not read digits.</exception>
    public static DigitReader ReaderOf(Network network, string name)
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
}
