using System.Diagnostics;
using Inkling.Layers;
using Inkling.Training;
using Inkling.Web.Storage;
using Microsoft.Extensions.Logging;

namespace Inkling.Web.Learning;

/// <summary>
/// A training that is shown on the page. It has a thread of its own, can be paused between two steps, and waits for one of the
/// cores that trainings share. A failure in it ends this run and nothing else.
/// </summary>
internal sealed partial class Run(
    int id,
    RunSettings settings,
    IReadOnlyList<TrainingDevice> devices,
    RunStore store,
    TrainingData data,
    SemaphoreSlim cores,
    SemaphoreSlim looks,
    ILogger logger) : IDisposable
{
    private const int StepsAtOnce = 64, DrawnNeurons = 100;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(120), BetweenTries = TimeSpan.FromSeconds(1);

    private readonly RunPace _pace = new();
    private readonly RunMoments _moments = new();

    private readonly Lock _gate = new(); // guards what pages see; held for short moments only
    private readonly Lock _recording = new(); // one write of the state at a time, the newest last
    private readonly Lock _networkGate = new(); // while it is held, the network's file is not deleted
    private readonly ManualResetEventSlim _mayGo = new(false);
    private readonly List<RunEpoch> _epochs = [];
    private CancellationTokenSource _stop = new();
    private Thread? _thread;
    private bool _isLearning, _isFinished, _holdsCore, _isDisposed;
    private (RunState State, string? Message)? _recorded, _toRecord; // the state stored for a restart, and the one to be stored
    private string? _network, _looked; // the file named in the store, and the one evaluated for the page
    private KeptRun? _followed;
    private string? _failure; // why something could not be stored, as long as that is so
    private int _checkpointed; // the epoch whose checkpoint is stored; -1 before the first step
    private long _lastLook;
    private int _stepsLeft = int.MaxValue, _pauseBefore = int.MaxValue; // steps until, and the epoch before which to pause

    public int Id => id;

    public RunSettings Settings => settings;

    public RunState State { get; private set; }

    /// <summary>Why it failed, or what else its owner must know.</summary>
    public string? Message { get; private set; }

    /// <summary>Grows whenever there is something new to show.</summary>
    public int Version { get; private set; }

    public IReadOnlyList<RunEpoch> Epochs
    {
        get
        {
            lock (_gate)
                return [.. _epochs];
        }
    }

    /// <summary>Whether it is in memory: its thread trains, or waits to go on.</summary>
    public bool IsLoaded
    {
        get
        {
            lock (_gate)
                return _isLearning;
        }
    }

    /// <summary>Whether another server trains it, or may.</summary>
    public bool IsElsewhere => !store.Holds(id);

    /// <summary>The epoch under way, how many examples it has seen, and their mean cost.</summary>
    public (int Epoch, int Examples, double Cost) Progress { get; private set; }

    /// <summary>What was measured between mini-batches since the server started, the oldest first.</summary>
    public IReadOnlyList<RunMoment> Moments => _moments.All;

    /// <summary>[neurons, <see cref="FirstLayerSide"/>²]: the current weights of the first layer's first neurons; null where they
    /// are not known yet.</summary>
    public float[]? FirstLayer { get; private set; }

    /// <summary>Rows and columns of the first layer's weights: the image's, or a kernel's.</summary>
    public int FirstLayerSide => settings.Maps.Count > 0 ? RunSettings.KernelSide : 28;

    /// <summary>The last epoch's network evaluated on the test data.</summary>
    public RunResult? Result { get; private set; }

    /// <summary>The evaluation that <see cref="LoadResultAsync"/> has started.</summary>
    internal Task? Look { get; private set; }

    /// <summary>Restores what was stored of it.</summary>
    public void Restore(KeptRun kept)
    {
        (State, Message, _network) = (kept.State, kept.Message, kept.Network);
        _recorded = _toRecord = (kept.State, kept.Message);
        _epochs.AddRange(kept.Epochs);
        Progress = (kept.Epochs.Count, 0, 0);
        if (State == RunState.Done && (_network is null || !store.HasNetwork(_network)))
            Set(
                RunState.Failed,
                $"{_network ?? RunFolder.NetworkOf(id)} is missing in {store.Folder.Location}. Resume trains it again.");
        Record();
    }

    /// <summary>Takes over what another server has stored of it; nothing where it is loaded here.</summary>
    public void Follow(KeptRun kept)
    {
        lock (_gate)
        {
            if (_isLearning || ReferenceEquals(kept, _followed))
                return;
            _followed = kept;
            (State, Message, _network) = (kept.State, kept.Message, kept.Network);
            _recorded = _toRecord = (kept.State, kept.Message);
            _failure = null;
            _epochs.Clear();
            _epochs.AddRange(kept.Epochs);
            Progress = (kept.Epochs.Count, 0, 0);
            Version++;
        }
    }

    /// <summary>Starts or resumes training.</summary>
    public void Start() => Go(int.MaxValue, int.MaxValue);

    /// <summary>Limits its speed while a page shows it; called again and again by that page.</summary>
    /// <param name="watcher">The page.</param>
    /// <param name="miniBatchesPerSecond">Null for as fast as it can.</param>
    public void Watch(object watcher, double? miniBatchesPerSecond) => _pace.Watch(watcher, miniBatchesPerSecond);

    /// <summary>Trains on one mini-batch more, then pauses.</summary>
    public void StepMiniBatch() => Go(1, int.MaxValue);

    /// <summary>Trains to the end of the epoch, then pauses.</summary>
    public void StepEpoch() => Go(int.MaxValue, Progress.Epoch + 1);

    /// <param name="message">The reason, where the user did not ask for it.</param>
    public void Pause(string? message = null)
    {
        lock (_gate)
        {
            if (_isFinished || (State != RunState.Running && (State != RunState.Paused || message is null)))
                return;
            _stepsLeft = 0;
            Set(RunState.Paused, message);
        }

        Record();
    }

    /// <summary>Ends the thread between two steps, without waiting for it; its progress is in the checkpoint, and the state
    /// does not change.</summary>
    public void RequestStop()
    {
        lock (_gate)
        {
            _stop.Cancel();
            _mayGo.Set();
        }
    }

    /// <summary>Ends the thread and waits for it.</summary>
    public void Stop()
    {
        RequestStop();
        _thread?.Join();
    }

    /// <summary>Evaluates the stored network for the page, where no epoch has ended since the server's start. It is done once,
    /// however many pages ask, and for one run at a time; a file that cannot be evaluated is not tried again.</summary>
    public Task LoadResultAsync()
    {
        lock (_gate)
        {
            if (_network is null || _network == _looked)
                return Look ?? Task.CompletedTask;
            string file = _looked = _network;
            return Look = Task.Run(() => LookAsync(file));
        }
    }

    /// <summary>The network of the last epoch, from its file.</summary>
    /// <exception cref="InklingException">There is none, or it cannot be read.</exception>
    public Network LoadNetwork()
    {
        lock (_networkGate)
            return store.LoadNetwork(id, _network ?? throw new InklingException($"Run {id} has no network yet."));
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        Stop();
        _stop.Dispose();
        _mayGo.Dispose();
    }

    private async Task LookAsync(string file)
    {
        await looks.WaitAsync();
        try
        {
            ImageData images = await data.LoadAsync(settings.Data);
            Network network = LoadNetwork();
            RunResult result = RunResult.Of(network, images);
            if (_looked == file)
                Show(network, result);
        }
        catch (Exception e)
        {
            Message ??= $"{file} cannot be shown: {e.Message}"; // a damaged file, or missing data: the curves are still there
            Version++;
        }
        finally
        {
            looks.Release();
        }
    }

    private void Go(int steps, int pauseBefore)
    {
        lock (_gate)
        {
            if (State == RunState.Done || _isFinished)
                return;
            (_stepsLeft, _pauseBefore) = (steps, pauseBefore);
            bool isStepped = Math.Min(steps, pauseBefore) < int.MaxValue;
            Set(RunState.Running);
            if (isStepped)
                _toRecord = (RunState.Paused, null); // a run that is stepped is paused after a restart
        }

        Record();
        lock (_gate)
        {
            if (!_isLearning && !_isFinished)
                Load();
            _mayGo.Set();
        }

        Record();
    }

    private void Load()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        _checkpointed = -1;
        CancellationToken stop = _stop.Token;
        _isLearning = true;
        try
        {
            _thread = new Thread(() => Learn(stop)) { IsBackground = true, Name = $"Run {id}" };
            _thread.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            (_thread, _isLearning) = (null, false);
            Set(RunState.Failed, "There is not enough memory for another thread.");
        }
    }

    /// <summary>Changes what pages see; the caller calls <see cref="Record"/> after it has left the gate.</summary>
    private void Set(RunState state, string? message = null)
    {
        (State, Message) = (state, message);
        _toRecord = (state, message);
        Version++;
    }

    /// <summary>Stores the state for a restart, outside the gate so that pages do not wait for the disk. Where that fails, the
    /// run keeps its state, and a restart uses the state stored before.</summary>
    public void Record()
    {
        lock (_recording)
        {
            (RunState State, string? Message) now;
            lock (_gate)
            {
                if (_toRecord is not { } wanted || _recorded == wanted || _isFinished)
                    return;
                now = wanted;
            }

            try
            {
                store.Set(id, now.State, now.Message);
                _recorded = now;
                Succeed();
            }
            catch (LeaseLostException)
            {
                // what another server stores counts
            }
            catch (Exception e)
            {
                Message ??= _failure = e.Message;
            }
        }
    }

    /// <summary>What the thread runs. No exception may leave it: an exception that ends a thread ends the process.</summary>
    private void Learn(CancellationToken stop)
    {
        Exception? failure = null;
        bool isDone = false;
        try
        {
            Train(stop);
            isDone = true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the server stops, or another run needs the memory; the progress is in the checkpoint
        }
        catch (LeaseLostException)
        {
            // another server trains it, or it was removed there
        }
        catch (Exception e)
        {
            failure = e;
        }

        LetCoreGo();
        if (!isDone)
            KeepProgress();
        lock (_gate)
        {
            _isLearning = false;
            _isFinished = isDone;
            if (isDone)
                (State, Message, Progress) = (RunState.Done, null, (settings.Epochs, 0, 0));
            else if (failure is not null && stop.IsCancellationRequested)
                Message = failure.Message; // the state stays; it resumes from the checkpoint before
            else if (failure is not null)
                Set(
                    RunState.Failed,
                    failure is OutOfMemoryException
                        ? "There is not enough memory for it."
                        : failure.Message.ReplaceLineEndings(" "));
            Version++;
        }

        Record();
        if (failure is not null)
            LogFailure(id, failure is InklingException ? null : failure, failure.Message);
    }

    /// <summary>The device that trains it; null for the processor.</summary>
    private TrainingDevice? FindDevice() => settings.Device is not { } name ? null
        : devices.FirstOrDefault(device => device.Name == name)
            ?? throw new InklingException($"{name} is not in this machine any more. Resume goes on when it is back.");

    /// <summary>Stores the checkpoint that an interruption has left; without it, the run resumes from the one before.</summary>
    private void KeepProgress()
    {
        try
        {
            store.KeepCheckpoint(id);
        }
        catch (Exception e) when (e is InklingException or IOException or UnauthorizedAccessException)
        {
            // as after a kill
        }
    }

    /// <summary>Stores something, and waits while the database does not answer, until the run is to stop.</summary>
    /// <exception cref="InklingException">It cannot be stored.</exception>
    private void Store(Action change, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                change();
                Succeed();
                return;
            }
            catch (DatabaseAwayException e) when (!stop.IsCancellationRequested)
            {
                LetCoreGo();
                lock (_gate)
                {
                    Message = _failure = e.Message;
                    Version++;
                }

                stop.WaitHandle.WaitOne(BetweenTries);
            }
        }
    }

    /// <summary>Something could be stored again: that it could not is no longer shown.</summary>
    private void Succeed()
    {
        lock (_gate)
        {
            if (_failure is null)
                return;
            if (Message == _failure)
                Message = _toRecord?.Message;
            _failure = null;
            Version++;
        }
    }

    private void Train(CancellationToken stop)
    {
        TrainingDevice? device = FindDevice();
        ImageData images = data.LoadAsync(settings.Data).WaitAsync(stop).GetAwaiter().GetResult();
        Network network = new(settings.Architecture, settings.Initialisation, settings.Seed);
        LabelledImages training = settings.Examples is 0 || settings.Examples >= images.Training.Count
            ? images.Training
            : images.Training.Slice(0, settings.Examples);
        LabelledImages sample = RunMoments.SampleOf(images.Test, network);
        network.Train(
            training,
            new TrainingOptions
            {
                Epochs = settings.Epochs,
                MiniBatchSize = settings.MiniBatch,
                LearningRate = settings.Eta,
                L1 = settings.Regularisation == Regularisation.L1 ? settings.Strength : 0,
                L2 = settings.Regularisation == Regularisation.L2 ? settings.Strength : 0,
                TestData = images.Test,
                Threads = 1,
                Device = device,
                Checkpoint = store.Folder.PathOf(RunFolder.CheckpointOf(id)),
                OnWarning = warning => LogFailure(id, null, warning),
                OnEpoch = epoch => TakeEpoch(epoch, images, stop),
                BetweenSteps = moment => Wait(moment, training.Count, sample, stop),
            },
            stop);
        string file = RunFolder.NetworkOf(id);
        store.Folder.Save(network, file);
        Store(() => Finish(file), stop);
        NetworkIsNow(file);
    }

    private void Finish(string file)
    {
        lock (_recording)
        {
            store.Finish(id, file);
            lock (_gate)
            {
                _isFinished = true; // so that no later command overwrites this in the store
                _recorded = _toRecord = (RunState.Done, null);
            }
        }
    }

    /// <summary>Called between two steps: updates what pages see, waits while paused and for a core, and returns how many steps
    /// to take.</summary>
    private int Wait(TrainingMoment moment, int examples, LabelledImages sample, CancellationToken stop)
    {
        if (moment.Epoch != _checkpointed)
        {
            if (_checkpointed >= 0)
                Store(() => store.KeepCheckpoint(id), stop);
            _checkpointed = moment.Epoch;
        }

        if (_stepsLeft == 0 || Stopwatch.GetElapsedTime(_lastLook) >= (_pace.IsLimited ? RunPace.Tick : BetweenLooks))
        {
            _moments.Measure(moment, examples, sample);
            Show(moment);
        }

        LetCoreGo();
        lock (_gate)
        {
            if (moment.Epoch >= _pauseBefore)
                (_stepsLeft, _pauseBefore) = (0, int.MaxValue);
            if (_stepsLeft == 0)
            {
                _mayGo.Reset();
                if (State == RunState.Running)
                    Set(RunState.Paused);
            }
        }

        Record();
        if (!_mayGo.IsSet)
            Show(moment);
        int atOnce = StepsAtOnce;
        try
        {
            _mayGo.Wait(stop);
            atOnce = _pace.Wait(StepsAtOnce, stop);
            cores.Wait(stop);
            _holdsCore = true;
        }
        catch (OperationCanceledException)
        {
            return 1; // the training observes the cancellation itself
        }

        lock (_gate)
        {
            if (_stepsLeft == int.MaxValue)
                return atOnce;
            _stepsLeft = Math.Max(0, _stepsLeft - 1);
            return 1;
        }
    }

    private void LetCoreGo()
    {
        if (!_holdsCore)
            return;
        _holdsCore = false;
        cores.Release();
    }

    private void Show(TrainingMoment moment)
    {
        _lastLook = Stopwatch.GetTimestamp();
        FirstLayer = DrawnOf(moment.Network);
        Progress = (moment.Epoch, moment.Examples, moment.Cost);
        Version++;
    }

    /// <summary>The weights that the page draws, and no more: runs that have ended keep them in memory.</summary>
    private static float[] DrawnOf(Network network)
    {
        WeightedLayer first = network.WeightedLayers[0];
        float[] weights = first.CopyWeights();
        return first.Neurons <= DrawnNeurons ? weights : weights[..(DrawnNeurons * first.Inputs)];
    }

    private void Show(Network network, RunResult result)
    {
        FirstLayer = DrawnOf(network);
        Result = result;
        Version++;
    }

    /// <summary>
    /// Stores an epoch: first its network, in a file of its own, then, in one transaction, its figures and that file's name.
    /// After a kill in between, the run still has the epoch before with its network, and repeats this one from the checkpoint.
    /// </summary>
    private void TakeEpoch(EpochResult result, ImageData images, CancellationToken stop)
    {
        RunEpoch epoch = new(
            result.Epoch, result.Cost, result.Test!.Value.Correct, result.Test.Value.Total, result.Time.TotalSeconds);
        Network? network = result.Network; // null for an epoch before an interruption, which is reported again
        if (Epochs.All(known => known.Epoch != epoch.Epoch))
        {
            string? file = null;
            if (network is not null)
                store.Folder.Save(network, file = RunFolder.NetworkOf(id, epoch.Epoch));
            Store(() => store.Add(id, epoch, file), stop);
            lock (_gate)
            {
                _epochs.Add(epoch);
                if (file is not null)
                    _looked = file; // it is evaluated below
            }

            if (file is not null)
                NetworkIsNow(file);
        }

        if (network is not null)
            Show(network, RunResult.Of(network, images));
    }

    /// <summary>The store names another network now: deletes the one that it named before.</summary>
    private void NetworkIsNow(string file)
    {
        lock (_networkGate)
        {
            string? before = _network;
            _network = file;
            if (Result is not null)
                _looked = file; // the training has evaluated it
            if (before is not null && before != file)
                store.Folder.Delete(before);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {Id}: {Message}")]
    private partial void LogFailure(int id, Exception? exception, string message);
}
