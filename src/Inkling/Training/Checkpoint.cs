using System.Diagnostics.CodeAnalysis;
using Inkling.Execution.Ranks;
using Inkling.Files;
using Inkling.Formats;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Training.Optimisers;

namespace Inkling.Training;

/// <summary>
/// Keeps a training in a file, so that it can be killed at any moment and resumed with the same bits: everything in
/// <see cref="TrainingState"/>, the weights, their average, the optimiser's moments and the best network so far, by name and in
/// PyTorch's order, so that another device can resume it. The checkpoint before is kept as FILE.previous and used where this one
/// is damaged. A file is used by one training at a time.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private const string NetworkPrefix = "network/";

    /// <summary>The checkpoint, the one before it, and the temporary file of the next.</summary>
    private const int FilesAtOnce = 3;

    private readonly string _path;
    private readonly Network _network;
    private readonly Network? _average;
    private readonly OptimiserState? _optimiser;
    private readonly TrainingState _state;
    private readonly TrainingOptions _options;
    private readonly int _count;
    private readonly int _stepsAnEpoch;
    private readonly FileLock? _lock; // null on other ranks than 0, which have no file
    private Dictionary<string, string> _settings;
    private CheckpointFile? _restored; // until the other ranks have it
    private bool _isWhole; // what is at the path, as this training wrote or read it

    /// <summary>Takes the file, before anything has been learned.</summary>
    /// <exception cref="InklingException">It cannot be written, or another training is using it.</exception>
    public Checkpoint(
        string path,
        Network network,
        Network? average,
        OptimiserState? optimiser,
        TrainingState state,
        TrainingOptions options,
        Examples training)
    {
        (_network, _average, _optimiser, _state, _options) = (network, average, optimiser, state, options);
        _count = training.Count;
        int miniBatchSize = Math.Min(options.MiniBatchSize, training.Count);
        _stepsAnEpoch = (training.Count + miniBatchSize - 1) / miniBatchSize;
        _settings = TrainingFingerprint.Of(network, training, options);
        _path = path;
        if (options.SeveralRanks is { Rank: > 0 })
            return;
        AtomicFile.RequireWritable(path);
        RequireFile(path);
        _path = AtomicFile.TargetOf(path);
        AtomicFile.RequireWritable(Previous);
        RequireFile(Previous);
        long best = NamedTensor.Of(network.Parameters).Sum(tensor => (long)tensor.Length);
        long numbers = best + Tensors().Sum(tensor => (long)tensor.Length);
        CheckpointFile.RequireShort(path, numbers, options.Epochs);
        long held = new[] { _path, Previous }.Sum(LengthOf);
        AtomicFile.RequireWritable(path, FilesAtOnce * sizeof(float) * numbers - held);
        _lock = FileLock.Take(
            _path, $"{path}: another training is using this checkpoint. Wait for it, stop it, or name another file.");
    }

    private string Previous => PreviousOf(_path);

    /// <summary>Where the checkpoint before the last is kept.</summary>
    public static string PreviousOf(string path) => path + ".previous";

    /// <summary>Deletes the checkpoint of a training that is done, and the one before it, where there are such files.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(PreviousOf(path));
    }

    public void Dispose() => _lock?.Dispose();

    /// <summary>Writes the state as it is now; the file before becomes FILE.previous.</summary>
    /// <exception cref="InklingException">
    /// The file cannot be written; the earlier ones remain, and one of them is whole.
    /// </exception>
    public void Save()
    {
        if (_lock is null)
            return;
        IEnumerable<NamedTensor> places = _state.Best is { } best ? Tensors().Concat(TensorsOf(best)) : Tensors();
        Tensor[] tensors = [.. places.Select(place => new Tensor(place.Name, place.Shape, place.Get()))];
        SavedTraining training = new(
            _settings,
            _state.ExamplesDone,
            BitConverter.DoubleToInt64Bits(_state.CostSum),
            _network.Random.Save(),
            _state.OrderRandom?.Save(),
            [.. _state.Past.Select(SavedEpoch.Of)],
            _state.History,
            _state.IsDone(_options) ? HashOfEnd() : null);
        AtomicFile.Write(_path, new CheckpointFile(training, tensors).WriteTo, previous: _isWhole ? Previous : null);
        _isWhole = true;
    }

    /// <summary>Goes on from the file, or from the one before it; from the beginning where there is neither.</summary>
    /// <exception cref="InklingException">
    /// There are checkpoints, but none is whole, or they are of another training. Nothing has been changed.
    /// </exception>
    public void Restore()
    {
        if (_lock is null)
            return;
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
                _restored = _options.SeveralRanks is null ? null : saved;
                _isWhole = file == _path;
                if (_state.IsDone(_options))
                {
                    string more = _options.DependsOnEpochs || _state.HasEnded ? "" : "To train further, give it more epochs. ";
                    _options.Warn(
                        $"{file}: this training had finished already, so nothing is trained. "
                        + $"{more}To train again, name another file, or delete {Names(files)}.");
                }

                return;
            }
            catch (InklingException e) when (e is not (OtherTrainingException or CheckpointFile.OtherVersionException))
            {
                damage ??= e;
            }
        }

        if (damage is not null)
            throw new InklingException($"{damage.Message} To begin again, delete {Names(files)}.", damage);
    }

    /// <summary>Sends what rank 0 has restored to the other ranks, which go on from there too.</summary>
    public void ShareWith(RankGroup ranks)
    {
        using MemoryStream file = new();
        _restored?.WriteTo(file);
        byte[]? restored = ranks.Broadcast(_restored is null ? null : file.ToArray());
        _restored = null;
        if (ranks.Rank > 0 && restored is not null)
            Take(CheckpointFile.Parse(restored, _path));
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
        return TrainingFingerprint.HashOfStart(NamedTensor.Of(end).Select(tensor => tensor.Get()), _network.Random.Save());
    }

    /// <summary>Whatever is wrong is found before anything is taken.</summary>
    private void Require(CheckpointFile file, string name)
    {
        SavedTraining saved = file.Training;
        Dictionary<string, Tensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Require(saved is { Settings: not null, Past: not null }, "what it is of");
        bool areStreams = IsStream(saved.Random) && (saved.OrderRandom is null || IsStream(saved.OrderRandom));
        Require(areStreams, "its streams of random numbers");
        IEnumerable<float[]> savedWeights = NamedTensor.Of(_network.Parameters, NetworkPrefix)
            .Select(place => tensors.TryGetValue(place.Name, out Tensor? found) ? found.Values : []);
        string start = _settings["start weights"];
        bool startsWhereSavedEnds = start == saved.End || start == TrainingFingerprint.HashOfStart(savedWeights, saved.Random);
        string epochs = _settings[TrainingFingerprint.Epochs];
        bool hasOtherEpochs = saved.Settings.GetValueOrDefault(TrainingFingerprint.Epochs) != epochs;
        Dictionary<string, string> settings = saved.Settings;
        if (!_options.DependsOnEpochs && saved.Past.Length <= _options.Epochs)
            settings = new(settings, StringComparer.Ordinal) { [TrainingFingerprint.Epochs] = epochs };
        if (TrainingFingerprint.Difference(settings, _settings, startsWhereSavedEnds) is { } difference)
        {
            string why = hasOtherEpochs && _options.DependsOnEpochs
                ? "Its steps depend on the number of epochs: to train its network further, start a new training from that. "
                : "";
            throw new OtherTrainingException(
                $"{name}: the checkpoint of another training: {difference}. {why}"
                + $"Name another file, or delete it and {Path.GetFileName(Previous)}.");
        }

        foreach (NamedTensor place in Tensors())
            Require(Has(place), $"its tensor \"{place.Name}\"");
        Require(saved.Past.Length == 0 || TensorsOf(_network).All(Has), "its best network");
        Require(saved.Past.Length <= _options.Epochs && saved.Past.All(IsPossible), "the epochs behind it");
        int miniBatchSize = Math.Min(_options.MiniBatchSize, _count), done = saved.ExamplesDone;
        Require(done == _count || (done >= 0 && done < _count && done % miniBatchSize == 0), "where it stands");
        Require(saved.History is null || saved.History.Length <= Network.MaxHistoryLength, "what was trained before");
        bool isKnown = double.IsFinite(BitConverter.Int64BitsToDouble(saved.CostSum))
            && (done == 0 || saved.OrderRandom is not null);
        Require(isKnown, "where it stands");

        bool Has(NamedTensor place) =>
            tensors.TryGetValue(place.Name, out Tensor? found) && found.Shape.SequenceEqual(place.Shape);

        void Require([DoesNotReturnIf(false)] bool condition, string what)
        {
            if (!condition)
                throw new InklingException($"{name}: a checkpoint that contradicts itself in {what}.");
        }

        static bool IsStream(ulong[]? random) => RandomStream.CanRestore(random);

        bool IsPossible(SavedEpoch? epoch) =>
            epoch is { Ticks: >= 0 }
            && double.IsFinite(BitConverter.Int64BitsToDouble(epoch.Cost))
            && IsOf(epoch.Test, _options.TestData)
            && IsOf(epoch.Validation, _options.ValidationData);

        static bool IsOf(Score? score, Examples? examples) =>
            score?.Total == examples?.Count
            && (score is not { } given || (given.Correct >= 0 && given.Correct <= given.Total));
    }

    private void Take(CheckpointFile file)
    {
        SavedTraining saved = file.Training;
        Dictionary<string, float[]> tensors =
            file.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values, StringComparer.Ordinal);
        foreach (NamedTensor place in Tensors())
            place.Set(tensors[place.Name]);
        _network.Random.CopyFrom(RandomStream.Restore(saved.Random));
        // Where it began, should this network have come further; its epochs are those of this training.
        _settings = new(saved.Settings, StringComparer.Ordinal)
        {
            [TrainingFingerprint.Epochs] = _settings[TrainingFingerprint.Epochs]
        };
        if (saved.Past.Length > 0)
        {
            Network best = _network.Clone();
            foreach (NamedTensor place in TensorsOf(best))
                place.Set(tensors[place.Name]);
            _state.Repeat([.. saved.Past.Select((epoch, i) => epoch.ToResult(i))], best, _options);
        }

        _state.History = saved.History;
        _state.ExamplesDone = saved.ExamplesDone;
        long stepsOfThisEpoch = (saved.ExamplesDone + _options.MiniBatchSize - 1L) / _options.MiniBatchSize;
        _state.Steps = (long)saved.Past.Length * _stepsAnEpoch + stepsOfThisEpoch;
        _state.CostSum = BitConverter.Int64BitsToDouble(saved.CostSum);
        _state.OrderRandom = saved.OrderRandom is { } order ? RandomStream.Restore(order) : null;
    }

    /// <summary>Everything that goes on changing, by name, in the order and shapes of saved networks.</summary>
    private IEnumerable<NamedTensor> Tensors()
    {
        IEnumerable<NamedTensor> tensors = NamedTensor.Of(_network.Parameters, NetworkPrefix);
        if (_average is not null)
            tensors = tensors.Concat(NamedTensor.Of(_average.Parameters, "average/"));
        if (_optimiser is not null)
            tensors = tensors.Concat(NamedTensor.Of(_optimiser.First, "first moment/", withStatistics: false));
        if (_optimiser?.Second is { } second)
            tensors = tensors.Concat(NamedTensor.Of(second, "second moment/", withStatistics: false));
        return tensors;
    }

    private static IEnumerable<NamedTensor> TensorsOf(Network best) => NamedTensor.Of(best.Parameters, "best/");

    private sealed class OtherTrainingException(string message) : InklingException(message);

    /// <summary>A file's length; 0 where there is none, as while another training replaces it.</summary>
    private static long LengthOf(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
