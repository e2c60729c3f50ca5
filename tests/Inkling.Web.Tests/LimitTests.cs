using System.Diagnostics;
using Inkling.Web.Reading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inkling.Web.Tests;

/// <summary>The queue of readings: its order, its limits, and what ends a reading.</summary>
public sealed class LimitTests : IDisposable
{
    private const int Patience = 120_000;

    private static readonly TimeSpan Long = TimeSpan.FromDays(1);

    private readonly ServiceProvider _services =
        new ServiceCollection().AddMetrics().AddSingleton<ServerMetrics>().BuildServiceProvider();
    private readonly ApplicationLifetime _lifetime = new(NullLogger<ApplicationLifetime>.Instance);

    private volatile bool _hasEnded;

    public void Dispose() => _services.Dispose();

    [Fact(Timeout = Patience)]
    public async Task Readings_are_done_in_the_order_they_came_and_those_too_many_are_turned_away()
    {
        using ReadingQueue desk = Desk(new WebSettings { Readings = 1, Waiting = 2, TimeLimit = Long });
        using ManualResetEventSlim end = new(false);
        List<string> order = [];
        Task first = Do("api 1", end.Wait), second = Do("api 2", () => { }), page = Do("page", () => { });
        await Assert.ThrowsAsync<BusyException>(() => Do("api 3", () => { }));
        await Assert.ThrowsAsync<BusyException>(() => Do("page 2", () => { }));
        end.Set();
        await Task.WhenAll(first, second, page);
        Assert.Equal(["api 1", "api 2", "page"], order);

        Task Do(string name, Action work) => desk.RunAsync(
            _ =>
            {
                work();
                order.Add(name);
                return 0;
            },
            name.Split(' ')[0],
            name,
            isLarge: false,
            CancellationToken.None);
    }

    [Fact(Timeout = Patience)]
    public async Task Who_sends_many_pictures_at_once_does_not_keep_others_waiting_for_all_of_them()
    {
        using ReadingQueue desk = Desk(
            new WebSettings { Readings = 1, ReadingsPerAddress = 2, WaitingPerAddress = 3, TimeLimit = Long });
        using ManualResetEventSlim end = new(false);
        List<string> order = [];
        List<Task> all = [.. Enumerable.Range(0, 5).Select(_ => Do("many"))];
        await Assert.ThrowsAsync<BusyException>(() => Do("many"));
        all.Add(Do("one"));
        end.Set();
        await Task.WhenAll(all);
        Assert.Equal(["many", "many", "one", "many", "many", "many"], order);

        Task Do(string visitor) => desk.RunAsync(
            _ =>
            {
                end.Wait(CancellationToken.None);
                order.Add(visitor);
                return 0;
            },
            "api",
            visitor,
            isLarge: false,
            CancellationToken.None);
    }

    [Fact(Timeout = Patience)]
    public async Task Large_pictures_leave_a_core_to_small_ones()
    {
        using ReadingQueue desk = Desk(new WebSettings { Readings = 2, LargeReadings = 1, TimeLimit = Long });
        using ManualResetEventSlim end = new(false);
        Task<int> first = desk.RunAsync(Wait, "api", "somebody", isLarge: true, CancellationToken.None);
        Task<int> second = desk.RunAsync(Wait, "api", "somebody", isLarge: true, CancellationToken.None);
        Assert.Equal(1, await desk.RunAsync(_ => 1, "page", "somebody", isLarge: false, CancellationToken.None));
        end.Set();
        int[] results = await Task.WhenAll(first, second);
        Assert.Equal([0, 0], results);

        int Wait(CancellationToken token)
        {
            end.Wait(token);
            return 0;
        }
    }

    [Fact(Timeout = Patience)]
    public async Task After_a_large_picture_small_ones_that_wait_have_its_core_for_twice_as_long()
    {
        using ReadingQueue queue = Desk(new WebSettings { Readings = 1, LargeReadings = 1, TimeLimit = Long });
        using ManualResetEventSlim end = new(false);
        long firstBegan = 0, firstEnded = 0;
        Task<int> first = queue.RunAsync(Wait, "api", "somebody", isLarge: true, CancellationToken.None);
        Task<int> small = queue.RunAsync(_ => 2, "api", "somebody else", isLarge: false, CancellationToken.None);
        Task<long> second = queue.RunAsync(
            _ => Stopwatch.GetTimestamp(), "api", "a third", isLarge: true, CancellationToken.None);
        await Task.Delay(100);
        end.Set();
        Assert.Equal(1, await first);
        Assert.Equal(2, await small);
        Assert.True(await second - firstEnded >= 2 * (firstEnded - firstBegan));

        int Wait(CancellationToken token)
        {
            firstBegan = Stopwatch.GetTimestamp();
            end.Wait(token);
            firstEnded = Stopwatch.GetTimestamp();
            return 1;
        }
    }

