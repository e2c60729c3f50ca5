using Inkling.Data;
using Inkling.Web.Learning;

namespace Inkling.Web.Tests;

/// <summary>Two servers that share a database, each with its own folder. The tests say when each looks at the database.</summary>
[Collection(ReplicasAndTheirDatabase.Name)]
public sealed class ReplicaTests(Postgres postgres) : InAFolder
{
    [Fact]
    public async Task A_run_is_seen_on_the_other_server_with_its_epochs_and_its_network()
    {
        (Runs first, Runs second, _) = await OpenAsync();
        await using (first)
        await using (second)
        {
            Run run = first.Begin(Runs.Settings);
            await Runs.EndedAsync(run);
            second.Book.LookAtDatabase();
            Run seen = Assert.Single(second.Book.Runs);
            Assert.Equal((RunState.Done, null, false), (seen.State, seen.Message, seen.IsLoaded));
            Assert.Equal(run.Epochs, seen.Epochs);
            await seen.LoadResultAsync();
            Assert.Equal(run.Result!.Confusion.Cast<int>(), seen.Result!.Confusion.Cast<int>());
            Assert.Equal(run.FirstLayer, seen.FirstLayer);
            Assert.Empty(second.Folder.FilesOf(seen.Id));
        }
    }

    [Fact]
    public async Task A_run_whose_server_shows_no_sign_of_life_goes_on_at_the_other_to_the_same_bits()
    {
        RunSettings settings = Runs.Settings with { Epochs = 6 };
        (Runs first, Runs second, string database) = await OpenAsync();
        await using (first)
        await using (second)
        {
            using ManualResetEventSlim hangs = new(false);
            first.Folder.BeforeChange = what =>
            {
                if (what == "add epoch 3 of run 1")
                    hangs.Wait(Server.Patience); // as a machine that stands still
            };
            Run run = first.Begin(settings);
            await Runs.UntilAsync(() => run.Epochs.Count == 3, "three epochs");
            second.Book.LookAtDatabase();
            Run other = Assert.Single(second.Book.Runs);
            Assert.Equal((RunState.Running, 3, true), (other.State, other.Epochs.Count, other.IsElsewhere));
            await Postgres.EndLeasesAsync(database);
            second.Book.LookAtDatabase();
            Assert.False(other.IsElsewhere);
            await Runs.EndedAsync(other);
            Assert.Equal((RunState.Done, null, 6), (other.State, other.Message, other.Epochs.Count));

            hangs.Set();
            await Runs.UntilAsync(() => !run.IsLoaded, "the first server sees that its lease is over");
            first.Book.LookAtDatabase();
            first.Book.LookAtDatabase();
            Assert.Equal((RunState.Done, null), (run.State, run.Message));
            Assert.Equal(other.Epochs, run.Epochs);

            Run undisturbed = second.Begin(settings);
            await Runs.EndedAsync(undisturbed);
            Assert.Equal(
                undisturbed.LoadNetwork().WeightedLayers.SelectMany(layer => layer.CopyWeights()),
                run.LoadNetwork().WeightedLayers.SelectMany(layer => layer.CopyWeights()));
        }
    }

    [Fact]
    public async Task A_server_that_ends_in_order_leaves_its_runs_to_the_other_at_once_where_they_stand()
    {
        (Runs first, Runs second, _) = await OpenAsync();
        await using (second)
        {
            await using (first)
            {
                Run run = first.Begin(Runs.Endless);
                await Runs.UntilAsync(() => run.Progress.Examples > 0, "a mini-batch");
            }

            second.Book.LookAtDatabase();
            Run other = Assert.Single(second.Book.Runs);
            Assert.False(other.IsElsewhere);
            await Runs.UntilAsync(() => other.Progress.Examples > 0, "it trains");
            Assert.NotEmpty(second.Folder.FilesOf(other.Id));
        }
    }

