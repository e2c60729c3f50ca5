using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Inkling.Web.Storage;

/// <summary>
/// A PostgreSQL that several servers share. Its tables are in a schema of their own, <c>inkling</c>, which the first server
/// makes.
/// </summary>
internal sealed class PostgresDatabase : Database
{
    private const string Schema = "inkling";

    /// <summary>The key of the lock that is held while the schema is made: any number, but always the same.</summary>
    private const long MigrationLock = 0x1196;

    /// <summary>The SQL that upgrades the schema from each version to the next.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE runs (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            settings TEXT NOT NULL, state TEXT NOT NULL, message TEXT, network TEXT,
            owner TEXT, term BIGINT NOT NULL DEFAULT 0, until TIMESTAMPTZ, changed BIGINT NOT NULL DEFAULT 0);
        CREATE TABLE epochs (
            run BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE, epoch BIGINT NOT NULL, cost DOUBLE PRECISION,
            correct BIGINT NOT NULL, total BIGINT NOT NULL, seconds DOUBLE PRECISION NOT NULL, PRIMARY KEY (run, epoch));
        CREATE TABLE files (
            run BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE, name TEXT NOT NULL, content BYTEA NOT NULL,
            PRIMARY KEY (run, name));
        CREATE TABLE commands (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run BIGINT NOT NULL REFERENCES runs ON DELETE CASCADE,
            command TEXT NOT NULL);
        CREATE SEQUENCE saves;
        CREATE TABLE networks (name TEXT PRIMARY KEY, saved BIGINT NOT NULL, content BYTEA NOT NULL);
        CREATE TABLE corrections (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pixels BYTEA NOT NULL, digit BIGINT NOT NULL);
        ALTER TABLE files ALTER COLUMN content SET STORAGE EXTERNAL;
        ALTER TABLE networks ALTER COLUMN content SET STORAGE EXTERNAL;
        """, // EXTERNAL: weights do not compress
    ];

    /// <summary>Queries that a sound schema answers.</summary>
    private static readonly string[] Queries =
    [
        "SELECT id, settings, state, message, network, owner, term, until, changed FROM runs LIMIT 0",
        "SELECT run, epoch, cost, correct, total, seconds FROM epochs LIMIT 0",
        "SELECT run, name, content FROM files LIMIT 0",
        "SELECT id, run, command FROM commands LIMIT 0",
        "SELECT name, saved, content FROM networks LIMIT 0",
        "SELECT id, pixels, digit FROM corrections LIMIT 0",
    ];

    private readonly NpgsqlDataSource _source;

    /// <exception cref="InklingException">It cannot be used: the connection string is wrong, nobody answers, the password is
    /// wrong, or its tables are a newer version's or somebody else's.</exception>
    public PostgresDatabase(WebSettings settings)
    {
        NpgsqlConnectionStringBuilder text = Parse(settings.Database!);
        Name = string.Create(
            CultureInfo.InvariantCulture, $"database {text.Database ?? text.Username} at {text.Host}:{text.Port}");
        _source = NpgsqlDataSource.Create(text);
        try
        {
            Use(Migrate, "used");
        }
        catch
        {
            _source.Dispose();
            throw;
        }
    }

    /// <summary>Which database it is, for messages: without the password.</summary>
    public string Name { get; }

    /// <summary>What is wrong with a connection string, without repeating it, since it may have a password; null where it is
    /// one.</summary>
    public static string? FindMistake(string connectionString)
    {
        try
        {
            _ = Parse(connectionString);
            return null;
        }
        catch (InklingException e)
        {
            return e.Message;
        }
    }

    public override void Dispose() => _source.Dispose();

    protected override T Use<T>(Func<DbConnection, T> work, string verb)
    {
        try
        {
            using NpgsqlConnection connection = _source.OpenConnection();
            return work(connection);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw new LeaseLostException("The run was removed."); // all foreign keys refer to runs
        }
        catch (Exception e) when (
            e is NpgsqlException { IsTransient: true } or SocketException or TimeoutException
                or PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }) // a standby, during a failover
        {
            string what = e is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }
                ? "takes no changes now"
                : "does not answer";
            throw new DatabaseAwayException($"The {Name} {what}: {TextOf(e)}", e);
        }
        catch (NpgsqlException e)
        {
            throw new InklingException($"The {Name} cannot be {verb}: {TextOf(e)}", e);
        }
    }

    private static string TextOf(Exception e) => (e as PostgresException)?.MessageText ?? e.Message;

    private static NpgsqlConnectionStringBuilder Parse(string connectionString)
    {
        const string Example = "It is as \"Host=db.example.org;Database=inkling;Username=inkling\".";
        NpgsqlConnectionStringBuilder? text = null;
        try
        {
            NpgsqlConnectionStringBuilder parsed = new(connectionString);
            if (!string.IsNullOrEmpty(parsed.Host))
                NpgsqlDataSource.Create(parsed).Dispose(); // checks that its options agree, and connects to nothing
            text = parsed;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // what it says may quote the password
        }

        if (text is null)
            throw new InklingException(
                $"This is no connection string of PostgreSQL, or its options contradict each other. {Example}");
        if (string.IsNullOrEmpty(text.Host))
            throw new InklingException($"The connection string of the database names no host. {Example}");
        text.SearchPath = Schema;
        text.ApplicationName ??= "inkling";
        text.IncludeErrorDetail = false; // it may quote what is stored
        if (!text.ShouldSerialize("Timeout"))
            text.Timeout = 5; // seconds; the loop that looks at the database tries again
        return text;
    }

    /// <summary>Makes the tables, one server at a time.</summary>
    private bool Migrate(DbConnection connection)
    {
        using DbTransaction transaction = connection.BeginTransaction();
        Execute(connection, transaction, "SELECT pg_advisory_xact_lock(@key)", ("key", MigrationLock));
        if (Execute(connection, transaction, "SELECT 1 FROM pg_namespace WHERE nspname = @name", ("name", Schema)) is null)
            Execute(connection, transaction, $"CREATE SCHEMA {Schema}");
        long version = 0;
        if (HasTables("tablename = 'schema_version'"))
            version = Execute(connection, transaction, "SELECT version FROM schema_version") as long? ?? throw NotOurs();
        else if (HasTables("true"))
            throw NotOurs();
        else
            Execute(connection, transaction, "CREATE TABLE schema_version (version BIGINT NOT NULL)");
        if (version > Migrations.Length)
        {
            throw new InklingException(
                $"The {Name} is written by a newer Inkling (schema {version}; this one knows up to {Migrations.Length}). "
                + "Update Inkling, or name another database.");
        }

        if (version < Migrations.Length)
        {
            string sql = string.Concat(Migrations[(int)version..]);
            Execute(connection, transaction, $"{sql} DELETE FROM schema_version;");
            version = Migrations.Length;
            Execute(connection, transaction, "INSERT INTO schema_version VALUES (@version)", ("version", version));
        }

        try
        {
            foreach (string query in Queries)
                Execute(connection, transaction, query);
        }
        catch (PostgresException e) when (
            e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            throw NotOurs();
        }

        transaction.Commit();
        return true;

        bool HasTables(string condition) => Execute(
            connection,
            transaction,
            $"SELECT 1 FROM pg_tables WHERE schemaname = @name AND {condition}",
            ("name", Schema)) is not null;
    }

    private InklingException NotOurs() => new(
        $"The {Name} has a schema \"{Schema}\" whose tables are not Inkling's. Name another database, or rename that schema.");
}
