using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>What can be done on the pages; how they look is in <see cref="ScreenTests"/>.</summary>
[Collection(SharedServerTests.Name)]
public sealed class PagesTests(SharedServer shared, Browser browser)
{
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
    public async Task Nothing_is_loaded_twice()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        await page.WaitUntilStillAsync();
        string[] files = await page.Page.EvaluateAsync<string[]>(
            "() => performance.getEntriesByType('resource').map(entry => entry.name.split('?')[0])");
        Assert.Contains(files, file => file.EndsWith("Inter-Regular.otf", StringComparison.Ordinal)); // which the page preloads
        Assert.Distinct(files.Where(file => file.Contains("/assets/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_description_of_the_api_is_Chinese_where_the_page_is()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/zh/api");
        ILocator parts = page.Page.Locator(".operation dd, .operation > p, .tools .small");
        IReadOnlyList<string> texts = await parts.AllTextContentsAsync();
        Assert.NotEmpty(texts);
        Assert.All(texts, text => Assert.Contains(text, letter => letter is >= '\u4e00' and <= '\u9fff'));
    }

    [Fact]
    public async Task The_network_lights_up_with_what_is_drawn_and_loses_accuracy_when_it_is_broken()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/understand");
        ILocator live = page.Page.Locator(".live");
        await live.ScrollIntoViewIfNeededAsync();
        await Assertions.Expect(live).ToHaveAttributeAsync("data-digit", "3");
        await live.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Clear" }).ClickAsync();
        await Assertions.Expect(live.Locator(".current")).ToHaveCountAsync(0);
        LocatorBoundingBoxResult pad = (await live.Locator("canvas").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(pad.X + pad.Width * 0.55f, pad.Y + pad.Height * 0.15f);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(
            pad.X + pad.Width * 0.45f, pad.Y + pad.Height * 0.85f, new MouseMoveOptions { Steps = 10 });
        await page.Page.Mouse.UpAsync();
        await Assertions.Expect(live).ToHaveAttributeAsync("data-digit", "1");
        await Assertions.Expect(live.Locator(".current.excites").First).ToBeAttachedAsync();
        await live.GetByRole(AriaRole.Combobox).SelectOptionAsync("4");
        await Assertions.Expect(live.Locator("figure img")).ToHaveCountAsync(2);
        await page.ScreenshotAsync("understand-network-desktop-light");
        await live.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Hidden layer off" }).ClickAsync();
        await page.Page.WaitForFunctionAsync("() => +document.querySelector('.live').dataset.accuracy < 30");
        await live.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Repair" }).ClickAsync();
        await page.Page.WaitForFunctionAsync("() => +document.querySelector('.live').dataset.accuracy > 85");
        await page.AssertAccessibleAsync();
    }

    [Fact]
    public async Task Lessons_beyond_the_first_chapter_answer_and_fill_in_their_training()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/understand");
        double quadratic = await NumberAsync(page, "#cost", "data-quadratic"),
            crossEntropy = await NumberAsync(page, "#cost", "data-crossentropy");
        Assert.True(crossEntropy < quadratic);
        double vanishing = await NumberAsync(page, "#depth", "data-ratio");
        await page.Page.Locator("#depth select").SelectOptionAsync("Relu");
        await Assertions.Expect(page.Page.Locator("#depth [data-ratio]"))
            .Not.ToHaveAttributeAsync("data-ratio", vanishing.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(await NumberAsync(page, "#depth", "data-ratio") < vanishing);
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "the same with L2" }).ClickAsync();
        await Assertions.Expect(page.Page.GetByLabel("Training examples")).ToHaveValueAsync("1000");
        await Assertions.Expect(page.Page.GetByLabel("Strength λ")).ToHaveValueAsync("0.1");
    }

    [Fact]
    public async Task A_kernel_slides_over_its_input_and_every_value_can_be_pointed_at()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/inside?model=tiny&sample=3&layer=1&neuron=2");
        ILocator kernel = page.Page.Locator(".kernel");
        await kernel.GetByRole(AriaRole.Slider).FillAsync("70");
        ILocator result = kernel.Locator(".mapview").Nth(1);
        await result.Locator("svg").HoverAsync(new LocatorHoverOptions { Position = new Position { X = 100, Y = 100 } });
        await page.Page.WaitForFunctionAsync(
            """
            () => {
                const kernel = document.querySelector('.kernel');
                return kernel.dataset.row > 5
                    && kernel.querySelectorAll('.mapview output')[1].textContent.endsWith(kernel.dataset.value);
            }
            """);
        await page.ScreenshotAsync("inside-kernel-desktop-light");
        await page.AssertAccessibleAsync();
        int row = int.Parse(
            (await kernel.GetAttributeAsync("data-row"))!, System.Globalization.CultureInfo.InvariantCulture);
        await kernel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Slide the kernel" }).ClickAsync();
        await page.Page.WaitForFunctionAsync($"() => +document.querySelector('.kernel').dataset.row > {row}");
    }

    [Theory]
    [InlineData("/understand", "pad.js")]
    [InlineData("/", "ink.js")]
    public async Task Leaving_a_page_while_it_is_still_loading_breaks_nothing(string path, string script)
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/learn");
        TaskCompletionSource isAsked = new(), mayAnswer = new();
        await page.Page.RouteAsync($"**/{script}*", async route =>
        {
            isAsked.TrySetResult();
            await mayAnswer.Task;
            await route.ContinueAsync();
        });
        string name = path == "/" ? "Read" : "Understand";
        await page.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
        await isAsked.Task.WaitAsync(Server.Patience, TestContext.Current.CancellationToken);
        await page.Page.GetByRole(AriaRole.Link, new() { Name = "API", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("HTTP API");
        mayAnswer.SetResult();
        await page.Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }).ClickAsync();
        await page.Page.Locator("[data-ready=yes]").WaitForAsync();
        await Assertions.Expect(page.Page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
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

    private static async Task<double> NumberAsync(WatchedPage page, string chapter, string attribute) => double.Parse(
        (await page.Page.Locator($"{chapter} [{attribute}]").GetAttributeAsync(attribute))!,
        System.Globalization.CultureInfo.InvariantCulture);
}
