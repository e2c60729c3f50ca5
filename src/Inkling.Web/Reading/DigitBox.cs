using System.Globalization;

namespace Inkling.Web.Reading;

/// <summary>How a digit's box in a picture is drawn and labelled.</summary>
internal static class DigitBox
{
    private const double SureFrom = 0.9;

    /// <summary>Whether its runner-up is shown too.</summary>
    public static bool IsDoubtful(ReadDigit digit) => digit.Confidence < SureFrom;

    /// <summary>The classes of its box; neighbours, which may overlap, have different colours.</summary>
    /// <param name="digit">The digit.</param>
    /// <param name="index">Its index in its number.</param>
    public static string ClassOf(ReadDigit digit, int index) =>
        (index % 2 == 0 ? "box" : "box next") + (IsDoubtful(digit) ? " doubtful" : "");

    /// <summary>The digit; if it is doubtful with its runner-up: <c>4/9?</c></summary>
    public static string LabelOf(ReadDigit digit) => string.Create(
        CultureInfo.InvariantCulture,
        $"{digit.Digit}{(IsDoubtful(digit) ? $"/{digit.RunnersUp.First()}?" : "")}");
}
