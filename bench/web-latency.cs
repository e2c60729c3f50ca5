#:project ../src/Inkling/Inkling.csproj
#:package Microsoft.Playwright
#:property PublishAot=false
// Measures the time from pointer-up to the new reading on screen, in the browser.
// TRAININGS are started on the page, on MNIST where the server has it, and run until they are removed there.
// usage: dotnet run -c Release bench/web-latency.cs -- http://127.0.0.1:5080 [PEOPLE] [STROKES] [TRAININGS]
using System.Globalization;
using Microsoft.Playwright;

string address = args.ElementAtOrDefault(0) ?? "http://127.0.0.1:5080";
int people = NumberAt(1, 1), strokes = NumberAt(2, 60), trainings = NumberAt(3, 0);

const string Measure = """
    () => {
        const canvas = document.querySelector('canvas'), reading = document.getElementById('reading');
        window.times = [];
        let up = 0, due = 0;
        canvas.addEventListener('pointerup', () => { up = performance.now(); due = +canvas.dataset.due; });
        new MutationObserver(() => {
            if (!up || +reading.dataset.revision < due) return;
            const began = up;
            up = 0;
            requestAnimationFrame(() => window.times.push(performance.now() - began));
        }).observe(reading, { attributes: true });
    }
    """;

using IPlaywright playwright = await Playwright.CreateAsync();
await using IBrowser browser = await playwright.Chromium.LaunchAsync(new()
{
    ExecutablePath = Environment.GetEnvironmentVariable("INKLING_CHROMIUM") ?? "/usr/bin/chromium",
    Args = ["--no-sandbox", "--disable-gpu"]
});
await BeginTrainingsAsync();
double[][] all = await Task.WhenAll(Enumerable.Range(0, people).Select(DrawAsync));
double[] times = [.. all.SelectMany(one => one).Order()];
Console.WriteLine(
    $"{people} drawing, {trainings} trainings, {times.Length} strokes: "
    + $"median {At(0.5):0} ms, p90 {At(0.9):0} ms, p99 {At(0.99):0} ms, most {times[^1]:0} ms");

int NumberAt(int index, int standard) =>
    args.ElementAtOrDefault(index) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

double At(double share) => times[Math.Min(times.Length - 1, (int)(share * times.Length))];

async Task BeginTrainingsAsync()
{
    if (trainings == 0)
        return;
    IPage page = await browser.NewPageAsync();
    await page.GotoAsync(new Uri(new Uri(address), "/learn").ToString());
    await page.Locator("main[data-live=yes]").WaitForAsync();
    for (int i = 1; i <= trainings; i++)
    {
        await page.GetByLabel("Epochs").FillAsync("1000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await page.WaitForFunctionAsync($"() => document.querySelectorAll('tr[data-state=Running]').length >= {i}");
    }

    await page.WaitForFunctionAsync(
        "() => [...document.querySelectorAll('tr[data-run]')]"
        + ".every(run => run.dataset.examples > 0 || run.dataset.epochs > 0)");
    await page.CloseAsync();
}

async Task<double[]> DrawAsync(int person)
{
    IBrowserContext context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1000, Height = 800 } });
    IPage page = await context.NewPageAsync();
    await page.GotoAsync(address);
    await page.Locator(".paper[data-ready=yes]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    await page.EvaluateAsync(Measure);
    var box = (await page.Locator("canvas").BoundingBoxAsync())!;
    for (int i = 0; i < strokes; i++)
    {
        if (i % 4 == 0)
            await page.Keyboard.PressAsync("Escape");
        // A 7 or a 1, each to the right of the one before.
        float x = box.X + 30 + i % 4 * box.Width / 4.3f, y = box.Y + 50;
        float[][] points = i % 2 == 0 ? [[0, 0], [60, 0], [45, 50], [30, 110]] : [[20, 0], [19, 60], [18, 110]];
        await page.Mouse.MoveAsync(x + points[0][0], y + points[0][1]);
        await page.Mouse.DownAsync();
        for (int leg = 1; leg < points.Length; leg++)
        {
            for (int step = 1; step <= 8; step++)
            {
                float share = step / 8f;
                await page.Mouse.MoveAsync(
                    x + points[leg - 1][0] + share * (points[leg][0] - points[leg - 1][0]),
                    y + points[leg - 1][1] + share * (points[leg][1] - points[leg - 1][1]));
                await page.WaitForTimeoutAsync(12); // a mouse reports some 60 times a second
            }
        }

        int before = await page.EvaluateAsync<int>("() => times.length");
        await page.Mouse.UpAsync();
        await page.WaitForFunctionAsync($"() => times.length > {before}");
        await page.WaitForTimeoutAsync(400 + (person + i) * 137 % 400); // a person writes about a digit a second
    }

    return await page.EvaluateAsync<double[]>("() => times");
}
