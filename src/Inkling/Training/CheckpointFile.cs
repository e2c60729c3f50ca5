using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inkling;

/// <summary>
/// A checkpoint as a file: eight bytes that name the format and its version, the SHA-256 of all that follows, and a safetensors
/// file with the tensors and, in its metadata, the <see cref="SavedTraining"/>. Nothing is looked at before the hash is right.
/// </summary>
internal sealed record CheckpointFile(SavedTraining Training, IReadOnlyList<Tensor> Tensors)
{
    private const string Key = "inkling-checkpoint";

    private static ReadOnlySpan<byte> Format => "INKCHKP2"u8;

    private static int HeaderLength => Format.Length + SHA256.HashSizeInBytes;

    /// <summary>Writes the whole file.</summary>
    public void WriteTo(Stream stream)
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal) { [Key] = JsonSerializer.Serialize(Training, CheckpointJson.Default.SavedTraining) };
        using MemoryStream content = new();
        new Safetensors(metadata, Tensors).WriteTo(content);
        ReadOnlySpan<byte> bytes = content.GetBuffer().AsSpan(0, (int)content.Length);
        stream.Write(Format);
        stream.Write(SHA256.HashData(bytes));
        stream.Write(bytes);
    }

    /// <exception cref="InklingException">The file cannot be read, or is no checkpoint, or a damaged one.</exception>
    public static CheckpointFile Read(string file)
    {
        if (FileKinds.Of(file) is FileKind.Stream or FileKind.Other)
            throw new InklingException($"{file}: no regular file, so no checkpoint. Name another file.");
        try
        {
            return Parse(File.ReadAllBytes(file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InklingException($"{file}: cannot be read as a checkpoint: {e.Message}".ReplaceLineEndings(" "), e);
        }
    }

    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InklingException">It is no checkpoint, or a damaged one.</exception>
    internal static CheckpointFile Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length < HeaderLength || !bytes.StartsWith(Format))
            throw new InklingException(IsFirstFormat(bytes, name)
                ? $"{name}: a checkpoint of an earlier version of Inkling, which does not say what was trained (seed, data) and so cannot be gone on with. Delete it to begin again."
                : $"{name}: not a checkpoint, or a damaged one. Delete it to begin again.");
        ReadOnlySpan<byte> content = bytes[HeaderLength..];
        if (!bytes[Format.Length..HeaderLength].SequenceEqual(SHA256.HashData(content)))
            throw new InklingException($"{name}: a damaged checkpoint: its checksum is wrong. Delete it to begin again.");
        try
        {
            Safetensors tensors = Safetensors.Parse(content, name);
            return new CheckpointFile(
                (tensors.Metadata.TryGetValue(Key, out string? json) ? JsonSerializer.Deserialize(json, CheckpointJson.Default.SavedTraining) : null) ?? throw new JsonException("no state"),
                tensors.Tensors);
        }
        catch (JsonException e)
        {
            throw new InklingException($"{name}: a checkpoint whose state cannot be read ({e.Message}). Delete it to begin again.".ReplaceLineEndings(" "), e);
        }
    }

    /// <summary>The format of version 0.1: safetensors with the state in the metadata.</summary>
    private static bool IsFirstFormat(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            return Safetensors.Parse(bytes, name).Metadata.ContainsKey(Key);
        }
        catch (InklingException)
        {
            return false;
        }
    }
}

/// <summary>A training's state but for its tensors. What follows from other members (epochs, steps, the best epoch) is not repeated.</summary>
/// <param name="Settings">What was trained, and how: <see cref="TrainingFingerprint"/>.</param>
/// <param name="ExamplesDone">Examples learned from in the epoch under way.</param>
/// <param name="CostSum">The bits of the sum of their costs.</param>
/// <param name="Random">The network's stream.</param>
/// <param name="OrderRandom">The stream before the epoch's shuffle; null before the first.</param>
/// <param name="Past">The epochs finished, in order.</param>
internal sealed record SavedTraining(
    Dictionary<string, string> Settings, int ExamplesDone, long CostSum, ulong[] Random, ulong[]? OrderRandom, SavedEpoch[] Past);

/// <summary>An <see cref="EpochResult"/> but for its network.</summary>
internal sealed record SavedEpoch(long Cost, Score? Test, Score? Validation, long Ticks);

/// <summary>How a checkpoint's state is written as JSON, without reflection.</summary>
[JsonSerializable(typeof(SavedTraining))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
