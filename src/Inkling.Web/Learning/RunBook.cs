using Inkling.Web.Reading;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inkling.Web.Learning;

/// <summary>Why a run may not start or resume now.</summary>
/// <param name="Key">The message's key in the page's resources, after <c>learn.wrong.</c></param>
/// <param name="Values">The message's arguments.</param>
internal sealed record RunRefusal(string Key, params object[] Values);

/// <summary>
/// All runs. They belong to the server, not to a page: closing the page does not affect them, and those under way when the server
/// stops go on when it starts again. Runs under way share the memory that trainings may take; paused runs are unloaded where it
/// is short.
/// </summary>
internal sealed partial class RunBook : IHostedService, IDisposable
{
    public const int MostRuns = 40, MostUnderWay = 6;

    private readonly Lock _commands = new(); // one command at a time: begin, resume, pause, remove
    private readonly Lock _gate = new();
    private readonly List<Run> _runs = [];
    private readonly List<string> _notices = [];
    private readonly IReadOnlyList<TrainingDevice> _devices;
    private readonly RunStore _store;
    private readonly TrainingData _data;
    private readonly ModelCache _models;
    private readonly SemaphoreSlim _cores, _looks = new(1);
    private readonly long _memory;
    private readonly ILogger<RunBook> _logger;
    private bool _isStopping;

    public RunBook(
        WebSettings settings,
        RunStore store,
        TrainingData data,
        ModelCache models,
        ServerMetrics metrics,
        ILogger<RunBook> logger)
    {
        (_devices, _store, _data, _models, _logger) = (settings.Devices, store, data, models, logger);
        _cores = new SemaphoreSlim(settings.TrainingCores);
        _memory = settings.TrainingMemory;
        metrics.Meter.CreateObservableGauge(
            "inkling.trainings",
            () => Runs.Count(run => run.IsLoaded && run.State == RunState.Running),
            description: "Trainings under way");
    }

    /// <summary>All runs, the newest first.</summary>
    public IReadOnlyList<Run> Runs
    {
        get
        {
            lock (_gate)
                return [.. Enumerable.Reverse(_runs)];
        }
    }

