using System.Globalization;
using System.Text.Json.Nodes;
using Inkling.Web.Shell;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Inkling.Web.Api;

/// <summary>
/// Adds to the OpenAPI document what the routes do not declare: parameters, request bodies, and what everything means. These
/// texts are among the page's.
/// </summary>
internal static class ApiDescription
{
    private const string Read = "read";

    private static readonly string[] PictureTypes =
        ["image/png", "image/jpeg", "image/bmp", "image/webp", "image/gif", "image/tiff"];

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
            // Relative to the host that the document is from: a proxy may end TLS.
            document.Servers = [.. (document.Servers ?? []).Select(server => new OpenApiServer { Url = PathOf(server.Url) })];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, _, _) =>
        {
            operation.Summary = SummaryOf(operation, Language.English);
            foreach ((string status, IOpenApiResponse response) in operation.Responses ?? [])
                response.Description = AnswerOf(operation, status, Language.English);
            if (operation.OperationId != Read)
                return Task.CompletedTask;
            operation.Parameters =
            [
                .. ReadParameters.Names.Select(name => new OpenApiParameter
                {
                    Name = name,
                    In = ParameterLocation.Query,
                    Description = ParameterOf(name, Language.English),
                    Schema = SchemaOf(name),
                })
            ];
            operation.RequestBody = Body();
            return Task.CompletedTask;
        });
    }

    public static string SummaryOf(OpenApiOperation operation, Language language) => language[$"api.{operation.OperationId}"];

    public static string ParameterOf(string name, Language language) =>
        language.Format($"api.parameter.{name}", ReadParameters.MostDigits);

    public static string AnswerOf(OpenApiOperation operation, string status, Language language) =>
        language[$"api.answer.{(operation.OperationId == Read || status != "200" ? status : operation.OperationId)}"];

    /// <summary>The picture itself in any of its formats, a form with it as a file, or JSON with it as a data URL.</summary>
    private static OpenApiRequestBody Body()
    {
        Dictionary<string, OpenApiMediaType> content = PictureTypes.ToDictionary(
            type => type, _ => new OpenApiMediaType { Schema = Binary() }, StringComparer.Ordinal);
        content["multipart/form-data"] = new OpenApiMediaType { Schema = WithPicture(Binary()) };
        content["application/json"] = new OpenApiMediaType
        {
            Schema = WithPicture(new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Description = Language.English["api.picture"],
                Examples = [JsonValue.Create("data:image/png;base64,iVBORw0KGgo…")],
            })
        };
        return new OpenApiRequestBody { Required = true, Content = content };
    }

    private static OpenApiSchema WithPicture(OpenApiSchema picture)
    {
        Dictionary<string, IOpenApiSchema> properties = new(StringComparer.Ordinal) { [PictureJson.Field] = picture };
        foreach (string name in ReadParameters.Names)
        {
            OpenApiSchema schema = SchemaOf(name);
            schema.Description = ParameterOf(name, Language.English);
            properties[name] = schema;
        }

        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string>(StringComparer.Ordinal) { PictureJson.Field },
            Properties = properties,
            AdditionalPropertiesAllowed = false,
        };
    }

    private static OpenApiSchema SchemaOf(string parameter) => parameter switch
    {
        ReadParameters.Digits => new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Minimum = "1",
            Maximum = ReadParameters.MostDigits.ToString(CultureInfo.InvariantCulture),
        },
        ReadParameters.UnsureBelow => new OpenApiSchema
        {
            Type = JsonSchemaType.Number,
            Minimum = "0",
            Maximum = "1",
            Default = JsonValue.Create(new ReadingOptions().UnsureBelow),
        },
        ReadParameters.Model => new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Default = JsonValue.Create(BundledModels.Names[0]),
        },
        _ => new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static string PathOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? absolute) ? absolute.AbsolutePath : "/";

    private static OpenApiSchema Binary() => new() { Type = JsonSchemaType.String, Format = "binary" };
}
