using Inkling.Web.Reading;
using Microsoft.Extensions.DependencyInjection;

namespace Inkling.Web.Tests;

/// <summary>Who waits, who goes first, who is turned away.</summary>
public sealed class LimitTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<ServerMetrics>().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Beyond_those_that_may_wait_callers_are_turned_away_and_pages_go_first()
    {
        ReadingDesk desk = new(new WebSettings { Readings = 1, Waiting = 1 }, _services.GetRequiredService<ServerMetrics>());
        using ManualResetEventSlim end = new(false);
        List<string> order = [];
        Task<int> first = Do("first", end.Wait, isFromPage: false);
        await Task.Delay(50);
        Task<int> second = Do("second", () => { }, isFromPage: false);
        await Assert.ThrowsAsync<BusyException>(() => Do("third", () => { }, isFromPage: false));
        Task<int> page = Do("page", () => { }, isFromPage: true);
        end.Set();
        await Task.WhenAll(first, second, page);
        Assert.Equal(["first", "page", "second"], order);

        Task<int> Do(string name, Action work, bool isFromPage) => desk.RunAsync(
            () =>
            {
                work();
                lock (order)
                    order.Add(name);
                return 0;
            },
            isFromPage,
            CancellationToken.None);
    }

    [Fact]
    public async Task What_takes_too_long_is_given_up_but_keeps_its_place()
    {
        ReadingDesk desk = new(new WebSettings { Readings = 1, Waiting = 1, TimeLimit = TimeSpan.FromMilliseconds(50) }, _services.GetRequiredService<ServerMetrics>());
        using ManualResetEventSlim end = new(false);
        await Assert.ThrowsAsync<TimeoutException>(() => desk.RunAsync(() => end.Wait(5000), isFromPage: false, CancellationToken.None));
        await Assert.ThrowsAsync<BusyException>(() => desk.RunAsync(() => 0, isFromPage: false, CancellationToken.None));
        end.Set();
        await Task.Delay(100);
        Assert.Equal(1, await desk.RunAsync(() => 1, isFromPage: false, CancellationToken.None));
    }
}