    /// <summary>What was found damaged when the server started, a line each.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (_gate)
                return _away is null ? [.. _notices] : [.. _notices, _away];
        }
    }

    public Run? Find(int? id) => Runs.FirstOrDefault(run => run.Id == id);

    /// <summary>Begins a run.</summary>
    /// <param name="settings">Its data and hyperparameters.</param>
    /// <param name="isPaused">Whether it is paused at once, to be stepped.</param>
    /// <param name="run">The run, where it is not refused.</param>
    /// <param name="miniBatchesPerSecond">Its speed while a page shows it; null for as fast as it can.</param>
    /// <exception cref="InklingException">It cannot be stored.</exception>
    public RunRefusal? Begin(RunSettings settings, bool isPaused, out Run? run, double? miniBatchesPerSecond = null)
    {
        run = null;
        if (settings.FirstWrong() is { } wrong)
            return new RunRefusal(wrong);
        if (_data.Available().All(data => data.Name != settings.Data))
            return new RunRefusal("data");
        if (settings.Device is { } device && _devices.All(known => known.Name != device))
            return new RunRefusal("device");
        lock (_commands)
        {
            if (Runs.Count >= MostRuns || _isStopping)
                return new RunRefusal("room");
            if ((isPaused ? TooLarge(settings) : MakeRoom(null, settings)) is { } refusal)
                return refusal;
            RunState state = isPaused ? RunState.Paused : RunState.Running;
            run = NewRun(_store.Add(settings, state), settings);
            run.Restore(new KeptRun(run.Id, settings, state, null, null, []));
            if (miniBatchesPerSecond is not null)
                run.Watch(this, miniBatchesPerSecond); // until the page that began it asks
            lock (_gate)
                _runs.Add(run);
            if (!isPaused)
                run.Start();
            return null;
        }
    }

    /// <summary>Resumes a run that is paused or has failed, from its checkpoint.</summary>
    public RunRefusal? Start(Run run) => Go(run, RunCommand.Start);

    /// <summary>Pauses a run between two of its steps.</summary>
    public RunRefusal? Pause(Run run)
    {
        lock (_commands)
        {
            if (!Runs.Contains(run) || _isStopping || IsSent(run, RunCommand.Pause))
                return null;
            run.Pause();
            return null;
        }
    }

    /// <summary>Trains a run on one mini-batch more.</summary>
    public RunRefusal? StepMiniBatch(Run run) => Go(run, RunCommand.StepMiniBatch);

    /// <summary>Trains a run to the end of the epoch.</summary>
    public RunRefusal? StepEpoch(Run run) => Go(run, RunCommand.StepEpoch);

    /// <summary>Deletes a run: its rows first, in one transaction, then its files. After a kill in between, the run is gone, and
    /// the next start deletes the files.</summary>
    /// <exception cref="InklingException">The rows cannot be deleted; the run goes on.</exception>
    public void Remove(Run run)
    {
        lock (_commands)
        {
            if (!Runs.Contains(run))
                return;
            run.Stop();
            try
            {
                _store.Remove(run.Id);
            }
            catch (InklingException)
            {
                if (run.State == RunState.Running && _store.Holds(run.Id))
                    run.Start();
                throw;
            }

            lock (_gate)
                _runs.Remove(run);
            run.Dispose();
            _store.Folder.Delete(_store.Folder.FilesOf(run.Id));
        }
    }

    /// <summary>Saves a run's network where the Read page lists it.</summary>
    /// <returns>The name it got.</returns>
    public string Save(Run run) => _models.Save(run.LoadNetwork(), $"run-{run.Id}-{run.Settings.Sizes}");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_store is LocalRunStore local)
            Open(local);
        else
            _store.Folder.Clear();
        return Task.CompletedTask;
    }

    /// <summary>Restores the runs of one server, and resumes those that were under way.</summary>
    private void Open(LocalRunStore store)
    {
        (IReadOnlyList<KeptRun> kept, IReadOnlySet<int> unreadable) = store.All();
        IReadOnlySet<int> removed = store.Removed();
        _notices.AddRange(store.Notices);
        if (store.Folder.TidyUp(kept.ToDictionary(run => run.Id, run => run.Network), unreadable, removed) is { } notice)
            _notices.Add(notice);
        foreach (string line in _notices)
            LogNotice(line);
        store.Forget(removed.Where(id => store.Folder.FilesOf(id).Count == 0));
        lock (_commands)
        {
            foreach (KeptRun one in kept)
            {
                Run run = NewRun(one.Id, one.Settings);
                run.Restore(one);
                lock (_gate)
                    _runs.Add(run);
                if (run.State != RunState.Running)
                    continue;
                if (MakeRoom(run, run.Settings) is null)
                    run.Start();
                else
                    run.Pause("Paused when the server started: there was no room for it beside the others.");
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            lock (_commands)
            {
                _isStopping = true;
                foreach (Run run in Runs)
                    run.RequestStop();
                foreach (Run run in Runs)
                    run.Stop();
                LeaveToOthers();
            }
        },
        CancellationToken.None);

    public void Dispose()
    {
        foreach (Run run in Runs)
            run.Dispose();
        _cores.Dispose(); // not _looks: an evaluation may still use it, and it holds no unmanaged resource
    }

    private Run NewRun(int id, RunSettings settings) => new(id, settings, _devices, _store, _data, _cores, _looks, _logger);

    private RunRefusal? Go(Run run, RunCommand command)
    {
        lock (_commands)
        {
            if (!Runs.Contains(run) || _isStopping)
                return null; // it was removed, and its page does not show that yet
            if (_store.Holds(run.Id) && MakeRoom(run, run.Settings) is { } full)
                return full;
            if (IsSent(run, command))
                return null;
            if (MakeRoom(run, run.Settings) is { } refusal)
                return refusal;
            switch (command)
            {
                case RunCommand.StepMiniBatch:
                    run.StepMiniBatch();
                    break;
                case RunCommand.StepEpoch:
                    run.StepEpoch();
                    break;
                default:
                    run.Start();
                    break;
            }

            return null;
        }
    }

    private RunRefusal? TooLarge(RunSettings settings) =>
        RunMemory.Of(settings) <= _memory
            ? null
            : new RunRefusal(
                "memory", RunMemory.Text(RunMemory.Of(settings)), RunMemory.Text(_memory), RunMemory.Text(0));

    /// <summary>Decides whether a run may start or resume. Where memory is short, paused runs are unloaded; they resume from
    /// their checkpoints.</summary>
    /// <param name="run">The run; null for one that is about to begin.</param>
    /// <param name="settings">Its settings.</param>
    private RunRefusal? MakeRoom(Run? run, RunSettings settings)
    {
        List<Run> others = [.. Runs.Where(other => other != run)];
        if (others.Count(other => other.IsLoaded && other.State == RunState.Running) >= MostUnderWay)
            return new RunRefusal("room");
        if (run is { IsLoaded: true })
            return null; // it has its memory already
        long need = RunMemory.Of(settings);
        if (TooLarge(settings) is { } refusal)
            return refusal;
        foreach (Run idle in others.Where(other => other.State != RunState.Running && other.IsLoaded))
        {
            if (Taken() + need <= _memory && others.Count(other => other.IsLoaded) < MostUnderWay)
                break;
            idle.Stop();
        }

        return Taken() + need <= _memory
            ? null
            : new RunRefusal("memory", RunMemory.Text(need), RunMemory.Text(_memory), RunMemory.Text(Taken()));

        long Taken() => others.Where(other => other.IsLoaded).Sum(other => RunMemory.Of(other.Settings));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Notice}")]
    private partial void LogNotice(string notice);
}
