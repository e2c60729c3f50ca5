using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Inkling.Web.Tests;

[Collection(SharedServerTests.Name)]
public sealed class ApiTests(SharedServer shared) : IDisposable
{
    private const string FileX = "\r\nContent-Disposition: form-data; name=a; filename=x.png\r\n\r\n";

    private static readonly byte[] Picture = Strokes.Png(Strokes.Number);

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

    [Fact]
    public async Task What_a_form_says_beside_its_picture_is_heeded()
    {
        using MultipartFormDataContent form = new()
        {
            { new StringContent("4"), "digits" },
            { new StringContent("tiny"), "model" },
            { new StringContent(""), "pattern" }, // as a browser sends a field that is left empty
            { new ByteArrayContent(Picture), "picture", "number.png" },
        };
        using JsonDocument answer = await AnswerAsync("/api/read", form);
        Assert.Equal(4, answer.RootElement.GetProperty("text").GetString()!.Length);
    }

    [Theory]
    [InlineData("{{\"picture\": \"data:image/png;base64,{0}\", \"digits\": 3, \"unsureBelow\": 0.9}}")]
    [InlineData("{{\"digits\": \"3\", \"model\": null, \"picture\": \"{0}\"}}")]
    public async Task A_picture_in_JSON_is_read(string json)
    {
        foreach (string escaped in new[] { "\\/", "\\u002f" }) // as encoders for HTML write a slash
        {
            string picture = Convert.ToBase64String(Picture).Replace("/", escaped, StringComparison.Ordinal).Insert(8, "\\n");
            using StringContent body = new(
                string.Format(CultureInfo.InvariantCulture, json, picture), Encoding.UTF8, "application/json");
            using JsonDocument answer = await AnswerAsync("/api/read", body);
            Assert.Equal("407", answer.RootElement.GetProperty("text").GetString());
        }
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[1]", "object")]
    [InlineData("{}", "picture")]
    [InlineData("{\"picture\": 5}", "string")]
    [InlineData("{\"picture\": \"data:image/png,%89PNG\"}", "Base64")]
    [InlineData("{\"picture\": \"&&&&\"}", "Base64")]
    [InlineData("{\"picture\": \"AAAA\", \"picture\": \"AAAA\"}", "twice")]
    [InlineData("{\"picture\": \"AAAA\", \"digit\": 6}", "\"digit\"")]
    [InlineData("{\"picture\": \"AAAA\", \"digits\": 0}", "from 1 to 100")]
    [InlineData("{\"picture\": \"AAAA\", \"digits\": [6]}", "depth")]
    [InlineData("{\"picture\": \"AAAA\"} and more", "JSON")]
    [InlineData("{\"picture\": \"AAAA", "JSON")]
    public async Task Wrong_JSON_is_refused_with_what_is_wrong(string json, string expected)
    {
        using StringContent body = new(json, Encoding.UTF8, "application/json");
        HttpResponseMessage response = await _client.PostAsync(new Uri("/api/read", UriKind.Relative), body);
        await AssertProblemAsync(response, HttpStatusCode.BadRequest);
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains(expected, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("digit", "6")]
    [InlineData("digits", "many")]
    public async Task A_wrong_field_of_a_form_is_refused_and_named(string name, string value)
    {
        using MultipartFormDataContent form = new()
        {
            { new ByteArrayContent(Picture), "picture", "number.png" },
            { new StringContent(value), name },
        };
        HttpResponseMessage response = await _client.PostAsync(new Uri("/api/read", UriKind.Relative), form);
        await AssertProblemAsync(response, HttpStatusCode.BadRequest);
        Assert.Contains(name, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/read", "not a picture", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/read", "", HttpStatusCode.UnprocessableEntity)]
    [InlineData("/api/read?model=none", "x", HttpStatusCode.BadRequest)]
    [InlineData("/api/read?digits=0", "x", HttpStatusCode.BadRequest)]
    [InlineData("/api/read?unsureBelow=2", "x", HttpStatusCode.BadRequest)]
    [InlineData("/api/read?digit=6", "x", HttpStatusCode.BadRequest)]
    [InlineData("/api/read?digits=6&digits=7", "x", HttpStatusCode.BadRequest)]
    [InlineData("/api/none", "x", HttpStatusCode.NotFound)]
    public async Task What_cannot_be_read_is_refused_with_problem_details(string path, string body, HttpStatusCode expected)
    {
        HttpResponseMessage response = await _client.PostAsync(
            new Uri(path, UriKind.Relative),
            new ByteArrayContent(Encoding.ASCII.GetBytes(body)));
        await AssertProblemAsync(response, expected);
    }

    [Fact]
    public async Task A_truncated_picture_is_refused() =>
        await AssertProblemAsync(
            await _client.PostAsync(
                new Uri("/api/read", UriKind.Relative),
                new ByteArrayContent(Picture[..(Picture.Length / 2)])),
            HttpStatusCode.UnprocessableEntity);

    [Fact]
    public async Task A_picture_that_is_too_long_is_refused_before_it_is_sent()
    {
        using RawConnection connection = await RawConnection.OpenAsync(shared.Server.Address);
        await connection.SendAsync("POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 17000000\r\n\r\n");
        AssertTooLong(await connection.ReceiveHeadAsync());
    }

    [Fact]
    public async Task A_picture_that_turns_out_to_be_too_long_is_refused()
    {
        using RawConnection connection = await RawConnection.OpenAsync(shared.Server.Address);
        await connection.SendAsync(
            $"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n{17_000_000:x}\r\n");
        Task<string> answer = connection.ReceiveHeadAsync();
        string part = new('x', 100_000);
        for (int sent = 0; sent <= 16_000_000 && !answer.IsCompleted; sent += part.Length)
            await connection.SendAsync(part);
        AssertTooLong(await answer);
    }

    private static void AssertTooLong(string head)
    {
        Assert.StartsWith("HTTP/1.1 413", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/problem+json", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("gif")]
    [InlineData("bmp")]
    [InlineData("webp")]
    public async Task A_picture_of_too_many_pixels_is_refused_before_it_is_decoded(string format)
    {
        byte[] header = format switch
        {
            // The header declares a picture far too large (20,000 × 20,000 for PNG and BMP); almost no data follow.
            "png" => PngHeader(20_000),
            "gif" => [
                .. "GIF89a"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 0, 0, 0, 255, 255, 255,
                0x2C, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, 1, 0x44, 0, 0x3B],
            "bmp" => [
                .. "BM"u8, .. Little(54), 0, 0, 0, 0, .. Little(54), .. Little(40), .. Little(20_000), .. Little(20_000),
                1, 0, 24, 0, .. new byte[24]],
            // VP8L: width - 1 in 14 bits, then height - 1 in 14 bits.
            _ => [
                .. "RIFF"u8, .. Little(22), .. "WEBPVP8L"u8, .. Little(10), 0x2F, .. Little(16_383 | 16_383 << 14),
                .. new byte[5]],
        };
        HttpResponseMessage response = await _client.PostAsync(
            new Uri("/api/read", UriKind.Relative),
            new ByteArrayContent(header));
        await AssertProblemAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        using ByteArrayContent content = new(Picture);
        content.Headers.ContentEncoding.Add("gzip");
        HttpResponseMessage response = await _client.PostAsync(new Uri("/api/read", UriKind.Relative), content);
        await AssertProblemAsync(response, HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("multipart/form-data", "")]
    [InlineData("multipart/form-data; boundary=", "")]
    [InlineData("multipart/form-data; boundary=abc", "no form")]
    [InlineData("multipart/form-data; boundary=abc", "--abc\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--abc--\r\n")]
    [InlineData("multipart/form-data; boundary=abc", $"--abc{FileX}")]
    [InlineData("multipart/form-data; boundary=abc", $"--abc{FileX}b\r\n--abc{FileX}b\r\n--abc--\r\n")]
    public async Task A_form_without_one_file_is_refused(string type, string body)
    {
        using RawConnection connection = await RawConnection.OpenAsync(shared.Server.Address);
        await connection.SendAsync(
            $"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.StartsWith("HTTP/1.1 400", await connection.ReceiveHeadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_whose_boundary_never_ends_is_refused()
    {
        using RawConnection connection = await RawConnection.OpenAsync(shared.Server.Address);
        string type = $"multipart/form-data; boundary={new string('a', 5000)}";
        await connection.SendAsync(
            $"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {type}\r\nContent-Length: 2\r\n\r\n--");
        Assert.StartsWith("HTTP/1.1 400", await connection.ReceiveHeadAsync(), StringComparison.Ordinal);
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
        using JsonDocument description = JsonDocument.Parse(
            await _client.GetStringAsync(new Uri("/api/openapi.json", UriKind.Relative)));
        JsonElement read = description.RootElement.GetProperty("paths").GetProperty("/api/read").GetProperty("post");
        Assert.True(read.GetProperty("requestBody").GetProperty("content").TryGetProperty("multipart/form-data", out _));
        Assert.True(read.GetProperty("responses").TryGetProperty("429", out _));
    }

    [Fact]
    public async Task The_description_says_what_type_everything_has()
    {
        using JsonDocument description = JsonDocument.Parse(
            await _client.GetStringAsync(new Uri("/api/openapi.json", UriKind.Relative)));
        JsonElement read = description.RootElement.GetProperty("paths").GetProperty("/api/read").GetProperty("post");
        Dictionary<string, string?> types = read.GetProperty("parameters").EnumerateArray().ToDictionary(
            parameter => parameter.GetProperty("name").GetString()!,
            parameter => parameter.GetProperty("schema").GetProperty("type").GetString(),
            StringComparer.Ordinal);
        Assert.Equal(("integer", "number", "string"), (types["digits"], types["unsureBelow"], types["pattern"]));
        JsonElement json = read.GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        Assert.Equal(
            "integer",
            json.GetProperty("schema").GetProperty("properties").GetProperty("digits").GetProperty("type").GetString());
        JsonElement answer = description.RootElement
            .GetProperty("components").GetProperty("schemas").GetProperty("ReadingAnswer").GetProperty("properties");
        Assert.Equal("string", answer.GetProperty("text").GetProperty("type").GetString());
        Assert.Equal("number", answer.GetProperty("confidence").GetProperty("type").GetString());
        Assert.Equal("array", answer.GetProperty("numbers").GetProperty("type").GetString());
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

    private static byte[] Little(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    private static byte[] PngHeader(int side)
    {
        byte[] header = [.. Picture];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(16), side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(20), side);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(29), Crc32.HashToUInt32(header.AsSpan(12, 17)));
        return header;
    }

    private async Task<JsonDocument> ReadAsync(ByteArrayContent content, string type)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        HttpResponseMessage response = await _client.PostAsync(new Uri("/api/read", UriKind.Relative), content);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonDocument> AnswerAsync(string path, HttpContent content)
    {
        HttpResponseMessage response = await _client.PostAsync(new Uri(path, UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }

    internal static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.NotEmpty(problem.RootElement.GetProperty("detail").GetString()!);
    }
}
