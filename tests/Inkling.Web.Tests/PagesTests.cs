using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>Every page in English (light, desktop size) and in Chinese (dark, phone size), and what can be done there.</summary>
[Collection(SharedServerTests.Name)]
public sealed class PagesTests(SharedServer shared, Browser browser)
{
    [Theory]
    [InlineData("/")]
    [InlineData("/inside?model=tiny&sample=3&layer=2&neuron=1")]
    [InlineData("/learn")]
    [InlineData("/understand")]
    [InlineData("/api")]
    public async Task A_page_fits_its_screen_and_everything_in_it_has_a_name_and_contrast(string path)
    {
        foreach ((string language, bool isPhone, bool isDark) in new[] { ("", false, false), ("/zh", true, true) })
        {
            await using WatchedPage page = await browser.OpenAsync(
                shared.Server,
                (language + path).TrimEnd('/') is { Length: > 0 } there ? there : "/",
                isPhone,
                isDark);
            await Assertions.Expect(page.Page.Locator("h1")).ToHaveCountAsync(1);
            await page.WaitUntilStillAsync();
            await page.AssertFitsAsync();
            await page.AssertAccessibleAsync();
            string name = path.Split('?')[0].Trim('/') is { Length: > 0 } given ? given : "home";
            await page.ScreenshotAsync(
                $"{name}-{(isPhone ? "phone" : "desktop")}-{(isDark ? "dark" : "light")}{language.Replace('/', '-')}");
        }
    }

    [Fact]
    public async Task The_language_is_changed_in_place_and_kept_from_page_to_page()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/understand");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "中文" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("神经网络如何识别数字");
        await page.WaitUntilInteractiveAsync();
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "训练", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("观察神经网络的学习过程");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "English" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("Watch a network learn");
    }

    [Fact]
    public async Task The_figures_answer()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/understand");
        ILocator perceptron = page.Page.Locator("#perceptron"),
            descent = page.Page.Locator("#descent"),
            adder = page.Page.Locator("#adder");
        await Assertions.Expect(perceptron.Locator(".big")).ToHaveTextAsync("1");
        await perceptron.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "x3 = 1" }).ClickAsync();
        await Assertions.Expect(perceptron.Locator(".big")).ToHaveTextAsync("0");
        await adder.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "x2 = 0" }).ClickAsync();
        await Assertions.Expect(adder.Locator(".result b")).ToHaveTextAsync("1 + 1 = 10");
        await descent.GetByRole(AriaRole.Slider).First.FillAsync("1");
        await Assertions.Expect(descent.GetByRole(AriaRole.Status)).ToContainTextAsync("Too large");
    }

    [Fact]
    public async Task Inside_shows_a_neurons_weights_and_keeps_the_choice_in_the_address()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/inside?model=tiny");
        await page.Page.Locator(".layers > li").Nth(1).GetByRole(AriaRole.Button).First.ClickAsync();
        await page.Page.Locator(".neuron").Nth(2).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".neuronview h3")).ToHaveTextAsync("Feature map 2");
        Assert.Contains("neuron=2", page.Page.Url, StringComparison.Ordinal);
        await page.ScreenshotAsync("inside-neuron-desktop-light");
    }

    [Fact]
    public async Task The_first_page_is_light_and_asks_nobody_else()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        double bytes = await page.Page.EvaluateAsync<double>(
            "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
            + ".reduce((sum, entry) => sum + entry.transferSize, 0)");
        Assert.InRange(bytes, 1, 500_000);
        TestContext.Current.SendDiagnosticMessage($"Page weight: {bytes:N0} bytes");
    }
}
