using System.Diagnostics;
using System.Runtime.InteropServices;
using Inkling.Data;
using Inkling.Tests;

namespace Inkling.Cli.Tests;

/// <summary>Runs the command as a user does: in a separate process, with a separate home folder.</summary>
internal sealed class Command : IDisposable
{
    private static readonly string Dll =
        typeof(Network).Assembly.Location.Replace("Inkling.dll", "Inkling.Cli.dll", StringComparison.Ordinal);

    /// <summary>The user's home folder, as the command sees it; its name contains a space.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("inkling user ").FullName;

    /// <summary>Further environment variables of the command.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Home, recursive: true);

    /// <summary>The path of a file in the home folder.</summary>
    public string PathOf(string name) => Path.Combine(Home, name);

    /// <summary>Runs the command without INKLING_DATA and waits for it to exit.</summary>
    public Task<Result> RunAsync(params string[] arguments) => RunAsync(withData: false, arguments);

    /// <param name="withData">Whether INKLING_DATA is passed on; if not, there are no data. Network access is always off.</param>
    /// <param name="arguments">As typed after <c>inkling</c>.</param>
    public async Task<Result> RunAsync(bool withData, params string[] arguments)
    {
        using Process process = Start(withData, arguments);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    /// <summary>Runs the command in a terminal (util-linux's script) and returns everything written to it.</summary>
    public async Task<string> RunOnTerminalAsync(params string[] arguments)
    {
        string line = $"dotnet exec '{Dll}' {string.Join(' ', arguments)}";
        using Process process = Start(withData: false, Tools.Require("script"), ["-qec", line, "/dev/null"]);
        process.StandardInput.Close();
        Result result = await FinishAsync(process);
        Assert.True(result.ExitCode == 0, result.Output);
        return result.Output;
    }

    /// <summary>Runs a bash script in which <c>"$@"</c> stands for the command and its arguments.</summary>
    public async Task<Result> RunInShellAsync(string script, params string[] arguments)
    {
        using Process process = Start(
            withData: false, Tools.Require("bash"), ["-c", script, "bash", "dotnet", "exec", Dll, .. arguments]);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    /// <summary>Runs one of the system's programs in the home folder.</summary>
    public async Task RunToolAsync(string program, params string[] arguments)
    {
        using Process process = Start(withData: false, Tools.Require(program), arguments);
        Result result = await FinishAsync(process);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    public Process Start(bool withData, params string[] arguments) => Start(withData, "dotnet", ["exec", Dll, .. arguments]);

    /// <summary>
    /// Runs the command in another locale and waits for it to exit. The shipped command uses .NET's invariant globalization mode;
    /// its libraries may also run where cultures exist, so that mode is switched off here.
    /// </summary>
    /// <param name="language">The value of LANG, such as <c>de_DE.UTF-8</c>.</param>
    /// <param name="arguments">As typed after <c>inkling</c>.</param>
    public async Task<Result> RunUnderAsync(string language, params string[] arguments)
    {
        string configuration = Path.Combine(Home, "cultures.runtimeconfig.json");
        string shipped = await File.ReadAllTextAsync(Path.ChangeExtension(Dll, ".runtimeconfig.json"));
        Assert.Contains("\"System.Globalization.Invariant\": true", shipped, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            configuration,
            shipped.Replace(
                "\"System.Globalization.Invariant\": true",
                "\"System.Globalization.Invariant\": false",
                StringComparison.Ordinal));
        using Process process = Start(
            withData: false, "dotnet", ["exec", "--runtimeconfig", configuration, Dll, .. arguments], language);
        process.StandardInput.Close();
        Result result = await FinishAsync(process);
        Assert.SkipWhen(
            result.Error.Contains("ICU", StringComparison.Ordinal),
            "This machine has no ICU, and so no cultures: install libicu.");
        return result;
    }

    /// <summary>Writes a folder of IDX files with few images, for training whose accuracy does not matter.</summary>
    public string SmallData(int training = 600, int test = 100)
    {
        string folder = Directory.CreateDirectory(PathOf("small")).FullName;
        foreach ((string name, int count) in new[] { ("train", training), ("t10k", test) })
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
        // Nothing listens on port 9: no network access.
        start.Environment["https_proxy"] = start.Environment["http_proxy"] = "http://127.0.0.1:9";
        if (Path.GetFileName(program) == "bash")
            start.Environment["LC_ALL"] = "C"; // bash warns of locales that are not installed
        if (language is not null)
        {
            start.Environment["LANG"] = start.Environment["LC_ALL"] = language;
            start.Environment.Remove("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
        }

        start.Environment.Remove("INKLING_DATA");
        if (withData && Environment.GetEnvironmentVariable("INKLING_DATA") is { Length: > 0 } data)
            start.Environment["INKLING_DATA"] = Path.GetFullPath(data); // may be relative to the tests' working directory
        foreach ((string name, string value) in Variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<Result> FinishAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        // Against a command that never ends; long enough for the slowest machine.
        using CancellationTokenSource patience = new(TimeSpan.FromHours(1));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("The command did not end within an hour.");
        }

        return new Result(process.ExitCode, await output, await error);
    }

    /// <summary>Starts the command and does not wait for it; nothing is on its standard input.</summary>
    public Task<Result> StartAsync(params string[] arguments)
    {
        Process process = Start(withData: false, arguments);
        process.StandardInput.Close();
        return FinishAsync(process);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    /// <summary>Whether this process was started with SIGINT ignored, which what it starts inherits; known on Linux.</summary>
    public static bool IgnoresInterrupts
    {
        get
        {
            const string Status = "/proc/self/status", Ignored = "SigIgn:";
            string? mask = File.Exists(Status)
                ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal))
                : null;
            return mask is not null && (Convert.ToUInt64(mask[Ignored.Length..].Trim(), 16) & 2) != 0;
        }
    }

    /// <summary>Sends SIGINT, as Ctrl-C does.</summary>
    public static void Interrupt(Process process) => _ = Kill(process.Id, 2);

    internal sealed record Result(int ExitCode, string Output, string Error)
    {
        public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
