using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Inkling.Web.Reading;
using SkiaSharp;

namespace Inkling.Web.Tests;

[Collection(SharedServerTests.Name)]
public sealed class ApiTests(SharedServer shared) : IDisposable
{
    private static readonly byte[] Picture = PngOf(new Sketch(Strokes.Number));

    private readonly HttpClient _client = new() { BaseAddress = shared.Server.Address };

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_picture_as_the_body_is_read()
    {
        using JsonDocument answer = await ReadAsync(new ByteArrayContent(Picture), "image/png");
        Assert.Equal("407", answer.RootElement.GetProperty("text").GetString());
        JsonElement number = answer.RootElement.GetProperty("numbers")[0];
        Assert.Equal(3, number.GetProperty("digits").GetArrayLength());
        Assert.Equal(4, number.GetProperty("box").GetArrayLength());
    }

    [Fact]
    public async Task A_picture_in_a_form_is_read_and_named()
    {
        using MultipartFormDataContent form = new() { { new ByteArrayContent(Picture), "picture", "number.png" } };
        HttpResponseMessage response = await _client.PostAsync(new Uri("/api/read?digits=3&model=tiny", UriKind.Relative), form);
        using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("number.png", answer.RootElement.GetProperty("file").GetString());
        Assert.Equal("407", answer.RootElement.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("/api/read", "not a picture", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/read", "", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/read?model=none", "x", HttpStatusCode.BadRequest)]
    [InlineData("/api/read?digits=0", "x", HttpStatusCode.BadRequest)]
    [InlineData("/api/read?unsureBelow=2", "x", HttpStatusCode.BadRequest)]
    [InlineData("/api/none", "x", HttpStatusCode.NotFound)]
    public async Task What_cannot_be_read_is_refused_with_problem_details(string path, string body, HttpStatusCode expected)
    {
        HttpResponseMessage response = await _client.PostAsync(new Uri(path, UriKind.Relative), new ByteArrayContent(Encoding.ASCII.GetBytes(body)));
        await AssertProblemAsync(response, expected);
    }

    [Fact]
    public async Task A_truncated_picture_is_refused() =>
        await AssertProblemAsync(await _client.PostAsync(new Uri("/api/read", UriKind.Relative), new ByteArrayContent(Picture[..(Picture.Length / 2)])), HttpStatusCode.UnprocessableEntity);

    [Fact]
    public async Task A_picture_that_is_too_long_is_refused()
    {
        HttpResponseMessage response;
        try
        {
            response = await _client.PostAsync(new Uri("/api/read", UriKind.Relative), new ByteArrayContent(new byte[17_000_000]));
        }
        catch (HttpRequestException)
        {
            return; // the server closed the connection before all was sent
        }

        await AssertProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_picture_of_too_many_pixels_is_refused_before_it_is_decoded()
    {
        // A PNG's header that promises 20,000 × 20,000 pixels: nothing follows.
        byte[] header = [.. Picture[..16], 0, 0, 0x4E, 0x20, 0, 0, 0x4E, 0x20, .. Picture[24..]];
        BitConverter.GetBytes(System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Crc(header.AsSpan(12, 17)))).CopyTo(header, 29);
        await AssertProblemAsync(await _client.PostAsync(new Uri("/api/read", UriKind.Relative), new ByteArrayContent(header)), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Other_sites_are_kept_out()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/read") { Content = new ByteArrayContent(Picture) };
        request.Headers.Add("Origin", "http://elsewhere.example");
        await AssertProblemAsync(await _client.SendAsync(request), HttpStatusCode.Forbidden);
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/");
        rebound.Headers.Host = "elsewhere.example";
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await _client.SendAsync(rebound)).StatusCode);
    }

    [Fact]
    public async Task The_networks_are_listed()
    {
        using JsonDocument models = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/api/models", UriKind.Relative)));
        Assert.Contains("best", models.RootElement.EnumerateArray().Select(model => model.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task The_description_names_what_there_is()
    {
        using JsonDocument description = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/api/openapi.json", UriKind.Relative)));
        JsonElement read = description.RootElement.GetProperty("paths").GetProperty("/api/read").GetProperty("post");
        Assert.True(read.GetProperty("requestBody").GetProperty("content").TryGetProperty("multipart/form-data", out _));
        Assert.True(read.GetProperty("responses").TryGetProperty("429", out _));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task It_says_that_it_is_well(string path) =>
        Assert.Equal("Healthy", await _client.GetStringAsync(new Uri(path, UriKind.Relative)));

    [Fact]
    public async Task Nothing_may_be_loaded_from_elsewhere()
    {
        HttpResponseMessage response = await _client.GetAsync(new Uri("/", UriKind.Relative));
        string policy = string.Join(' ', response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
    }

    private static byte[] PngOf(Sketch sketch)
    {
        GreyImage picture = sketch.ToPicture();
        using SKImage image = SKImage.FromPixelCopy(new SKImageInfo(picture.Width, picture.Height, SKColorType.Gray8, SKAlphaType.Opaque), picture.Pixels);
        return image.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    }

    private async Task<JsonDocument> ReadAsync(ByteArrayContent content, string type)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        HttpResponseMessage response = await _client.PostAsync(new Uri("/api/read", UriKind.Relative), content);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
    }

    /// <summary>PNG's checksum (RFC 2083, appendix 15).</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }
}
