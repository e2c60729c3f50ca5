using System.Text.Json;
using Inkling.Web.Learning;
using Inkling.Web.Storage;
using Npgsql;

namespace Inkling.Web.Tests;

/// <summary>Runs as SQLite and PostgreSQL keep them, and who may change those in PostgreSQL.</summary>
[Collection(ReplicasAndTheirDatabase.Name)]
public sealed class SharedStoreTests(Postgres postgres) : InAFolder
{
    private static readonly RunSettings Settings =
        Runs.Settings with { Eta = 0.1, Maps = [8, 20], Data = "数据 '; DROP TABLE runs" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_run_has_stored_comes_back_from_either_database(bool isShared)
    {
        string? database = isShared ? await postgres.NewDatabaseAsync() : null;
        RunEpoch[] epochs = [new(0, double.NaN, 0, 100, 0.1), new(1, 1.0 / 3, 100, 100, 1e-300)];
        await using (Runs runs = await Runs.OpenAsync(Folder, database: database))
        {
            RunStore store = runs.Store;
            Assert.Equal(1, store.Add(Settings, RunState.Paused));
            Assert.Equal(2, store.Add(Settings, RunState.Paused));
            Assert.Equal(3, store.Add(Settings, RunState.Paused));
            runs.Folder.Save(new Network([784, 8, 10], 5), "1.epoch-0.safetensors");
            store.Add(1, epochs[0] with { Correct = 7 }, "1.epoch-0.safetensors");
            store.Add(1, epochs[0], null);
            store.Add(1, epochs[1], null);
            store.Set(2, RunState.Failed, "行 1: \"no\" '; --");
            store.Remove(3);
        }

        await using Runs next = await Runs.OpenAsync(Folder, database: database);
        (IReadOnlyList<KeptRun> kept, IReadOnlySet<int> unreadable) = next.Store.All();
        Assert.Empty(unreadable);
        Assert.Equal([1, 2], kept.Select(run => run.Id));
        Assert.Equal(JsonSerializer.Serialize(Settings), JsonSerializer.Serialize(kept[0].Settings));
        Assert.Equal((RunState.Paused, null, "1.epoch-0.safetensors"), (kept[0].State, kept[0].Message, kept[0].Network));
        Assert.Equal((RunState.Failed, "行 1: \"no\" '; --"), (kept[1].State, kept[1].Message));
        Assert.Equal(epochs, kept[0].Epochs);
        Assert.Equal(
            new Network([784, 8, 10], 5).WeightedLayers[0].CopyWeights(),
            next.Store.LoadNetwork(1, "1.epoch-0.safetensors").WeightedLayers[0].CopyWeights());
        Assert.Equal(4, next.Store.Add(Settings, RunState.Paused)); // a number is not given twice
    }

    [Fact]
    public async Task A_run_is_held_by_one_server_until_its_lease_ends_and_then_the_first_can_change_nothing()
    {
        string database = await postgres.NewDatabaseAsync();
        await using Runs first = await Runs.OpenAsync(Path.Combine(Folder, "1"), database: database);
        await using Runs second = await Runs.OpenAsync(Path.Combine(Folder, "2"), database: database);
        int id = first.Store.Add(Settings, RunState.Running);
        Assert.False(second.Store.TryTake(id));
        Assert.Throws<LeaseLostException>(() => second.Store.Set(id, RunState.Failed, "not mine"));
        await Postgres.EndLeasesAsync(database);
        Assert.True(second.Store.TryTake(id));
        second.Store.Add(id, new RunEpoch(0, 1, 1, 2, 3), null);
        Assert.True(first.Store.Holds(id)); // it does not know yet
        Assert.Throws<LeaseLostException>(() => first.Store.Add(id, new RunEpoch(0, 9, 9, 9, 9), null));
        Assert.Throws<LeaseLostException>(() => first.Store.Set(id, RunState.Failed, "not mine any more"));
        KeptRun kept = Assert.Single(second.Store.All().Runs);
        Assert.Equal((RunState.Running, new RunEpoch(0, 1, 1, 2, 3)), (kept.State, Assert.Single(kept.Epochs)));
        Assert.Equal([id], ((SharedRunStore)first.Store).Renew(_ => true));
        Assert.False(first.Store.Holds(id));
    }

    [Fact]
    public async Task A_lease_that_is_renewed_lasts_and_one_that_is_given_back_is_free_at_once()
    {
        string database = await postgres.NewDatabaseAsync();
        await using Runs first = await Runs.OpenAsync(Path.Combine(Folder, "1"), database: database);
        await using Runs second = await Runs.OpenAsync(Path.Combine(Folder, "2"), database: database);
        SharedRunStore holder = (SharedRunStore)first.Store;
        int id = holder.Add(Settings, RunState.Running);
        await Postgres.EndLeasesAsync(database);
        Assert.True(Assert.Single(((SharedRunStore)second.Store).Look()).IsFree);
        Assert.Empty(holder.Renew(_ => true)); // nobody has taken it
        Assert.False(Assert.Single(((SharedRunStore)second.Store).Look()).IsFree);
        Assert.False(second.Store.TryTake(id));
        Assert.Empty(holder.Renew(_ => false));
        Assert.True(second.Store.TryTake(id));
    }

    [Fact]
    public async Task A_lease_is_renewed_while_a_network_is_on_its_way()
    {
        string database = await postgres.NewDatabaseAsync();
        await using Runs runs = await Runs.OpenAsync(Folder, database: database);
        (int id, NpgsqlConnection other, Task storing) = await StoreSlowlyAsync(runs, database);
        await using (other)
            Assert.Empty(((SharedRunStore)runs.Store).Renew(_ => true));
        await storing;
        Assert.Equal([0, 1], Assert.Single(runs.Store.All().Runs).Epochs.Select(epoch => epoch.Epoch));
        Assert.True(runs.Store.Holds(id));
    }

    [Fact]
    public async Task A_run_that_is_removed_while_its_network_is_on_its_way_is_gone()
    {
        string database = await postgres.NewDatabaseAsync();
        await using Runs runs = await Runs.OpenAsync(Path.Combine(Folder, "1"), database: database);
        await using Runs second = await Runs.OpenAsync(Path.Combine(Folder, "2"), database: database);
        (int id, NpgsqlConnection other, Task storing) = await StoreSlowlyAsync(runs, database);
        Task removing;
        await using (other)
        {
            removing = Task.Run(() => second.Store.Remove(id), TestContext.Current.CancellationToken);
            await WaitingAsync(database, 2);
        }

        await removing;
        if (await Record.ExceptionAsync(() => storing) is { } refused)
            Assert.IsType<LeaseLostException>(refused);
        Assert.Empty(runs.Store.All().Runs);
        Assert.Equal(0L, await Postgres.ExecuteAsync(database, "SELECT count(*) FROM files"));
    }

    [Fact]
    public async Task A_database_that_only_reads_for_now_as_a_standby_does_is_waited_for()
    {
        string database = await postgres.NewDatabaseAsync();
        await using Runs runs = await Runs.OpenAsync(Folder, database: database);
        using PostgresDatabase standby = new(
            new WebSettings { Database = database + ";Options=-c default_transaction_read_only=on" });
        Assert.Empty(standby.Read("SELECT id FROM runs"));
        DatabaseAwayException away =
            Assert.Throws<DatabaseAwayException>(() => standby.Write("clear", "DELETE FROM corrections", []));
        Assert.Contains("takes no changes now", away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_rows_are_told_and_the_other_runs_are_there()
    {
        string database = await postgres.NewDatabaseAsync();
        await using Runs runs = await Runs.OpenAsync(Folder, database: database);
        for (int i = 0; i < 3; i++)
            runs.Begin(Runs.Settings, isPaused: true);
        runs.Store.Add(2, new RunEpoch(0, 1, 1, 2, 3), null);
        await Postgres.ExecuteAsync(database, "UPDATE runs SET settings = 'hello' WHERE id = 1; UPDATE epochs SET total = 0");
        await using Runs next = await Runs.OpenAsync(Path.Combine(Folder, "2"), database: database);
        next.Book.LookAtDatabase();
        next.Book.LookAtDatabase();
        Assert.Equal([3, 2], next.Book.Runs.Select(run => run.Id));
        Assert.Equal(2, next.Book.Notices.Count);
        Assert.Contains(next.Book.Notices, notice => notice.Contains("run 1 is damaged", StringComparison.Ordinal));
        Assert.Contains(next.Book.Notices, notice => notice.Contains("epoch 0 of run 2 is damaged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE schema_version SET version = 99", "written by a newer Inkling (schema 99")]
    [InlineData("DELETE FROM schema_version", "not Inkling's")]
    [InlineData("ALTER TABLE epochs RENAME COLUMN cost TO price", "not Inkling's")]
    [InlineData("DROP TABLE files", "not Inkling's")]
    [InlineData("DROP TABLE schema_version", "not Inkling's")]
    public async Task A_database_of_another_version_or_of_others_is_refused_in_one_line_and_left_as_it_is(
        string change, string said)
    {
        string database = await postgres.NewDatabaseAsync();
        await using (await Runs.OpenAsync(Folder, database: database))
            await Postgres.ExecuteAsync(database, change);
        const string Count = "SELECT count(*) FROM pg_class";
        object? before = await Postgres.ExecuteAsync(database, Count);
        InklingException refused = await Assert.ThrowsAsync<InklingException>(() => Runs.OpenAsync(Folder, database: database));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await Postgres.ExecuteAsync(database, Count));
    }

    [Fact]
    public async Task A_wrong_password_and_a_server_that_is_not_there_are_said_in_one_line_without_the_password()
    {
        const string Secret = "hunter2";
        string database = await postgres.NewDatabaseAsync();
        foreach ((NpgsqlConnectionStringBuilder wrong, string said) in new (NpgsqlConnectionStringBuilder, string)[]
        {
            (new(database) { Password = Secret }, "password authentication failed"),
            (new(database) { Database = "nowhere" }, "does not exist"),
            (new(database) { Port = Postgres.FreePort(), Password = Secret }, "does not answer"),
            (new(database) { Host = "db.invalid", Password = Secret }, "does not answer"),
        })
        {
            InklingException refused =
                await Assert.ThrowsAnyAsync<InklingException>(() => Runs.OpenAsync(Folder, database: wrong.ToString()));
            Assert.Contains(said, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Theory]
    [InlineData("hunter2")]
    [InlineData("Host=db;Port=hunter2")]
    [InlineData("Host=db;Hunter2=hunter2")]
    [InlineData("Host=db;Minimum Pool Size=200;Password=hunter2")]
    [InlineData("Password=hunter2")]
    public void What_is_no_connection_string_is_said_without_repeating_it(string text)
    {
        string mistake = PostgresDatabase.FindMistake(text)!;
        Assert.Contains("connection string", mistake, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", mistake, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Stores an epoch's network in place of another, which waits until the connection is closed.</summary>
    private static async Task<(int Id, NpgsqlConnection Other, Task Storing)> StoreSlowlyAsync(Runs runs, string database)
    {
        int id = runs.Store.Add(Settings, RunState.Running);
        Store(0);
        NpgsqlConnection other = new(database + ";Pooling=false");
        await other.OpenAsync();
        await using NpgsqlCommand hold = new("BEGIN; SELECT 1 FROM inkling.files FOR UPDATE", other);
        await hold.ExecuteNonQueryAsync();
        Task storing = Task.Run(() => Store(1));
        await WaitingAsync(database, 1);
        return (id, other, storing);

        void Store(int epoch)
        {
            string file = RunFolder.NetworkOf(id, epoch);
            runs.Folder.Save(new Network([784, 8, 10], 5), file);
            runs.Store.Add(id, new RunEpoch(epoch, 1, 1, 2, 3), file);
        }
    }

    /// <summary>Waits until some connections wait for another's transaction.</summary>
    private static async Task WaitingAsync(string database, long connections)
    {
        const string Count =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while (await Postgres.ExecuteAsync(database, Count) is not long waiting || waiting < connections)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }
}
