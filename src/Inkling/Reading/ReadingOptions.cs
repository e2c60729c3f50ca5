namespace Inkling;

/// <summary>What a reader may rely on, and what it should do.</summary>
public sealed record ReadingOptions
{
    /// <summary>How many digits a number has; null where that is not known. Of all ways to read a number, the likeliest with so many digits is taken.</summary>
    public int? ExpectedDigits { get; init; }

    /// <summary>What a number looks like; null for anything. Of all ways to read a number, the likeliest that fits is taken.</summary>
    public NumberPattern? AllowedPattern { get; init; }

    /// <summary>A reading less likely to be right than this is <see cref="Reading.IsUnsure"/>, 0 to 1.</summary>
    public double UnsureBelow { get; init; } = 0.5;
}
