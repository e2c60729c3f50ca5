using Inkling.Web.Shell;
using Microsoft.AspNetCore.Http;

namespace Inkling.Web;

/// <summary>
/// Redirects the first visit to the home page to the Chinese one, where the browser prefers Chinese. All other addresses name
/// their language themselves.
/// </summary>
internal sealed class HomeLanguage(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool isFirstVisit = request.Path == "/" && HttpMethods.IsGet(request.Method) && !request.Query.ContainsKey("lang");
        string preferred = request.Headers.AcceptLanguage.ToString().Split(',', ';')[0].Trim();
        if (!isFirstVisit || !preferred.StartsWith(Language.Chinese, StringComparison.OrdinalIgnoreCase))
            return next(context);
        context.Response.Redirect($"{request.PathBase}/{Language.Chinese}{request.QueryString}");
        return Task.CompletedTask;
    }
}
