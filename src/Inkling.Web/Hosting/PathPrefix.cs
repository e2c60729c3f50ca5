using Microsoft.AspNetCore.Http;

namespace Inkling.Web;

/// <summary>
/// Serves everything below a path, for a proxy that gives other sites the rest: with <c>/inkling</c>, the page is at
/// <c>/inkling/</c>. The proxy may pass the prefix on or take it off.
/// </summary>
internal sealed class PathPrefix(RequestDelegate next, WebSettings settings)
{
    private readonly PathString _prefix = settings.PathPrefix;

    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        if (request.Path.StartsWithSegments(_prefix, StringComparison.Ordinal, out PathString rest))
        {
            if (!rest.HasValue) // the page's links are relative to the path with a slash at its end
            {
                context.Response.Redirect($"{_prefix}/{request.QueryString}");
                return Task.CompletedTask;
            }

            request.Path = rest;
        }

        request.PathBase = _prefix;
        return next(context);
    }
}
