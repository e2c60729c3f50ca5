using Inkling.Web.Learning;

namespace Inkling.Web.Tests;

/// <summary>A server killed between any two of its writes loses nothing. Before each write the folder is copied, and a new
/// server opens the copy.</summary>
public sealed class RunCrashTests : InAFolder
{
    [Fact]
    public async Task Killed_before_any_write_of_a_run_the_next_server_ends_it_with_the_same_bits()
    {
        List<string> changes = [];
        byte[] network;
        RunEpoch[] epochs;
        await using (Runs runs = await Runs.OpenAsync(Path.Combine(Folder, "first"), what =>
        {
            Runs.Copy(Path.Combine(Folder, "first"), Path.Combine(Folder, $"{changes.Count}"));
            changes.Add(what);
        }))
        {
            Run run = runs.Begin(Runs.Settings);
            await Runs.EndedAsync(run);
            Assert.Equal((RunState.Done, null), (run.State, run.Message));
            (network, epochs) = (Runs.NetworkOf(Path.Combine(Folder, "first"), 1), [.. run.Epochs]);
        }

        Assert.Equal(
            [
                "migrate", "add a run", "save 1.epoch-0.safetensors", "add epoch 0 of run 1", "save 1.epoch-1.safetensors",
                "add epoch 1 of run 1", "delete 1.epoch-0.safetensors", "save 1.safetensors", "finish run 1",
                "delete 1.epoch-1.safetensors"
            ],
            changes);
        for (int i = changes.IndexOf("add a run") + 1; i < changes.Count; i++)
        {
            string copy = Path.Combine(Folder, $"{i}");
            await using Runs next = await Runs.OpenAsync(copy);
            Run run = Assert.Single(next.Book.Runs);
            if (run.State == RunState.Done)
                Assert.Equal(network, Runs.NetworkOf(copy, 1)); // a run is "done" only with its last epoch's network
            await Runs.EndedAsync(run);
            Assert.Equal((RunState.Done, null, changes[i]), (run.State, run.Message, changes[i]));
            Assert.Equal(network, Runs.NetworkOf(copy, 1));
            Assert.Equal(
                epochs.Select(epoch => epoch with { Seconds = 0 }),
                run.Epochs.Select(epoch => epoch with { Seconds = 0 }));
            Assert.DoesNotContain(
                Directory.GetFiles(next.Folder.Location),
                file => file.Contains(".epoch-", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_run_that_is_done_but_whose_network_is_missing_says_so_and_makes_it_again()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        byte[] network = Runs.NetworkOf(Folder, 1);
        File.Delete(Path.Combine(Folder, "runs", "1.safetensors"));
        await using Runs next = await Runs.OpenAsync(Folder);
        Run run = Assert.Single(next.Book.Runs);
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("1.safetensors is missing", run.Message, StringComparison.Ordinal);
        next.Book.Start(run);
        await Runs.EndedAsync(run);
        Assert.Equal(RunState.Done, run.State);
        Assert.Equal(network, Runs.NetworkOf(Folder, 1));
    }

    [Fact]
    public async Task Killed_anywhere_while_deleting_a_run_is_there_whole_or_gone_with_all_its_files()
    {
        List<string> changes = [];
        string first = Path.Combine(Folder, "first");
        bool isDeleting = false;
        await using (Runs runs = await Runs.OpenAsync(first, what =>
        {
            if (!isDeleting)
                return;
            Runs.Copy(first, Path.Combine(Folder, $"{changes.Count}"));
            changes.Add(what);
        }))
        {
            Run run = runs.Begin(Runs.Settings);
            await Runs.EndedAsync(run);
            isDeleting = true;
            runs.Book.Remove(run);
            Assert.Empty(runs.Folder.FilesOf(1));
        }

        Assert.Equal("remove run 1", changes[0]);
        Assert.Equal(["delete 1.checkpoint", "delete 1.checkpoint.previous", "delete 1.safetensors"], changes.Skip(1).Order());
        for (int i = 0; i < changes.Count; i++)
        {
            await using Runs next = await Runs.OpenAsync(Path.Combine(Folder, $"{i}"));
            Assert.Equal(i == 0 ? 1 : 0, next.Book.Runs.Count);
            Assert.Equal(i == 0 ? 3 : 0, next.Folder.FilesOf(1).Count);
            Assert.Equal(2, next.Begin(Runs.Settings, isPaused: true).Id); // the number 1 is not reused
        }
    }

    [Fact]
    public async Task Half_written_files_of_a_killed_server_are_cleaned_up()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        string[] before = Directory.GetFiles(Path.Combine(Folder, "runs"), "1.*");
        foreach (string name in new[]
        {
            "1.checkpoint.7-0123456789abcdef0123456789abcdef.tmp",
            "1.safetensors.7-0123456789abcdef0123456789abcdef.tmp",
            "notes.txt"
        })
            File.WriteAllText(Path.Combine(Folder, "runs", name), "half");
        await using Runs next = await Runs.OpenAsync(Folder);
        Assert.Equal(before.Order(), Directory.GetFiles(Path.Combine(Folder, "runs"), "1.*").Order());
        Assert.True(File.Exists(Path.Combine(Folder, "runs", "notes.txt"))); // files that Inkling did not write are kept
    }

    [Fact]
    public async Task A_paused_run_stays_paused_after_a_restart_also_where_it_was_stepped()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
        {
            runs.Begin(Runs.Endless, isPaused: true);
            Run stepped = runs.Begin(Runs.Endless, isPaused: true),
                stepping = runs.Begin(Runs.Endless, isPaused: true),
                paused = runs.Begin(Runs.Endless);
            Assert.Null(runs.Book.StepMiniBatch(stepped));
            await Runs.UntilAsync(() => stepped.State == RunState.Paused && stepped.Progress.Examples == 10, "a mini-batch");
            Assert.Null(runs.Book.StepEpoch(stepping));
            paused.Pause();
            // The list as a kill in the middle of the epoch would leave it.
            string list = Path.Combine(Directory.CreateDirectory(Path.Combine(Folder, "copy", "runs")).FullName, "runs.db");
            Runs.Change(Folder, $"VACUUM INTO '{list}'");
        }

        foreach (string folder in new[] { Folder, Path.Combine(Folder, "copy") })
        {
            await using Runs next = await Runs.OpenAsync(folder);
            Assert.Equal(4, next.Book.Runs.Count);
            Assert.All(next.Book.Runs, run => Assert.Equal((RunState.Paused, false), (run.State, run.IsLoaded)));
        }
    }

    [Fact]
    public async Task Files_that_somebody_put_there_are_never_deleted()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        string[] theirs =
        [
            "1.safetensors.bak", "1.checkpoint.copy", "2.checkpoint.copy", "1.epoch-best.safetensors", "01.safetensors",
            "+1.checkpoint",
            "1.safetensors.tmp", "9.epoch-1.safetensors.old",
        ];
        string[] unlisted = ["7.safetensors", "7.checkpoint", "8.epoch-1.safetensors"]; // named as Inkling names its files
        foreach (string name in theirs.Concat(unlisted))
            File.WriteAllText(Path.Combine(Folder, "runs", name), name);
        await using Runs next = await Runs.OpenAsync(Folder);
        Assert.All(theirs, name => Assert.Equal(name, File.ReadAllText(Path.Combine(Folder, "runs", name))));
        Assert.All(unlisted, name => Assert.Equal(name, File.ReadAllText(Path.Combine(Folder, "runs.unlisted-1", name))));
        Assert.Contains(
            "3 files of runs that are not in the list, 7.checkpoint",
            Assert.Single(next.Book.Notices),
            StringComparison.Ordinal);
        next.Book.Remove(Assert.Single(next.Book.Runs));
        Assert.All(theirs, name => Assert.True(File.Exists(Path.Combine(Folder, "runs", name))));
    }

    [Fact]
    public async Task Where_an_older_list_is_put_back_the_networks_of_later_runs_are_set_aside()
    {
        string older = Path.Combine(Folder, "older");
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        File.Copy(Path.Combine(Folder, "runs", "runs.db"), older);
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings with { Seed = 9 }));
        byte[] later = Runs.NetworkOf(Folder, 2);
        File.Copy(older, Path.Combine(Folder, "runs", "runs.db"), overwrite: true);
        await using Runs next = await Runs.OpenAsync(Folder);
        Run again = next.Begin(Runs.Settings);
        Assert.Equal(2, again.Id);
        await Runs.EndedAsync(again);
        Assert.Equal(Runs.NetworkOf(Folder, 1), Runs.NetworkOf(Folder, 2));
        Assert.Equal(later, File.ReadAllBytes(Path.Combine(Folder, "runs.unlisted-1", "2.safetensors")));
    }
}
