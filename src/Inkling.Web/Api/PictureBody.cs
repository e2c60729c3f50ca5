using System.Globalization;
using System.Text;
using Inkling.Web.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Inkling.Web.Api;

/// <summary>The picture in a request, which is its body, the one file of a form or in JSON, and the parameters with it.</summary>
internal static class PictureBody
{
    private const int MaxBoundaryLength = 128; // RFC 2046 allows 70

    /// <param name="request">The request.</param>
    /// <param name="fields">Receives the parameters of a form or of JSON, in place of those with the same names.</param>
    /// <param name="room">Holds the picture.</param>
    /// <param name="settings">The limits.</param>
    /// <param name="cancellationToken">Cancelled when the client has gone.</param>
    /// <exception cref="RefusedException">There is no picture, it is too long or too slow, or a parameter is wrong.</exception>
    /// <exception cref="BusyException">There is no memory for it now.</exception>
    public static async Task<Upload> TakeAsync(
        HttpRequest request,
        Dictionary<string, string> fields,
        UploadRoom room,
        WebSettings settings,
        CancellationToken cancellationToken)
    {
        if (request.ContentLength > settings.MaxUploadBytes)
            throw TooLong(request);
        if (request.Headers.ContentEncoding is [string encoding, ..] && encoding != "identity")
        {
            throw new RefusedException(
                StatusCodes.Status415UnsupportedMediaType, "The picture is sent as it is, without a Content-Encoding.");
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.UploadTimeLimit);
        try
        {
            // A body declared as a URL-encoded form, which is curl's default, is taken as the picture too.
            string visitor = Admission.VisitorOf(request.HttpContext.Connection.RemoteIpAddress).ToString();
            return IsOf(request, "multipart/form-data")
                ? await OfFormAsync(request, fields, room, visitor, limit.Token)
                : IsOf(request, "application/json")
                ? await OfJsonAsync(request, fields, room, visitor, limit.Token)
                : await room.TakeAsync(request.Body, request.ContentLength, null, visitor, limit.Token);
        }
        catch (Exception e) when (
            e is OperationCanceledException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            double seconds = settings.UploadTimeLimit.TotalSeconds;
            throw new RefusedException(
                StatusCodes.Status408RequestTimeout,
                string.Create(CultureInfo.InvariantCulture, $"The picture did not arrive within {seconds:0.#} s. Reduce it."));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLong(request);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            int status = e is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest;
            throw new RefusedException(status, $"The body cannot be read: {e.Message}".ReplaceLineEndings(" "));
        }
    }

    private static bool IsOf(HttpRequest request, string type) =>
        request.ContentType?.StartsWith(type, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<Upload> OfJsonAsync(
        HttpRequest request,
        Dictionary<string, string> fields,
        UploadRoom room,
        string visitor,
        CancellationToken cancellationToken)
    {
        Upload body = await room.TakeAsync(request.Body, request.ContentLength, null, visitor, cancellationToken);
        try
        {
            foreach ((string name, string value) in PictureJson.Unpack(body))
                fields[name] = value;
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Reads part after part, so that nothing but the one file and the parameters is kept.</summary>
    private static async Task<Upload> OfFormAsync(
        HttpRequest request,
        Dictionary<string, string> fields,
        UploadRoom room,
        string visitor,
        CancellationToken cancellationToken)
    {
        _ = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type);
        string boundary = HeaderUtilities.RemoveQuotes(type?.Boundary ?? default).ToString();
        if (boundary.Length is 0 or > MaxBoundaryLength)
            throw new InvalidDataException($"the form's boundary is missing or longer than {MaxBoundaryLength} characters.");
        MultipartReader reader = new(boundary, request.Body);
        Upload? picture = null;
        Dictionary<string, string> inForm = new(StringComparer.Ordinal);
        try
        {
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                _ = ContentDispositionHeaderValue.TryParse(
                    section.ContentDisposition, out ContentDispositionHeaderValue? content);
                if (content is null)
                    continue;
                if (!content.IsFileDisposition())
                {
                    string field = HeaderUtilities.RemoveQuotes(content.Name).ToString();
                    ReadParameters.Add(inForm, field, await TextAsync(section.Body, field, cancellationToken));
                    continue;
                }

                if (picture is not null)
                    throw WrongForm("more than one file");
                StringSegment given = content.FileNameStar.HasValue ? content.FileNameStar : content.FileName;
                string name = HeaderUtilities.RemoveQuotes(given).ToString();
                picture = await room.TakeAsync(section.Body, null, name.Length == 0 ? null : name, visitor, cancellationToken);
            }

            foreach ((string parameter, string value) in inForm)
                fields[parameter] = value;
            return picture ?? throw WrongForm("no file");
        }
        catch
        {
            picture?.Dispose();
            throw;
        }
    }

    private static async Task<string> TextAsync(Stream body, string field, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[ReadParameters.MostBytes + 1];
        int length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= ReadParameters.MostBytes
            ? Encoding.UTF8.GetString(bytes.AsSpan(0, length))
            : throw ReadParameters.Wrong($"{field} is longer than {ReadParameters.MostBytes} bytes.");
    }

    private static RefusedException WrongForm(string holds) =>
        new(StatusCodes.Status400BadRequest, $"The form holds {holds}; send one picture a request.");

    private static RefusedException TooLong(HttpRequest request) =>
        new(StatusCodes.Status413PayloadTooLarge, Problems.TooLong(request.HttpContext));
}
