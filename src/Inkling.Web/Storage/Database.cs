using System.Data.Common;

namespace Inkling.Web.Storage;

/// <summary>A database: statements that SQLite and PostgreSQL both know, run through ADO.NET. What differs between the two is in
/// the derived classes.</summary>
internal abstract class Database : IDisposable
{
    /// <summary>A slower network is taken for one that does not answer.</summary>
    private const int LeastBytesPerSecond = 500_000;

    /// <summary>Called before each change with what is about to change; may throw. For tests.</summary>
    public Action<string>? BeforeChange { get; init; }

    /// <summary>Changes the database in one transaction.</summary>
    /// <param name="what">The change, for <see cref="BeforeChange"/>.</param>
    /// <param name="sql">Statements; parameters are written as <c>@name</c>.</param>
    /// <param name="parameters">The parameters; null is SQL's NULL.</param>
    /// <param name="guard">A statement that must return a row, else nothing is changed; it has the same parameters. It is
    /// last, so that the rows that it locks are free while the parameters are sent.</param>
    /// <returns>The first column of the first row that the statements return; null where they return none.</returns>
    /// <exception cref="LeaseLostException">The guard returned no row.</exception>
    /// <exception cref="InklingException">It cannot be written, and is unchanged.</exception>
    public object? Write(string what, string sql, (string Name, object? Value)[] parameters, string? guard = null) => Use(
        connection =>
        {
            BeforeChange?.Invoke(what);
            using DbTransaction transaction = connection.BeginTransaction();
            object? result = sql.Length == 0 ? null : Execute(connection, transaction, sql, parameters);
            if (guard is not null && Execute(connection, transaction, guard, parameters) is null)
                throw new LeaseLostException($"{what}: another replica trains it now.");
            transaction.Commit();
            return result;
        },
        "written");

    /// <summary>All rows of a query.</summary>
    /// <exception cref="InklingException">It cannot be read.</exception>
    public List<object[]> Read(string sql, params (string Name, object? Value)[] parameters) => Use(
        connection =>
        {
            using DbCommand command = CommandOf(connection, null, sql, parameters);
            using DbDataReader row = command.ExecuteReader();
            List<object[]> rows = [];
            while (row.Read())
            {
                object[] values = new object[row.FieldCount];
                row.GetValues(values);
                rows.Add(values);
            }

            return rows;
        },
        "read");

    public abstract void Dispose();

    /// <summary>Works on a connection, and makes the database's exceptions one line.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="verb">"read" or "written", for the message.</param>
    protected abstract T Use<T>(Func<DbConnection, T> work, string verb);

    protected static object? Execute(
        DbConnection connection,
        DbTransaction? transaction,
        string sql,
        params (string Name, object? Value)[] parameters)
    {
        using DbCommand command = CommandOf(connection, transaction, sql, parameters);
        return command.ExecuteScalar();
    }

    private static DbCommand CommandOf(
        DbConnection connection, DbTransaction? transaction, string sql, (string Name, object? Value)[] parameters)
    {
        DbCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // all statements are literals in this assembly
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        if (command.CommandTimeout > 0) // 0: none
            command.CommandTimeout += parameters.Sum(parameter => (parameter.Value as byte[])?.Length ?? 0) / LeastBytesPerSecond;
        foreach ((string name, object? value) in parameters)
        {
            DbParameter parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

/// <summary>The database does not answer now; it may later.</summary>
internal sealed class DatabaseAwayException(string message, Exception inner) : InklingException(message, inner);

/// <summary>A run was to be changed by a replica whose lease on it has ended, or that was removed.</summary>
internal sealed class LeaseLostException(string message) : InklingException(message);
