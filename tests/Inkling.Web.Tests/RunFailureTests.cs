using Inkling.Web.Learning;
using Inkling.Web.Storage;
using Microsoft.Data.Sqlite;

namespace Inkling.Web.Tests;

/// <summary>A failure in a run ends only that run, with a message.</summary>
public sealed class RunFailureTests : InAFolder
{
    public static TheoryData<string, string> Failures => new()
    {
        { "save 1.epoch-0", "full" },
        { "save 1.epoch-0", "denied" },
        { "save 1.epoch-0", "memory" },
        { "add epoch 0 of run 1", "sqlite" },
        { "add epoch 1 of run 1", "sqlite" },
        { "save 1.safetensors", "full" },
        { "finish run 1", "sqlite" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_run_whose_disk_is_full_fails_alone_says_why_and_goes_on_to_the_same_bits_when_there_is_space(
        string at, string kind)
    {
        byte[] undisturbed = await UndisturbedAsync();
        bool isBroken = true;
        await using Runs runs = await Runs.OpenAsync(Folder, what =>
        {
            if (isBroken && what.StartsWith(at, StringComparison.Ordinal))
                throw Failure(kind);
        });
        Run broken = runs.Begin(Runs.Settings), other = runs.Begin(Runs.Settings);
        await Runs.EndedAsync(broken);
        await Runs.EndedAsync(other);
        Assert.Equal((RunState.Failed, RunState.Done), (broken.State, other.State));
        Assert.Contains(
            kind switch
            {
                "full" => "No space left",
                "denied" => "denied",
                "memory" => "memory",
                _ => "no space is left on the disk"
            },
            broken.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\n', broken.Message!);

        isBroken = false;
        Assert.Null(runs.Book.Start(broken));
        await Runs.EndedAsync(broken);
        Assert.Equal((RunState.Done, null), (broken.State, broken.Message));
        Assert.Equal(undisturbed, Runs.NetworkOf(Folder, broken.Id));
    }

    [Fact]
    public async Task Where_not_even_the_failure_can_be_written_down_the_server_lives_and_the_next_one_goes_on()
    {
        byte[] undisturbed = await UndisturbedAsync();
        await using (Runs runs = await Runs.OpenAsync(Folder, what =>
        {
            if (what is not ("migrate" or "add a run"))
                throw Failure(what.StartsWith("save", StringComparison.Ordinal) ? "full" : "sqlite");
        }))
        {
            Run run = runs.Begin(Runs.Settings);
            await Runs.EndedAsync(run);
            Assert.Equal(RunState.Failed, run.State);
            Assert.Contains("No space left", run.Message, StringComparison.Ordinal);
        }

        await using Runs next = await Runs.OpenAsync(Folder);
        Run again = Assert.Single(next.Book.Runs);
        await Runs.EndedAsync(again);
        Assert.Equal((RunState.Done, null), (again.State, again.Message));
        Assert.Equal(undisturbed, Runs.NetworkOf(Folder, again.Id));
    }

    [Fact]
    public async Task A_state_that_cannot_be_written_down_is_told_on_the_page_and_ends_nothing()
    {
        bool isFull = false;
        await using Runs runs = await Runs.OpenAsync(Folder, what =>
        {
            if (isFull && (what.StartsWith("set ", StringComparison.Ordinal) || what is "add a run" or "remove run 1"))
                throw Failure("sqlite");
        });
        Run run = runs.Begin(Runs.Endless);
        isFull = true;
        Assert.Null(runs.Book.Pause(run));
        Assert.Equal(RunState.Paused, run.State);
        Assert.Contains("no space is left on the disk", run.Message, StringComparison.Ordinal);
        InklingException refused = Assert.Throws<InklingException>(() => runs.Book.Begin(Runs.Settings, false, out _));
        Assert.Contains("no space is left on the disk", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InklingException>(() => runs.Book.Remove(run));
        Assert.Same(run, Assert.Single(runs.Book.Runs));
        isFull = false;
        runs.Book.Remove(run);
        Assert.Empty(runs.Book.Runs);
    }

    [Fact]
    public async Task A_run_whose_end_waits_for_the_database_takes_commands_and_ends_when_it_is_back()
    {
        bool isAway = true;
        await using Runs runs = await Runs.OpenAsync(Folder, what =>
        {
            if (Volatile.Read(ref isAway) && what == "finish run 1")
                throw new DatabaseAwayException("It does not answer.", new TimeoutException());
        });
        Run run = runs.Begin(Runs.Settings);
        await Runs.UntilAsync(() => run.Message is not null, "it waits");
        Task pausing = Task.Run(() => runs.Book.Pause(run), TestContext.Current.CancellationToken);
        await Runs.UntilAsync(() => pausing.IsCompleted, "the command is taken");
        Volatile.Write(ref isAway, false);
        await Runs.EndedAsync(run);
        Assert.Equal((RunState.Done, null), (run.State, run.Message));
    }

    [Fact]
    public async Task A_failed_run_goes_on_from_its_checkpoint_after_a_restart()
    {
        byte[] undisturbed = await UndisturbedAsync();
        await using (Runs runs = await Runs.OpenAsync(Folder, what =>
        {
            if (what.StartsWith("save 1.epoch-1", StringComparison.Ordinal))
                throw Failure("full");
        }))
        {
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        }

        await using Runs next = await Runs.OpenAsync(Folder);
        Run again = Assert.Single(next.Book.Runs);
        Assert.Equal((RunState.Failed, 1), (again.State, again.Epochs.Count));
        Assert.Contains("No space left", again.Message, StringComparison.Ordinal);
        Assert.Null(next.Book.Start(again));
        await Runs.EndedAsync(again);
        Assert.Equal(RunState.Done, again.State);
        Assert.Equal(undisturbed, Runs.NetworkOf(Folder, again.Id));
    }

    private static Exception Failure(string kind) => kind switch
    {
        "full" => new InklingException(
            "1.safetensors: cannot be written: No space left on device",
            new IOException("No space left on device")),
        "denied" => new UnauthorizedAccessException("Access is denied."),
        "memory" => new InsufficientMemoryException("Not enough memory."), // derives from OutOfMemoryException
        _ => new SqliteException("database or disk is full", 13),
    };

    /// <summary>The network of a run that nothing has interrupted.</summary>
    private async Task<byte[]> UndisturbedAsync()
    {
        string folder = Path.Combine(Folder, "undisturbed");
        await using Runs runs = await Runs.OpenAsync(folder);
        await Runs.EndedAsync(runs.Begin(Runs.Settings));
        return Runs.NetworkOf(folder, 1);
    }
}
