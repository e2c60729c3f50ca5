using System.Diagnostics.CodeAnalysis;
using Inkling.Files;
using Inkling.Formats;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Training.Optimisers;

namespace Inkling.Training;

/// <summary>
/// A training kept in a file, so that it can be killed at any moment and goes on to the same bits: everything in
/// <see cref="TrainingState"/>, the weights, their average, the optimiser's moments and the best network so far. The one
/// before is kept beside it, as FILE.previous, and used where this one is damaged. No two trainings use one file at a time.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private readonly string _path;
    private readonly Network _network;
    private readonly Network? _average;
    private readonly OptimiserState? _optimiser;
    private readonly TrainingState _state;
    private readonly TrainingOptions _options;
    private readonly int _count;
    private readonly int _stepsAnEpoch;
    private readonly FileLock _lock;
    private Dictionary<string, string> _settings;
    private bool _isWhole; // what is at the path, as this training wrote or read it

    /// <summary>Takes the file, before anything has been learned.</summary>
    /// <exception cref="InklingException">It cannot be written, or another training is using it.</exception>
    public Checkpoint(string path, Network network, Network? average, OptimiserState? optimiser, TrainingState state, TrainingOptions options, Examples training)
    {
        AtomicFile.RequireWritable(path);
        RequireFile(path);
        _path = AtomicFile.TargetOf(path);
        AtomicFile.RequireWritable(Previous);
        RequireFile(Previous);
        (_network, _average, _optimiser, _state, _options) = (network, average, optimiser, state, options);
        long best = network.Parameters.Span.Length + network.Parameters.Statistics.Length;
        CheckpointFile.RequireShort(path, best + Buffers().Sum(buffer => (long)buffer.Values.Length), options.Epochs);
        _count = training.Count;
        int miniBatchSize = Math.Min(options.MiniBatchSize, training.Count);
        _stepsAnEpoch = (training.Count + miniBatchSize - 1) / miniBatchSize;
        _settings = TrainingFingerprint.Of(network, training, options);
        _lock = FileLock.Take(_path, $"{path}: another training is using this checkpoint. Wait for it, stop it, or name another file.");
    }

    private string Previous => PreviousOf(_path);

    /// <summary>Where the checkpoint before the last is kept.</summary>
    public static string PreviousOf(string path) => path + ".previous";

    public void Dispose() => _lock.Dispose();

    /// <exception cref="InklingException">The file cannot be written; those that were there still are, one of them whole.</exception>
    public void Save()
    {
        List<Tensor> tensors = [.. Buffers().Select(buffer => new Tensor(buffer.Name, [buffer.Values.Length], buffer.Values.ToArray()))];
        if (_state.Best is { } best)
        {
            tensors.Add(new Tensor("best", [best.Parameters.Span.Length], best.Parameters.Span.ToArray()));
            tensors.Add(new Tensor("best.statistics", [best.Parameters.Statistics.Length], best.Parameters.Statistics.ToArray()));
        }

        SavedTraining training = new(
            _settings,
            _state.ExamplesDone,
            BitConverter.DoubleToInt64Bits(_state.CostSum),
            _network.Random.Save(),
            _state.OrderRandom?.Save(),
            [.. _state.Past.Select(epoch => new SavedEpoch(BitConverter.DoubleToInt64Bits(epoch.Cost), epoch.Test, epoch.Validation, epoch.Time.Ticks))],
            _state.History,
            _state.IsDone(_options) ? HashOfEnd() : null);
        AtomicFile.Write(_path, new CheckpointFile(training, tensors).WriteTo, previous: _isWhole ? Previous : null);
        _isWhole = true;
    }

    /// <summary>Goes on from the file, or from the one before it; from the beginning where there is neither.</summary>
    /// <exception cref="InklingException">There are checkpoints, but none is whole, or they are of another training. Nothing has been changed.</exception>
    public void Restore()
    {
        InklingException? damage = null;
        string[] files = [.. new[] { _path, Previous }.Where(File.Exists)];
        foreach (string file in files)
        {
            try
            {
                CheckpointFile saved = CheckpointFile.Read(file);
                Require(saved, file);
                if (damage is not null)
                    _options.Warn($"{damage.Message} Going on from the checkpoint before it, {file}.");
                Take(saved);
                _isWhole = file == _path;
                if (_state.IsDone(_options))
                    _options.Warn($"{file}: this training had finished already, so nothing is trained. To train again, name another file, or delete {Names(files)}.");
                return;
            }
            catch (InklingException e) when (e is not OtherTrainingException)
            {
                damage ??= e;
            }
        }

        if (damage is not null)
            throw new InklingException($"{damage.Message} To begin again, delete {Names(files)}.", damage);
    }

    private static string Names(string[] files) => string.Join(" and ", files.Select(Path.GetFileName));

    private static void RequireFile(string path)
    {
        if (FileKinds.Of(path) == FileKind.Stream)
            throw new InklingException($"{path}: a checkpoint cannot be kept in a device or a FIFO. Name a file.");
    }

    private string HashOfEnd()
    {
        ParameterBuffer end = (_state.Kept(_options) ?? _average ?? _network).Parameters;
        return TrainingFingerprint.HashOfStart(end.Span, end.Statistics, _network.Random.Save());
    }

    /// <summary>Whatever is wrong is found before anything is taken.</summary>
    private void Require(CheckpointFile file, string name)
    {
        SavedTraining saved = file.Training;
        Dictionary<string, Tensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Require(saved is { Settings: not null, Past: not null }, "what it is of");
        Require(IsStream(saved.Random) && (saved.OrderRandom is null || IsStream(saved.OrderRandom)), "its streams of random numbers");
        bool startsWhereSavedEnds = _settings["start weights"] == saved.End
            || _settings["start weights"] == TrainingFingerprint.HashOfStart(ValuesOf("weights"), ValuesOf("statistics"), saved.Random);
        if (TrainingFingerprint.Difference(saved.Settings, _settings, startsWhereSavedEnds) is { } difference)
            throw new OtherTrainingException($"{name}: the checkpoint of another training: {difference}. Name another file, or delete it and {Path.GetFileName(Previous)}.");
        foreach ((string buffer, Memory<float> values) in Buffers())
            Require(Has(buffer, values.Length), $"its tensor \"{buffer}\"");
        Require(saved.Past.Length == 0 || (Has("best", _network.Parameters.Span.Length) && Has("best.statistics", _network.Parameters.Statistics.Length)), "its best network");
        Require(saved.Past.Length <= _options.Epochs && saved.Past.All(IsPossible), "the epochs behind it");
        Require(saved.ExamplesDone == _count || (saved.ExamplesDone >= 0 && saved.ExamplesDone < _count && saved.ExamplesDone % Math.Min(_options.MiniBatchSize, _count) == 0), "where it stands");
        Require(saved.History is null || saved.History.Length <= Network.MaxHistoryLength, "what was trained before");
        Require(double.IsFinite(BitConverter.Int64BitsToDouble(saved.CostSum)) && (saved.ExamplesDone == 0 || saved.OrderRandom is not null), "where it stands");

        float[] ValuesOf(string tensor) => tensors.TryGetValue(tensor, out Tensor? found) ? found.Values : [];

        bool Has(string tensor, int length) => tensors.ContainsKey(tensor) && ValuesOf(tensor).Length == length;

        void Require([DoesNotReturnIf(false)] bool condition, string what)
        {
            if (!condition)
                throw new InklingException($"{name}: a checkpoint that contradicts itself in {what}.");
        }

        static bool IsStream(ulong[]? random) => RandomStream.CanRestore(random);

        bool IsPossible(SavedEpoch? epoch) => epoch is { Ticks: >= 0 } && double.IsFinite(BitConverter.Int64BitsToDouble(epoch.Cost)) && IsOf(epoch.Test, _options.TestData) && IsOf(epoch.Validation, _options.ValidationData);

        static bool IsOf(Score? score, Examples? examples) => score?.Total == examples?.Count && (score is not { } given || (given.Correct >= 0 && given.Correct <= given.Total));
    }

    private void Take(CheckpointFile file)
    {
        SavedTraining saved = file.Training;
        Dictionary<string, float[]> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values, StringComparer.Ordinal);
        foreach ((string name, Memory<float> values) in Buffers())
            tensors[name].CopyTo(values);
        _network.Random.CopyFrom(RandomStream.Restore(saved.Random));
        _settings = saved.Settings; // where it began, should this network have come further
        if (saved.Past.Length > 0)
        {
            Network best = _network.Clone();
            tensors["best"].CopyTo(best.Parameters.Span);
            tensors["best.statistics"].CopyTo(best.Parameters.Statistics);
            _state.Repeat([.. saved.Past.Select((epoch, i) => new EpochResult(i, BitConverter.Int64BitsToDouble(epoch.Cost), epoch.Test, epoch.Validation, TimeSpan.FromTicks(epoch.Ticks), null))], best, _options);
        }

        _state.History = saved.History;
        _state.ExamplesDone = saved.ExamplesDone;
        _state.Steps = (long)saved.Past.Length * _stepsAnEpoch + (saved.ExamplesDone + _options.MiniBatchSize - 1L) / _options.MiniBatchSize;
        _state.CostSum = BitConverter.Int64BitsToDouble(saved.CostSum);
        _state.OrderRandom = saved.OrderRandom is { } order ? RandomStream.Restore(order) : null;
    }

    private IEnumerable<(string Name, Memory<float> Values)> Buffers()
    {
        yield return ("weights", _network.Parameters.Memory);
        yield return ("statistics", _network.Parameters.StatisticsMemory);
        if (_average is not null)
        {
            yield return ("average", _average.Parameters.Memory);
            yield return ("average.statistics", _average.Parameters.StatisticsMemory);
        }

        if (_optimiser is not null)
        {
            yield return ("optimiser.first", _optimiser.First.Memory);
            yield return ("optimiser.second", _optimiser.Second.Memory);
        }
    }

    private sealed class OtherTrainingException(string message) : InklingException(message);
}
