using System.Text.RegularExpressions;
using Inkling.Data;
using Microsoft.Playwright;

namespace Inkling.Web.Tests;

[Collection(SharedServerTests.Name)]
public sealed partial class ReadPageTests(SharedServer shared, Browser browser)
{
    [Fact]
    public async Task What_is_drawn_is_read()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.DrawAsync(Strokes.Number);
        await ExpectReadingAsync(page, "407");
        await Assertions.Expect(page.Page.Locator(".digits > li")).ToHaveCountAsync(3);
        await page.ScreenshotAsync("read-desktop-light");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await ExpectReadingAsync(page, "40");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Clear" }).ClickAsync();
        await ExpectReadingAsync(page, "–");
    }

    [Fact]
    public async Task A_drawing_survives_a_reload_and_is_in_the_address()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.DrawAsync(Strokes.Seven(300));
        await ExpectReadingAsync(page, "7");
        Assert.Contains('#', page.Page.Url);
        await page.Page.ReloadAsync();
        await ExpectReadingAsync(page, "7");
    }

    [Fact]
    public async Task It_can_be_drawn_with_the_keyboard_alone()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.Page.Locator("canvas").FocusAsync();
        IKeyboard keyboard = page.Page.Keyboard;
        for (int i = 0; i < 20; i++)
            await keyboard.PressAsync("ArrowRight");
        await keyboard.PressAsync(" ");
        for (int i = 0; i < 14; i++)
            await keyboard.PressAsync("ArrowDown");
        await keyboard.PressAsync(" ");
        await ExpectReadingAsync(page, "1");
    }

    [Fact]
    public async Task A_picture_is_read_and_its_stages_can_be_stepped_through()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        string picture = Path.Combine(TestData.Handwriting, "multi", "83_nehal2210_005.png");
        Assert.SkipUnless(File.Exists(picture), "INKLING_DATA has no handwriting.");
        await page.Page.SetInputFilesAsync("input[type=file]", picture);
        await ExpectReadingAsync(page, "83");
        foreach (string stage in new[] { "Picture", "Ink", "Numbers", "Cuts", "Digits" })
        {
            await page.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = stage }).ClickAsync();
            await Assertions.Expect(page.Page.Locator("#stage-view img, #stage-view svg").First).ToBeVisibleAsync();
        }

        await page.ScreenshotAsync("read-picture-desktop-light");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Back to drawing" }).ClickAsync();
        await ExpectReadingAsync(page, "–");
    }

    [Fact]
    public async Task Example_drawings_are_read_and_a_drawings_stages_can_be_stepped_through()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        foreach (string example in new[] { "7", "42", "1903", "504192" })
        {
            await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = example, Exact = true }).ClickAsync();
            await ExpectReadingAsync(page, example);
        }

        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show the stages" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "Cuts" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#stage-view img")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "Digits" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("#stage-view .box.next")).ToHaveCountAsync(3); // every other one of six
        await page.ScreenshotAsync("read-stages-desktop-light");
        await page.AssertAccessibleAsync();
    }

    [Fact]
    public async Task A_doubtful_digit_is_shown_with_its_alternative()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/zh", isPhone: true, isDark: true);
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "4/9?" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator(".boxes .doubtful text")).ToHaveTextAsync(FourOrNine());
        await Assertions.Expect(page.Page.Locator(".digit .alternative")).ToContainTextAsync("%");
        await page.AssertFitsAsync();
        await page.AssertAccessibleAsync();
        await page.ScreenshotAsync("read-doubtful-phone-dark-zh");
    }

    [Fact]
    public async Task What_is_no_picture_is_refused_in_words()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.Page.SetInputFilesAsync(
            "input[type=file]",
            new FilePayload { Name = "x.png", MimeType = "image/png", Buffer = [1, 2, 3] });
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not a picture");
    }

    [Fact]
    public async Task A_picture_that_cannot_be_read_leaves_no_older_reading_beside_the_error()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.DrawAsync(Strokes.Seven(200));
        await ExpectReadingAsync(page, "7");
        await page.Page.SetInputFilesAsync(
            "input[type=file]",
            new FilePayload { Name = "x.png", MimeType = "image/png", Buffer = [1, 2, 3] });
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await ExpectReadingAsync(page, "–");
        await Assertions.Expect(page.Page.Locator(".boxes .box")).ToHaveCountAsync(0);
        await page.ScreenshotAsync("read-no-picture-desktop-light");
        await page.DrawAsync(Strokes.One(450));
        await ExpectReadingAsync(page, "71");
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_is_drawn_is_still_there_after_a_visit_to_other_pages_and_in_the_other_language()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.DrawAsync(Strokes.Seven(300));
        await ExpectReadingAsync(page, "7");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Train", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("Watch a network learn");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Read", Exact = true }).ClickAsync();
        await ExpectReadingAsync(page, "7");
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "中文" }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("写一个数");
        await ExpectReadingAsync(page, "7");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "清除" }).ClickAsync();
        await ExpectReadingAsync(page, "–");
        await page.Page.ReloadAsync();
        await page.WaitUntilInteractiveAsync();
        await ExpectReadingAsync(page, "–");
    }

    [Fact]
    public async Task The_stages_of_reading_are_chosen_with_arrow_keys()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.Page.SetInputFilesAsync(
            "input[type=file]",
            new FilePayload { Name = "407.png", MimeType = "image/png", Buffer = Strokes.Png(Strokes.Number) });
        await ExpectReadingAsync(page, "407");
        await page.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = "Digits" }).FocusAsync();
        foreach ((string key, string chosen) in new[]
            { ("ArrowRight", "Picture"), ("ArrowRight", "Ink"), ("End", "Digits"), ("ArrowLeft", "Cuts"), ("Home", "Picture") })
        {
            await page.Page.Keyboard.PressAsync(key);
            ILocator tab = page.Page.GetByRole(AriaRole.Tab, new PageGetByRoleOptions { Name = chosen });
            await Assertions.Expect(tab).ToHaveAttributeAsync("aria-selected", "true");
            await Assertions.Expect(tab).ToBeFocusedAsync();
        }
    }

    [Fact]
    public async Task Two_pictures_at_once_are_refused_in_words_and_the_page_lives()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        // Sets two files as the page's script does on a drop: the input offers to choose one, but two can be put into it.
        await page.Page.EvaluateAsync("""
            () => {
                const files = new DataTransfer(), input = document.querySelector('input[type=file]');
                for (const name of ['a.png', 'b.png']) files.items.add(new File([name], name));
                input.files = files.files;
                input.dispatchEvent(new Event('change', { bubbles: true }));
            }
            """);
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("One picture at a time");
        await page.DrawAsync(Strokes.Seven(300));
        await ExpectReadingAsync(page, "7");
    }

    [Fact]
    public async Task Corrections_are_kept_only_for_those_who_ask()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.DrawAsync(Strokes.Seven(300));
        await ExpectReadingAsync(page, "7");
        Assert.Equal(0, await page.Page.GetByText("That was a").CountAsync());
        await page.Page.GetByRole(AriaRole.Checkbox).CheckAsync();
        await page.Page.Locator(".digits select").SelectOptionAsync("1");
        await Assertions.Expect(page.Page.Locator("p[role=status]")).ToContainTextAsync("Saved as 1");
        string folder = Path.Combine(shared.Server.Home, "inkling", "corrections");
        Assert.Equal([1], IdxFile.Read(Path.Combine(folder, "corrections-labels-idx1-ubyte")).Values<byte>());
        Assert.Equal([1, 28, 28], IdxFile.Read(Path.Combine(folder, "corrections-images-idx3-ubyte")).Shape);
    }

    [Fact]
    public async Task On_a_phone_and_in_the_dark_it_fits_and_reads_touches()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/zh", isPhone: true, isDark: true);
        await page.DrawAsync(Strokes.Number);
        await ExpectReadingAsync(page, "407");
        Assert.Equal("zh", await page.Page.Locator("html").GetAttributeAsync("lang"));
        await page.AssertFitsAsync();
        await page.ScreenshotAsync("read-phone-dark-zh");
    }

    [GeneratedRegex(@"^(?:4/9|9/4)\?$", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex FourOrNine();

    private static Task ExpectReadingAsync(WatchedPage page, string text) =>
        Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync(text);
}
