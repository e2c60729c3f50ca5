using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;

namespace Inkling.Web.Tests;

/// <summary>Debian's PostgreSQL in a temporary folder, started when a test first needs it.</summary>
public sealed class Postgres : IAsyncLifetime
{
    private const string Password = "a secret; with = signs";
    private const int FastShutdown = 2; // SIGINT
    private const int Connections = 100;

    private readonly string _folder = Directory.CreateTempSubdirectory("inkling postgres ").FullName;
    private readonly SemaphoreSlim _gate = new(1);
    private Process? _server;
    private int _made;

    /// <summary>The folder with its programs; null where it is not installed.</summary>
    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
            .OrderDescending(StringComparer.Ordinal).FirstOrDefault()
        : null;

    private int Port { get; } = FreePort();

    public ValueTask InitializeAsync() => default;

    public static int FreePort()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        Assert.SkipWhen(Programs is null, "There is no PostgreSQL: apt-get install postgresql.");
        await _gate.WaitAsync();
        try
        {
            if (_server is null)
            {
                await InitialiseAsync();
                await StartAsync();
            }

            string name = string.Create(CultureInfo.InvariantCulture, $"test_{++_made}");
            await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name}");
            return ConnectionString(name);
        }
        finally
        {
            _gate.Release();
        }
    }

    public static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using NpgsqlConnection connection = new(connectionString + ";Pooling=false;Search Path=inkling");
        await connection.OpenAsync();
#pragma warning disable CA2100 // the statements are the tests' own
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Ends all leases, as time does where the servers that hold them are dead.</summary>
    public static Task EndLeasesAsync(string connectionString) =>
        ExecuteAsync(connectionString, "UPDATE runs SET until = clock_timestamp() - interval '1 second'");

    /// <summary>Ends the database as its administrator does, without waiting for its clients.</summary>
    public async Task StopAsync()
    {
        if (_server is null)
            return;
        _ = Kill(_server.Id, FastShutdown);
        await _server.WaitForExitAsync();
        _server.Dispose();
    }

    public async Task StartAsync()
    {
        _server = AsItsUser("postgres", "-D", Data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1",
            "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", $"max_connections={Connections}",
            "-c", "log_min_messages=panic");
        while (true)
        {
            try
            {
                await ExecuteAsync(ConnectionString("postgres"), "SELECT 1");
                return;
            }
            catch (NpgsqlException) when (!_server.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
        _gate.Dispose();
    }

    private string Data => Path.Combine(_folder, "data");

    private string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = "inkling",
        Password = Password,
    }.ToString();

    private async Task InitialiseAsync()
    {
        string password = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(password, Password);
        if (Environment.IsPrivilegedProcess)
            await RunAsync(Process.Start("chown", ["-R", "postgres", _folder])); // it refuses to run as root
        await RunAsync(AsItsUser(
            "initdb", "-D", Data, "-U", "inkling", "--auth=scram-sha-256", $"--pwfile={password}", "--no-sync",
            "--locale=C", "-E", "UTF8"));
    }

    private static async Task RunAsync(Process process)
    {
        using (process)
        {
            await process.WaitForExitAsync();
            Assert.Equal(0, process.ExitCode);
        }
    }

    private static Process AsItsUser(string program, params string[] arguments)
    {
        string path = Path.Combine(Programs!, program);
        ProcessStartInfo start = Environment.IsPrivilegedProcess
            ? new("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : new(path, arguments);
        start.WorkingDirectory = "/";
        start.RedirectStandardOutput = true;
        Process process = Process.Start(start)!;
        process.BeginOutputReadLine(); // nothing of it is of interest
        return process;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}

[CollectionDefinition(Name)]
public sealed class ReplicasAndTheirDatabase : ICollectionFixture<Postgres>, ICollectionFixture<Browser>
{
    public const string Name = "replicas";
}
