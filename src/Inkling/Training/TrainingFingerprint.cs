using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Inkling.Formats;

namespace Inkling.Training;

/// <summary>
/// What must be the same for a training to go on from a checkpoint: all that a bit of the result, or of what was reported,
/// depends on. Values are compared as text, which is the same under every culture.
/// </summary>
internal static class TrainingFingerprint
{
    /// <summary>The setting that may differ where <see cref="TrainingOptions.DependsOnEpochs"/> is false.</summary>
    public const string Epochs = "epochs";

    private const string HashMark = "SHA-256 ";
    private const string Seed = "seed", StartWeights = "start weights";

    /// <summary>All settings, in the order in which a difference is told.</summary>
    public static Dictionary<string, string> Of(Network network, Examples training, TrainingOptions options)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["network"] = network.Architecture.ToString(),
            ["cost"] = Architecture.Name(network.Architecture.Cost),
            [Seed] = network.Seed is { } seed ? Text(seed) : "none",
            [StartWeights] = HashOfStart(
                NamedTensor.Of(network.Parameters).Select(tensor => tensor.Get()), network.Random.Save()),
        };
        AddExamples(settings, "training", training);
        AddExamples(settings, "validation", options.ValidationData);
        AddExamples(settings, "test", options.TestData);
        AddOptions(settings, options);
        return settings;
    }

    /// <summary>The number, size and hashes of some examples; "none" where there are none.</summary>
    /// <param name="settings">What they are added to.</param>
    /// <param name="which">What they are for: training, validation or test.</param>
    /// <param name="examples">The examples.</param>
    public static void AddExamples(Dictionary<string, string> settings, string which, Examples? examples)
    {
        if (examples is null)
        {
            settings.Add($"{which} examples", "none");
            return;
        }

        settings.Add($"{which} examples", string.Create(
            CultureInfo.InvariantCulture,
            $"{examples.Count} of {examples.InputSize} numbers in {examples.OutputSize} classes"));
        settings.Add($"{which} inputs", HashOf(examples.AppendInputs));
        settings.Add($"{which} labels", HashOf(examples.AppendTargets));
    }

    /// <summary>The options on which a bit of the result depends.</summary>
    /// <param name="settings">What they are added to.</param>
    /// <param name="options">The options.</param>
    public static void AddOptions(Dictionary<string, string> settings, TrainingOptions options)
    {
        settings.Add(Epochs, Text(options.Epochs));
        settings.Add("mini-batch size", Text(options.MiniBatchSize));
        settings.Add("learning rate", Text(options.LearningRate));
        settings.Add("optimiser", Text(options.Optimiser));
        settings.Add("schedule", Text(options.Schedule));
        settings.Add("L1", Text(options.L1));
        settings.Add("L2", Text(options.L2));
        settings.Add("label smoothing", Text(options.LabelSmoothing));
        settings.Add("weight average", Text(options.WeightAverage));
        settings.Add("augmentation", options.Augmentation is null ? "none" : Text(options.Augmentation));
        settings.Add("epochs without augmentation", Text(options.PlainEpochs));
        settings.Add("patience", Text(options.Patience));
    }

    /// <summary>What must be the same on all ranks: these settings, and the program.</summary>
    public static Dictionary<string, string> OfRank(Network network, Examples training, TrainingOptions options)
    {
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["version of Inkling"] = $"{LibraryVersion.Text}, build {typeof(Network).Module.ModuleVersionId}",
        };
        foreach ((string name, string value) in Of(network, training, options))
            settings.Add(name, value);
        settings.Add("checkpoint", options.Checkpoint is null ? "none" : "one");
        return settings;
    }

    /// <summary>Which settings differ and how, <c>seed (7 there, 8 here)</c>; null where none does.</summary>
    /// <param name="saved">As they are in a checkpoint.</param>
    /// <param name="current">As they are now.</param>
    /// <param name="startsWhereSavedEnds">Whether the network has the weights that are in the checkpoint.</param>
    public static string? Difference(
        Dictionary<string, string> saved, Dictionary<string, string> current, bool startsWhereSavedEnds)
    {
        List<string> differences = [];
        bool isOtherSeed = Value(saved, Seed) != Value(current, Seed); // which explains other weights
        foreach (string name in current.Keys.Union(saved.Keys, StringComparer.Ordinal))
        {
            string there = Value(saved, name), here = Value(current, name);
            if (there == here || (name == StartWeights && (startsWhereSavedEnds || isOtherSeed)))
                continue;
            bool areHashes = IsHash(there) && IsHash(here);
            differences.Add(areHashes ? $"{name} (not the same)" : $"{Cut(name)} ({Cut(there)} there, {Cut(here)} here)");
        }

        return differences.Count == 0 ? null : string.Join(", ", differences);

        static string Value(Dictionary<string, string> settings, string name) => settings.GetValueOrDefault(name) ?? "none";

        static bool IsHash(string value) => value.StartsWith(HashMark, StringComparison.Ordinal);

        static string Cut(string value) => OneLine.Of(value, most: 200);
    }

    /// <summary>
    /// Hashes what a training starts from: the network's tensors and the random stream that orders the examples.
    /// </summary>
    public static string HashOfStart(IEnumerable<float[]> tensors, ReadOnlySpan<ulong> random)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (float[] tensor in tensors)
            hash.AppendData(MemoryMarshal.AsBytes(tensor.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(random));
        return HashMark + Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string HashOf(Action<IncrementalHash> append)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        append(hash);
        return HashMark + Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>
    /// Formats a record: all its members, also those added later; with the invariant culture, which a record's ToString ignores.
    /// </summary>
    private static string Text(object value)
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            return value.ToString()!;
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
