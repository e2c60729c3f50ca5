using Inkling.Web.Learning;
using Microsoft.Extensions.DependencyInjection;

namespace Inkling.Web.Tests;

/// <summary>What showing a run costs: its data are read once, its network stays on disk, a slow write blocks no page.</summary>
public sealed class RunLookTests : InAFolder
{
    private const int Patience = 300_000;

    [Fact(Timeout = Patience)]
    public async Task Requests_for_a_run_that_has_ended_do_not_each_read_its_test_data()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { Folder = Folder });
        server.Services.GetRequiredService<TrainingData>().Put(TrainingData.Generated, Runs.Data);
        Run run = Assert.Single(server.Services.GetRequiredService<RunBook>().Runs);
        for (int i = 0; i < 3; i++)
            Assert.Contains(
                "run-title",
                await server.Client.GetStringAsync(new Uri("/learn?run=1", UriKind.Relative)),
                StringComparison.Ordinal);
        Assert.Null(run.Look);
        Task look = run.LoadResultAsync();
        Assert.Same(look, run.LoadResultAsync()); // loaded once, however many pages show it
        await look;
        Assert.NotNull(run.Result);
        Assert.Same(look, run.LoadResultAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task A_damaged_network_is_told_and_not_tried_again()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
            await Runs.EndedAsync(runs.Begin(Runs.Settings));
        File.WriteAllText(Path.Combine(Folder, "runs", "1.safetensors"), "no network");
        await using Runs next = await Runs.OpenAsync(Folder);
        Run run = Assert.Single(next.Book.Runs);
        Task look = run.LoadResultAsync();
        await look;
        Assert.Contains("1.safetensors cannot be shown", run.Message, StringComparison.Ordinal);
        Assert.Same(look, run.LoadResultAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task A_run_that_has_ended_keeps_what_the_page_shows_and_its_network_is_saved_from_its_file()
    {
        await using Runs runs = await Runs.OpenAsync(Folder);
        Run run = runs.Begin(Runs.Settings with { Hidden = [150], Epochs = 1 });
        await Runs.EndedAsync(run);
        Assert.Equal(100 * 784, run.FirstLayer!.Length);
        string name = runs.Book.Save(run);
        Assert.Equal(Runs.NetworkOf(Folder, 1), File.ReadAllBytes(Path.Combine(Folder, "networks", name + ".safetensors")));
    }

    [Fact(Timeout = Patience)]
    public async Task A_run_that_is_watched_slowly_ends_with_the_same_bits_and_hurries_when_the_page_is_closed()
    {
        await using Runs runs = await Runs.OpenAsync(Folder);
        Run watched = runs.Begin(Runs.Settings, isPaused: true);
        watched.Watch(this, miniBatchesPerSecond: 5); // as the page does while it is open; before it is off at its own speed
        Assert.Null(runs.Book.Start(watched));
        await Runs.UntilAsync(
            () =>
            {
                watched.Watch(this, miniBatchesPerSecond: 5);
                return watched.Progress is { Epoch: > 0 } or { Examples: > 0 };
            },
            "a mini-batch at a time");
        await Runs.EndedAsync(watched);
        Assert.True(watched.Moments.Count > 2);
        await Runs.EndedAsync(runs.Begin(Runs.Settings));
        Assert.Equal(Runs.NetworkOf(Folder, 2), Runs.NetworkOf(Folder, 1));
    }

    [Fact(Timeout = Patience)]
    public async Task While_a_slow_disk_keeps_a_pause_waiting_pages_still_see_the_run()
    {
        using ManualResetEventSlim isWriting = new(false), mayWrite = new(false);
        await using Runs runs = await Runs.OpenAsync(Folder, what =>
        {
            if (what != "set run 1 Paused")
                return;
            isWriting.Set();
            mayWrite.Wait(TestContext.Current.CancellationToken);
        });
        Run run = runs.Begin(Runs.Endless);
        Task<RunRefusal?> pause = Task.Run(() => runs.Book.Pause(run));
        try
        {
            isWriting.Wait(TestContext.Current.CancellationToken);
            await Task.Run(() => (run.Epochs, run.IsLoaded), TestContext.Current.CancellationToken)
                .WaitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(RunState.Paused, run.State);
        }
        finally
        {
            mayWrite.Set();
        }

        Assert.Null(await pause);
    }
}
