using System.Globalization;
using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>Trainings in the page.</summary>
[Collection(SharedServerTests.Name)]
public sealed class LearnPageTests(SharedServer shared, Browser browser)
{
    [Fact]
    public async Task A_short_training_ends_above_ninety_per_cent_and_its_network_reads()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/learn");
        Assert.SkipUnless(await page.Page.Locator("option[value=mnist]").CountAsync() == 1, "INKLING_DATA has no MNIST.");
        await BeginAsync(page, "mnist", epochs: 8, "Start");
        ILocator run = page.Page.Locator("tr[data-run='1']");
        await Assertions.Expect(run).ToHaveAttributeAsync("data-state", "Done", new LocatorAssertionsToHaveAttributeOptions { Timeout = 60_000 });
        Assert.InRange(double.Parse((await run.GetAttributeAsync("data-accuracy"))!, CultureInfo.InvariantCulture), 90, 100);
        await Assertions.Expect(page.Page.Locator(".confusion")).ToBeVisibleAsync();
        await page.ScreenshotAsync("learn-run-desktop-light");
        await page.AssertAccessibleAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save the network" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Read with" }).ClickAsync();
        await page.Page.Locator(".paper[data-ready=yes]").WaitForAsync();
        await Assertions.Expect(page.Page.Locator(".tools select")).ToHaveValueAsync("run-1-784-30-10");
        await page.DrawAsync(Strokes.Zero(300));
        await Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync("0", new LocatorAssertionsToHaveTextOptions { Timeout = 15_000 });
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
                await BeginAsync(page, "generated", epochs: 300, "Start paused");
                ILocator run = page.Page.Locator("tr[data-run='1']");
                await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "One mini-batch" }).ClickAsync();
                await Assertions.Expect(run).ToHaveAttributeAsync("data-examples", "10", new LocatorAssertionsToHaveAttributeOptions { Timeout = 30_000 });
                await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "One mini-batch" }).ClickAsync();
                await Assertions.Expect(run).ToHaveAttributeAsync("data-examples", "20");
                await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "One epoch" }).ClickAsync();
                await Assertions.Expect(run).ToHaveAttributeAsync("data-epochs", "1", new LocatorAssertionsToHaveAttributeOptions { Timeout = 30_000 });
                await Assertions.Expect(run).ToHaveAttributeAsync("data-state", "Paused");
                await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Go on" }).ClickAsync();
                await page.Page.WaitForFunctionAsync("() => +document.querySelector('tr[data-run]').dataset.epochs >= 3", null, new PageWaitForFunctionOptions { Timeout = 30_000 });
                await page.Page.ReloadAsync();
                await page.WaitUntilInteractiveAsync();
                Assert.InRange(int.Parse((await run.GetAttributeAsync("data-epochs"))!, CultureInfo.InvariantCulture), 3, 300);
            }

            await server.StopAsync();
            await server.DisposeKeepingHomeAsync();
            server = await Server.StartAsync(home);
            await using WatchedPage again = await browser.OpenAsync(server, "/learn");
            ILocator resumed = again.Page.Locator("tr[data-run='1']");
            await Assertions.Expect(resumed).ToHaveAttributeAsync("data-state", "Running");
            int before = int.Parse((await resumed.GetAttributeAsync("data-epochs"))!, CultureInfo.InvariantCulture);
            Assert.InRange(before, 3, 300);
            await again.Page.WaitForFunctionAsync($"() => +document.querySelector('tr[data-run]').dataset.epochs > {before}", null, new PageWaitForFunctionOptions { Timeout = 30_000 });
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
    public async Task Settings_out_of_range_are_refused_in_words()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/learn");
        await page.Page.GetByLabel("Hidden layers").FillAsync("30, many");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("whole numbers");
    }

    private static async Task BeginAsync(WatchedPage page, string data, int epochs, string button)
    {
        await page.Page.GetByLabel("Data").SelectOptionAsync(data);
        await page.Page.GetByLabel("Epochs").FillAsync(epochs.ToString(CultureInfo.InvariantCulture));
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button, Exact = true }).ClickAsync();
    }
}
