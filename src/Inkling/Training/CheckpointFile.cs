using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Inkling.Files;
using Inkling.Formats;

namespace Inkling.Training;

/// <summary>
/// A checkpoint as a file: eight bytes that name the format and its version, the SHA-256 of all that follows, and a safetensors
/// file with the tensors and, in its metadata, the <see cref="SavedTraining"/>. Nothing is looked at before the hash is right.
/// </summary>
internal sealed record CheckpointFile(SavedTraining Training, IReadOnlyList<Tensor> Tensors)
{
    private const string Key = "inkling-checkpoint";

    private static ReadOnlySpan<byte> Format => "INKCHKP4"u8;

    private static int HeaderLength => Format.Length + SHA256.HashSizeInBytes;

    /// <summary>
    /// Writes the whole file. The content is formed twice, for the hash and for the file, rather than held in memory.
    /// </summary>
    public void WriteTo(Stream stream)
    {
        string state = JsonSerializer.Serialize(Training, CheckpointJson.Default.SavedTraining);
        Dictionary<string, string> metadata = new(StringComparer.Ordinal) { [Key] = state };
        Safetensors content = new(metadata, Tensors);
        using SHA256 hash = SHA256.Create();
        using (CryptoStream hashed = new(Stream.Null, hash, CryptoStreamMode.Write))
            content.WriteTo(hashed);
        stream.Write(Format);
        stream.Write(hash.Hash!);
        content.WriteTo(stream);
    }

    /// <summary>Files are read as a whole: one that would be too long for that is refused before hours of work.</summary>
    /// <param name="file">What errors call it.</param>
    /// <param name="numbers">How many numbers its tensors hold in all.</param>
    /// <param name="epochs">How many epochs it may tell of.</param>
    /// <exception cref="InklingException">It would be longer than 2 GB.</exception>
    public static void RequireShort(string file, long numbers, int epochs)
    {
        const long AnEpoch = 200, TheRest = 8 << 20; // bytes of JSON, at most
        long bytes = sizeof(float) * numbers + AnEpoch * epochs + TheRest;
        if (bytes > Array.MaxLength)
        {
            throw new InklingException(
                FormattableString.Invariant($"{file}: a checkpoint of this training could have {bytes:N0} bytes; ")
                + FormattableString.Invariant($"{Array.MaxLength:N0} are the most that can be read again. ")
                + "Train a smaller network, for fewer epochs, or without a checkpoint.");
        }
    }

    /// <exception cref="InklingException">The file cannot be read, or is no checkpoint, or a damaged one.</exception>
    public static CheckpointFile Read(string file)
    {
        if (FileKinds.Of(file) == FileKind.Regular && !RegularFile.IsAt(file))
            throw new InklingException($"{file}: empty, so no checkpoint.");
        return Parse(WholeFile.Read(file, Array.MaxLength, "checkpoint"), file);
    }

    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InklingException">It is no checkpoint, or a damaged one.</exception>
    internal static CheckpointFile Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (!bytes.StartsWith(Format) && (bytes.StartsWith(Format[..^1]) || IsFirstFormat(bytes, name)))
        {
            throw new OtherVersionException(
                $"{name}: a checkpoint of another version of Inkling. Name another file, or delete it.");
        }

        if (bytes.Length < HeaderLength || !bytes.StartsWith(Format))
            throw new InklingException($"{name}: not a checkpoint, or a damaged one.");

        ReadOnlySpan<byte> content = bytes[HeaderLength..];
        if (!bytes[Format.Length..HeaderLength].SequenceEqual(SHA256.HashData(content)))
            throw new InklingException($"{name}: a damaged checkpoint: its checksum is wrong.");
        try
        {
            Safetensors tensors = Safetensors.Parse(content, name);
            string json = tensors.Metadata.GetValueOrDefault(Key) ?? throw new JsonException("no state");
            SavedTraining? training = JsonSerializer.Deserialize(json, CheckpointJson.Default.SavedTraining);
            return new CheckpointFile(training ?? throw new JsonException("no state"), tensors.Tensors);
        }
        catch (JsonException e)
        {
            throw new InklingException($"{name}: a checkpoint whose state cannot be read ({e.Message}).", e);
        }
    }

    /// <summary>A file of another version of Inkling, intact: it may be worth more than the one before it.</summary>
    internal sealed class OtherVersionException(string message) : InklingException(message);

    /// <summary>The format of version 0.1: safetensors with the state in the metadata.</summary>
    private static bool IsFirstFormat(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            return SafetensorsHeader.Parse(bytes, name).Metadata.ContainsKey(Key);
        }
        catch (InklingException)
        {
            return false;
        }
    }
}

/// <summary>
/// A training's state without its tensors. What follows from other members (epochs, steps, the best epoch) is not repeated.
/// </summary>
/// <param name="Settings">What was trained, and how: <see cref="TrainingFingerprint"/>.</param>
/// <param name="ExamplesDone">Examples learned from in the epoch under way.</param>
/// <param name="CostSum">The bits of the sum of their costs.</param>
/// <param name="Random">The network's stream.</param>
/// <param name="OrderRandom">The stream before the epoch's shuffle; null before the first.</param>
/// <param name="Past">The epochs finished, in order.</param>
/// <param name="History">The <see cref="Network.History"/> that the training began with.</param>
/// <param name="End">
/// Of a finished training, the hash of the network that it ends with (<see cref="TrainingFingerprint.HashOfStart"/>): the
/// average, or the best epoch's network, whose weights are not those last learned.
/// </param>
internal sealed record SavedTraining(
    Dictionary<string, string> Settings,
    int ExamplesDone,
    long CostSum,
    ulong[] Random,
    ulong[]? OrderRandom,
    SavedEpoch[] Past,
    string? History,
    string? End);

/// <summary>An <see cref="EpochResult"/> without its network.</summary>
/// <param name="Cost">The bits of the cost.</param>
/// <param name="Test">Correct answers on the test data.</param>
/// <param name="Validation">Correct answers on the validation data.</param>
/// <param name="Ticks">How long the epoch took, in units of 100 ns.</param>
internal sealed record SavedEpoch(long Cost, Score? Test, Score? Validation, long Ticks)
{
    public static SavedEpoch Of(EpochResult epoch) =>
        new(BitConverter.DoubleToInt64Bits(epoch.Cost), epoch.Test, epoch.Validation, epoch.Time.Ticks);

    public EpochResult ToResult(int epoch) =>
        new(epoch, BitConverter.Int64BitsToDouble(Cost), Test, Validation, TimeSpan.FromTicks(Ticks), network: null);
}

/// <summary>How a checkpoint's state is written as JSON, without reflection.</summary>
[JsonSerializable(typeof(SavedTraining))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
