using System.Globalization;
using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>What the lessons say will happen, happens in their figures.</summary>
[Collection(SharedServerTests.Name)]
public sealed class LessonTests(SharedServer shared, Browser browser)
{
    [Fact]
    public async Task The_ball_swings_above_the_learning_rate_that_the_lesson_names_and_diverges_above_the_second()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/understand");
        ILocator descent = page.Page.Locator("#descent");
        foreach ((string eta, string word) in new[]
        {
            ("0.46", "but converges"), ("0.44", "without overshooting"), ("0.92", "diverges"), ("0.9", "but converges"),
        })
        {
            await descent.GetByRole(AriaRole.Slider).First.FillAsync(eta);
            await Assertions.Expect(descent.GetByRole(AriaRole.Status)).ToContainTextAsync(word);
        }
    }

    [Fact]
    public async Task With_the_quadratic_cost_the_neuron_learns_where_the_lesson_says_and_is_stuck_where_it_says()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, "/understand");
        ILocator cost = page.Page.Locator("#cost");
        ILocator quadratic = cost.Locator("[data-quadratic]"), crossEntropy = cost.Locator("[data-crossentropy]");
        await StartAtAsync("0.6");
        Assert.InRange(await NumberAsync(quadratic), 0, 0.2);
        await StartAtAsync("4");
        Assert.InRange(await NumberAsync(quadratic), 0.99, 1);
        Assert.InRange(await NumberAsync(crossEntropy), 0, 0.2);

        async Task StartAtAsync(string value)
        {
            await cost.GetByRole(AriaRole.Slider).Nth(0).FillAsync(value);
            await cost.GetByRole(AriaRole.Slider).Nth(1).FillAsync(value);
            double z = 2 * double.Parse(value, CultureInfo.InvariantCulture);
            string first = (1 / (1 + Math.Exp(-z))).ToString("0.000", CultureInfo.InvariantCulture);
            await Assertions.Expect(cost.Locator("dd").First).ToHaveTextAsync(first);
        }
    }

    private static async Task<double> NumberAsync(ILocator figure) =>
        double.Parse(await figure.InnerTextAsync(), CultureInfo.InvariantCulture);
}
