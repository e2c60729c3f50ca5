using System.Globalization;
using System.Text.RegularExpressions;
using Inkling.Web.Learning;
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
            await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete run 1" }).ClickAsync();
            await Assertions.Expect(page.Page.Locator("tr[data-run]")).ToHaveCountAsync(0);
            await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        }
        finally
        {
            await server.DisposeKeepingHomeAsync();
            Directory.Delete(home, recursive: true);
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
        await page.Page.GetByLabel("Data").SelectOptionAsync(data);
        await page.Page.GetByLabel("Hidden layers").FillAsync(hidden);
        await page.Page.GetByLabel("Epochs").FillAsync(epochs.ToString(CultureInfo.InvariantCulture));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button, Exact = true }).ClickAsync();
        await page.Page.WaitForURLAsync(RunInAddress());
        return int.Parse(RunInAddress().Match(page.Page.Url).Groups["run"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"[?&]run=(?<run>[0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex RunInAddress();
}
