using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>What the READMEs show of the page; CONTRIBUTING.md says how they are made of these screenshots.</summary>
[Collection(SharedServerTests.Name)]
public sealed class ReadmePicturesTests(SharedServer shared, Browser browser)
{
    private static readonly (string Language, bool IsDark)[] Looks = [("", false), ("", true), ("/zh", false), ("/zh", true)];

    [Fact]
    public async Task A_drawn_number_is_shown_with_each_of_its_digits_in_both_languages_and_themes()
    {
        foreach ((string language, bool isDark) in Looks)
        {
            await using WatchedPage page = await browser.OpenAsync(shared.Server, $"{language}/", isDark: isDark);
            await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "504192", Exact = true }).ClickAsync();
            await Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync("504192");
            await Assertions.Expect(page.Page.Locator(".digits > li")).ToHaveCountAsync(6);
            await LeaveAsync(page, "read", language, isDark, top: null, height: 720);
        }
    }

    [Fact]
    public async Task A_training_is_shown_with_its_curves_and_weights_in_both_languages_and_themes()
    {
        string run = await TrainAsync();
        foreach ((string language, bool isDark) in Looks)
        {
            await using WatchedPage page = await browser.OpenAsync(shared.Server, $"{language}/learn{run}", isDark: isDark);
            await Assertions.Expect(page.Page.Locator("tr.chosen")).ToHaveAttributeAsync("data-state", "Done");
            await Assertions.Expect(page.Page.Locator("img.maps")).ToBeVisibleAsync();
            await LeaveAsync(page, "train", language, isDark, ".speed", height: 600);
        }
    }

    /// <summary>Trains 784-30-10, on MNIST where it is; for ten epochs where the pictures are wanted.</summary>
    /// <returns>The query of the address that shows the run.</returns>
    private async Task<string> TrainAsync()
    {
        string epochs = Environment.GetEnvironmentVariable("INKLING_SCREENSHOTS") is null ? "2" : "10";
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/learn");
        await page.Page.Locator("form").GetByLabel("Epochs").FillAsync(epochs);
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start", Exact = true }).ClickAsync();
        await page.Page.WaitForFunctionAsync("() => location.search.includes('run=')");
        await Assertions.Expect(page.Page.Locator("tr.chosen")).ToHaveAttributeAsync("data-state", "Done");
        return new Uri(page.Page.Url).Query;
    }

    private static async Task LeaveAsync(
        WatchedPage page, string name, string language, bool isDark, string? top, int height)
    {
        await page.Page.SetViewportSizeAsync(1280, height);
        if (top is not null)
            await page.Page.Locator(top).EvaluateAsync("element => element.scrollIntoView()");
        await page.WaitUntilStillAsync();
        await page.ScreenshotAsync(
            $"readme-{name}{language.Replace('/', '-')}-{(isDark ? "dark" : "light")}", isFullPage: false);
    }
}
