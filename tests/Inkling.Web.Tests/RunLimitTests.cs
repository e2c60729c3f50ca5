using Inkling.Web.Learning;

namespace Inkling.Web.Tests;

/// <summary>Limits on the number of runs and on their memory.</summary>
public sealed class RunLimitTests : InAFolder
{
    [Fact]
    public async Task Pausing_and_going_on_does_not_pass_the_limit_of_runs_under_way()
    {
        await using Runs runs = await Runs.OpenAsync(Folder);
        List<Run> first = [.. Enumerable.Range(0, RunBook.MostUnderWay).Select(_ => runs.Begin(Runs.Endless))];
        Assert.Equal("room", runs.Book.Begin(Runs.Endless, false, out _)?.Key);
        foreach (Run run in first)
            run.Pause();
        for (int i = 0; i < RunBook.MostUnderWay; i++)
            runs.Begin(Runs.Endless);
        Assert.Equal("room", runs.Book.Start(first[0])?.Key);
        Assert.Equal("room", runs.Book.StepMiniBatch(first[0])?.Key);
        Assert.Equal("room", runs.Book.StepEpoch(first[0])?.Key);
        Assert.Equal(RunBook.MostUnderWay, runs.Book.Runs.Count(run => run.State == RunState.Running));
        Assert.Equal(RunBook.MostUnderWay, runs.Book.Runs.Count(run => run.IsLoaded)); // paused runs freed their memory
    }

    [Fact]
    public async Task A_run_that_was_put_away_while_paused_goes_on_to_the_same_bits()
    {
        RunSettings settings = Runs.Settings with { Epochs = 3 };
        await using Runs runs = await Runs.OpenAsync(Folder, memory: RunMemory.Of(Runs.Endless));
        Run undisturbed = runs.Begin(settings);
        await Runs.EndedAsync(undisturbed);
        Run run = runs.Begin(settings, isPaused: true);
        Assert.Null(runs.Book.StepMiniBatch(run));
        await Runs.UntilAsync(() => run.State == RunState.Paused, "a mini-batch");
        Run between = runs.Begin(Runs.Endless);
        Assert.False(run.IsLoaded);
        Assert.Equal("memory", runs.Book.Start(run)?.Key); // not enough for both runs
        runs.Book.Remove(between);
        Assert.Null(runs.Book.Start(run));
        await Runs.EndedAsync(run);
        Assert.Equal(Runs.NetworkOf(Folder, undisturbed.Id), Runs.NetworkOf(Folder, run.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_the_machine_has_no_memory_for_is_refused_before_it_begins(bool isPaused)
    {
        RunSettings large = Runs.Settings with { Hidden = [2000, 2000, 2000, 2000, 2000], MiniBatch = 10_000 };
        await using Runs runs = await Runs.OpenAsync(Folder, memory: 1L << 30);
        RunRefusal? refusal = runs.Book.Begin(large, isPaused, out Run? run);
        Assert.Null(run);
        Assert.Equal("memory", refusal?.Key);
        Assert.Equal(["1,074 MB", "0 MB"], refusal!.Values.Skip(1));
        Assert.Empty(runs.Book.Runs);
        runs.Begin(Runs.Settings);
    }

    [Fact]
    public async Task Runs_together_stay_within_the_memory_also_when_a_server_starts_on_a_smaller_machine()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder))
        {
            for (int i = 0; i < 3; i++)
                runs.Begin(Runs.Endless);
        }

        await using Runs next = await Runs.OpenAsync(Folder, memory: 2 * RunMemory.Of(Runs.Endless));
        Assert.Equal(2, next.Book.Runs.Count(run => run.State == RunState.Running));
        Run paused = Assert.Single(next.Book.Runs, run => run.State == RunState.Paused);
        Assert.Contains("no room", paused.Message, StringComparison.Ordinal);
        Assert.Equal("memory", next.Book.Start(paused)?.Key);
    }

    [Fact]
    public async Task Data_that_are_not_here_and_settings_out_of_range_begin_no_run()
    {
        await using Runs runs = await Runs.OpenAsync(Folder);
        Assert.Equal("data", runs.Book.Begin(Runs.Settings with { Data = "../../etc" }, false, out _)?.Key);
        Assert.Equal(
            "layers",
            runs.Book.Begin(
                Runs.Settings with { Hidden = RunSettings.ParseHidden(string.Concat(Enumerable.Repeat("1,", 100_000))) },
                false,
                out _)?.Key);
        Assert.Equal("cost", runs.Book.Begin(Runs.Settings with { Cost = (Cost)99 }, false, out _)?.Key);
        Assert.Empty(runs.Book.Runs);
    }

    [Fact]
    public void The_memory_that_trainings_may_take_is_a_share_of_the_machines() =>
        Assert.InRange(new WebSettings().TrainingMemory, 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
}
