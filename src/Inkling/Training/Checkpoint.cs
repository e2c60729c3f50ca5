using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// A training kept in a file, so that it can be killed at any moment and goes on to the same bits: everything in
/// <see cref="TrainingState"/>, the weights, their average, the optimiser's moments and the best network so far. The one
/// before is kept beside it, as FILE.previous, and used where this one is damaged.
/// </summary>
internal sealed class Checkpoint(string path, Network network, Network? average, OptimiserState? optimiser, TrainingState state, TrainingOptions options, Examples training)
{
    private const string Key = "inkling-checkpoint";

    private string Previous => path + ".previous";

    /// <summary>What must be the same for a training to go on: nothing here may change what is learned unnoticed.</summary>
    private string Fingerprint => string.Create(
        CultureInfo.InvariantCulture,
        $"{network.Architecture}; {network.Architecture.Cost}; {training.Count} examples; {options.Epochs} epochs; mini-batch {options.MiniBatchSize}; rate {options.LearningRate:R}; {options.Optimiser}; {options.Schedule}; L1 {options.L1:R}; L2 {options.L2:R}; label smoothing {options.LabelSmoothing:R}; average {options.WeightAverage:R}; patience {options.Patience}; {options.Augmentation?.ToString() ?? "no augmentation"}; {options.PlainEpochs} plain epochs");

    public void Save()
    {
        List<Tensor> tensors = [.. Buffers().Select(buffer => new Tensor(buffer.Name, [buffer.Values.Length], buffer.Values.ToArray()))];
        if (state.Best is { } best)
        {
            tensors.Add(new Tensor("best", [best.Parameters.Span.Length], best.Parameters.Span.ToArray()));
            tensors.Add(new Tensor("best.statistics", [best.Parameters.Statistics.Length], best.Parameters.Statistics.ToArray()));
        }

        Saved saved = new(
            Fingerprint,
            ChecksumOf(tensors),
            state.Epoch,
            state.ExamplesDone,
            state.Steps,
            BitConverter.DoubleToInt64Bits(state.CostSum),
            network.Random.Save(),
            state.OrderRandom?.Save(),
            state.BestValidation,
            state.EpochsSinceBest,
            state.EpochsStalled,
            state.Stalls,
            state.HasEnded,
            [.. state.Past.Select(epoch => new SavedEpoch(epoch.Epoch, BitConverter.DoubleToInt64Bits(epoch.Cost), epoch.Test, epoch.Validation, epoch.Time.Ticks))]);
        Dictionary<string, string> metadata = new(StringComparer.Ordinal) { [Key] = JsonSerializer.Serialize(saved, CheckpointJson.Default.Saved) };
        if (File.Exists(path) && IsWhole(path))
            File.Move(path, Previous, overwrite: true);
        AtomicFile.Write(path, new Safetensors(metadata, tensors).WriteTo);
    }

    /// <summary>Goes on from the file, or from the one before it; from the beginning where there is neither.</summary>
    /// <exception cref="InklingException">There are checkpoints, but none is whole, or they are of another training.</exception>
    public void Restore()
    {
        InklingException? damage = null;
        foreach (string file in new[] { path, Previous }.Where(File.Exists))
        {
            try
            {
                (Saved saved, Dictionary<string, float[]> tensors) = Read(file);
                if (saved.Fingerprint != Fingerprint)
                    throw new OtherTrainingException($"{file}: the checkpoint of another training ({saved.Fingerprint}), not of this ({Fingerprint}). Name another file, or delete it.");
                Take(saved, tensors, file);
                return;
            }
            catch (InklingException e) when (e is not OtherTrainingException)
            {
                damage ??= e;
            }
        }

        if (damage is not null)
            throw damage;
    }

    private static bool IsWhole(string file)
    {
        try
        {
            Read(file);
            return true;
        }
        catch (InklingException)
        {
            return false;
        }
    }

