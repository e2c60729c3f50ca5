using System.Globalization;
using Inkling.Cli.Sharing;
using Inkling.Gpu;
using Spectre.Console;

namespace Inkling.Cli.Sweeps;

/// <summary>
/// Makes the runs of a sweep that have no result: on a graphics processor those that it trains, all others one on each thread.
/// Other processes may make runs of the same folder at the same time.
/// </summary>
/// <param name="jobs">All runs of the grid.</param>
/// <param name="ledger">The folder of the results.</param>
/// <param name="data">What is learned.</param>
/// <param name="part">Which part of the grid is made first.</param>
/// <param name="threads">How many networks are trained at a time.</param>
/// <param name="terminal">Shows how far it is.</param>
internal sealed class SweepRunner(
    IReadOnlyList<SweepJob> jobs, SweepLedger ledger, ImageData data, Part part, int threads, Terminal terminal)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2), BetweenLines = TimeSpan.FromSeconds(10);

    private readonly SharedWork _work = new(ledger.RunsFolder, SweepLedger.Ending, [.. jobs.Select(job => job.Name)], part);

    /// <summary>Whether all runs have a result.</summary>
    public bool IsComplete => _work.IsComplete;

    /// <summary>How many runs have a result, those of other processes included.</summary>
    public int Done => _work.Done;

    /// <summary>
    /// Trains until no run is left that nobody trains. The first part stays until all have results, and makes those whose process
    /// ends without one.
    /// </summary>
    /// <param name="device">The graphics processor; null for none.</param>
    /// <param name="cancellationToken">Stops between two mini-batches.</param>
    /// <exception cref="InklingException">A result cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task RunAsync(GpuDevice? device, CancellationToken cancellationToken)
    {
        if (_work.IsComplete)
            return;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task training = Task.Run(() => TrainAsync(device, stop), CancellationToken.None);
        await ShowProgressAsync(training);
        await training;
        _work.Refresh();
    }

    private async Task TrainAsync(GpuDevice? device, CancellationTokenSource stop)
    {
        if (device is not null)
            TrainOn(device, stop.Token);
        while (true)
        {
            // Threads of their own: those of the pool, kept busy, would hold up the progress.
            Task[] workers =
            [
                .. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(
                    () => TrainAll(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            ];
            await Task.WhenAll(workers);
            stop.Token.ThrowIfCancellationRequested();
            if (part.Index > 0 || _work.IsComplete)
                return;
            await Task.Delay(BetweenLooks / 4, stop.Token);
            _work.Refresh();
        }
    }

    /// <summary>One thread's work: run after run.</summary>
    private void TrainAll(CancellationTokenSource stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && _work.TryClaim() is { } claim)
            {
                using (claim)
                {
                    RunResult result = RunTraining.Run(jobs[claim.Index], ledger, data, stop.Token);
                    claim.Complete(result.ToFile());
                    Report(result);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // told by the caller, unless another thread failed
        }
        catch
        {
            stop.Cancel(); // the other threads' runs could not be written either
            throw;
        }
    }

    private void TrainOn(GpuDevice device, CancellationToken cancellationToken)
    {
        SweepJob[] fitting = [.. jobs.Where(job => DeviceRuns.Trains(job.Cell, data))];
        if (fitting.Length < jobs.Count)
        {
            terminal.Message(string.Create(
                CultureInfo.InvariantCulture,
                $"{jobs.Count - fitting.Length:N0} of {jobs.Count:N0} runs are of kinds that are trained on the CPU alone."));
        }

        SharedWork work = new(ledger.RunsFolder, SweepLedger.Ending, [.. fitting.Select(job => job.Name)], part);
        try
        {
            new DeviceRuns(device, data, ledger, Report).Run(work, fitting, cancellationToken);
        }
        catch (InklingException e) // a result that cannot be written is told again by the runs that follow
        {
            terminal.Failure($"{e.Message} The runs that are left are trained on the CPU.");
        }

        _work.Refresh();
    }

    private void Report(RunResult result) => terminal.Json(result, SweepJson.Lines.RunResult);

    private async Task ShowProgressAsync(Task training)
    {
        SweepPace pace = new(_work.Done, _work.Count);
        DateTime nextLook = DateTime.UtcNow + BetweenLooks, nextLine = DateTime.UtcNow + BetweenLines;
        if (terminal.IsLive)
        {
            await terminal.People.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
                .StartAsync(async context =>
                {
                    ProgressTask bar = context.AddTask("runs", maxValue: _work.Count);
                    while (!await LookAsync())
                        (bar.Value, bar.Description) = (_work.Done, pace.At(_work.Done));
                });
            return;
        }

        while (!await LookAsync())
        {
            if (DateTime.UtcNow < nextLine)
                continue;
            nextLine = DateTime.UtcNow + BetweenLines;
            terminal.Message($"{pace.At(_work.Done)}.");
        }

        async Task<bool> LookAsync()
        {
            if (await Task.WhenAny(training, Task.Delay(100, CancellationToken.None)) == training)
                return true;
            if (DateTime.UtcNow < nextLook)
                return false;
            _work.Refresh();
            nextLook = DateTime.UtcNow + BetweenLooks;
            return false;
        }
    }
}
