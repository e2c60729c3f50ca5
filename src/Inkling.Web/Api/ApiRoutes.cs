using Inkling.Web.Reading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Inkling.Web.Api;

/// <summary>The routes beside the pages: <c>/api</c> for programs, <c>/health</c> for monitoring.</summary>
internal static class ApiRoutes
{
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api").DisableAntiforgery(); // reads no cookies; SiteGuard refuses other sites
        api.MapPost("/read", ReadEndpoint.ReadAsync)
            .WithName("read")
            .WithSummary("Reads the numbers in a picture")
            .WithDescription("The body is the picture itself (PNG, JPEG, BMP, WebP, GIF or TIFF), or a form with one file.")
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
            .WithSummary("The networks that can read: the bundled ones, the one trained last, and those saved on the page")
            .Produces<ShelvedModel[]>();
        routes.MapOpenApi("/api/openapi.json");
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).DisableRateLimiting();
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") })
            .DisableRateLimiting();
    }
}
