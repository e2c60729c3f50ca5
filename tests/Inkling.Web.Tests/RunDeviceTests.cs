using System.Net;
using Inkling.Gpu;
using Inkling.Web.Learning;
using Microsoft.Extensions.DependencyInjection;

namespace Inkling.Web.Tests;

/// <summary>Runs of the Learn page on a device, here one that is emulated.</summary>
public sealed class RunDeviceTests : InAFolder
{
    /// <summary>Few mini-batches, since an emulated device is slow.</summary>
    private static readonly RunSettings Settings =
        Runs.Settings with { Examples = 60, MiniBatch = 20, Epochs = 1, Device = "emulated" };

    [Fact]
    public async Task The_page_offers_the_devices_that_the_machine_has()
    {
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { Devices = Devices });
        Assert.Contains("<option value=\"emulated\">emulated</option>", await LearnPageOf(server), StringComparison.Ordinal);
        server.Services.GetRequiredService<TrainingData>().Put(TrainingData.Generated, Runs.Data);
        Assert.Null(server.Services.GetRequiredService<RunBook>().Begin(Settings, isPaused: true, out _));
        Assert.Contains(" · generated digits · emulated", await LearnPageOf(server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_says_nothing_of_devices_where_there_is_none()
    {
        await using HostedServer server = await HostedServer.StartAsync();
        Assert.DoesNotContain("Train on", await LearnPageOf(server), StringComparison.Ordinal);
        Assert.Equal(
            new RunRefusal("device"), server.Services.GetRequiredService<RunBook>().Begin(Settings, isPaused: true, out _));
    }

    [Fact]
    public async Task A_run_trains_on_its_device_and_says_after_a_restart_without_it_what_is_missing()
    {
        await using (Runs runs = await Runs.OpenAsync(Folder, devices: Devices))
        {
            Run run = runs.Begin(Settings);
            await Runs.EndedAsync(run);
            Assert.Equal((RunState.Done, null), (run.State, run.Message));
            Assert.Single(run.Epochs);
            runs.Begin(Settings, isPaused: true);
        }

        await using Runs without = await Runs.OpenAsync(Folder);
        Run waiting = without.Book.Find(2)!;
        Assert.Null(without.Book.Start(waiting));
        await Runs.EndedAsync(waiting);
        Assert.Equal(RunState.Failed, waiting.State);
        Assert.Equal("emulated is not in this machine any more. Resume goes on when it is back.", waiting.Message);
    }

    private static TrainingDevice[] Devices => [GpuDevice.Named("emulated")];

    private static async Task<string> LearnPageOf(HostedServer server) => WebUtility.HtmlDecode(
        await server.Client.GetStringAsync(new Uri("/learn", UriKind.Relative), TestContext.Current.CancellationToken));
}
