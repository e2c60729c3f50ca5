using System.Net;
using Microsoft.AspNetCore.Http;
using Inkling.Web.Api;

namespace Inkling.Web;

/// <summary>
/// Keeps other sites out. A page elsewhere could send requests to this machine through its user's browser: what changes
/// anything, and every WebSocket, must come from this site. And where only this machine is served, a name that was made to
/// resolve to it (DNS rebinding) is not answered.
/// </summary>
internal sealed class SiteGuard(RequestDelegate next, WebSettings settings)
{
    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (IsLoopback(settings.Address) && !IsLoopback(request.Host.Host))
            return Problems.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, $"This server answers to localhost, not to \"{request.Host.Host}\".");
        bool isHarmless = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && !context.WebSockets.IsWebSocketRequest && request.Headers.Upgrade.Count == 0;
        return isHarmless || IsFromHere(request)
            ? next(context)
            : Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "Requests from other sites are not answered.");
    }

    private static bool IsFromHere(HttpRequest request)
    {
        if (request.Headers.Origin is not [string origin, ..])
            return !string.Equals(request.Headers["Sec-Fetch-Site"], "cross-site", StringComparison.Ordinal); // no browser: curl
        return Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsLoopback(string host) =>
        host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));
}
