using System.Diagnostics;
using Inkling.Web.Learning;
using Microsoft.Data.Sqlite;

namespace Inkling.Web.Tests;

/// <summary>The list of runs: damaged entries are reported and kept, and lists of older versions are migrated.</summary>
public sealed class RunStoreTests : InAFolder
{
    private const int Patience = 300_000;

    private string Database => Path.Combine(Folder, "runs", "runs.db");

    [Theory]
    [InlineData("UPDATE runs SET settings = 'hello' WHERE id = 1", "run 1 is damaged")]
    [InlineData("UPDATE runs SET settings = 'null' WHERE id = 1", "run 1 is damaged")]
    [InlineData("UPDATE runs SET settings = '{\"Hidden\":null}' WHERE id = 1", "run 1 is damaged")]
    [InlineData("UPDATE runs SET settings = '{\"Hidden\":[-5]}' WHERE id = 1", "run 1 is damaged")]
    [InlineData("UPDATE runs SET settings = '{\"Epochs\":2000000000}' WHERE id = 1", "run 1 is damaged")]
    [InlineData("UPDATE runs SET settings = x'00ff' WHERE id = 1", "run 1 is damaged")]
    [InlineData("UPDATE runs SET state = 'Dancing' WHERE id = 1", "run 1 is damaged")]
    [InlineData("UPDATE runs SET state = '77' WHERE id = 1", "run 1 is damaged")]
    public async Task A_damaged_row_is_left_out_and_told_and_the_others_are_there(string damage, string told)
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
        {
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        }

