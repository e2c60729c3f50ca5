#:package Microsoft.Data.Sqlite
#:property PublishAot=false
// Kills "inkling serve" at random moments while it trains and starts it again, until all its runs have ended; repeats that with
// new runs; and compares every network with that of a server that was not killed. No run may be lost, and all bits must be equal.
// usage: dotnet run -c Release eng/kill-runs.cs -- Inkling.Cli.dll [KILLS] [SEED] [HOME]
// Inkling.Cli.dll: as "dotnet build -c Release src/Inkling.Cli" makes it. KILLS: 20 unless given.
// HOME: the killed server's data folder, as on a small file system ("mount -t tmpfs -o size=8m tmpfs HOME"); it is emptied.
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

const int RunsAtOnce = 3, Epochs = 4;
string program = Path.GetFullPath(args[0]);
int kills = NumberAt(1, 20), seed = NumberAt(2, 1), killed = 0, ended = 0;
Random random = new(seed);
string reference = Directory.CreateTempSubdirectory("inkling-unkilled-").FullName;
bool isSound = false;
string home = args.ElementAtOrDefault(3) ?? Directory.CreateTempSubdirectory("inkling-killed-").FullName;
try
{
    TimeSpan whole = await TrainUndisturbedAsync();
    string[] expected = [.. Enumerable.Range(1, RunsAtOnce).Select(id => HashOf(reference, id))];
    Console.WriteLine($"Undisturbed: {whole.TotalSeconds:0.0} s for {RunsAtOnce} runs of {Epochs} epochs.");
    while (killed < kills)
    {
        await PrepareAsync(home);
        while (!await LetLiveAsync(random.NextDouble() * whole * 0.6, expected))
            killed++;
        string[] states = StatesOfKilled(home);
        for (int id = 1; id <= RunsAtOnce; id++)
        {
            Require(states[id - 1] == "Done", $"run {id} ended as {states[id - 1]}");
            Require(HashOf(home, id) == expected[id - 1], $"run {id} has other bits");
        }

        string[] left = [.. Directory.GetFiles(Path.Combine(home, "inkling", "runs"))
            .Select(file => Path.GetFileName(file)!)
            .Where(IsLeftover)];
        ended += RunsAtOnce;
        Console.WriteLine(
            $"{killed} kills, {ended} runs ended, all with the bits of the undisturbed ones"
            + $"{(left.Length > 0 ? $"; left for the next start: {string.Join(", ", left)}" : "")}.");
    }

    isSound = true;
}
finally
{
    if (isSound)
    {
        Directory.Delete(reference, recursive: true);
        if (args.Length < 4)
            Directory.Delete(home, recursive: true);
    }
    else
    {
        Console.Error.WriteLine($"Kept to be looked at: {home} (killed) and {reference} (not killed).");
    }
}

return 0;

int NumberAt(int index, int standard) =>
    args.ElementAtOrDefault(index) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

// The first server start creates the database; then the runs are inserted as the page does it, and the next start begins them.
async Task PrepareAsync(string where)
{
    foreach (string old in Directory.Exists(where) ? Directory.GetFileSystemEntries(where) : [])
        Delete(old);
    Directory.CreateDirectory(where);
    using (Process first = await ServeAsync(where))
        await KillAsync(first);
    using SqliteConnection list = Open(where, SqliteOpenMode.ReadWrite);
    using SqliteCommand add = list.CreateCommand();
    add.CommandText = string.Join(';', Enumerable.Range(1, RunsAtOnce).Select(id =>
        $$"""INSERT INTO runs (settings, state) VALUES ('{"Data":"generated","Hidden":[{{8 * id}}],"Cost":0,"MiniBatch":"""
            + $$"""10,"Eta":3,"Epochs":{{Epochs}},"Seed":{{id}}}', 'Running')"""));
    add.ExecuteNonQuery();
}

