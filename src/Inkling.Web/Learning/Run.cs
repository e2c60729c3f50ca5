using System.Diagnostics;

namespace Inkling.Web.Learning;

/// <summary>
/// A training that people watch. It learns on a thread of its own, between whose steps it can be paused, and waits for its
/// share of the cores that trainings may use.
/// </summary>
internal sealed class Run(int id, RunSettings settings, RunStore store, TrainingData data, SemaphoreSlim cores) : IDisposable
{
    private const int StepsAtOnce = 64;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(120);

    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _mayGo = new(false);
    private readonly List<RunEpoch> _epochs = [];
    private CancellationTokenSource _stop = new();
    private Thread? _thread;
    private bool _holdsCore, _isDisposed;
    private long _lastLook;
    private int _stepsLeft = int.MaxValue, _pauseBefore = int.MaxValue; // steps, and the epoch before which to pause

    public int Id => id;

    public RunSettings Settings => settings;

    public RunState State { get; private set; }

    /// <summary>Why it failed.</summary>
    public string? Message { get; private set; }

    /// <summary>Grows whenever there is something new to see.</summary>
    public int Version { get; private set; }

    public IReadOnlyList<RunEpoch> Epochs
    {
        get
        {
            lock (_gate)
                return [.. _epochs];
        }
    }

    /// <summary>The epoch under way, how many examples it has seen, and their mean cost.</summary>
    public (int Epoch, int Examples, double Cost) Progress { get; private set; }

    /// <summary>[neurons, 784]: the first layer's weights as they are now; null where they are not known yet.</summary>
    public float[]? FirstLayer { get; private set; }

    /// <summary>How the network of the last epoch reads the test data.</summary>
    public RunResult? Result { get; private set; }

    private string Checkpoint => Path.Combine(store.Folder, $"{id}.checkpoint");

    private string NetworkFile => Path.Combine(store.Folder, $"{id}.safetensors");

    /// <summary>Takes over what was kept of it.</summary>
    public void Restore(RunState state, string? message, IReadOnlyList<RunEpoch> epochs)
    {
        (State, Message) = (state, message);
        _epochs.AddRange(epochs);
        Progress = (epochs.Count, 0, 0);
    }

    /// <summary>Goes on, from where it stands.</summary>
    public void Start() => Go(int.MaxValue, int.MaxValue);

    /// <summary>Learns from one mini-batch more.</summary>
    public void StepMiniBatch() => Go(1, int.MaxValue);

    /// <summary>Goes on to the end of the epoch.</summary>
    public void StepEpoch() => Go(int.MaxValue, Progress.Epoch + 1);

    public void Pause()
    {
        lock (_gate)
        {
            if (State != RunState.Running)
                return;
            _stepsLeft = 0;
            Set(RunState.Paused);
        }
    }

    /// <summary>Ends the thread; what has been learned is in the checkpoint, and the state stays what it was.</summary>
    public void Stop()
    {
        _stop.Cancel();
        _mayGo.Set();
        _thread?.Join();
        _thread = null;
    }

    public void DeleteFiles()
    {
        foreach (string file in new[] { Checkpoint, Checkpoint + ".previous", NetworkFile })
            File.Delete(file);
    }

