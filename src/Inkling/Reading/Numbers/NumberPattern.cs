namespace Inkling;

/// <summary>
/// What numbers look like: a picture of them, in which <c>d</c> is any digit, a digit is itself, and anything else but a
/// letter (a slash, a point, a parenthesis) is ink that is expected there and not read; and a rule that the
/// digits must obey, as check digits do.
/// </summary>
/// <example>
/// <code>
/// NumberPattern date = NumberPattern.Parse("dd/dd/dddd");
/// NumberPattern card = NumberPattern.Parse("dddddddddddddddd", NumberPattern.Luhn);
/// </code>
/// </example>
public sealed class NumberPattern
{
    /// <summary>The most characters a pattern may have, those that are not read among them.</summary>
    internal const int MaxLength = 1000;

    private readonly string _places;
    private readonly SeparatorKind?[] _separators; // by the digits before them

    private NumberPattern(string text, Func<string, bool>? rule)
    {
        (Text, Rule) = (text, rule);
        _places = string.Concat(text.Where(IsPlace));
        _separators = new SeparatorKind?[_places.Length + 1];
        int place = 0;
        foreach (char c in text.Where(c => !char.IsWhiteSpace(c)))
        {
            if (IsPlace(c))
                place++;
            else
                _separators[place] ??= KindOf(c);
        }
    }

    /// <summary>As <see cref="Parse"/> took it.</summary>
    public string Text { get; }

    /// <summary>What all digits together must obey; null for nothing.</summary>
    public Func<string, bool>? Rule { get; }

    /// <summary>How many digits such a number has.</summary>
    public int Digits => _places.Length;

    /// <summary>The rule of Luhn (1960): credit cards, and many other numbers with a check digit at the end.</summary>
    public static bool Luhn(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[digits.Length - 1 - i] - '0', doubled = i % 2 == 0 ? digit : 2 * digit;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }

        return sum % 10 == 0;
    }

    /// <summary>Reads a pattern, as <c>dddddd</c>, <c>dd/dd/dd</c> or <c>20dd</c>.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="rule">What all digits together must obey; null for nothing.</param>
    /// <exception cref="FormatException">There is a letter other than d or no place for a digit in it, there are more than
    /// <see cref="ReadingOptions.MaxDigits"/>, or it is longer than 1,000 characters.</exception>
    public static NumberPattern Parse(string text, Func<string, bool>? rule = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
            throw new FormatException($"A pattern of {text.Length} characters is none of a number: it has at most {MaxLength}.");
        if (text.FirstOrDefault(c => char.IsLetter(c) && c != 'd') is var letter and not '\0')
            throw new FormatException(
                $"\"{text}\" has the letter {letter}, which stands for nothing: write d for each digit, as dd/dd/dddd.");
        NumberPattern pattern = new(text, rule);
        return pattern.Digits is >= 1 and <= ReadingOptions.MaxDigits
            ? pattern
            : throw new FormatException(
                $"\"{text}\" is no pattern of a number: write d for each digit, as dd/dd/dd; "
                + $"at most {ReadingOptions.MaxDigits}.");
    }

    /// <summary>Whether digits are such a number.</summary>
    public bool Fits(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return digits.Length == Digits
            && digits.Select((digit, place) => MayHave(digit - '0', place)).All(may => may)
            && (Rule is null || Rule(digits));
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>The same pattern with digits in its places, without the rule.</summary>
    /// <param name="digits">As many as it has places.</param>
    internal NumberPattern With(string digits)
    {
        int place = 0;
        return new NumberPattern(string.Concat(Text.Select(c => IsPlace(c) ? digits[place++] : c)), rule: null);
    }

    /// <summary>Whether ink that is no digit is expected somewhere.</summary>
    internal bool HasSeparators => _separators.Any(kind => kind is not null);

    /// <summary>The separator expected behind so many digits; null for none, and for a space.</summary>
    internal SeparatorKind? SeparatorBefore(int place) => place < _separators.Length ? _separators[place] : null;

    /// <summary>Whether such a number may have this digit at a place, counted from 0.</summary>
    internal bool MayHave(int digit, int place) => place < Digits && (_places[place] == 'd' || _places[place] == '0' + digit);

    private static bool IsPlace(char c) => c == 'd' || char.IsAsciiDigit(c);

    private static SeparatorKind KindOf(char c) => c switch
    {
        '/' => SeparatorKind.Slash,
        '-' or '\u2013' or '\u2014' => SeparatorKind.Dash,
        '.' or ',' => SeparatorKind.Point,
        _ => SeparatorKind.Other
    };
}
