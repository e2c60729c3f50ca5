using System.CommandLine;
using System.Globalization;
using Inkling.Cli.Sharing;
using Inkling.Files;
using Inkling.Gpu;

namespace Inkling.Cli.Sweeps;

/// <summary><c>inkling sweep</c>: trains networks over a grid of options, each with several seeds.</summary>
internal static class SweepCommand
{
    private const int DataSeed = 1; // so that all runs have the same validation images

    public static Command Create()
    {
        SweepAxes axes = new();
        Option<string?> @out = new("--out")
        {
            Description =
                "The folder of the results. What has a result there is not run again: the same command goes on where it was "
                    + "stopped, also on another machine and as several processes at once",
            HelpName = "DIR",
        };
        Option<string?> show = new("--show")
        {
            Description = "Show the results that are in a folder, also while others are made, and draw the grid again",
            HelpName = "DIR",
        };
        Option<Part?> part = Part.Option();
        Option<int> threads = Options.Number(
            "--threads", "Networks trained at a time, one on a thread; 0 for as many as there are cores", 0, 0, 1024);
        Option<string?> device = DeviceOption.Create("Where networks of chapter 1's kind are trained, many at once");
        DataChoice.OptionGroup data = new();
        Option<bool> json = Options.Json();
        Command command = new(
            "sweep",
            "Trains networks over a grid of options, as --layers 784,30,10 784,100,10 --eta 0.5,1,3 --seeds 1-50 --out DIR; "
                + "options that are not given are those of train");
        Option[] others = [part, threads, device, data.Name, data.Path, data.Added];
        foreach (Option option in (Option[])[.. axes.All, @out, show, .. others, json])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            bool shows = result.GetResult(show) is not null;
            Option? extra = axes.All.Append(@out).Concat(others)
                .FirstOrDefault(option => result.GetResult(option) is { Implicit: false });
            if (shows && extra is not null)
                result.AddError($"--show shows results that there are, and takes no {extra.Name}");
            else if (!shows && result.GetResult(@out) is null)
                result.AddError("--out DIR says where the results go, or --show DIR shows those that there are");
            axes.Validate(result);
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(show) is { } shown)
            {
                Show(SweepLedger.Read(shown), new Terminal(parsed.GetValue(json)));
                return CommandLine.Done;
            }

            SweepGrid grid = axes.GridOf(parsed);
            Part own = Part.Of(parsed.GetValue(part));
            Terminal terminal = new(parsed.GetValue(json), isQuiet: !own.IsSpeaker);
            GpuDevice? gpu = DeviceOption.Find(parsed.GetValue(device), terminal);
            if (gpu?.Backend == "OpenCL")
            {
                throw new InklingException(
                    $"--device {gpu.Name}: OpenCL rounds otherwise than the CPU, and a sweep's results are the same wherever "
                        + "they are made. Name a device with CUDA, or none.");
            }

            return await RunAsync(
                grid,
                parsed.GetValue(@out)!,
                own,
                parsed.GetValue(threads) is > 0 and var given ? given : own.Threads,
                gpu,
                data.Of(parsed),
                terminal,
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        SweepGrid grid,
        string folder,
        Part part,
        int threads,
        GpuDevice? device,
        DataChoice choice,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        ImageData data = await ChosenData.LoadToLearnAsync(choice, DataSeed, terminal, cancellationToken);
        RequireFit(grid, data);
        SweepLedger ledger = SweepLedger.Open(folder, data);
        IReadOnlyList<SweepJob> jobs = grid.JobsFor(ledger);
        ledger.Write(jobs.Count, cancellationToken);
        SweepRunner runner = new(jobs, ledger, data, part, threads, terminal);
        string which = part.Count > 1
            ? string.Create(CultureInfo.InvariantCulture, $", part {part.Index + 1:N0} of {part.Count:N0}")
            : "";
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{jobs.Count:N0} runs (cells: {grid.Cells.Count:N0}, seeds of each: {grid.Seeds.Count:N0}) on {data.Name}: "
                + $"{runner.Done:N0} have a result, {jobs.Count - runner.Done:N0} have none; "
                + $"{threads:N0} at a time{which}."));
        try
        {
            await runner.RunAsync(device, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            terminal.Failure(string.Create(
                CultureInfo.InvariantCulture,
                $"Interrupted: {runner.Done:N0} of {jobs.Count:N0} runs have a result. The same command goes on."));
            return CommandLine.Interrupted;
        }

        if (runner.IsComplete)
        {
            // Rank 0 of a launch that begins with the first part stays until all runs have a result, and writes for all ranks.
            bool isLeftToRank0 = part.Rank > 0 && part.Index == part.Rank;
            return isLeftToRank0 ? CommandLine.Done : await SaveAsync(ledger, terminal, cancellationToken);
        }

        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{jobs.Count - runner.Done:N0} of {jobs.Count:N0} runs are still trained by other processes; "
                + $"the last of them writes the tables."));
        return CommandLine.Done;
    }

    /// <summary>
    /// Writes the tables, one process after another: of those that end at the same time, the last one sees all results.
    /// </summary>
    /// <returns>The exit code: failed where a result is damaged, which the tables then lack.</returns>
    private static async Task<int> SaveAsync(SweepLedger ledger, Terminal terminal, CancellationToken cancellationToken)
    {
        FileLock? only;
        while ((only = FileLock.TryTake(ledger.CsvFile)) is null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        using (only)
        {
            SharedWork.DeleteAbandonedLocks(ledger.RunsFolder, SweepLedger.Ending);
            int damaged = 0;
            SweepTable table = new(
                ledger.Results(message =>
                {
                    damaged++;
                    terminal.Failure(message);
                }),
                ledger.DataName);
            IReadOnlyList<string> files = table.Save(ledger);
            if (!terminal.IsJson)
                table.Print(terminal);
            terminal.Message($"Wrote {string.Join(", ", files)}");
            return damaged == 0 ? CommandLine.Done : CommandLine.Failed;
        }
    }

    private static void Show(SweepLedger ledger, Terminal terminal)
    {
        IReadOnlyList<RunResult> results = ledger.Results(terminal.Failure);
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{ledger.Folder}: {results.Count:N0} results on {ledger.DataName}; "
                + $"the grid last begun here has {ledger.Runs:N0} runs."));
        if (results.Count == 0)
            return;
        SweepTable table = new(results, ledger.DataName);
        if (!terminal.IsJson)
            table.Print(terminal);
        foreach (RunResult result in results)
            terminal.Json(result, SweepJson.Lines.RunResult);
        try
        {
            using FileLock? only = FileLock.TryTake(ledger.CsvFile);
            if (only is not null) // else another process is writing them
                terminal.Message($"Wrote {string.Join(", ", table.Save(ledger))}");
        }
        catch (Exception e) when (e is InklingException or IOException or UnauthorizedAccessException)
        {
            terminal.Message($"{e.Message} The tables are not written.");
        }
    }

    private static void RequireFit(SweepGrid grid, ImageData data)
    {
        if (grid.Cells.FirstOrDefault(cell => !ModelSource.Fits(cell.Recipe.Architecture, data.Training)) is not { } cell)
            return;
        LabelledImages images = data.Training;
        throw new InklingException(
            $"{OneLine.Of(cell.Network, 200)} does not fit the data: images of {images.Height}×{images.Width} pixels "
                + $"in {images.Classes} classes need {images.InputSize} or 1x{images.Height}x{images.Width} first and "
                + $"{images.OutputSize} last.");
    }
}
