using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Inkling.Web;

/// <summary>
/// The page's style, script and typeface, from the assembly, compressed once. Their addresses change with their content, so
/// browsers may cache them for good.
/// </summary>
internal static class AssetFiles
{
    private static readonly Dictionary<string, Asset> All = Load();

    /// <summary>An asset's address relative to the page's base, with its content's hash, so that no outdated copy is
    /// used.</summary>
    public static string AddressOf(string name) => $"./{All[name].Path}?v={All[name].Hash}";

    public static void MapAssets(this IEndpointRouteBuilder routes)
    {
        foreach (Asset asset in All.Values)
            routes.MapGet("/" + asset.Path, context => SendAsync(context, asset)).ExcludeFromDescription();
        routes.MapGet("/favicon.ico", context =>
        {
            context.Response.Redirect(context.Request.PathBase + "/" + AddressOf("icon.svg")[2..]);
            return Task.CompletedTask;
        }).ExcludeFromDescription();
    }

    private static async Task SendAsync(HttpContext context, Asset asset)
    {
        HttpResponse response = context.Response;
        response.ContentType = asset.Type;
        response.Headers.ETag = $"\"{asset.Hash}\"";
        response.Headers.CacheControl =
            context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (context.Request.Headers.IfNoneMatch == response.Headers.ETag)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        bool isCompressed = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        if (isCompressed)
            response.Headers.ContentEncoding = "br";
        await response.Body.WriteAsync(isCompressed ? asset.Compressed.Value : asset.Content);
    }

    private static Dictionary<string, Asset> Load()
    {
        Assembly assembly = typeof(AssetFiles).Assembly;
        Dictionary<string, Asset> assets = new(StringComparer.Ordinal);
        foreach (string resource in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("web/", StringComparison.Ordinal)))
        {
            using MemoryStream content = new();
            using (Stream stream = assembly.GetManifestResourceStream(resource)!)
                stream.CopyTo(content);
            string name = resource["web/".Length..];
            assets.Add(name, new Asset(
                name == "blazor.web.js" ? "_framework/blazor.web.js" : $"assets/{name}", TypeOf(name), content.ToArray()));
        }

        // The style names its fonts by the addresses that the page preloads them by; otherwise browsers load them twice.
        NameByAddress("site.css", "Inter-Regular.otf", "Inter-SemiBold.otf");
        NameByAddress("ink.js", "strokes.js");
        NameByAddress("pad.js", "strokes.js");
        return assets;

        // Lets an asset refer to others by addresses that change with their content.
        void NameByAddress(string name, params ReadOnlySpan<string> others)
        {
            (string path, string type, byte[] content) = assets[name];
            string text = Encoding.UTF8.GetString(content);
            foreach (string other in others)
                text = text.Replace(other, $"{other}?v={assets[other].Hash}", StringComparison.Ordinal);
            assets[name] = new Asset(path, type, Encoding.UTF8.GetBytes(text));
        }
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".otf" => "font/otf",
        _ => "application/octet-stream",
    };

    private sealed record Asset(string Path, string Type, byte[] Content)
    {
        public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Content))[..16];

        public Lazy<byte[]> Compressed { get; } = new(() =>
        {
            using MemoryStream compressed = new();
            using (BrotliStream brotli = new(compressed, CompressionLevel.Optimal))
                brotli.Write(Content);
            return compressed.ToArray();
        });
    }
}
