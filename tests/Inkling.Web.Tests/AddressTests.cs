using System.Net;
using CsCheck;
using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>Edited, truncated and mistyped addresses.</summary>
[Collection(SharedServerTests.Name)]
public sealed class AddressTests(SharedServer shared, Browser browser)
{
    private static readonly string[] Pages =
        ["/", "/zh", "/inside", "/zh/inside", "/learn", "/zh/learn",
         "/understand", "/zh/understand", "/api", "/zh/api", "/not-found"];

    private static readonly string[] Parameters = ["model", "x", "sample", "layer", "neuron", "output", "run", "lang"];

    private static readonly string[] Values =
    [
        "", "abc", "0", "1", "-1", "9", "10", "2147483647", "-2147483648", "2147483648", "99999999999",
        "1e3", "0x10", "1.5", "1,5",
        "+1", "%2B1", "%201", "NaN", "%E2%88%9E", "true", "null", "best", "latest", "BEST", "..%2F..%2Flatest", "%00", "%", "%zz",
        "%ff%fe", "%EF%BC%91", "%D9%A1", "<script>", "\"'", "a&x=b", "_-_-", new('A', 523), new('A', 524), new('9', 500),
    ];

    [Fact]
    public async Task Whatever_an_address_says_its_page_is_shown()
    {
        using HttpClient client = new() { BaseAddress = shared.Server.Address };
        List<string> wrong = [];
        foreach (string page in Pages)
        {
            foreach (string value in Values)
            {
                await AskAsync($"{page}?{string.Join('&', Parameters.Select(parameter => $"{parameter}={value}"))}");
                foreach (string parameter in page == "/inside" ? Parameters[..6] : page == "/learn" ? ["run"] : [])
                    await AskAsync($"{page}?{parameter}={value}&{parameter}=2");
            }
        }

        Assert.Empty(wrong);

        async Task AskAsync(string address)
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(address, UriKind.Relative));
            bool isMissing = address.StartsWith("/not-found", StringComparison.Ordinal)
                && response.StatusCode == HttpStatusCode.NotFound;
            if (response.StatusCode != HttpStatusCode.OK && !isMissing)
                wrong.Add($"{response.StatusCode}: {address}");
        }
    }

    [Fact]
    public async Task No_address_at_all_makes_the_server_fail()
    {
        using HttpClient client = new() { BaseAddress = shared.Server.Address };
        Gen<string> part = Gen.String[Gen.Char[" %&=?#/.\\+-_aZ09é日\u0001\u007f"], 0, 40];
        string[] pages = [.. Pages, "/zh/", "//", "/api/read", "/_blazor", "/assets/"];
        await Gen.Select(Gen.Int[0, pages.Length - 1].Select(i => pages[i]), part, part).SampleAsync(
            async (page, path, query) =>
            {
                // Percent signs are sent unescaped: they need not be followed by two hexadecimal digits.
                string address = $"{page}{Escaped(path)}?{Escaped(query)}".Replace("//", "/", StringComparison.Ordinal);
                using HttpResponseMessage response = await client.GetAsync(new Uri(shared.Server.Address, address));
                Assert.InRange((int)response.StatusCode, 200, 499);
            },
            iter: 100,
            threads: 1);

        static string Escaped(string text) => Uri.EscapeDataString(text).Replace("%25", "%", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/learn?run=abc")]
    [InlineData("/inside?neuron=99999999999&layer=x&sample=1e9&output=-")]
    [InlineData("/zh/inside?model=none&x=%00&layer=-5&neuron=2147483647")]
    public async Task A_page_with_a_mistyped_address_is_alive(string address)
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server, address);
        await Assertions.Expect(page.Page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
    }
}
