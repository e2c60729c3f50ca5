using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Inkling.Web.Storage;

/// <summary>A file of SQLite, used by this process alone, over one connection.</summary>
internal sealed class SqliteDatabase : Database
{
    private const int SqliteError = 1, SqliteCorrupt = 11, SqliteFull = 13, SqliteNotADatabase = 26; // SQLite's result codes

    private readonly Lock _gate = new();
    private readonly string _file;
    private readonly SqliteConnection _connection;

    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public SqliteDatabase(string file)
    {
        _file = file;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
    }

    /// <summary>Whether a change failed because the disk is full.</summary>
    public static bool IsFull(InklingException failure) =>
        failure.InnerException is SqliteException { SqliteErrorCode: SqliteFull };

    /// <summary>Opens the file and brings its schema up to date.</summary>
    /// <param name="migrations">The SQL that upgrades the schema from each version to the next.</param>
    /// <param name="queries">Queries that a sound schema answers.</param>
    /// <param name="mayBeEmpty">Whether a file without tables is a new one, and not a damaged one.</param>
    /// <returns>What is wrong with its content; null where it can be used.</returns>
    /// <exception cref="InklingException">A newer version wrote it, or it cannot be written.</exception>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public string? FindDamage(string[] migrations, string[] queries, bool mayBeEmpty)
    {
        try
        {
            _connection.Open();
            if (Execute(_connection, null, "PRAGMA user_version") is not (long and >= 0 and var version))
                return "its schema has no version";
            if (version > migrations.Length)
            {
                throw new InklingException(
                    $"{_file}: written by a newer Inkling (schema {version}; this one knows up to {migrations.Length}). "
                    + "Update Inkling, or set XDG_DATA_HOME to another folder.");
            }

            if (Execute(_connection, null, "PRAGMA quick_check(1)") is var found && found is not "ok")
                return $"{found}";
            if (Execute(_connection, null, "SELECT count(*) FROM sqlite_master") is 0L && !mayBeEmpty)
                return "it is empty, but there are files of runs beside it";
            Execute(_connection, null, "PRAGMA journal_mode = WAL");
            if (version < migrations.Length)
            {
                string sql = string.Concat(migrations[(int)version..]) + $"PRAGMA user_version = {migrations.Length};";
                Write("migrate", sql, []);
            }

            foreach (string query in queries)
                Execute(_connection, null, query);
            return null;
        }
        catch (Exception e) when ((e as SqliteException ?? e.InnerException)
            is SqliteException { SqliteErrorCode: SqliteError or SqliteCorrupt or SqliteNotADatabase })
        {
            return e.Message; // the statements are fixed, so an error in one is an error in the file
        }
    }

    public override void Dispose() => _connection.Dispose();

    protected override T Use<T>(Func<DbConnection, T> work, string verb)
    {
        lock (_gate)
        {
            try
            {
                return work(_connection);
            }
            catch (SqliteException e)
            {
                string why = e.SqliteErrorCode == SqliteFull ? "no space is left on the disk." : e.Message;
                throw new InklingException($"{_file}: cannot be {verb}: {why}", e);
            }
        }
    }
}
