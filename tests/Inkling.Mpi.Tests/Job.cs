using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Inkling.Data;
using Inkling.Tests;

namespace Inkling.Mpi.Tests;

/// <summary>
/// Jobs of <c>inkling train</c>, alone or under one of Debian's launchers, in a folder with small data of its own. Tests are
/// skipped where a launcher is not installed.
/// </summary>
internal sealed class Job : IDisposable
{
    private const string Mark = "INKLING_TEST_JOB";

    private static readonly string Dll =
        typeof(Network).Assembly.Location.Replace("Inkling.dll", "Inkling.Cli.dll", StringComparison.Ordinal);

    private readonly string _mark = Guid.NewGuid().ToString("N");

    public Job()
    {
        foreach ((string name, int count) in new[] { ("train", 600), ("t10k", 100) })
        {
            LabelledImages images = GeneratedDigits.Create(count, seed: count);
            byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => images.Pixels(i).ToArray())];
            IdxFile.Write(PathOf($"{name}-images-idx3-ubyte"), IdxArray.Create(pixels, count, 28, 28));
            IdxFile.Write(PathOf($"{name}-labels-idx1-ubyte"), IdxArray.Create(images.Labels.ToArray(), count));
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("inkling ranks ").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>Runs <c>inkling</c> by itself.</summary>
    public Task<Ended> RunAloneAsync(params string[] arguments) => EndAsync(Start("dotnet", ["exec", Dll, .. arguments]));

    /// <summary>Runs <c>inkling</c> as several ranks.</summary>
    public Task<Ended> RunAsync(string launcher, int ranks, params string[] arguments) =>
        EndAsync(Start(launcher, ranks, arguments));

    /// <summary>Runs <c>inkling</c> as three ranks, of which the last has other arguments.</summary>
    public Task<Ended> RunDifferentlyAsync(string launcher, string[] arguments, string[] last) => EndAsync(Start(
        Tools.Require(launcher),
        ["-np", "2", "dotnet", "exec", Dll, .. arguments, ":", "-np", "1", "dotnet", "exec", Dll, .. last]));

    public Process Start(string launcher, int ranks, params string[] arguments) => Start(
        Tools.Require(launcher), ["-np", ranks.ToString(CultureInfo.InvariantCulture), "dotnet", "exec", Dll, .. arguments]);

    public static async Task<Ended> EndAsync(Process process)
    {
        using (process)
        {
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            using CancellationTokenSource patience = new(TimeSpan.FromMinutes(10)); // against a job that never ends
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail("The job did not end within ten minutes.");
            }

            return new Ended(process.ExitCode, await output, await error);
        }
    }

    /// <summary>Sends a signal to one of a job's ranks, once it has written a checkpoint.</summary>
    public async Task SignalAsync(Task<Ended> job, int rank, int signal, string checkpoint)
    {
        while (!File.Exists(checkpoint))
        {
            if (job.IsCompleted)
                Assert.Fail($"The job ended before it was signalled: {await job}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        _ = Kill(Assert.Single(Ranks(rank)), signal);
    }

    /// <summary>The processes of this folder's jobs that have a rank.</summary>
    public IEnumerable<int> Ranks(int rank)
    {
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            string[] variables;
            try
            {
                variables = File.ReadAllText(Path.Combine(process, "environ")).Split('\0');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // it has ended, or is another user's
            }

            if (variables.Contains($"{Mark}={_mark}")
                && (variables.Contains($"OMPI_COMM_WORLD_RANK={rank}") || variables.Contains($"PMI_RANK={rank}")))
                yield return id;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private Process Start(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        foreach (string variable in new[] { "HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA" })
            start.Environment[variable] = Folder;
        start.Environment[Mark] = _mark;
        start.Environment.Remove("INKLING_DATA");
        start.Environment["https_proxy"] = start.Environment["http_proxy"] = "http://127.0.0.1:9"; // nobody listens there
        // Open MPI asks twice before it runs as root, as in CI, and by default starts no more ranks than there are cores.
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment["OMPI_MCA_rmaps_base_oversubscribe"] = "1";
        start.Environment["PRTE_MCA_rmaps_default_mapping_policy"] = ":oversubscribe"; // the same from version 5 on
        // UCX, under MPICH, aborts with a stack of its own where it reads the memory of a rank that has just been killed.
        start.Environment["UCX_TLS"] = "^cma";
        return Process.Start(start)!;
    }

    internal sealed record Ended(int ExitCode, string Output, string Error)
    {
        /// <summary>The number of the last epoch that was reported, from 0.</summary>
        public int LastEpoch => int.Parse(
            Lines.Last(line => line.StartsWith("Epoch ", StringComparison.Ordinal)).Split(' ', ':')[1],
            CultureInfo.InvariantCulture);

        public string[] Lines => Output.Split(["\r\n", "\n"], StringSplitOptions.RemoveEmptyEntries);

        /// <summary>How often a line is on standard error.</summary>
        public int Count(string line) => Error
            .Split(["\r\n", "\n"], StringSplitOptions.None)
            .Count(written => written.Contains(line, StringComparison.Ordinal));

        public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
    }
}
