using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Inkling.Web.Reading;

namespace Inkling.Web.Api;

/// <summary>
/// A picture in JSON, as pages of other sites send it: <c>{"picture": "data:image/png;base64,…", "digits": 6}</c>. Base64
/// without <c>data:</c> before it is taken too.
/// </summary>
internal static class PictureJson
{
    public const string Field = "picture";

    /// <summary>Leaves the picture's own bytes in the upload: they are decoded in place, in the memory that is counted.</summary>
    /// <returns>The parameters beside the picture.</returns>
    /// <exception cref="RefusedException">It is no such JSON.</exception>
    public static Dictionary<string, string> Unpack(Upload body)
    {
        try
        {
            (Range picture, Dictionary<string, string> fields) = Parse(body.Bytes.Span);
            (int start, int length) = picture.GetOffsetAndLength(body.Bytes.Length);
            Span<byte> text = body.Bytes.Span.Slice(start, length);
            text = text[..Unescape(text)];
            int comma = text.StartsWith("data:"u8) ? text.IndexOf((byte)',') : -1;
            if (comma >= 0 && !text[..comma].EndsWith(";base64"u8))
                throw ReadParameters.Wrong("The picture's data URL is not in Base64: write data:image/png;base64,…");
            Span<byte> coded = text[(comma + 1)..];
            if (Base64.DecodeFromUtf8InPlace(coded, out int written) != OperationStatus.Done)
                throw ReadParameters.Wrong("The picture is damaged, or not in Base64: write data:image/png;base64,…");
            body.Keep(start + comma + 1, written);
            return fields;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter: invalid UTF-8
        {
            throw ReadParameters.Wrong($"The body is not JSON: {e.Message}".ReplaceLineEndings(" "));
        }
    }

    private static (Range Picture, Dictionary<string, string> Fields) Parse(ReadOnlySpan<byte> body)
    {
        Utf8JsonReader json = new(body, new JsonReaderOptions { MaxDepth = 1 });
        Range? picture = null;
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
            throw ReadParameters.Wrong($"The body is no JSON object: write {{\"{Field}\": \"data:image/png;base64,…\"}}.");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = Text(ref json, "A parameter's name");
            json.Read();
            if (name != Field)
                ReadParameters.Add(fields, name, Text(ref json, name));
            else if (picture is not null)
                throw ReadParameters.Wrong($"{Field} is given twice.");
            else if (json.TokenType != JsonTokenType.String)
                throw ReadParameters.Wrong($"{Field} is a string, as \"data:image/png;base64,…\".");
            else
                picture = new Range((int)json.TokenStartIndex + 1, (int)json.TokenStartIndex + 1 + json.ValueSpan.Length);
        }

        json.Read(); // nothing may follow the object
        return (picture ?? throw ReadParameters.Wrong($"The JSON has no \"{Field}\"."), fields);
    }

    /// <summary>A short string, or a number as it is written.</summary>
    private static string Text(ref Utf8JsonReader json, string what)
    {
        if (json.ValueSpan.Length > ReadParameters.MostBytes)
            throw ReadParameters.Wrong($"{what} is longer than {ReadParameters.MostBytes} bytes.");
        return json.TokenType switch
        {
            JsonTokenType.String or JsonTokenType.PropertyName => json.GetString()!,
            JsonTokenType.Number => Encoding.ASCII.GetString(json.ValueSpan),
            JsonTokenType.Null => "",
            _ => throw ReadParameters.Wrong($"{what} is neither a string nor a number."),
        };
    }

    /// <summary>Resolves what encoders escape in Base64 (<c>\/</c>, <c>\u002B</c>) and leaves out line breaks.</summary>
    /// <returns>The length that is left.</returns>
    private static int Unescape(Span<byte> text)
    {
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte next = text[i];
            if (next == '\\')
            {
                next = text[++i];
                if (next is (byte)'n' or (byte)'r' or (byte)'t')
                    continue;
                if (next == 'u')
                {
                    // the reader has checked that four hexadecimal digits follow
                    int code = int.Parse(text.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                    next = code < 128 ? (byte)code : (byte)'?';
                    i += 4;
                }
            }

            text[length++] = next;
        }

        return length;
    }
}