    [Theory]
    [InlineData("no such data", null)]
    [InlineData(TrainingData.Generated, "no such device")]
    public async Task A_run_waits_for_a_server_that_has_its_data_and_its_device(string data, string? device)
    {
        (Runs first, Runs second, _) = await OpenAsync();
        await using (first)
        await using (second)
        {
            int id = first.Store.Add(Runs.Settings with { Data = data, Device = device }, RunState.Running);
            ((SharedRunStore)first.Store).Renew(_ => false);
            second.Book.LookAtDatabase();
            Run run = Assert.Single(second.Book.Runs);
            Assert.Equal((RunState.Running, null, true), (run.State, run.Message, run.IsElsewhere));
            Assert.Null(second.Book.StepEpoch(run));
            second.Book.LookAtDatabase();
            Assert.Equal((RunState.Running, null, true), (run.State, run.Message, run.IsElsewhere));
            Assert.True(first.Store.TryTake(id));
            Assert.Equal((id, RunCommand.StepEpoch), Assert.Single(((SharedRunStore)first.Store).Receive()));
        }
    }

    [Fact]
    public async Task What_a_page_asks_of_a_run_reaches_the_server_that_trains_it()
    {
        (Runs first, Runs second, _) = await OpenAsync();
        await using (first)
        await using (second)
        {
            Run run = first.Begin(Runs.Endless, isPaused: true);
            Assert.Null(first.Book.StepMiniBatch(run));
            await Runs.UntilAsync(() => run.State == RunState.Paused && run.Progress.Examples == 10, "a mini-batch");
            second.Book.LookAtDatabase();
            Run seen = Assert.Single(second.Book.Runs);
            Assert.Equal((RunState.Paused, true), (seen.State, seen.IsElsewhere));
            Assert.Null(second.Book.StepMiniBatch(seen));
            first.Book.LookAtDatabase();
            await Runs.UntilAsync(() => run.State == RunState.Paused && run.Progress.Examples == 20, "another");
            Assert.Null(second.Book.Start(seen));
            first.Book.LookAtDatabase();
            Assert.Equal(RunState.Running, run.State);
            second.Book.LookAtDatabase();
            Assert.Equal(RunState.Running, seen.State);
            Assert.Null(second.Book.Pause(seen));
            first.Book.LookAtDatabase();
            Assert.Equal(RunState.Paused, run.State);
            second.Book.Remove(seen);
            Assert.Empty(second.Book.Runs);
            first.Book.LookAtDatabase();
            Assert.Empty(first.Book.Runs);
            Assert.Empty(first.Folder.FilesOf(run.Id));
        }
    }

    [Fact]
    public async Task A_paused_run_that_nobody_holds_goes_on_where_it_is_asked_to()
    {
        (Runs first, Runs second, _) = await OpenAsync();
        await using (first)
        await using (second)
        {
            Run run = first.Begin(Runs.Settings, isPaused: true);
            first.Book.LookAtDatabase(); // it is not loaded, so that its lease is given back
            second.Book.LookAtDatabase();
            Run other = Assert.Single(second.Book.Runs);
            Assert.Equal(RunState.Paused, other.State);
            Assert.Null(second.Book.Start(other));
            await Runs.EndedAsync(other);
            first.Book.LookAtDatabase();
            Assert.Equal((RunState.Done, 2), (run.State, run.Epochs.Count));
        }
    }

    [Fact]
    public async Task A_run_that_has_ended_elsewhere_is_not_trained_again_by_a_page_that_does_not_show_it_yet()
    {
        (Runs first, Runs second, _) = await OpenAsync();
        await using (first)
        await using (second)
        {
            Run run = first.Begin(Runs.Settings, isPaused: true);
            second.Book.LookAtDatabase();
            Run other = Assert.Single(second.Book.Runs);
            Assert.Null(first.Book.Start(run));
            await Runs.EndedAsync(run);
            first.Book.LookAtDatabase();
            Assert.Equal(RunState.Paused, other.State);
            Assert.Null(second.Book.Start(other));
            Assert.Equal((RunState.Done, 2, false), (other.State, other.Epochs.Count, other.IsLoaded));
        }
    }

