using System.Globalization;
using Inkling.Imaging;
using Inkling.Web.Reading;
using Microsoft.AspNetCore.Http;

namespace Inkling.Web.Api;

/// <summary><c>POST /api/read</c>.</summary>
internal static class ReadEndpoint
{
    public static async Task<IResult> ReadAsync(
        HttpRequest request,
        ReadingQueue queue,
        ModelCache models,
        UploadRoom room,
        WebSettings settings,
        ServerMetrics metrics,
        CancellationToken cancellationToken)
    {
        try
        {
            Dictionary<string, string> parameters = ReadParameters.OfQuery(request);
            _ = ReadParameters.Parse(parameters, models); // a mistake in the query is told before the picture is sent
            using Upload picture = await PictureBody.TakeAsync(request, parameters, room, settings, cancellationToken);
            (string network, ReadingOptions options) = ReadParameters.Parse(parameters, models);
            long pixels = picture.PromisedPixels();
            if (pixels > settings.MaxPixels)
            {
                throw new RefusedException(StatusCodes.Status413PayloadTooLarge, string.Create(
                    CultureInfo.InvariantCulture,
                    $"The picture has {pixels / 1e6:0.#} million pixels; "
                    + $"it may have up to {settings.MaxPixels / 1e6:0.#} million. Reduce it."));
            }

            ReadingResult reading = await queue.RunAsync(
                token =>
                {
                    GreyImage image = PictureFile.Load(picture.Open(), "The picture", settings.MaxPixels);
                    return models.ReaderOf(network).Read(image, options, token);
                },
                "api",
                Admission.VisitorOf(request.HttpContext.Connection.RemoteIpAddress).ToString(),
                isLarge: pixels > settings.LargePixels,
                cancellationToken);
            return Results.Json(ReadingAnswer.Of(reading, picture.Name));
        }
        catch (RefusedException e)
        {
            return Refuse(e.Status, e.Message);
        }
        catch (BusyException)
        {
            request.HttpContext.Response.Headers.RetryAfter = "1";
            return Refuse(StatusCodes.Status429TooManyRequests, "Too many pictures at once. Try again in a second.");
        }
        catch (TimeoutException)
        {
            return Refuse(StatusCodes.Status503ServiceUnavailable, string.Create(
                CultureInfo.InvariantCulture,
                $"The picture was not read within {settings.TimeLimit.TotalSeconds:0.#} s. Reduce it."));
        }
        catch (InklingException e)
        {
            return Refuse(StatusCodes.Status422UnprocessableEntity, e.Message);
        }

        IResult Refuse(int status, string detail)
        {
            metrics.Refusals.Add(1, new KeyValuePair<string, object?>("status", status));
            return Problems.Of(status, detail);
        }
    }
}
