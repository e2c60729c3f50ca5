using System.Net;
using Inkling.Web.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Inkling.Web;

/// <summary>
/// Refuses requests that other sites make through a visitor's browser (cross-site request forgery): requests that may change
/// something, and every WebSocket, must come from this site; those to the API also from sites that the server's owner allows.
/// Requests must also be for a host name of this server: another name may have been made to resolve to it (DNS rebinding), and a
/// browser would treat that site as this one.
/// </summary>
internal sealed class SiteGuard(RequestDelegate next, WebSettings settings)
{
    private readonly bool _isForThisMachineAlone = IsLoopback(settings.Address);
    private readonly StringSegment[] _names = NamesOf(settings);

    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (!IsAName(request.Host.Host))
        {
            return Problems.WriteAsync(context, StatusCodes.Status421MisdirectedRequest,
                $"This server does not answer to \"{request.Host.Host}\". \"inkling serve --host NAME\" tells it a name.");
        }

        bool isHarmless = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && !context.WebSockets.IsWebSocketRequest && request.Headers.Upgrade.Count == 0;
        return isHarmless || IsFromHere(request) || IsAllowed(request)
            ? next(context)
            : Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "Requests from other sites are not answered.");
    }

    /// <summary>IP addresses need no list: only names can be made to resolve to this server.</summary>
    private bool IsAName(string host) =>
        IsLoopback(host)
        || (!_isForThisMachineAlone && AddressOf(host) is not null)
        || (host.Length > 0 && HostString.MatchesAny(host, _names));

    private static StringSegment[] NamesOf(WebSettings settings)
    {
        string machine = Dns.GetHostName();
        string[] own = IsLoopback(settings.Address) ? [] : [machine, $"{machine}.local"];
        return [.. own.Concat(settings.Hosts).Select(name => new StringSegment(name))];
    }

    private static bool IsFromHere(HttpRequest request)
    {
        if (request.Headers.Origin is not [string origin, ..])
            return !string.Equals(request.Headers["Sec-Fetch-Site"], "cross-site", StringComparison.Ordinal); // no browser: curl
        return Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
            && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private bool IsAllowed(HttpRequest request) =>
        request.Path.StartsWithSegments(ApiRoutes.Api, StringComparison.OrdinalIgnoreCase)
        && (settings.AllowedOrigins.Contains("*", StringComparer.Ordinal)
            || settings.AllowedOrigins.Contains(request.Headers.Origin.ToString(), StringComparer.OrdinalIgnoreCase));

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (AddressOf(host) is { } address && IPAddress.IsLoopback(address));

    private static IPAddress? AddressOf(string host) =>
        IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) ? address : null;
}
