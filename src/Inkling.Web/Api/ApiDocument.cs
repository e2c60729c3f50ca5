using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Inkling.Web.Api;

/// <summary>The OpenAPI document that the page shows, the same that <c>openapi.json</c> serves.</summary>
internal sealed class ApiDocument(IServiceProvider services)
{
    private Task<OpenApiDocument>? _document;

    public Task<OpenApiDocument> GetAsync() => _document ??=
        services.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync();
}
