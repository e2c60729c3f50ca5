using Inkling.Web.Reading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Inkling.Web.Api;

/// <summary>What there is beside the page: <c>/api</c> for programs, <c>/health</c> for whoever watches over the server.</summary>
internal static class ApiRoutes
{
    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api").DisableAntiforgery(); // no cookie is looked at; SiteGuard keeps other sites out
        api.MapPost("/read", ReadEndpoint.ReadAsync)
            .WithName("read")
            .WithSummary("Reads the numbers in a picture")
            .WithDescription("The body is the picture itself (PNG, JPEG, BMP, WebP or GIF), or a form with one file.")
            .Produces<ReadingAnswer>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        api.MapGet("/models", (ModelShelf models) => models.All().Select(ModelAnswer.Of))
            .WithName("models")
            .WithSummary("The networks that can read: the bundled ones, the one trained last, and those saved on the page")
            .Produces<ModelAnswer[]>();
        routes.MapOpenApi("/api/openapi.json");
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
    }
}

/// <summary>A network that can read.</summary>
/// <param name="Name">What <c>?model=</c> calls it.</param>
/// <param name="Architecture">Its layers.</param>
/// <param name="Parameters">How many numbers it has learned.</param>
/// <param name="MultiplyAdds">What reading one digit costs.</param>
internal sealed record ModelAnswer(string Name, string Architecture, int Parameters, long MultiplyAdds)
{
    public static ModelAnswer Of(ShelvedModel model) =>
        new(model.Name, model.Network.Architecture.ToString(), model.Network.ParameterCount, model.Network.Architecture.MultiplyAdds);
}
