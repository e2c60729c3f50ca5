using System.Globalization;
using System.Text.Json;
using Inkling.Web.Storage;
using Microsoft.Data.Sqlite;

namespace Inkling.Web.Learning;

/// <summary>The runs of one server: the SQLite file <c>runs.db</c>, beside the runs' files. The folder's lock says that no other
/// server trains them.</summary>
internal sealed class LocalRunStore : RunStore
{
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

    /// <summary>Queries that a sound schema answers.</summary>
    private static readonly string[] Queries =
    [
        "SELECT id, settings, state, message, network FROM runs LIMIT 0",
        "SELECT id FROM removed LIMIT 0",
        "SELECT run, epoch, cost, correct, total, seconds FROM epochs LIMIT 0",
    ];

    private readonly SqliteDatabase _database;

    /// <exception cref="InklingException">The file cannot be used, or is a newer version's.</exception>
    public LocalRunStore(RunFolder folder)
        : base(folder)
    {
        _database = NewDatabase();
        try
        {
            if (FindDamage() is { } damage)
            {
                _database.Dispose();
                string aside = folder.SetAside();
                DamageFound.Add(
                    $"{Name}: damaged ({damage}). It is now in {aside} with the files of its runs; the list of runs begins anew."
                        .ReplaceLineEndings(" "));
                _database = NewDatabase();
                if (FindDamage() is { } still)
                    throw new IOException(still);
            }
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            _database.Dispose();
            throw RunFolder.Unusable(Name, e);
        }
        catch (InklingException)
        {
            _database.Dispose();
            throw;
        }
    }

    protected override Database Database => _database;

    protected override string Name => Folder.PathOf("runs.db");

    public override int Add(RunSettings settings, RunState state) => Convert.ToInt32(
        _database.Write(
            "add a run",
            "INSERT INTO runs (settings, state) VALUES (@settings, @state) RETURNING id",
            [("settings", JsonSerializer.Serialize(settings)), ("state", state.ToString())]),
        CultureInfo.InvariantCulture);

    public override void Remove(int id)
    {
        const string Sql =
            "DELETE FROM epochs WHERE run = @id; DELETE FROM runs WHERE id = @id; INSERT OR IGNORE INTO removed VALUES (@id)";
        try
        {
            _database.Write($"remove run {id}", Sql, [("id", id)]);
        }
        catch (InklingException e) when (SqliteDatabase.IsFull(e))
        {
            // Deleting rows needs free pages too; the run is complete without this file.
            Folder.Delete(RunFolder.CheckpointOf(id) + ".previous");
            _database.Write($"remove run {id}", Sql, [("id", id)]);
        }
    }

    /// <summary>Runs that were deleted and whose files may still be there.</summary>
    public IReadOnlySet<int> Removed() => _database.Read("SELECT id FROM removed")
        .Select(row => row[0]).OfType<long>().Where(id => id is >= 1 and <= int.MaxValue).Select(id => (int)id).ToHashSet();

    /// <summary>Notes that these runs' files are gone. Where that cannot be stored, the next start does it again.</summary>
    public void Forget(IEnumerable<int> removed)
    {
        foreach (int id in removed)
        {
            try
            {
                _database.Write($"forget run {id}", "DELETE FROM removed WHERE id = @id", [("id", id)]);
            }
            catch (InklingException)
            {
                return;
            }
        }
    }

    public override bool Holds(int id) => true;

    public override bool TryTake(int id) => true;

    public override void KeepCheckpoint(int id)
    {
        // It is in its place.
    }

    public override bool HasNetwork(string file) => File.Exists(Folder.PathOf(file));

    public override Network LoadNetwork(int id, string file) => Network.Load(Folder.PathOf(file));

    protected override void Change(
        int id, string what, string sql, (string Name, object? Value)[] parameters, string? network = null) =>
        _database.Write(what, sql, [("id", id), .. parameters]);

    protected override string DamageOf(int id) =>
        $"{Name}: run {id} is damaged and left out; its files stay in {Folder.Location}.";

    private SqliteDatabase NewDatabase() => new(Name) { BeforeChange = what => Folder.BeforeChange?.Invoke(what) };

    private string? FindDamage() => _database.FindDamage(Migrations, Queries, mayBeEmpty: !Folder.HasRuns);
}
