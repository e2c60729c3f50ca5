using System.Diagnostics;
using System.Runtime.InteropServices;
using Inkling.Data;
using Inkling.Tests;

namespace Inkling.Cli.Tests;

/// <summary>Runs the command as a user does: a process of its own, with a home of its own.</summary>
internal sealed class Command : IDisposable
{
    private static readonly string Dll = typeof(Network).Assembly.Location.Replace("Inkling.dll", "Inkling.Cli.dll", StringComparison.Ordinal);

    /// <summary>A folder with a space in its name, which the command takes as the user's home.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("inkling user ").FullName;

    public void Dispose() => Directory.Delete(Home, recursive: true);

    /// <summary>A file in the user's home.</summary>
    public string PathOf(string name) => Path.Combine(Home, name);

    /// <summary>Runs to the end.</summary>
    public Task<Result> RunAsync(params string[] arguments) => RunAsync(withData: false, arguments);

    /// <param name="withData">Whether INKLING_DATA is passed on. Without it there are no data and no network.</param>
    /// <param name="arguments">As typed behind <c>inkling</c>.</param>
    public async Task<Result> RunAsync(bool withData, params string[] arguments)
    {
        using Process process = Start(withData, arguments);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    /// <summary>Runs to the end on a terminal of its own (util-linux's script), and returns all that was written to it.</summary>
    public async Task<string> RunOnTerminalAsync(params string[] arguments)
    {
        string line = $"dotnet exec '{Dll}' {string.Join(' ', arguments)}";
        using Process process = Start(withData: false, Tools.Require("script"), ["-qec", line, "/dev/null"]);
        process.StandardInput.Close();
        Result result = await FinishAsync(process);
        Assert.True(result.ExitCode == 0, result.Output);
        return result.Output;
    }

    /// <summary>Runs in a shell, which puts the command's words where <c>"$@"</c> stands in the script.</summary>
    public async Task<Result> RunInShellAsync(string script, params string[] arguments)
    {
        using Process process = Start(withData: false, Tools.Require("bash"), ["-c", script, "bash", "dotnet", "exec", Dll, .. arguments]);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    /// <summary>Runs one of the system's programs in the user's home.</summary>
    public async Task RunToolAsync(string program, params string[] arguments)
    {
        using Process process = Start(withData: false, Tools.Require(program), arguments);
        Result result = await FinishAsync(process);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    public Process Start(bool withData, params string[] arguments) => Start(withData, "dotnet", ["exec", Dll, .. arguments]);

    /// <summary>
    /// Runs to the end as on a machine of another country. The command as it ships has no cultures; what it is made of may run
    /// where there are some, so here it gets them.
    /// </summary>
    /// <param name="language">As LANG has it: <c>de_DE.UTF-8</c>.</param>
    /// <param name="arguments">As typed behind <c>inkling</c>.</param>
    public async Task<Result> RunUnderAsync(string language, params string[] arguments)
    {
        string configuration = Path.Combine(Home, "cultures.runtimeconfig.json");
        string shipped = await File.ReadAllTextAsync(Path.ChangeExtension(Dll, ".runtimeconfig.json"));
        Assert.Contains("\"System.Globalization.Invariant\": true", shipped, StringComparison.Ordinal);
        await File.WriteAllTextAsync(configuration, shipped.Replace("\"System.Globalization.Invariant\": true", "\"System.Globalization.Invariant\": false", StringComparison.Ordinal));
        using Process process = Start(withData: false, "dotnet", ["exec", "--runtimeconfig", configuration, Dll, .. arguments], language);
        process.StandardInput.Close();
        Result result = await FinishAsync(process);
        Assert.SkipWhen(result.Error.Contains("ICU", StringComparison.Ordinal), "This machine has no ICU, and so no cultures: install libicu.");
        return result;
    }

    /// <summary>A folder of IDX files with few images, for trainings that need not be good.</summary>
    public string SmallData()
    {
        string folder = Directory.CreateDirectory(PathOf("small")).FullName;
        foreach ((string name, int count) in new[] { ("train", 600), ("t10k", 100) })
        {
            LabelledImages images = GeneratedDigits.Create(count, seed: count);
            byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => images.Pixels(i).ToArray())];
            IdxFile.Write(Path.Combine(folder, $"{name}-images-idx3-ubyte"), IdxArray.Create(pixels, count, 28, 28));
            IdxFile.Write(Path.Combine(folder, $"{name}-labels-idx1-ubyte"), IdxArray.Create(images.Labels.ToArray(), count));
        }

        return folder;
    }

    private Process Start(bool withData, string program, string[] arguments, string? language = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Home,
        };
        foreach (string variable in new[] { "HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA" })
            start.Environment[variable] = Home;
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["https_proxy"] = start.Environment["http_proxy"] = "http://127.0.0.1:9"; // nobody listens there: no network
        if (Path.GetFileName(program) == "bash")
            start.Environment["LC_ALL"] = "C"; // it warns of languages that the system has not installed
        if (language is not null)
        {
            start.Environment["LANG"] = start.Environment["LC_ALL"] = language;
            start.Environment.Remove("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
        }

        start.Environment.Remove("INKLING_DATA");
        if (withData && Environment.GetEnvironmentVariable("INKLING_DATA") is { Length: > 0 } data)
            start.Environment["INKLING_DATA"] = Path.GetFullPath(data); // which may be relative to where the tests were started
        return Process.Start(start)!;
    }

    public static async Task<Result> FinishAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(10)); // against a command that never ends, however slow the machine is
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("The command did not end in ten minutes.");
        }

        return new Result(process.ExitCode, await output, await error);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    /// <summary>What Ctrl-C sends.</summary>
    public static void Interrupt(Process process) => _ = Kill(process.Id, 2);

    internal sealed record Result(int ExitCode, string Output, string Error)
    {
        public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
