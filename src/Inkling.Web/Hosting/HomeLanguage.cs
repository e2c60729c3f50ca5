using Inkling.Web.Shell;
using Microsoft.AspNetCore.Http;

namespace Inkling.Web;

/// <summary>Whoever comes to the front door with a browser set to Chinese is shown in by the Chinese one. All other addresses say their language themselves.</summary>
internal sealed class HomeLanguage(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool isFirstVisit = request.Path == "/" && HttpMethods.IsGet(request.Method) && !request.Query.ContainsKey("lang");
        string preferred = request.Headers.AcceptLanguage.ToString().Split(',', ';')[0].Trim();
        if (!isFirstVisit || !preferred.StartsWith(Language.Chinese, StringComparison.OrdinalIgnoreCase))
            return next(context);
        context.Response.Redirect($"/{Language.Chinese}{request.QueryString}");
        return Task.CompletedTask;
    }
}
