using Inkling.Web.Reading;
using Microsoft.Extensions.Hosting;

namespace Inkling.Web.Learning;

/// <summary>All runs. They belong to the server, not to a page: closing the page leaves them alone, and those under way when the server stops go on when it starts again.</summary>
internal sealed class RunBook : IHostedService, IDisposable
{
    private const int MostRuns = 40, MostUnderWay = 6;

    private readonly Lock _gate = new();
    private readonly List<Run> _runs = [];
    private readonly RunStore _store;
    private readonly TrainingData _data;
    private readonly ModelShelf _models;
    private readonly SemaphoreSlim _cores;

    public RunBook(WebSettings settings, RunStore store, TrainingData data, ModelShelf models, ServerMetrics metrics)
    {
        (_store, _data, _models) = (store, data, models);
        _cores = new SemaphoreSlim(settings.TrainingCores);
        metrics.Meter.CreateObservableGauge("inkling.trainings", () => Runs.Count(run => run.State == RunState.Running), description: "Trainings under way");
    }

    /// <summary>All, the newest first.</summary>
    public IReadOnlyList<Run> Runs
    {
        get
        {
            lock (_gate)
                return [.. Enumerable.Reverse(_runs)];
        }
    }

    public Run? Find(int? id) => Runs.FirstOrDefault(run => run.Id == id);

    /// <summary>Whether another may begin.</summary>
    public bool HasRoom => Runs.Count < MostRuns && Runs.Count(run => run.State == RunState.Running) < MostUnderWay;

    /// <summary>Begins a run.</summary>
    /// <param name="settings">All in their ranges.</param>
    /// <param name="isPaused">Whether it waits to be stepped.</param>
    public Run Begin(RunSettings settings, bool isPaused = false)
    {
        lock (_gate)
        {
            Run run = new(_store.Add(settings), settings, _store, _data, _cores);
            _runs.Add(run);
            if (isPaused)
                run.Restore(RunState.Paused, null, []);
            else
                run.Start();
            return run;
        }
    }

    public void Remove(Run run)
    {
        lock (_gate)
            _runs.Remove(run);
        run.Dispose();
        run.DeleteFiles();
        _store.Remove(run.Id);
    }

    /// <summary>Keeps a run's network where Read finds it.</summary>
    /// <returns>The name it got.</returns>
    public string Save(Run run) => _models.Save(run.Result!.Network, $"run-{run.Id}-{run.Settings.Sizes}");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach ((int id, RunSettings settings, RunState state, string? message, IReadOnlyList<RunEpoch> epochs) in _store.All())
        {
            Run run = new(id, settings, _store, _data, _cores);
            run.Restore(state, message, epochs);
            lock (_gate)
                _runs.Add(run);
            if (state == RunState.Running)
                run.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            foreach (Run run in Runs)
                run.Stop();
        },
        CancellationToken.None);

    public void Dispose()
    {
        foreach (Run run in Runs)
            run.Dispose();
        _cores.Dispose();
    }
}