    [Fact(Timeout = Patience)]
    public async Task A_reading_that_takes_too_long_is_ended_and_makes_room_for_the_next()
    {
        using ReadingQueue desk = Desk(new WebSettings { Readings = 1, Waiting = 0, TimeLimit = TimeSpan.FromSeconds(1) });
        await Assert.ThrowsAsync<TimeoutException>(
            () => desk.RunAsync(UntilCancelled, "api", "somebody", isLarge: false, CancellationToken.None));
        Assert.True(_hasEnded);
        Assert.Equal(1, await desk.RunAsync(_ => 1, "api", "somebody", isLarge: false, CancellationToken.None));
    }

    [Fact(Timeout = Patience)]
    public async Task A_reading_that_nobody_waits_for_is_ended_and_makes_room_for_the_next()
    {
        using ReadingQueue desk = Desk(new WebSettings { Readings = 1, Waiting = 0, TimeLimit = Long });
        using CancellationTokenSource caller = new();
        Task<int> reading = desk.RunAsync(UntilCancelled, "api", "somebody", isLarge: false, caller.Token);
        await Assert.ThrowsAsync<BusyException>(
            () => desk.RunAsync(_ => 1, "api", "somebody", isLarge: false, CancellationToken.None));
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.True(_hasEnded);
        Assert.Equal(1, await desk.RunAsync(_ => 1, "api", "somebody", isLarge: false, CancellationToken.None));
    }

    [Fact(Timeout = Patience)]
    public async Task Who_waits_and_goes_away_leaves_the_queue()
    {
        using ReadingQueue desk = Desk(new WebSettings { Readings = 1, Waiting = 1, TimeLimit = Long });
        using ManualResetEventSlim end = new(false);
        using CancellationTokenSource caller = new();
        Task<int> reading = desk.RunAsync(
            token => { end.Wait(token); return 1; }, "api", "somebody", isLarge: false, CancellationToken.None);
        Task<int> waiting = desk.RunAsync(_ => 2, "api", "somebody", isLarge: false, caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Task<int> next = desk.RunAsync(_ => 3, "api", "somebody", isLarge: false, CancellationToken.None);
        end.Set();
        int[] results = await Task.WhenAll(reading, next);
        Assert.Equal([1, 3], results);
    }

    [Fact(Timeout = Patience)]
    public async Task Readings_end_when_the_server_stops()
    {
        using ReadingQueue desk = Desk(new WebSettings { Readings = 1, Waiting = 1, TimeLimit = Long });
        Task<int> reading = desk.RunAsync(UntilCancelled, "api", "somebody", isLarge: false, CancellationToken.None);
        Task<int> waiting = desk.RunAsync(_ => 1, "api", "somebody", isLarge: false, CancellationToken.None);
        _lifetime.StopApplication();
        await Assert.ThrowsAsync<BusyException>(() => reading);
        Assert.True(_hasEnded);
        await Assert.ThrowsAsync<BusyException>(() => waiting);
    }

    [Fact(Timeout = Patience)]
    public async Task Of_a_visitors_drawings_only_the_newest_is_read()
    {
        using NewestOnly visitor = new();
        int under = 0, most = 0;
        List<int> done = [];
        TaskCompletionSource end = new();
        Task[] drawings = [.. Enumerable.Range(0, 5).Select(i => visitor.RunAsync(async token =>
        {
            most = Math.Max(most, ++under);
            try
            {
                if (i < 4)
                    await end.Task.WaitAsync(token);
                done.Add(i);
            }
            finally
            {
                under--;
            }
        }))];
        await Task.WhenAll(drawings);
        Assert.Equal([4], done);
        Assert.Equal(1, most);
    }

    [Fact(Timeout = Patience)]
    public async Task When_a_visitor_has_gone_nothing_is_read_for_him()
    {
        NewestOnly visitor = new();
        Task drawing = visitor.RunAsync(token => Task.Delay(Timeout.Infinite, token));
        visitor.Dispose();
        await drawing;
        await visitor.RunAsync(_ => throw new InvalidOperationException("Something was begun."));
    }

    private ReadingQueue Desk(WebSettings settings) => new(settings, _services.GetRequiredService<ServerMetrics>(), _lifetime);

    /// <summary>A reading that runs until it is cancelled.</summary>
    private int UntilCancelled(CancellationToken token)
    {
        token.WaitHandle.WaitOne(Patience);
        _hasEnded = token.IsCancellationRequested;
        token.ThrowIfCancellationRequested();
        return 0;
    }
}
