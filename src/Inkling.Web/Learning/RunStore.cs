using System.Globalization;
using System.Text.Json;
using Inkling.Numerics.Kernels;
using Microsoft.Data.Sqlite;

namespace Inkling.Web.Learning;

/// <summary>
/// Runs as stored in <c>runs.db</c>: their settings, their state, each epoch's figures, and the name of the file that has the
/// network of the last of these epochs. A row is written only when the file it names is complete.
/// </summary>
internal sealed class RunStore : IDisposable
{
    private const int SqliteError = 1, SqliteCorrupt = 11, SqliteFull = 13, SqliteNotADatabase = 26; // SQLite's result codes

    /// <summary>The SQL that upgrades the schema from each version to the next. The first version stored no number, so its tables
    /// may be there already.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE IF NOT EXISTS runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, settings TEXT NOT NULL, state TEXT NOT NULL, message TEXT);
        CREATE TABLE IF NOT EXISTS epochs (
            run INTEGER NOT NULL, epoch INTEGER NOT NULL, cost REAL, correct INTEGER NOT NULL, total INTEGER NOT NULL,
            seconds REAL NOT NULL, PRIMARY KEY (run, epoch));
        """,
        "ALTER TABLE runs ADD COLUMN network TEXT; UPDATE runs SET network = id || '.safetensors';",
        "CREATE TABLE removed (id INTEGER PRIMARY KEY);", // runs whose files may still be there
    ];

    private readonly Lock _gate = new();
    private readonly List<string> _notices = [];
    private readonly string _file;
    private SqliteConnection _connection = null!;

    /// <exception cref="InklingException">The file cannot be used, or is a newer version's.</exception>
    public RunStore(RunFolder folder)
    {
        (Folder, _file) = (folder, folder.PathOf("runs.db"));
        try
        {
            if (FindDamage() is { } damage)
            {
                _connection.Dispose();
                string aside = folder.SetAside();
                _notices.Add(
                    $"{_file}: damaged ({damage}). It is now in {aside} with the files of its runs; the list of runs begins anew."
                        .ReplaceLineEndings(" "));
                if (FindDamage() is { } still)
                    throw new IOException(still);
            }
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            _connection.Dispose();
            throw RunFolder.Unusable(_file, e);
        }
        catch (InklingException)
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Where the runs' files are.</summary>
    public RunFolder Folder { get; }

    /// <summary>What was found damaged and what was done about it, a line each.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>All runs that can be read; damaged rows become notices and are left as they are.</summary>
    /// <returns>The runs, and the numbers of those that cannot be read.</returns>
    public (IReadOnlyList<KeptRun> Runs, IReadOnlySet<int> Unreadable) All()
    {
        List<(int Run, RunEpoch Epoch)> epochs = [];
        foreach (object[] row in Read("SELECT run, epoch, cost, correct, total, seconds FROM epochs ORDER BY run, epoch"))
        {
            if (RunEpoch.Of(row) is { } epoch)
                epochs.Add((Convert.ToInt32(row[0], CultureInfo.InvariantCulture), epoch));
            else
                _notices.Add($"{_file}: epoch {row[1]} of run {row[0]} is damaged and left out.");
        }

        ILookup<int, RunEpoch> epochsOf = epochs.ToLookup(row => row.Run, row => row.Epoch);
        List<KeptRun> runs = [];
        HashSet<int> unreadable = [];
        foreach (object[] row in Read("SELECT id, settings, state, message, network FROM runs ORDER BY id"))
        {
            if (row[0] is not (long and >= 1 and <= int.MaxValue))
                continue; // this program gives no run such a number
            int id = Convert.ToInt32(row[0], CultureInfo.InvariantCulture);
            if (RunSettings.Parse(row[1] as string) is { } settings
                && Enum.TryParse(row[2] as string, out RunState state)
                && Enum.IsDefined(state))
            {
                runs.Add(new KeptRun(id, settings, state, row[3] as string, row[4] as string, [.. epochsOf[id]]));
                continue;
            }

            unreadable.Add(id);
            _notices.Add($"{_file}: run {id} is damaged and left out; its files stay in {Folder.Location}.");
        }

        return (runs, unreadable);
    }

    /// <returns>The run's number.</returns>
    public int Add(RunSettings settings, RunState state) => Convert.ToInt32(
        Write(
            "add a run",
            "INSERT INTO runs (settings, state) VALUES ($settings, $state) RETURNING id",
            ("$settings", JsonSerializer.Serialize(settings)),
            ("$state", state.ToString())),
        CultureInfo.InvariantCulture);

    public void Set(int id, RunState state, string? message) => Write(
        $"set run {id} {state}",
        "UPDATE runs SET state = $state, message = $message WHERE id = $id",
        ("$state", state.ToString()),
        ("$message", (object?)message ?? DBNull.Value),
        ("$id", id));

    /// <summary>Stores an epoch's figures, and with them the name of its network's file.</summary>
    /// <param name="id">The run.</param>
    /// <param name="epoch">The figures.</param>
    /// <param name="network">The network's file, written already; null to leave the one that is named.</param>
    public void Add(int id, RunEpoch epoch, string? network) => Write(
        $"add epoch {epoch.Epoch} of run {id}",
        """
        INSERT OR REPLACE INTO epochs (run, epoch, cost, correct, total, seconds)
            VALUES ($id, $epoch, $cost, $correct, $total, $seconds);
        UPDATE runs SET network = coalesce($network, network) WHERE id = $id;
        """,
        ("$id", id),
        ("$epoch", epoch.Epoch),
        ("$cost", epoch.Cost),
        ("$correct", epoch.Correct),
        ("$total", epoch.Total),
        ("$seconds", epoch.Seconds),
        ("$network", (object?)network ?? DBNull.Value));

    /// <summary>A run has ended; its last network is written already.</summary>
    public void Finish(int id, string network) => Write(
        $"finish run {id}",
        "UPDATE runs SET state = $state, message = NULL, network = $network WHERE id = $id",
        ("$state", nameof(RunState.Done)),
        ("$network", network),
        ("$id", id));

    /// <summary>Deletes a run's rows. From then on there is no such run, and its files are leftovers.</summary>
    public void Remove(int id)
    {
        const string Sql =
            "DELETE FROM epochs WHERE run = $id; DELETE FROM runs WHERE id = $id; INSERT OR IGNORE INTO removed VALUES ($id)";
        try
        {
            Write($"remove run {id}", Sql, ("$id", id));
        }
        catch (InklingException e) when (e.InnerException is SqliteException { SqliteErrorCode: SqliteFull })
        {
            // Deleting rows needs free pages too; the run is complete without this file.
            Folder.Delete(RunFolder.CheckpointOf(id) + ".previous");
            Write($"remove run {id}", Sql, ("$id", id));
        }
    }

    /// <summary>Runs that were deleted and whose files may still be there.</summary>
    public IReadOnlySet<int> Removed() => Read("SELECT id FROM removed")
        .Select(row => row[0]).OfType<long>().Where(id => id is >= 1 and <= int.MaxValue).Select(id => (int)id).ToHashSet();

    /// <summary>Notes that these runs' files are gone. Where that cannot be stored, the next start does it again.</summary>
    public void Forget(IEnumerable<int> removed)
    {
        foreach (int id in removed)
        {
            try
            {
                Write($"forget run {id}", "DELETE FROM removed WHERE id = $id", ("$id", id));
            }
            catch (InklingException)
            {
                return;
            }
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>Opens the file and brings its schema up to date.</summary>
    /// <returns>What is wrong with its content; null where it can be used.</returns>
    private string? FindDamage()
    {
        try
        {
            _connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = _file, Pooling = false }.ToString());
            _connection.Open();
            if (Execute("PRAGMA user_version") is not (long and >= 0 and var version))
                return "its schema has no version";
            if (version > Migrations.Length)
            {
                throw new InklingException(
                    $"{_file}: written by a newer Inkling (schema {version}; this one knows up to {Migrations.Length}). "
                    + "Update Inkling, or set XDG_DATA_HOME to another folder.");
            }

            if (Execute("PRAGMA quick_check(1)") is var found && found is not "ok")
                return $"{found}";
            if (Execute("SELECT count(*) FROM sqlite_master") is 0L && Folder.HasRuns)
                return "it is empty, but there are files of runs beside it";
            Execute("PRAGMA journal_mode = WAL");
            if (version < Migrations.Length)
                Write("migrate", string.Concat(Migrations[(int)version..]) + $"PRAGMA user_version = {Migrations.Length};");
            Execute("SELECT id, settings, state, message, network FROM runs LIMIT 0");
            Execute("SELECT id FROM removed LIMIT 0");
            Execute("SELECT run, epoch, cost, correct, total, seconds FROM epochs LIMIT 0");
            return null;
        }
        catch (Exception e) when ((e as SqliteException ?? e.InnerException)
            is SqliteException { SqliteErrorCode: SqliteError or SqliteCorrupt or SqliteNotADatabase })
        {
            return e.Message; // the statements are fixed, so an error in one is an error in the file
        }
    }

    /// <summary>Changes the file in one transaction.</summary>
    /// <exception cref="InklingException">It cannot be written, and is unchanged.</exception>
    private object? Write(string what, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        lock (_gate)
        {
            try
            {
                Folder.BeforeChange?.Invoke(what);
                using SqliteTransaction transaction = _connection.BeginTransaction();
                object? result = Execute(sql, transaction, parameters);
                transaction.Commit();
                return result;
            }
            catch (SqliteException e)
            {
                string why = e.SqliteErrorCode == SqliteFull ? "no space is left on the disk." : e.Message;
                throw new InklingException($"{_file}: cannot be written: {why}", e);
            }
        }
    }

    private object? Execute(
        string sql, SqliteTransaction? transaction = null, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
#pragma warning disable CA2100 // all statements are literals in this class
        using SqliteCommand command = new(sql, _connection, transaction);
#pragma warning restore CA2100
        foreach ((string name, object value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command.ExecuteScalar();
    }

    /// <exception cref="InklingException">It cannot be read.</exception>
    private List<object[]> Read(string sql)
    {
        lock (_gate)
        {
            try
            {
#pragma warning disable CA2100 // all statements are literals in this class
                using SqliteCommand command = new(sql, _connection);
#pragma warning restore CA2100
                using SqliteDataReader row = command.ExecuteReader();
                List<object[]> rows = [];
                while (row.Read())
                {
                    object[] values = new object[row.FieldCount];
                    row.GetValues(values);
                    rows.Add(values);
                }

                return rows;
            }
            catch (SqliteException e)
            {
                throw new InklingException($"{_file}: cannot be read: {e.Message}", e);
            }
        }
    }
}

/// <summary>A run as it is stored.</summary>
internal sealed record KeptRun(
    int Id,
    RunSettings Settings,
    RunState State,
    string? Message,
    string? Network,
    IReadOnlyList<RunEpoch> Epochs);