    [Fact]
    public async Task A_page_is_told_that_the_server_that_has_its_run_has_no_room_for_it()
    {
        (Runs first, Runs second, _) = await OpenAsync();
        await using (first)
        await using (second)
        {
            Run run = first.Begin(Runs.Settings, isPaused: true);
            for (int i = 0; i < RunBook.MostUnderWay; i++)
                first.Begin(Runs.Endless);
            second.Book.LookAtDatabase();
            Run seen = second.Book.Find(run.Id)!;
            Assert.Null(second.Book.Start(seen));
            first.Book.LookAtDatabase();
            second.Book.LookAtDatabase();
            Assert.Equal(RunState.Paused, seen.State);
            Assert.Contains("no room", seen.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Leases_are_renewed_while_a_command_or_a_look_takes_long()
    {
        (Runs first, Runs second, string database) = await OpenAsync();
        await using (first)
        await using (second)
        {
            Run run = first.Begin(Runs.Endless);
            using ManualResetEventSlim hangs = new(false), isIn = new(false);
            first.Folder.BeforeChange = what =>
            {
                if (what != "set run 1 Paused")
                    return;
                isIn.Set();
                hangs.Wait(Server.Patience);
            };
            Task pausing = Task.Run(() => first.Book.Pause(run), TestContext.Current.CancellationToken);
            isIn.Wait(TestContext.Current.CancellationToken);
            await Postgres.EndLeasesAsync(database);
            first.Book.RenewLeases();
            Assert.False(second.Store.TryTake(run.Id));
            hangs.Set();
            await pausing;
        }
    }

    [Fact]
    public async Task A_correction_that_is_committed_after_a_later_one_is_copied_too()
    {
        (Runs first, Runs second, string database) = await OpenAsync();
        await using (first)
        await using (second)
        {
            foreach (int id in new[] { 12, 11 })
            {
                await Postgres.ExecuteAsync(
                    database,
                    $"INSERT INTO corrections OVERRIDING SYSTEM VALUE "
                        + $"VALUES ({id}, decode(repeat('07', 784), 'hex'), {id - 10})");
                second.Shared.Copy();
            }

            Assert.Equal(
                [1, 2],
                IdxFile.Read(Path.Combine(second.Corrections.Folder, "corrections-labels-idx1-ubyte")).Values<byte>());
        }
    }

    [Fact]
    public async Task Networks_and_corrections_are_the_same_on_both()
    {
        (Runs first, Runs second, _) = await OpenAsync();
        await using (first)
        await using (second)
        {
            string name = first.Models.Save(new Network([784, 8, 10], 5), "mine");
            first.Corrections.Add(Runs.Data.Test.Pixels(0).ToArray(), 7);
            Assert.Equal(2, second.Corrections.Add(Runs.Data.Test.Pixels(1).ToArray(), 3));
            second.Shared.Copy();
            Assert.Equal(
                first.Models.NetworkOf(name).WeightedLayers[0].CopyWeights(),
                second.Models.NetworkOf(name).WeightedLayers[0].CopyWeights());
            string copies = second.Corrections.Folder;
            Assert.Equal([7, 3], IdxFile.Read(Path.Combine(copies, "corrections-labels-idx1-ubyte")).Values<byte>());
            Assert.Equal(
                [.. Runs.Data.Test.Pixels(0), .. Runs.Data.Test.Pixels(1)],
                IdxFile.Read(Path.Combine(copies, "corrections-images-idx3-ubyte")).Values<byte>());
            second.Models.Save(new Network([784, 8, 10], 6), "mine");
            first.Shared.Copy();
            Assert.Equal(
                second.Models.NetworkOf(name).WeightedLayers[0].CopyWeights(),
                first.Models.NetworkOf(name).WeightedLayers[0].CopyWeights());
        }
    }

    private async Task<(Runs First, Runs Second, string Database)> OpenAsync()
    {
        string database = await postgres.NewDatabaseAsync();
        return (
            await Runs.OpenAsync(Path.Combine(Folder, "1"), database: database),
            await Runs.OpenAsync(Path.Combine(Folder, "2"), database: database),
            database);
    }
}
