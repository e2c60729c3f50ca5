namespace Inkling;

/// <summary>What a reader may rely on, and what it should do.</summary>
public sealed class ReadingOptions
{
    /// <summary>The most digits that <see cref="ExpectedDigits"/> and a <see cref="NumberPattern"/> may ask for.</summary>
    public const int MaxDigits = 100;

    /// <summary>
    /// How many digits a number has, 1 to <see cref="MaxDigits"/>; null where that is not known. Of all ways to read a number,
    /// the likeliest with so many digits is taken.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to another number.</exception>
    public int? ExpectedDigits
    {
        get;
        init
        {
            if (value is < 1 or > MaxDigits)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"A number has 1 to {MaxDigits} digits.");
            field = value;
        }
    }

    /// <summary>
    /// What a number looks like; null for anything. Of all ways to read a number, the likeliest that fits is taken.
    /// </summary>
    public NumberPattern? AllowedPattern { get; init; }

    /// <summary>A reading less likely to be right than this is <see cref="ReadingResult.IsUnsure"/>, 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less, to more, or to no number.</exception>
    public double UnsureBelow
    {
        get;
        init => field = value is >= 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A confidence is from 0 to 1.");
    } = 0.5;
}
