using Inkling.Web.Reading;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Inkling.Web.Tests;

public sealed class WarmUpTests
{
    [Theory]
    [InlineData("after a while")]
    [InlineData("behind a response")]
    [InlineData("when it is asked whether it is ready")]
    public async Task The_reader_is_loaded_and_the_server_ready(string when)
    {
        ModelCache models = new(new WebSettings());
        using WarmUp warmUp = new(models)
        {
            MaxWait = when == "after a while" ? TimeSpan.FromMilliseconds(1) : Timeout.InfiniteTimeSpan,
        };
        using CancellationTokenSource patience = new(Server.Patience);
        await warmUp.StartAsync(patience.Token);
        if (when == "behind a response")
            warmUp.Begin();
        else if (when != "after a while")
            await warmUp.CheckHealthAsync(new HealthCheckContext(), patience.Token);
        while (models.OpenNetworks == 0) // without asking again, which would begin it
            await Task.Delay(20, patience.Token);
        while ((await warmUp.CheckHealthAsync(new HealthCheckContext(), patience.Token)).Status != HealthStatus.Healthy)
            await Task.Delay(20, patience.Token);
        await warmUp.StopAsync(patience.Token);
    }

    [Fact]
    public async Task A_server_that_is_stopped_before_anybody_came_ends()
    {
        using WarmUp warmUp = new(new ModelCache(new WebSettings()));
        await warmUp.StartAsync(CancellationToken.None);
        await warmUp.StopAsync(CancellationToken.None);
        Assert.True(warmUp.ExecuteTask!.IsCompleted);
    }
}
