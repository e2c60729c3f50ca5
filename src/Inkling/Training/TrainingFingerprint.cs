using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Inkling.Training;

/// <summary>
/// What must be the same for a training to go on from a checkpoint: all that a bit of the result, or of what was reported,
/// depends on. Values are compared as text, which is the same under every culture.
/// </summary>
internal static class TrainingFingerprint
{
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
            [StartWeights] = HashOfStart(network.Parameters.Span, network.Parameters.Statistics, network.Random.Save()),
        };
        AddExamples("training", training);
        AddExamples("validation", options.ValidationData);
        AddExamples("test", options.TestData);
        settings.Add("epochs", Text(options.Epochs));
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
        return settings;

        void AddExamples(string which, Examples? examples)
        {
            settings.Add($"{which} examples", examples is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"{examples.Count} of {examples.InputSize} numbers in {examples.OutputSize} classes"));
            if (examples is null)
                return;
            settings.Add($"{which} inputs", HashOf(examples.AppendInputs));
            settings.Add($"{which} labels", HashOf(examples.AppendTargets));
        }
    }

    /// <summary>Which settings differ and how, <c>seed (7 there, 8 here)</c>; null where none does.</summary>
    /// <param name="saved">As they are in a checkpoint.</param>
    /// <param name="current">As they are now.</param>
    /// <param name="startsWhereSavedEnds">Whether the network is the one that the checkpoint was made of, as the checkpoint has it.</param>
    public static string? Difference(Dictionary<string, string> saved, Dictionary<string, string> current, bool startsWhereSavedEnds)
    {
        List<string> differences = [];
        bool isOtherSeed = Value(saved, Seed) != Value(current, Seed); // which explains other weights
        foreach (string name in current.Keys.Union(saved.Keys, StringComparer.Ordinal))
        {
            string there = Value(saved, name), here = Value(current, name);
            if (there == here || (name == StartWeights && (startsWhereSavedEnds || isOtherSeed)))
                continue;
            differences.Add(there.StartsWith(HashMark, StringComparison.Ordinal) && here.StartsWith(HashMark, StringComparison.Ordinal)
                ? $"{name} (not the same)"
                : $"{Cut(name)} ({Cut(there)} there, {Cut(here)} here)");
        }

        return differences.Count == 0 ? null : string.Join(", ", differences);

        static string Value(Dictionary<string, string> settings, string name) => settings.GetValueOrDefault(name) ?? "none";

        static string Cut(string value) => value.Length > 200 ? value[..200] + "…" : value;
    }

    /// <summary>What a training begins with: the weights, what batch normalisation has seen, and the stream that orders the examples.</summary>
    public static string HashOfStart(ReadOnlySpan<float> weights, ReadOnlySpan<float> statistics, ReadOnlySpan<ulong> random)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(weights));
        hash.AppendData(MemoryMarshal.AsBytes(statistics));
        hash.AppendData(MemoryMarshal.AsBytes(random));
        return HashMark + Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string HashOf(Action<IncrementalHash> append)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        append(hash);
        return HashMark + Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>A record prints all its members, one that is added later too, but numbers as the current culture writes them.</summary>
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
