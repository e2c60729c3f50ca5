using System.Globalization;
using System.Runtime.CompilerServices;

namespace Inkling;

/// <summary>Range checks when options are set: values out of range would end in NaN, infinity or endless loops.</summary>
internal static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value is not from low to high; the message gives the option and the range.
    /// </exception>
    public static double From(double low, double high, double value, [CallerMemberName] string option = "") =>
        value >= low && value <= high ? value : throw Refusal(value, option, $"is a number from {low} to {high}");

    /// <inheritdoc cref="From(double, double, double, string)"/>
    public static int From(int low, int high, int value, [CallerMemberName] string option = "") =>
        value >= low && value <= high ? value : throw Refusal(value, option, $"is a whole number from {low} to {high}");

    /// <exception cref="ArgumentOutOfRangeException">The value is not greater than 0 and at most high.</exception>
    public static double OverZero(double high, double value, [CallerMemberName] string option = "") =>
        value > 0 && value <= high ? value : throw Refusal(value, option, $"is a number over 0, at most {high}");

    /// <summary>Checks a number of epochs, which may be fractional: from 0 to <see cref="int.MaxValue"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, too large or NaN.</exception>
    public static double Epochs(double value, [CallerMemberName] string option = "") =>
        value is >= 0 and <= int.MaxValue ? value : throw Refusal(value, option, $"is a number of epochs from 0 on");

    /// <summary>Checks a fraction: at least 0 and less than 1, also in single precision, which training uses.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in this range.</exception>
    public static double Share(double value, [CallerMemberName] string option = "") =>
        value >= 0 && (float)value < 1
            ? value
            : throw Refusal(value, option, $"is a number from 0 to under 1 (0.9999999 at most)");

    private static ArgumentOutOfRangeException Refusal(object value, string option, FormattableString range) =>
        new(option, value, $"{option} {range.ToString(CultureInfo.InvariantCulture)}.");
}
