using Inkling.Reading.Cutting;

namespace Inkling;

/// <summary>The trained networks that come with the package; docs/models.md holds their cards.</summary>
public static class BundledModels
{
    private static readonly string[] AllNames = ["best", "tiny"];

    /// <summary>Their names, the most accurate first.</summary>
    public static IReadOnlyList<string> Names => AllNames;

    /// <summary>How large a model's file is, in bytes.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="InklingException">There is no such model.</exception>
    public static long SizeOf(string name)
    {
        using Stream stream = Open(name);
        return stream.Length;
    }

    /// <summary>A trained network, its own copy.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="InklingException">There is no such model.</exception>
    public static Network Load(string name)
    {
        using Stream stream = Open(name);
        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        return NetworkFile.Parse(file, name);
    }

    /// <summary>The network that tells digits from what is none (<see cref="SegmentJudge"/>): 28×28 pixels, eleven outputs.</summary>
    internal static Network LoadSegments()
    {
        using Stream stream = typeof(BundledModels).Assembly.GetManifestResourceStream("segments.safetensors")!;
        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        return NetworkFile.Parse(file, "segments");
    }

    private static Stream Open(string name) =>
        (AllNames.Contains(name, StringComparer.Ordinal) ? typeof(BundledModels).Assembly.GetManifestResourceStream($"{name}.safetensors") : null)
        ?? throw new InklingException($"There is no bundled model \"{name}\": {string.Join(", ", AllNames)}.");
}
