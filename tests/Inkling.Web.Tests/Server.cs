using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Inkling.Web.Tests;

/// <summary><c>inkling serve</c> as a user starts it: in its own process, with its own home folder, on a free port.</summary>
public sealed class Server : IAsyncDisposable
{
    internal static readonly string Dll =
        typeof(Network).Assembly.Location.Replace("Inkling.dll", "Inkling.Cli.dll", StringComparison.Ordinal);

    /// <summary>Longer than any machine needs, so that tests wait for events and do not depend on the machine's speed.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const int Terminate = 15;

    private readonly Process _process;
    private readonly bool _ownsHome;
    private bool _isDisposed;

    private Server(Process process, string home, bool ownsHome, Uri address)
    {
        (_process, Home, _ownsHome, Address) = (process, home, ownsHome, address);
    }

    public Uri Address { get; }

    public string Home { get; }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the server and waits until its reader is ready.</summary>
    /// <param name="home">An existing home folder; null for a new one.</param>
    /// <param name="port">The port; 0 for any that is free.</param>
    /// <param name="options">Further options of <c>inkling serve</c>.</param>
    public static async Task<Server> StartAsync(string? home = null, int port = 0, params string[] options)
    {
        bool ownsHome = home is null;
        home ??= Directory.CreateTempSubdirectory("inkling web ").FullName;
        Process process = Run(home, ["--port", $"{port}", .. options], seesErrors: false);
        using CancellationTokenSource patience = new(Patience);
        try
        {
            string line = await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException("The server did not start.");
            Uri address = new(line.Split(' ').First(word => word.StartsWith("http", StringComparison.Ordinal)));
            using HttpClient client = new();
            while ((await client.GetAsync(new Uri(address, "/health/ready"), patience.Token)).StatusCode
                != System.Net.HttpStatusCode.OK)
                await Task.Delay(100, patience.Token);
            return new Server(process, home, ownsHome, address);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>Starts <c>inkling serve</c>.</summary>
    /// <param name="home">The home folder, which holds everything that the server keeps.</param>
    /// <param name="arguments">The options of <c>inkling serve</c>.</param>
    /// <param name="seesErrors">Whether the caller reads standard error; otherwise it is the tests' own.</param>
    public static Process Run(string home, string[] arguments, bool seesErrors = true)
    {
        ProcessStartInfo start = new("dotnet", ["exec", Dll, "serve", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = seesErrors,
        };
        foreach (string variable in new[] { "HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME" })
            start.Environment[variable] = home;
        return Process.Start(start)!;
    }

    /// <summary>
    /// Stops the server with SIGTERM, as a service manager does, and keeps its home folder. (Shells make background processes
    /// ignore SIGINT, the signal of Ctrl-C.)
    /// </summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
            return;
        _ = Kill(_process.Id, Terminate);
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            _process.Kill();
            throw new TimeoutException("The server did not stop.", e);
        }
    }

    /// <summary>Kills the server with SIGKILL, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    public async Task DisposeKeepingHomeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await StopAsync();
        _process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeKeepingHomeAsync();
        if (_ownsHome)
            Directory.Delete(Home, recursive: true);
    }
}

/// <summary>One server, shared by all tests that do not change its state.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public Server Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await Server.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

[CollectionDefinition(Name)]
public sealed class SharedServerTests : ICollectionFixture<SharedServer>, ICollectionFixture<Browser>
{
    public const string Name = "server";
}
