using System.Text.Json;
using System.Text.Json.Serialization;
using Inkling.Web.Reading;

namespace Inkling.Web.Api;

/// <summary>Serialises the answers of the API, and what <c>inkling read --json</c> writes.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ReadingAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ShelvedModel>))]
internal sealed partial class AnswerJson : JsonSerializerContext;
