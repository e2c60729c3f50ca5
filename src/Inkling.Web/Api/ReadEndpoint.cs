using System.ComponentModel;
using System.Globalization;
using Inkling.Imaging;
using Inkling.Web.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Inkling.Web.Api;

/// <summary><c>POST /api/read</c>.</summary>
internal static class ReadEndpoint
{
    private const int MostDigits = 100;

    public static async Task<IResult> ReadAsync(
        HttpRequest request,
        ReadingQueue queue,
        ModelCache models,
        UploadRoom room,
        WebSettings settings,
        ServerMetrics metrics,
        [FromQuery, Description("Which network: a name of GET /api/models; best unless given")] string? model,
        [FromQuery, Description("How many digits each number has, 1 to 100")] string? digits,
        [FromQuery, Description("What each number looks like: d for a digit, anything else as it is written, as dd/dd/dd")]
        string? pattern,
        [FromQuery, Description("A reading less likely to be right than this is marked as unsure, 0 to 1; 0.5 unless given")]
        string? unsureBelow,
        CancellationToken cancellationToken)
    {
        try
        {
            ReadingOptions options = OptionsOf(digits, pattern, unsureBelow);
            string network = model ?? BundledModels.Names[0];
            if (!models.Has(network))
                throw new RefusedException(
                    StatusCodes.Status400BadRequest,
                    $"There is no network \"{model}\". GET /api/models lists those there are.");
            using Upload picture = await PictureBody.TakeAsync(request, room, settings, cancellationToken);
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

    private static ReadingOptions OptionsOf(string? digits, string? pattern, string? unsureBelow)
    {
        int? expectedDigits = null;
        double limit = new ReadingOptions().UnsureBelow;
        if (digits is not null)
        {
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                || count is < 1 or > MostDigits)
                throw new RefusedException(
                    StatusCodes.Status400BadRequest, $"digits is a whole number from 1 to {MostDigits}, not \"{digits}\".");
            expectedDigits = count;
        }

        if (unsureBelow is not null)
        {
            if (!double.TryParse(
                    unsureBelow, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out limit)
                || limit is not (>= 0 and <= 1))
                throw new RefusedException(
                    StatusCodes.Status400BadRequest, $"unsureBelow is a number from 0 to 1, not \"{unsureBelow}\".");
        }

        try
        {
            return new ReadingOptions
            {
                ExpectedDigits = expectedDigits,
                AllowedPattern = pattern is null ? null : NumberPattern.Parse(pattern),
                UnsureBelow = limit,
            };
        }
        catch (FormatException e)
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, $"pattern: {e.Message}");
        }
    }
}
