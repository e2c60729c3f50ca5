using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Inkling.Web.Api;

/// <summary>Adds to the OpenAPI document what the routes do not declare: request bodies and answers' descriptions.</summary>
internal static class ApiDescription
{
    private static readonly string[] PictureTypes =
        ["image/png", "image/jpeg", "image/bmp", "image/webp", "image/gif", "image/tiff"];

    private static readonly Dictionary<string, string> Answers = new(StringComparer.Ordinal)
    {
        ["200"] = "The reading, as inkling read --json writes it",
        ["400"] = "A parameter or the form is wrong",
        ["408"] = "The picture took too long to arrive",
        ["413"] = "The picture is too long, or has too many pixels",
        ["415"] = "The body is compressed",
        ["422"] = "No picture, or a damaged one",
        ["429"] = "Too many pictures at once; Retry-After says when to try again",
        ["503"] = "The picture took too long to read",
    };

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Inkling",
                Version = "1",
                Description = "Reads handwritten numbers in pictures."
            };
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.RelativePath != "api/read")
                return Task.CompletedTask;
            operation.RequestBody = Picture();
            foreach ((string status, IOpenApiResponse response) in operation.Responses ?? [])
                response.Description = Answers.GetValueOrDefault(status, response.Description ?? "");
            return Task.CompletedTask;
        });
    }

    /// <summary>The picture itself in any of its formats, or a form with it as a file.</summary>
    private static OpenApiRequestBody Picture()
    {
        Dictionary<string, OpenApiMediaType> content = PictureTypes.ToDictionary(
            type => type, _ => new OpenApiMediaType { Schema = Binary() }, StringComparer.Ordinal);
        content["multipart/form-data"] = new OpenApiMediaType
        {
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal) { ["picture"] = Binary() }
            },
        };
        return new OpenApiRequestBody { Required = true, Content = content };
    }

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