async Task<TimeSpan> TrainUndisturbedAsync()
{
    await PrepareAsync(reference);
    using Process server = await ServeAsync(reference);
    long start = Stopwatch.GetTimestamp();
    while (Enumerable.Range(1, RunsAtOnce).Any(id => StateOf(reference, id) is "Running"))
        await Task.Delay(50);
    TimeSpan time = Stopwatch.GetElapsedTime(start);
    await KillAsync(server);
    return time;
}

// Kills a server after this time and returns whether all runs had ended. A run in state Done must have its last network by then.
async Task<bool> LetLiveAsync(TimeSpan time, string[] expected)
{
    using Process server = await ServeAsync(home);
    long start = Stopwatch.GetTimestamp();
    bool isDone = false;
    while (!isDone && Stopwatch.GetElapsedTime(start) < time)
    {
        await Task.Delay(10);
        isDone = Enumerable.Range(1, RunsAtOnce).All(id => StateOf(home, id) is not "Running");
    }

    Require(!server.HasExited, "the server ended by itself");
    await KillAsync(server);
    string[] states = StatesOfKilled(home);
    for (int id = 1; id <= RunsAtOnce; id++)
    {
        string state = states[id - 1];
        Require(state is "Running" or "Done", $"run {id} is {state}");
        Require(state != "Done" || HashOf(home, id) == expected[id - 1], $"run {id} is done with other bits");
    }

    return isDone;
}

async Task<Process> ServeAsync(string where)
{
    ProcessStartInfo start = new("dotnet", ["exec", program, "serve", "--port", "0"])
    {
        RedirectStandardOutput = true,
        WorkingDirectory = where
    };
    foreach (string variable in new[] { "HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME" })
        start.Environment[variable] = where;
    Process server = Process.Start(start)!;
    Require(await server.StandardOutput.ReadLineAsync() is not null, "the server did not start");
    return server;
}

static async Task KillAsync(Process server)
{
    server.Kill(); // SIGKILL
    await server.WaitForExitAsync();
}

static SqliteConnection Open(string where, SqliteOpenMode mode)
{
    SqliteConnection list = new(new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(where, "inkling", "runs", "runs.db"),
        Mode = mode,
        Pooling = false
    }.ToString());
    list.Open();
    return list;
}

// A run's state in the database of a live server, or in a copy.
static string StateOf(string where, int id)
{
    using SqliteConnection list = Open(where, SqliteOpenMode.ReadWrite); // in WAL mode, readers write to the shared lock file too
    using SqliteCommand ask = list.CreateCommand();
    ask.CommandText = "SELECT state FROM runs WHERE id = $id";
    ask.Parameters.AddWithValue("$id", id);
    return ask.ExecuteScalar() as string ?? "missing";
}

// Opening the database after a kill recovers its write-ahead log. The next start must do that itself, so a copy is queried.
static string[] StatesOfKilled(string where)
{
    string copy = Directory.CreateTempSubdirectory("inkling-probe-").FullName,
        runs = Directory.CreateDirectory(Path.Combine(copy, "inkling", "runs")).FullName;
    try
    {
        foreach (string file in Directory.GetFiles(Path.Combine(where, "inkling", "runs"), "runs.db*"))
            File.Copy(file, Path.Combine(runs, Path.GetFileName(file)));
        return [.. Enumerable.Range(1, RunsAtOnce).Select(id => StateOf(copy, id))];
    }
    finally
    {
        Directory.Delete(copy, recursive: true);
    }
}

static string HashOf(string where, int id)
{
    string file = Path.Combine(where, "inkling", "runs", $"{id}.safetensors");
    return File.Exists(file) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))) : "missing";
}

static bool IsLeftover(string file) =>
    file.EndsWith(".tmp", StringComparison.Ordinal) || file.Contains(".epoch-", StringComparison.Ordinal);

static void Delete(string path)
{
    if (Directory.Exists(path))
        Directory.Delete(path, recursive: true);
    else
        File.Delete(path);
}

static void Require(bool condition, string otherwise)
{
    if (!condition)
        throw new InvalidOperationException(otherwise);
}
