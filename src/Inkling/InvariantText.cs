using System.Globalization;
using System.Runtime.CompilerServices;

namespace Inkling;

/// <summary>
/// Interpolated string handler that formats with the invariant culture, so that an error message is the same on every machine:
/// pass <c>$"…"</c> where a parameter has this type.
/// </summary>
/// <param name="literalLength">How many characters are literal text.</param>
/// <param name="formattedCount">How many values are interpolated.</param>
[InterpolatedStringHandler]
internal ref struct InvariantText(int literalLength, int formattedCount)
{
    private DefaultInterpolatedStringHandler _text = new(literalLength, formattedCount, CultureInfo.InvariantCulture);

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted(ReadOnlySpan<char> value) => _text.AppendFormatted(value);

    public void AppendFormatted(string? value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public void AppendFormatted<T>(T value, int alignment) => _text.AppendFormatted(value, alignment);

    public void AppendFormatted<T>(T value, int alignment, string? format) => _text.AppendFormatted(value, alignment, format);

    public void AppendFormatted(object? value, int alignment = 0, string? format = null) =>
        _text.AppendFormatted(value, alignment, format);

    public string ToStringAndClear() => _text.ToStringAndClear();
}
