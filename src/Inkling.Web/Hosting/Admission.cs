using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Inkling.Web.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Inkling.Web;

/// <summary>
/// Limits the connections and requests in progress at once. What is over a limit is refused before any of its body is read;
/// limits for each address keep one from using up the capacity for all.
/// </summary>
internal static class Admission
{
    private const string SecondsToRetry = "1";

    private static readonly PathString Sockets = "/_blazor", Readings = "/api/read";

    private enum Kind
    {
        Other,
        Reading,
        Page,
    }

    public static void LimitRequests(RateLimiterOptions options, WebSettings settings)
    {
        options.GlobalLimiter = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<HttpContext, IPAddress>(context =>
                RateLimitPartition.GetConcurrencyLimiter(
                    VisitorOf(context.Connection.RemoteIpAddress), _ => AtOnce(settings.InProgressPerAddress))),
            PartitionedRateLimiter.Create<HttpContext, Kind>(context =>
                RateLimitPartition.GetConcurrencyLimiter(KindOf(context), _ => AtOnce(settings.InProgress))));
        options.OnRejected = (rejected, _) =>
        {
            HttpContext context = rejected.HttpContext;
            context.Response.Headers.RetryAfter = SecondsToRetry;
            (int status, string what) = KindOf(context) == Kind.Reading
                ? (StatusCodes.Status429TooManyRequests, "pictures")
                : (StatusCodes.Status503ServiceUnavailable, "visitors");
            return new ValueTask(Problems.WriteAsync(context, status, $"Too many {what} at once. Try again in a second."));
        };
    }

    /// <summary>Closes connections beyond those that one address may hold.</summary>
    public static void LimitConnections(ListenOptions listen, PartitionedRateLimiter<ConnectionContext> perAddress) =>
        listen.Use(next => async connection =>
        {
            using RateLimitLease place = perAddress.AttemptAcquire(connection);
            if (place.IsAcquired)
                await next(connection);
        });

    public static PartitionedRateLimiter<ConnectionContext> ConnectionsPerAddress(WebSettings settings) =>
        PartitionedRateLimiter.Create<ConnectionContext, IPAddress>(connection =>
        {
            IPAddress? address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
            IPAddress visitor = VisitorOf(address);
            return settings.IsProxy(address)
                ? RateLimitPartition.GetNoLimiter(visitor) // the proxy's connections carry everybody's requests
                : RateLimitPartition.GetConcurrencyLimiter(visitor, _ => AtOnce(settings.ConnectionsPerAddress));
        });

    private static ConcurrencyLimiterOptions AtOnce(int requests) => new() { PermitLimit = requests, QueueLimit = 0 };

    /// <summary>The client's address; for IPv6 its /64 network, since a host may use any address in it.</summary>
    public static IPAddress VisitorOf(IPAddress? address)
    {
        if (address is { IsIPv4MappedToIPv6: true })
            return address.MapToIPv4();
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6 })
            return address ?? IPAddress.None;
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static Kind KindOf(HttpContext context) =>
        context.Request.Path.StartsWithSegments(Sockets, StringComparison.OrdinalIgnoreCase) ? Kind.Page
        : context.Request.Path.StartsWithSegments(Readings, StringComparison.OrdinalIgnoreCase) ? Kind.Reading
        : Kind.Other;
}
