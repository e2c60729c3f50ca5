using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>Debian's Chromium, driven by Playwright; nothing is downloaded.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string Chromium = Environment.GetEnvironmentVariable("INKLING_CHROMIUM") ?? "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Where the tests leave their screenshots.</summary>
    public static string Screenshots { get; } =
        Environment.GetEnvironmentVariable("INKLING_SCREENSHOTS")
            ?? Path.Combine(AppContext.BaseDirectory, "screenshots");

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
            return;
        Directory.CreateDirectory(Screenshots);
        Assertions.SetDefaultExpectTimeout((float)Server.Patience.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a page that fails the test on any error or warning in its console and on any request to another
    /// server.</summary>
    public Task<WatchedPage> OpenAsync(Server server, string path = "/", bool isPhone = false, bool isDark = false) =>
        OpenAsync(server.Address, path, isPhone, isDark);

    /// <summary>The same for a server at an address.</summary>
    /// <param name="server">The address.</param>
    /// <param name="path">The page's path.</param>
    /// <param name="isPhone">Whether the screen is a phone's.</param>
    /// <param name="isDark">Whether the system's colours are dark.</param>
    /// <param name="isLive">Whether to wait until the page is interactive.</param>
    public async Task<WatchedPage> OpenAsync(
        Uri server, string path = "/", bool isPhone = false, bool isDark = false, bool isLive = true)
    {
        Assert.SkipWhen(_browser is null, $"There is no {Chromium}: apt-get install chromium, or set INKLING_CHROMIUM.");
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = server.ToString(),
            ViewportSize = isPhone
                ? new ViewportSize { Width = 375, Height = 740 }
                : new ViewportSize { Width = 1280, Height = 860 },
            HasTouch = isPhone,
            DeviceScaleFactor = isPhone ? 2 : 1,
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = "en-GB",
        });
        context.SetDefaultTimeout((float)Server.Patience.TotalMilliseconds);
        IPage page = await context.NewPageAsync();
        WatchedPage watched = new(context, page, server);
        await page.GotoAsync(path);
        if (isLive)
            await watched.WaitUntilInteractiveAsync();
        return watched;
    }
}

/// <summary>A page and the errors seen in it.</summary>
public sealed class WatchedPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _problems = [];

    public WatchedPage(IBrowserContext context, IPage page, Uri address)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _problems.Add($"console: {message.Text} {message.Location}");
        };
        page.PageError += (_, error) => _problems.Add($"error: {error}");
        page.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && new Uri(request.Url).Authority != address.Authority)
                _problems.Add($"request to {request.Url}");
        };
    }

    public IPage Page { get; }

    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Whether errors in the page do not fail the test.</summary>
    public bool ExpectsProblems { get; set; }

    /// <summary>Waits until the page is interactive and its canvas, if any, is ready. The page's address may change before the
    /// page does, so both are looked at together until they fit.</summary>
    public Task WaitUntilInteractiveAsync() => Page.WaitForFunctionAsync(
        """
        () => document.querySelector('main[data-live=yes]') !== null
            && [...document.querySelectorAll('canvas')].every(canvas => canvas.closest('[data-ready=yes]'))
        """);

    /// <summary>Waits until the page's fonts are loaded and no finite animation is running.</summary>
    public Task WaitUntilStillAsync() => Page.WaitForFunctionAsync(
        """
        () => document.fonts.status === 'loaded'
            && document.getAnimations().every(a => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)
        """);

    /// <summary>Draws strokes on the canvas; each is x, y, x, y… in the canvas's units, 720 by 320.</summary>
    public async Task DrawAsync(params int[][] strokes)
    {
        LocatorBoundingBoxResult box = (await Page.Locator("canvas").BoundingBoxAsync())!;
        foreach (int[] stroke in strokes)
        {
            for (int i = 0; i < stroke.Length; i += 2)
            {
                await Page.Mouse.MoveAsync(
                    box.X + stroke[i] * box.Width / 720,
                    box.Y + stroke[i + 1] * box.Height / 320,
                    new MouseMoveOptions { Steps = i == 0 ? 1 : 4 });
                if (i == 0)
                    await Page.Mouse.DownAsync();
            }

            await Page.Mouse.UpAsync();
        }
    }

    public Task ScreenshotAsync(string name, bool isFullPage = true) =>
        Page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Browser.Screenshots, name + ".png"),
            FullPage = isFullPage
        });

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        if (!ExpectsProblems && TestContext.Current.TestState is null or { Result: not TestResult.Failed })
            Assert.Empty(_problems);
    }
}
