using System.Globalization;
using Inkling.Web.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Inkling.Web.Api;

/// <summary>
/// What a request to <c>/api/read</c> may say beside its picture: in its query, in fields of its form, or in its JSON. What the
/// body says prevails.
/// </summary>
internal static class ReadParameters
{
    public const string Model = "model", Digits = "digits", Pattern = "pattern", UnsureBelow = "unsureBelow";

    public const int MostDigits = 100, MostBytes = 1000; // MostBytes: of a parameter in a body

    public static IReadOnlyList<string> Names { get; } = [Model, Digits, Pattern, UnsureBelow];

    /// <exception cref="RefusedException">There is no such parameter, or it is given twice.</exception>
    public static Dictionary<string, string> OfQuery(HttpRequest request)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach ((string name, StringValues values) in request.Query)
        {
            foreach (string? value in values)
                Add(fields, name, value ?? "");
        }

        return fields;
    }

    /// <exception cref="RefusedException">One of them is wrong.</exception>
    public static (string Network, ReadingOptions Options) Parse(IReadOnlyDictionary<string, string> given, ModelCache models)
    {
        string network = given.GetValueOrDefault(Model) ?? BundledModels.Names[0];
        if (!models.Has(network))
            throw Wrong($"There is no network \"{network}\". GET /api/models lists those there are.");
        ReadingOptions standard = new();
        int? digits = null;
        if (given.TryGetValue(Digits, out string? text))
        {
            digits = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && count is >= 1 and <= MostDigits
                    ? count
                    : throw Wrong($"{Digits} is a whole number from 1 to {MostDigits}, not \"{text}\".");
        }

        double unsureBelow = standard.UnsureBelow;
        if (given.TryGetValue(UnsureBelow, out text)
            && !(double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out unsureBelow)
                && unsureBelow is >= 0 and <= 1))
            throw Wrong($"{UnsureBelow} is a number from 0 to 1, not \"{text}\".");
        try
        {
            return (network, new ReadingOptions
            {
                ExpectedDigits = digits,
                AllowedPattern = given.TryGetValue(Pattern, out text) ? NumberPattern.Parse(text) : null,
                UnsureBelow = unsureBelow,
            });
        }
        catch (FormatException e)
        {
            throw Wrong($"{Pattern}: {e.Message}");
        }
    }

    /// <summary>Takes a parameter. An empty one is not given: browsers send empty fields of forms.</summary>
    /// <exception cref="RefusedException">It is given twice, or there is no such parameter.</exception>
    public static void Add(Dictionary<string, string> fields, string name, string value)
    {
        if (!Names.Contains(name, StringComparer.Ordinal))
            throw Wrong($"There is no parameter \"{name}\": {string.Join(", ", Names)}.");
        if (value.Length > 0 && !fields.TryAdd(name, value))
            throw Wrong($"{name} is given twice.");
    }

    public static RefusedException Wrong(string what) => new(StatusCodes.Status400BadRequest, what);
}