    /// <summary>After a restart, what the page shows of a run that is not under way.</summary>
    public async Task LoadResultAsync()
    {
        if (Result is not null || _thread is not null || !File.Exists(NetworkFile))
            return;
        ImageData images = await data.LoadAsync(settings.Data);
        Network network = Network.Load(NetworkFile);
        RunResult result = await Task.Run(() => RunResult.Of(network, images));
        if (Result is null)
            Show(network, result);
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

    private void Go(int steps, int pauseBefore)
    {
        lock (_gate)
        {
            if (State is RunState.Done or RunState.Failed)
                return;
            (_stepsLeft, _pauseBefore) = (steps, pauseBefore);
            Set(RunState.Running);
            if (_thread is null)
            {
                _stop.Dispose();
                _stop = new CancellationTokenSource();
                _thread = new Thread(() => Learn(_stop.Token)) { IsBackground = true, Name = $"Run {id}" };
                _thread.Start();
            }

            _mayGo.Set();
        }
    }

    private void Set(RunState state, string? message = null)
    {
        (State, Message) = (state, message);
        store.Set(id, state, message);
        Version++;
    }

    private void Learn(CancellationToken stop)
    {
        try
        {
            ImageData images = data.LoadAsync(settings.Data).GetAwaiter().GetResult();
            Network network = new(settings.Architecture, Initialisation.StandardNormal, settings.Seed);
            network.Train(
                images.Training,
                new TrainingOptions
                {
                    Epochs = settings.Epochs,
                    MiniBatchSize = settings.MiniBatch,
                    LearningRate = settings.Eta,
                    TestData = images.Test,
                    Threads = 1,
                    Checkpoint = Checkpoint,
                    OnEpoch = epoch => TakeEpoch(epoch, images),
                    BetweenSteps = moment => Wait(moment, stop),
                },
                stop);
            lock (_gate)
            {
                Progress = (settings.Epochs, 0, 0);
                Set(RunState.Done);
            }
        }
        catch (OperationCanceledException)
        {
            // the server stops; the checkpoint has what was learned
        }
        catch (Exception e)
        {
            lock (_gate)
                Set(RunState.Failed, e.Message);
        }
        finally
        {
            LetCoreGo();
        }
    }

    /// <summary>Between two steps: shows what there is to see, waits while paused and for a core, and says for how many steps to go on.</summary>
    private int Wait(TrainingMoment moment, CancellationToken stop)
    {
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

        if (!_mayGo.IsSet || Stopwatch.GetElapsedTime(_lastLook) >= BetweenLooks)
            Show(moment);
        try
        {
            _mayGo.Wait(stop);
            cores.Wait(stop);
            _holdsCore = true;
        }
        catch (OperationCanceledException)
        {
            return 1; // the training sees it too
        }

        lock (_gate)
        {
            if (_stepsLeft == int.MaxValue)
                return StepsAtOnce;
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
        FirstLayer = moment.Network.Layers[0].CopyWeights();
        Progress = (moment.Epoch, moment.Examples, moment.Cost);
        Version++;
    }

    private void Show(Network network, RunResult result)
    {
        FirstLayer = network.Layers[0].CopyWeights();
        Result = result;
        Version++;
    }

    /// <summary>Also told again, after a restart, of the epochs before it.</summary>
    private void TakeEpoch(EpochResult result, ImageData images)
    {
        RunEpoch epoch = new(result.Epoch, result.Cost, result.Test!.Value.Correct, result.Test.Value.Total, result.Time.TotalSeconds);
        bool isNew;
        lock (_gate)
        {
            isNew = _epochs.All(known => known.Epoch != epoch.Epoch);
            if (isNew)
                _epochs.Add(epoch);
        }

        if (isNew)
        {
            store.Add(id, epoch);
            result.Network?.Save(NetworkFile);
        }

        if ((isNew || Result is null) && result.Network is { } network)
            Show(network, RunResult.Of(network, images));
    }
}

/// <summary>How a network reads the test data.</summary>
/// <param name="Network">The network.</param>
/// <param name="Confusion">[truth, reading]: how many.</param>
/// <param name="Mistakes">The first of the images that it reads wrongly.</param>
internal sealed record RunResult(Network Network, int[,] Confusion, IReadOnlyList<RunMistake> Mistakes)
{
    private const int MostMistakes = 40;

    /// <summary>Reads all test images, on one core.</summary>
    public static RunResult Of(Network network, ImageData data)
    {
        LabelledImages images = data.Test;
        float[][] outputs = network.Outputs(images, threads: 1);
        int[,] confusion = new int[10, 10];
        List<RunMistake> mistakes = [];
        for (int i = 0; i < outputs.Length; i++)
        {
            int truth = images.Labels[i], read = Array.IndexOf(outputs[i], outputs[i].Max());
            confusion[truth, Math.Max(0, read)]++;
            if (read != truth && mistakes.Count < MostMistakes)
                mistakes.Add(new RunMistake(images.Pixels(i).ToArray(), truth, read));
        }

        return new RunResult(network, confusion, mistakes);
    }
}

/// <summary>An image read wrongly.</summary>
internal sealed record RunMistake(byte[] Pixels, int Truth, int Read);
