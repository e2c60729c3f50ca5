using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Inkling.Web.Api;

/// <summary>The OpenAPI document: what the routes do not say themselves.</summary>
internal static class ApiDescription
{
    private static readonly string[] PictureTypes = ["image/png", "image/jpeg", "image/bmp", "image/webp", "image/gif"];

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Inkling", Version = "1", Description = "Reads handwritten numbers in pictures." };
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.RelativePath == "api/read")
                operation.RequestBody = Picture();
            return Task.CompletedTask;
        });
    }

    /// <summary>The picture itself in any of its formats, or a form with it as a file.</summary>
    private static OpenApiRequestBody Picture()
    {
        Dictionary<string, OpenApiMediaType> content = PictureTypes.ToDictionary(type => type, _ => new OpenApiMediaType { Schema = Binary() }, StringComparer.Ordinal);
        content["multipart/form-data"] = new OpenApiMediaType
        {
            Schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["picture"] = Binary() } },
        };
        return new OpenApiRequestBody { Required = true, Content = content };
    }

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
