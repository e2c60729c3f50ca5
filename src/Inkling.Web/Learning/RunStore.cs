using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Inkling.Web.Learning;

/// <summary>Runs, as they are kept in <c>runs.db</c>: their settings, their state and each epoch's figures. Weights are in files beside it.</summary>
internal sealed class RunStore
{
    private readonly Lock _gate = new();
    private readonly string _connection;

    public RunStore(WebSettings settings)
    {
        Folder = Path.Combine(settings.Folder, "runs");
        string file = Path.Combine(Folder, "runs.db");
        _connection = new SqliteConnectionStringBuilder { DataSource = file }.ToString();
        try
        {
            Directory.CreateDirectory(Folder);
            Execute("""
                PRAGMA journal_mode = WAL;
                CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY AUTOINCREMENT, settings TEXT NOT NULL, state TEXT NOT NULL, message TEXT);
                CREATE TABLE IF NOT EXISTS epochs (run INTEGER NOT NULL, epoch INTEGER NOT NULL, cost REAL, correct INTEGER NOT NULL, total INTEGER NOT NULL, seconds REAL NOT NULL, PRIMARY KEY (run, epoch));
                """);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{file}: cannot be used: {e.Message} Set XDG_DATA_HOME to a folder that can be written to.".ReplaceLineEndings(" "), e);
        }
    }

    /// <summary>Where the runs' files are.</summary>
    public string Folder { get; }

    public IReadOnlyList<(int Id, RunSettings Settings, RunState State, string? Message, IReadOnlyList<RunEpoch> Epochs)> All()
    {
        ILookup<int, RunEpoch> epochs = Read("SELECT run, epoch, cost, correct, total, seconds FROM epochs ORDER BY run, epoch", row => (
            Run: row.GetInt32(0), Epoch: new RunEpoch(row.GetInt32(1), row.IsDBNull(2) ? double.NaN : row.GetDouble(2), row.GetInt32(3), row.GetInt32(4), row.GetDouble(5)))).ToLookup(row => row.Run, row => row.Epoch);
        return Read("SELECT id, settings, state, message FROM runs ORDER BY id", row => (
            row.GetInt32(0),
            JsonSerializer.Deserialize<RunSettings>(row.GetString(1)) ?? new RunSettings(),
            Enum.TryParse(row.GetString(2), out RunState state) ? state : RunState.Failed,
            row.IsDBNull(3) ? null : row.GetString(3),
            (IReadOnlyList<RunEpoch>)[.. epochs[row.GetInt32(0)]]));
    }

    /// <returns>The run's number.</returns>
    public int Add(RunSettings settings) => Convert.ToInt32(
        Execute("INSERT INTO runs (settings, state) VALUES ($settings, $state) RETURNING id", ("$settings", JsonSerializer.Serialize(settings)), ("$state", nameof(RunState.Running))),
        CultureInfo.InvariantCulture);

    public void Set(int id, RunState state, string? message) =>
        Execute("UPDATE runs SET state = $state, message = $message WHERE id = $id", ("$state", state.ToString()), ("$message", (object?)message ?? DBNull.Value), ("$id", id));

    public void Add(int id, RunEpoch epoch) => Execute(
        "INSERT OR REPLACE INTO epochs (run, epoch, cost, correct, total, seconds) VALUES ($run, $epoch, $cost, $correct, $total, $seconds)",
        ("$run", id), ("$epoch", epoch.Epoch), ("$cost", epoch.Cost), ("$correct", epoch.Correct), ("$total", epoch.Total), ("$seconds", epoch.Seconds));

    public void Remove(int id) => Execute("DELETE FROM epochs WHERE run = $id; DELETE FROM runs WHERE id = $id", ("$id", id));

    private object? Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        lock (_gate)
        {
            using SqliteConnection connection = new(_connection);
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // all of them are written above
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach ((string name, object value) in parameters)
                command.Parameters.AddWithValue(name, value);
            return command.ExecuteScalar();
        }
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> read)
    {
        lock (_gate)
        {
            using SqliteConnection connection = new(_connection);
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // all of them are written above
            command.CommandText = sql;
#pragma warning restore CA2100
            using SqliteDataReader row = command.ExecuteReader();
            List<T> rows = [];
            while (row.Read())
                rows.Add(read(row));
            return rows;
        }
    }
}
