using System.Globalization;
using System.Text.RegularExpressions;
using Inkling.Web.Learning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>Training runs in the page. The tests wait for what the page shows, however slow the machine is.</summary>
[Collection(SharedServerTests.Name)]
public sealed partial class LearnPageTests(SharedServer shared, Browser browser)
{
    [Fact]
    public async Task A_short_training_ends_above_ninety_per_cent_and_its_network_reads()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/learn");
        Assert.SkipUnless(await page.Page.Locator("option[value=mnist]").CountAsync() == 1, "INKLING_DATA has no MNIST.");
        int id = await BeginAsync(page, "mnist", "30", epochs: 8, "Start");
        ILocator run = page.Page.Locator($"tr[data-run='{id}']");
        await Assertions.Expect(run).ToHaveAttributeAsync("data-state", "Done");
        Assert.InRange(double.Parse((await run.GetAttributeAsync("data-accuracy"))!, CultureInfo.InvariantCulture), 90, 100);
        await Assertions.Expect(page.Page.Locator(".confusion")).ToBeVisibleAsync();
        await page.ScreenshotAsync("learn-run-desktop-light");
        await page.AssertAccessibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save the network" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Read with" }).ClickAsync();
        await page.Page.Locator(".paper[data-ready=yes]").WaitForAsync();
        await Assertions.Expect(page.Page.Locator(".tools select")).ToHaveValueAsync($"run-{id}-784-30-10");
        await page.DrawAsync(Strokes.Zero(300));
        await Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync("0");
    }

    [Fact]
    public async Task A_run_is_stepped_paused_and_resumed_and_survives_reload_and_restart()
    {
        Server server = await Server.StartAsync();
        string home = server.Home;
        try
        {
            await using (WatchedPage page = await browser.OpenAsync(server, "/learn"))
            {
                // More epochs than any machine completes during the test.
                await BeginAsync(page, "generated", "100", epochs: RunSettings.MostEpochs, "Start paused");
                ILocator run = page.Page.Locator("tr[data-run='1']");
                await page.Page
                    .GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Train one mini-batch" })
                    .ClickAsync();
                await Assertions.Expect(run).ToHaveAttributeAsync("data-examples", "10");
                await page.Page
                    .GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Train one mini-batch" })
                    .ClickAsync();
                await Assertions.Expect(run).ToHaveAttributeAsync("data-examples", "20");
                await page.Page
                    .GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Train to end of epoch" })
                    .ClickAsync();
                await Assertions.Expect(run).ToHaveAttributeAsync("data-epochs", "1");
                await Assertions.Expect(run).ToHaveAttributeAsync("data-state", "Paused");
                await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Resume" }).ClickAsync();
                await page.Page.WaitForFunctionAsync("() => +document.querySelector('tr[data-run]').dataset.epochs >= 3");
                await page.Page.ReloadAsync();
                await page.WaitUntilInteractiveAsync();
                Assert.InRange(
                    int.Parse((await run.GetAttributeAsync("data-epochs"))!, CultureInfo.InvariantCulture),
                    3,
                    RunSettings.MostEpochs);
            }

            await server.StopAsync();
            await server.DisposeKeepingHomeAsync();
            server = await Server.StartAsync(home);
            await using WatchedPage again = await browser.OpenAsync(server, "/learn");
            ILocator resumed = again.Page.Locator("tr[data-run='1']");
            await Assertions.Expect(resumed).ToHaveAttributeAsync("data-state", "Running");
            int before = int.Parse((await resumed.GetAttributeAsync("data-epochs"))!, CultureInfo.InvariantCulture);
            Assert.InRange(before, 3, RunSettings.MostEpochs);
            await again.Page.WaitForFunctionAsync($"() => +document.querySelector('tr[data-run]').dataset.epochs > {before}");
            await again.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Pause", Exact = true }).ClickAsync();
            await Assertions.Expect(resumed).ToHaveAttributeAsync("data-state", "Paused");
        }
        finally
        {
            await server.DisposeKeepingHomeAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task A_run_is_watched_mini_batch_by_mini_batch_at_the_speed_of_the_slider()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/learn");
        await BeginAsync(page, "generated", "30", epochs: 1, "Start paused"); // there is no slider without a run
        ILocator slider = page.Page.GetByLabel("Speed");
        await slider.FillAsync("1");
        await Assertions.Expect(page.Page.Locator(".speed b")).ToHaveTextAsync("2 mini-batches a second");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Resume" }).First.ClickAsync();
        await page.Page.WaitForFunctionAsync("() => +document.querySelector('tr.chosen').dataset.examples >= 30");
        string weights = (await page.Page.Locator("img.maps").GetAttributeAsync("src"))!;
        await page.Page.WaitForFunctionAsync("() => document.querySelector('.curve .fine')?.points.length >= 4");
        await Assertions.Expect(page.Page.Locator("img.maps")).Not.ToHaveAttributeAsync("src", weights);
        await Assertions.Expect(page.Page.Locator("tr.chosen")).ToHaveAttributeAsync("data-epochs", "0"); // 2000 mini-batches
        await slider.FillAsync("12");
        await Assertions.Expect(page.Page.Locator("tr.chosen")).ToHaveAttributeAsync("data-state", "Done");
        await page.ScreenshotAsync("learn-watched-desktop-light");
        await page.AssertAccessibleAsync();
    }

    [Fact]
    public async Task Convolutions_activation_cost_and_regularisation_can_be_chosen()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/zh/learn", isPhone: true, isDark: true);
        ILocator form = page.Page.Locator("form");
        await form.GetByLabel("卷积层").SelectOptionAsync("8");
        await form.GetByLabel("激活函数").SelectOptionAsync("Relu");
        await form.GetByLabel("代价函数").SelectOptionAsync("LogLikelihood");
        await form.GetByLabel("正则化").SelectOptionAsync("Dropout");
        await Assertions.Expect(form.GetByLabel("学习率 η")).ToHaveValueAsync("0.05");
        await Assertions.Expect(form.GetByLabel("失活比例")).ToHaveValueAsync("0.5");
        await form.GetByLabel("训练样本数").FillAsync("500");
        await form.GetByLabel("数据").SelectOptionAsync("generated");
        await form.GetByLabel("训练轮数").FillAsync("4");
        await form.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "开始" }).ClickAsync();
        ILocator run = page.Page.Locator("tr.chosen");
        await Assertions.Expect(run).ToContainTextAsync("784-c8-30-10 · ReLU, softmax, dropout 0.5, n = 500");
        await Assertions.Expect(run).ToHaveAttributeAsync("data-state", "Done");
        Assert.InRange(double.Parse((await run.GetAttributeAsync("data-accuracy"))!, CultureInfo.InvariantCulture), 30, 100);
        await page.AssertFitsAsync();
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync("learn-convolution-phone-dark-zh");
    }

    [Fact]
    public async Task A_failed_run_says_why_and_goes_on_and_damaged_rows_stop_nothing()
    {
        string home = Directory.CreateTempSubdirectory("inkling web ").FullName;
        await using (await Runs.OpenAsync(Path.Combine(home, "inkling")))
        {
            Runs.Change(Path.Combine(home, "inkling"), """
                INSERT INTO runs (settings, state, message) VALUES
                    (
                        '{"Data":"generated","Hidden":[8],"Epochs":1}',
                        'Failed',
                        '1.checkpoint: cannot be written: No space left on device'),
                    ('not what was written', 'Running', NULL)
                """);
        }

        Server server = await Server.StartAsync(home);
        try
        {
            await using WatchedPage page = await browser.OpenAsync(server, "/learn?run=1");
            await Assertions.Expect(page.Page.Locator("section.run .problem")).ToContainTextAsync("No space left");
            await Assertions.Expect(page.Page.Locator("p.problem").First).ToContainTextAsync("run 2 is damaged");
            await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Resume" }).ClickAsync();
            await Assertions.Expect(page.Page.Locator("tr[data-run='1']")).ToHaveAttributeAsync("data-state", "Done");
            await Assertions.Expect(page.Page.Locator("section.run .problem")).ToHaveCountAsync(0);
            ILocator delete = page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete run 1" });
            await delete.ClickAsync();
            await Assertions.Expect(page.Page.Locator("tr[data-run]")).ToContainTextAsync("Delete the run and its network?");
            await page.ScreenshotAsync("learn-delete-desktop-light");
            await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Keep" }).ClickAsync();
            await delete.ClickAsync();
            await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete", Exact = true }).ClickAsync();
            await Assertions.Expect(page.Page.Locator("tr[data-run]")).ToHaveCountAsync(0);
            await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        }
        finally
        {
            await server.DisposeKeepingHomeAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task Without_MNIST_the_page_offers_to_fetch_it_shows_how_far_it_is_and_says_why_it_failed()
    {
        string data = Directory.CreateTempSubdirectory("inkling data ").FullName;
        try
        {
            await using HostedServer server = await HostedServer.StartAsync(settings => settings with { DataDirectory = data });
            MnistDownload download = server.Services.GetRequiredService<MnistDownload>();
            TaskCompletionSource end = new();
            (download.OnlyPlace, download.Fetch) = (null, (report, _) =>
            {
                report(new MnistDownload.Received("train-images-idx3-ubyte.gz", 4_200_000, 9_900_000));
                return end.Task;
            });
            await using WatchedPage page = await browser.OpenAsync(server.Address, "/learn");
            ILocator fetch = page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Fetch MNIST" });
            await fetch.ClickAsync();
            await Assertions.Expect(page.Page.Locator(".fetch")).ToContainTextAsync("train-images-idx3-ubyte.gz: 4.2 of 9.9 MB");
            await page.ScreenshotAsync("learn-fetch-desktop-light");
            await page.AssertAccessibleAsync();
            end.SetException(new InklingException("Each mirror was asked, and none answered."));
            await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("none answered");

            end = new TaskCompletionSource();
            await fetch.ClickAsync();
            LeaveMnistIn(data);
            end.SetResult();
            await Assertions.Expect(page.Page.GetByLabel("Data")).ToHaveValueAsync("mnist");
            await Assertions.Expect(page.Page.Locator(".fetch")).ToHaveCountAsync(0);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task MNIST_that_arrives_leaves_the_data_that_were_chosen()
    {
        string data = Directory.CreateTempSubdirectory("inkling data ").FullName;
        try
        {
            await using HostedServer server = await HostedServer.StartAsync(settings => settings with { DataDirectory = data });
            MnistDownload download = server.Services.GetRequiredService<MnistDownload>();
            (download.OnlyPlace, download.Fetch) = (null, (_, _) =>
            {
                LeaveMnistIn(data);
                return Task.CompletedTask;
            });
            await using WatchedPage page = await browser.OpenAsync(server.Address, "/learn");
            await page.Page.GetByLabel("Data").SelectOptionAsync("generated");
            await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Fetch MNIST" }).ClickAsync();
            await Assertions.Expect(page.Page.Locator("option[value=mnist]")).ToHaveCountAsync(1);
            await Assertions.Expect(page.Page.Locator(".fetch")).ToHaveCountAsync(0);
            await Assertions.Expect(page.Page.GetByLabel("Data")).ToHaveValueAsync("generated");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("99999999999")]
    [InlineData("-1")]
    [InlineData("1.5")]
    public async Task A_run_that_there_is_not_is_told_and_the_page_works(string run)
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, $"/learn?run={run}");
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync($"There is no run “{run}”.");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "784-100-10" }).ClickAsync();
        await Assertions.Expect(page.Page.GetByLabel("Hidden layers")).ToHaveValueAsync("100");
    }

    [Fact]
    public async Task Settings_out_of_range_are_refused_in_words()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/learn");
        await page.Page.GetByLabel("Hidden layers").FillAsync("30, many");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("whole numbers");
    }

    /// <returns>The run's number, from the page's address.</returns>
    private static async Task<int> BeginAsync(WatchedPage page, string data, string hidden, int epochs, string button)
    {
        await page.Page.Locator("form").GetByLabel("Data").SelectOptionAsync(data);
        await page.Page.GetByLabel("Hidden layers").FillAsync(hidden);
        await page.Page.Locator("form").GetByLabel("Epochs").FillAsync(epochs.ToString(CultureInfo.InvariantCulture));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button, Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page).ToHaveURLAsync(RunInAddress());
        string id = RunInAddress().Match(page.Page.Url).Groups["run"].Value;
        await Assertions.Expect(page.Page.Locator("tr.chosen")).ToHaveAttributeAsync("data-run", id);
        return int.Parse(id, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"[?&]run=(?<run>[0-9]+)", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex RunInAddress();

    /// <summary>Files by whose names MNIST is found; they are empty, since nothing is trained.</summary>
    private static void LeaveMnistIn(string folder)
    {
        foreach (string file in new[] { "train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1" })
            File.WriteAllText(Path.Combine(folder, $"{file}-ubyte"), "");
    }
}