        Runs.Change(Folder, damage);
        await using Runs next = await Runs.OpenAsync(Folder);
        Assert.Equal(2, Assert.Single(next.Book.Runs).Id);
        Assert.Contains(told, Assert.Single(next.Book.Notices), StringComparison.Ordinal);
        Assert.NotEmpty(next.Folder.FilesOf(1)); // none of its files is deleted
    }

    [Theory]
    [InlineData("epoch = 'first'")]
    [InlineData("correct = -1")]
    [InlineData("total = 0")]
    [InlineData("seconds = 'long'")]
    public async Task A_damaged_epoch_is_left_out_and_told(string damage)
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        Runs.Change(Folder, $"UPDATE epochs SET {damage} WHERE run = 1 AND epoch = 0");
        await using Runs next = await Runs.OpenAsync(Folder);
        Assert.Equal(1, Assert.Single(Assert.Single(next.Book.Runs).Epochs).Epoch);
        Assert.Contains("of run 1 is damaged", Assert.Single(next.Book.Notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("this is no database, though it is long enough to be looked at as one; one hundred bytes are its header.")]
    [InlineData("")]
    public async Task A_damaged_list_is_set_aside_with_all_networks_and_told(string content)
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        byte[] network = Runs.NetworkOf(Folder, 1);
        File.WriteAllText(Database, content);
        await using Runs next = await Runs.OpenAsync(Folder);
        Assert.Empty(next.Book.Runs);
        Assert.Contains("runs.damaged-1", Assert.Single(next.Book.Notices), StringComparison.Ordinal);
        Assert.Equal(network, File.ReadAllBytes(Path.Combine(Folder, "runs.damaged-1", "1.safetensors")));
        Assert.Equal(content, File.ReadAllText(Path.Combine(Folder, "runs.damaged-1", "runs.db")));
        await Runs.EndedAsync(next.Begin(Runs.Settings));
        Assert.Equal(network, Runs.NetworkOf(Folder, 1));
    }

    [Fact]
    public async Task A_list_of_which_pages_are_damaged_or_a_table_is_missing_is_set_aside()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        byte[] list = File.ReadAllBytes(Database);
        list.AsSpan(4096).Fill(0xA5); // all database pages but the first
        File.WriteAllBytes(Database, list);
        await using (Runs next = await Runs.OpenAsync(Folder))
            Assert.Contains("runs.damaged-1", Assert.Single(next.Book.Notices), StringComparison.Ordinal);
        Runs.Change(Folder, "DROP TABLE epochs");
        await using (Runs next = await Runs.OpenAsync(Folder))
            Assert.Contains("runs.damaged-2", Assert.Single(next.Book.Notices), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_the_first_version_is_taken_over_with_its_runs()
    {
        byte[] network;
        await using (Runs runs = await Runs.OpenAsync(Folder))
        {
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
            network = Runs.NetworkOf(Folder, 1);
        }

        File.Delete(Database);
        Runs.Change(Folder, """
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS runs (
                id INTEGER PRIMARY KEY AUTOINCREMENT, settings TEXT NOT NULL, state TEXT NOT NULL, message TEXT);
            CREATE TABLE IF NOT EXISTS epochs (
                run INTEGER NOT NULL, epoch INTEGER NOT NULL, cost REAL, correct INTEGER NOT NULL, total INTEGER NOT NULL,
                seconds REAL NOT NULL, PRIMARY KEY (run, epoch));
            INSERT INTO runs VALUES (
                1, '{"Data":"generated","Hidden":[8],"Cost":0,"MiniBatch":10,"Eta":3,"Epochs":2,"Seed":3}', 'Done', NULL);
            INSERT INTO epochs VALUES (1, 0, 0.5, 40, 100, 0.1), (1, 1, NULL, 50, 100, 0.1);
            """);
        await using Runs next = await Runs.OpenAsync(Folder);
        Run run = Assert.Single(next.Book.Runs);
        Assert.Equal((RunState.Done, 3, 50), (run.State, run.Settings.Seed, run.Epochs[1].Correct));
        await run.LoadResultAsync();
        Assert.NotNull(run.Result);
        Assert.Equal(network, Runs.NetworkOf(Folder, 1));
        Assert.Empty(next.Book.Notices);
    }

    [Fact]
    public async Task The_list_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            runs.Begin(Runs.Settings, isPaused: true);
        Runs.Change(Folder, "PRAGMA user_version = 99");
        byte[] before = File.ReadAllBytes(Database);
        InklingException refused = await Assert.ThrowsAsync<InklingException>(() => Runs.OpenAsync(Folder));
        Assert.Contains("written by a newer Inkling (schema 99", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Database));
    }

    [Fact]
    public void A_list_that_cannot_be_read_is_said_in_one_line()
    {
        using RunFolder folder = new(new WebSettings { Folder = Folder });
        using LocalRunStore store = new(folder);
        Runs.Change(Folder, "DROP TABLE epochs");
        InklingException refused = Assert.Throws<InklingException>(() => store.All());
        Assert.Contains("runs.db: cannot be read", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task Where_no_space_is_left_for_the_list_a_run_can_still_be_deleted()
    {
        bool isFull = false;
        await using Runs runs = await Runs.OpenAsync(Folder, what =>
        {
            if (isFull
                && what.StartsWith("remove", StringComparison.Ordinal)
                && File.Exists(Path.Combine(Folder, "runs", "1.checkpoint.previous")))
            {
                throw new SqliteException("database or disk is full", 13);
            }
        });
        Run run = runs.Begin(Runs.Settings);
        await Runs.EndedAsync(run);
        isFull = true;
        runs.Book.Remove(run);
        Assert.Empty(runs.Book.Runs);
        Assert.Empty(runs.Folder.FilesOf(1));
    }

    [Fact(Timeout = Patience)]
    public async Task A_second_server_on_the_same_folder_is_refused_in_one_line()
    {
        await using Server first = await Server.StartAsync();
        using Process second = Server.Run(first.Home, ["--port", "0"]);
        Task<string> said = second.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            // The second server ends without printing its address.
            Assert.Null(await second.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            await second.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            second.Kill(entireProcessTree: true);
        }

        Assert.Equal(1, second.ExitCode);
        Assert.Contains(
            "another \"inkling serve\" uses this folder",
            Assert.Single((await said).Trim().Split('\n')),
            StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task What_was_found_damaged_is_told_on_standard_error_too()
    {
        await using (await Runs.OpenAsync(Path.Combine(Folder, "inkling")))
            Runs.Change(
                Path.Combine(Folder, "inkling"),
                "INSERT INTO runs (settings, state) VALUES ('not what was written', 'Running')");
        using Process server = Server.Run(Folder, ["--port", "0"]);
        try
        {
            string? line = "";
            while (line?.Contains("run 1 is damaged", StringComparison.Ordinal) == false)
                line = await server.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(line); // null if the server ended without the message
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }
}
