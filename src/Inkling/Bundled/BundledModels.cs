using Inkling.Reading.Cutting;

namespace Inkling;

/// <summary>The trained networks that come with the package; their model cards are in docs/models.md.</summary>
public static class BundledModels
{
    private static readonly string[] AllNames = ["best", "tiny"];

    /// <summary>Their names, the most accurate first.</summary>
    public static IReadOnlyList<string> Names => AllNames;

    /// <summary>Size of a model's file, in bytes.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="InklingException">There is no such model.</exception>
    internal static long SizeOf(string name)
    {
        using Stream stream = Open(name);
        return stream.Length;
    }

    /// <summary>Loads a trained network; each call returns a new copy.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="InklingException">There is no such model.</exception>
    public static Network Load(string name)
    {
        using Stream stream = Open(name);
        return Parse(stream, name);
    }

    /// <exception cref="InklingException">There is no such model.</exception>
    internal static void RequireName(string name)
    {
        if (!AllNames.Contains(name, StringComparer.Ordinal))
            throw new InklingException($"There is no bundled model \"{name}\": {string.Join(", ", AllNames)}.");
    }

    /// <summary>
    /// Loads the network that tells digits from other ink (<see cref="SegmentJudge"/>): 28×28 pixels, eleven outputs.
    /// </summary>
    internal static Network LoadSegments() => LoadOwn("segments");

    /// <summary>Loads the network that reads numbers without cuts: 32 rows, eleven outputs a column.</summary>
    internal static Network LoadLines() => LoadOwn("lines");

    private static Network LoadOwn(string name)
    {
        using Stream stream = OpenOwn(name);
        return Parse(stream, name);
    }

    private static Network Parse(Stream stream, string name)
    {
        if (stream is UnmanagedMemoryStream resource) // mapped with the assembly: a copy would be as large as the network
        {
            unsafe
            {
                return NetworkFile.Parse(new ReadOnlySpan<byte>(resource.PositionPointer, (int)resource.Length), name);
            }
        }

        byte[] file = new byte[stream.Length];
        stream.ReadExactly(file);
        return NetworkFile.Parse(file, name);
    }

    private static Stream Open(string name)
    {
        RequireName(name);
        return OpenOwn(name);
    }

    private static Stream OpenOwn(string name) =>
        typeof(BundledModels).Assembly.GetManifestResourceStream($"{name}.safetensors")!;
}
