using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>
/// Every page in both languages, on a desktop's screen and a phone's, in light and in dark colours; the screenshots are in
/// <see cref="Browser.Screenshots"/>.
/// </summary>
[Collection(SharedServerTests.Name)]
public sealed class ScreenTests(SharedServer shared, Browser browser)
{
    private const string Missing = "/learn/nothing";

    public static TheoryData<string, string, string> Pages => new(
        from page in new[]
        {
            ("read", "/"),
            ("inside", "/inside?model=tiny&sample=3&layer=2&neuron=1"),
            ("kernel", "/inside?model=tiny&sample=3&layer=1&neuron=2"),
            ("learn", "/learn?try=seed"),
            ("understand", "/understand"),
            ("api", "/api"),
            ("missing", Missing),
        }
        from language in new[] { "", "/zh" }
        select new TheoryDataRow<string, string, string>(page.Item1, language, page.Item2));

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_fits_every_screen_in_light_and_in_dark_and_all_in_it_has_a_name_and_contrast(
        string name, string language, string path)
    {
        string address = $"{language}{path}";
        if (path == "/" && language.Length > 0)
            address = language;
        foreach (bool isPhone in new[] { false, true })
        {
            await using WatchedPage page = await browser.OpenAsync(shared.Server, address, isPhone);
            page.ExpectsProblems = path == Missing; // the browser itself reports the status 404
            await Assertions.Expect(page.Page.Locator("h1")).ToHaveCountAsync(1);
            await FillAsync(page, name);
            foreach (bool isDark in new[] { false, true })
            {
                await page.Page.EmulateMediaAsync(
                    new PageEmulateMediaOptions { ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light });
                await page.WaitUntilStillAsync();
                await page.ScreenshotAsync(
                    $"{name}-{(isPhone ? "phone" : "desktop")}-{(isDark ? "dark" : "light")}{language.Replace('/', '-')}");
                await page.AssertFitsAsync();
                await page.AssertAccessibleAsync();
            }
        }
    }

    /// <summary>Makes the page show what it is for: a reading, a run, a trained network.</summary>
    private static async Task FillAsync(WatchedPage page, string name)
    {
        switch (name)
        {
            case "read":
                await page.DrawAsync(Strokes.Number);
                await Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync("407");
                await Assertions.Expect(page.Page.Locator(".digit")).ToHaveCountAsync(3);
                break;
            case "learn":
                ILocator done = page.Page.Locator("tr[data-state=Done]").First;
                if (await done.CountAsync() == 0)
                {
                    ILocator form = page.Page.Locator("form");
                    await form.Locator("select").First.SelectOptionAsync("generated");
                    await form.Locator("input[min='1'][max='1000']").FillAsync("3"); // epochs
                    await form.Locator("button.main").ClickAsync();
                }

                await done.Locator("th button").ClickAsync();
                await Assertions.Expect(page.Page.Locator(".confusion")).ToBeVisibleAsync();
                break;
            case "understand":
                await Assertions.Expect(page.Page.Locator(".live")).ToHaveAttributeAsync("data-digit", "3");
                break;
        }
    }
}
