using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Inkling.Web.Api;

/// <summary>Answers refused requests with problem details (RFC 9457): what was wrong, and what to do.</summary>
internal static class Problems
{
    public static IResult Of(int status, string detail) => Results.Problem(detail, statusCode: status);

    public static Task WriteAsync(HttpContext context, int status, string detail)
    {
        context.RequestServices.GetRequiredService<ServerMetrics>().Refusals
            .Add(1, new KeyValuePair<string, object?>("status", status));
        return Of(status, detail).ExecuteAsync(context);
    }

    public static void OnException(IApplicationBuilder app) => app.Run(context =>
    {
        Exception? error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        return error switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
                WriteAsync(context, StatusCodes.Status413PayloadTooLarge, TooLong(context)),
            BadHttpRequestException bad => WriteAsync(context, bad.StatusCode, "The request is not well-formed."),
            _ => WriteAsync(
                context,
                StatusCodes.Status500InternalServerError,
                "Something went wrong here, not with the request. It is in the server's log."),
        };
    });

    /// <summary>Adds problem details to answers without a body, such as 404 and 405.</summary>
    public static Task OnStatusCode(StatusCodeContext context)
    {
        int status = context.HttpContext.Response.StatusCode;
        return WriteAsync(
            context.HttpContext,
            status,
            $"{ReasonPhrases.GetReasonPhrase(status)}: {context.HttpContext.Request.Method} {context.HttpContext.Request.Path}. "
            + "/api describes what there is.");
    }

    public static string TooLong(HttpContext context) =>
        $"The picture is longer than {context.RequestServices
            .GetRequiredService<WebSettings>().MaxUploadBytes / 1_000_000} MB. Reduce it.";
}
