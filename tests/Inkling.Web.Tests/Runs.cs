using Inkling.Web.Learning;
using Inkling.Web.Reading;
using Inkling.Web.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Inkling.Web.Tests;

/// <summary>The runs of a server that does not listen on a port, with a small data set.</summary>
internal sealed class Runs : IAsyncDisposable
{
    public static readonly RunSettings Settings = new() { Data = TrainingData.Generated, Hidden = [8], Epochs = 2, Seed = 3 };

    /// <summary>A run that does not end during a test: the maximum number of epochs, with 1000 hidden neurons.</summary>
    public static readonly RunSettings Endless = Settings with { Hidden = [1000], Epochs = RunSettings.MostEpochs };

    public static readonly ImageData Data = GeneratedDigits.CreateData(400, 50, 100);

    private readonly WebApplication _app;

    private Runs(WebApplication app)
    {
        _app = app;
        app.Services.GetRequiredService<TrainingData>().Put(TrainingData.Generated, Data);
    }

    public RunBook Book => _app.Services.GetRequiredService<RunBook>();

    public RunStore Store => _app.Services.GetRequiredService<RunStore>();

    public SharedFiles Shared => _app.Services.GetRequiredService<SharedFiles>();

    public ModelCache Models => _app.Services.GetRequiredService<ModelCache>();

    public Corrections Corrections => _app.Services.GetRequiredService<Corrections>();

    public RunFolder Folder => _app.Services.GetRequiredService<RunFolder>();

    /// <summary>Opens a folder as a server does when it starts.</summary>
    /// <param name="folder">The user's data folder.</param>
    /// <param name="beforeChange">Called before each change on the disk.</param>
    /// <param name="memory">How much memory trainings may take.</param>
    /// <param name="devices">What trains, beside the processor.</param>
    /// <param name="database">The database that the server shares with others.</param>
    public static async Task<Runs> OpenAsync(
        string folder,
        Action<string>? beforeChange = null,
        long memory = long.MaxValue,
        IReadOnlyList<TrainingDevice>? devices = null,
        string? database = null)
    {
        Runs runs = new(WebServer.Create(new WebSettings
        {
            Folder = folder,
            TrainingMemory = memory,
            Devices = devices ?? [],
            Database = database,
            LeaseTime = database is null ? new WebSettings().LeaseTime : TimeSpan.FromHours(1),
        }));
        try
        {
            runs.Folder.BeforeChange = beforeChange;
            await runs.Book.StartAsync(CancellationToken.None);
            return runs;
        }
        catch
        {
            await runs._app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins a run that must not be refused.</summary>
    public Run Begin(RunSettings settings, bool isPaused = false)
    {
        Assert.Null(Book.Begin(settings, isPaused, out Run? run));
        return run!;
    }

    /// <summary>Waits until the condition holds; fails the test after five minutes.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(5));
        while (!condition())
        {
            if (patience.IsCancellationRequested)
                Assert.Fail($"Waited in vain: {what}.");
            await Task.Delay(10);
        }
    }

    public static Task EndedAsync(Run run)
        => UntilAsync(
            () => run.State is RunState.Done or RunState.Failed,
            $"run {run.Id} is {run.State}, {run.Message}");

    /// <summary>Changes the list's database directly, without the server's knowledge.</summary>
    public static void Change(string folder, string sql)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(folder, "runs", "runs.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements are the tests' own
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Copies the folder, without locks, as a crash at this moment would leave it.</summary>
    public static string Copy(string folder, string to)
    {
        Directory.CreateDirectory(Path.Combine(to, "runs"));
        foreach (string file in Directory.GetFiles(Path.Combine(folder, "runs"))
            .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, "runs", Path.GetFileName(file)));
        return to;
    }

    public static byte[] NetworkOf(string folder, int id) => File.ReadAllBytes(Path.Combine(folder, "runs", $"{id}.safetensors"));

    public async ValueTask DisposeAsync()
    {
        await Book.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}

/// <summary>A test with a temporary folder, which is deleted after it.</summary>
public abstract class InAFolder : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("inkling runs ").FullName;

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
