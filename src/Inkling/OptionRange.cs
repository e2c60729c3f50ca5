using System.Globalization;
using System.Runtime.CompilerServices;

namespace Inkling;

/// <summary>The ranges of options: a value that would end in NaN, in infinity or in no end is refused where it is set.</summary>
internal static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">The value is not from low to high; the message says which option, and the range.</exception>
    public static double From(double low, double high, double value, [CallerMemberName] string option = "") =>
        value >= low && value <= high ? value : throw Refusal(value, option, $"is a number from {low} to {high}");

    /// <inheritdoc cref="From(double, double, double, string)"/>
    public static int From(int low, int high, int value, [CallerMemberName] string option = "") =>
        value >= low && value <= high ? value : throw Refusal(value, option, $"is a whole number from {low} to {high}");

    /// <exception cref="ArgumentOutOfRangeException">The value is not over 0 and at most high.</exception>
    public static double OverZero(double high, double value, [CallerMemberName] string option = "") =>
        value > 0 && value <= high ? value : throw Refusal(value, option, $"is a number over 0, at most {high}");

    /// <summary>Epochs and their fractions, as many as can be counted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is under 0, too large or not a number.</exception>
    public static double Epochs(double value, [CallerMemberName] string option = "") =>
        value is >= 0 and <= int.MaxValue ? value : throw Refusal(value, option, $"is a number of epochs from 0 on");

    /// <summary>From 0 to under 1, in single precision too, in which steps are made.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not.</exception>
    public static double Share(double value, [CallerMemberName] string option = "") =>
        value >= 0 && (float)value < 1 ? value : throw Refusal(value, option, $"is a number from 0 to under 1 (0.9999999 at most)");

    private static ArgumentOutOfRangeException Refusal(object value, string option, FormattableString range) =>
        new(option, value, $"{option} {range.ToString(CultureInfo.InvariantCulture)}.");
}