    private static (Saved Saved, Dictionary<string, float[]> Tensors) Read(string file)
    {
        try
        {
            Safetensors content = Safetensors.Parse(File.ReadAllBytes(file), file);
            Saved? saved = content.Metadata.TryGetValue(Key, out string? json) ? JsonSerializer.Deserialize(json, CheckpointJson.Default.Saved) : null;
            if (saved is null || saved.Checksum != ChecksumOf(content.Tensors) || !RandomStream.CanRestore(saved.Random) || (saved.OrderRandom is { } order && !RandomStream.CanRestore(order)) || saved.Past is null)
                throw new InklingException($"{file}: not a checkpoint, or a damaged one. Delete it to begin again.");
            return (saved, content.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values, StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new InklingException($"{file}: cannot be read as a checkpoint: {e.Message}".ReplaceLineEndings(" "), e);
        }
    }

    private static string ChecksumOf(IEnumerable<Tensor> tensors)
    {
        using System.Security.Cryptography.IncrementalHash hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        foreach (Tensor tensor in tensors)
            hash.AppendData(MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private void Take(Saved saved, Dictionary<string, float[]> tensors, string file)
    {
        foreach ((string name, Memory<float> values) in Buffers())
            Required(name, values.Length).CopyTo(values);
        network.Random.CopyFrom(RandomStream.Restore(saved.Random));
        state.Epoch = saved.Epoch;
        state.ExamplesDone = saved.ExamplesDone;
        state.Steps = saved.Steps;
        state.CostSum = BitConverter.Int64BitsToDouble(saved.CostSum);
        state.OrderRandom = saved.OrderRandom is { } order ? RandomStream.Restore(order) : null;
        state.BestValidation = saved.BestValidation;
        state.EpochsSinceBest = saved.EpochsSinceBest;
        state.EpochsStalled = saved.EpochsStalled;
        state.Stalls = saved.Stalls;
        state.HasEnded = saved.HasEnded;
        if (saved.Past.Length > 0)
        {
            state.Best = network.Clone();
            Required("best", network.Parameters.Span.Length).CopyTo(state.Best.Parameters.Span);
            Required("best.statistics", network.Parameters.Statistics.Length).CopyTo(state.Best.Parameters.Statistics);
        }

        state.Past.AddRange(saved.Past.Select(epoch => new EpochResult(epoch.Epoch, BitConverter.Int64BitsToDouble(epoch.Cost), epoch.Test, epoch.Validation, TimeSpan.FromTicks(epoch.Ticks), state.Best!)));

        float[] Required(string name, int length) =>
            tensors.TryGetValue(name, out float[]? values) && values.Length == length ? values : throw new InklingException($"{file}: \"{name}\" is missing in the checkpoint. Delete it to begin again.");
    }

    private IEnumerable<(string Name, Memory<float> Values)> Buffers()
    {
        yield return ("weights", network.Parameters.Memory);
        yield return ("statistics", network.Parameters.StatisticsMemory);
        if (average is not null)
        {
            yield return ("average", average.Parameters.Memory);
            yield return ("average.statistics", average.Parameters.StatisticsMemory);
        }

        if (optimiser is not null)
        {
            yield return ("optimiser.first", optimiser.First.Memory);
            yield return ("optimiser.second", optimiser.Second.Memory);
        }
    }

    /// <summary>The state as it is written, under a fingerprint of what is trained and how, and the SHA-256 of all tensors.</summary>
    internal sealed record Saved(
        string Fingerprint, string Checksum, int Epoch, int ExamplesDone, long Steps, long CostSum, ulong[] Random, ulong[]? OrderRandom, int BestValidation, int EpochsSinceBest, int EpochsStalled, int Stalls, bool HasEnded, SavedEpoch[] Past);

    internal sealed record SavedEpoch(int Epoch, long Cost, Score? Test, Score? Validation, long Ticks);

    private sealed class OtherTrainingException(string message) : InklingException(message);
}

/// <summary>How a checkpoint's state is written as JSON, without reflection.</summary>
[JsonSerializable(typeof(Checkpoint.Saved))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
