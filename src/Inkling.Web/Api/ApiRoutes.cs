using Inkling.Web.Reading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Net.Http.Headers;

namespace Inkling.Web.Api;

/// <summary>The routes beside the pages: <c>/api</c> for programs, <c>/health</c> for monitoring.</summary>
internal static class ApiRoutes
{
    public const string Api = "/api", OtherSites = "other sites";

    /// <summary>Tells browsers which other sites' pages may read the API's answers.</summary>
    public static void AllowOtherSites(CorsOptions cors, WebSettings settings) => cors.AddPolicy(
        OtherSites,
        policy => policy
            .WithOrigins(settings.AllowedOrigins.Contains("*", StringComparer.Ordinal) ? ["*"] : [.. settings.AllowedOrigins])
            .WithMethods(HttpMethods.Get, HttpMethods.Post)
            .WithHeaders(HeaderNames.ContentType)
            .WithExposedHeaders(HeaderNames.RetryAfter));

    /// <summary>One line: that it is healthy, or why it is not.</summary>
    private static Task WriteReasonAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(
            report.Entries.Values.FirstOrDefault(entry => entry.Status != HealthStatus.Healthy).Description
            ?? report.Status.ToString());
    }

    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup(Api)
            .DisableAntiforgery() // reads no cookies; SiteGuard refuses other sites
            .RequireCors(OtherSites);
        api.MapPost("/read", ReadEndpoint.ReadAsync)
            .WithName("read")
            .WithMetadata(new RequestSizeLimitAttribute(routes.ServiceProvider.GetRequiredService<WebSettings>().MaxUploadBytes))
            .Produces<ReadingAnswer>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status408RequestTimeout)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapGet("/models", (ModelCache models) => models.All())
            .WithName("models")
            .Produces<ShelvedModel[]>();
        routes.MapOpenApi("/api/openapi.json");
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).DisableRateLimiting();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains("ready"),
            ResponseWriter = WriteReasonAsync,
        }).DisableRateLimiting();
    }
}
