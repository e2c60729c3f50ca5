namespace Inkling.Reading.Constants;

/// <summary>The reader that looks at whole numbers, without cuts.</summary>
internal sealed record LineConstants
{
    /// <summary>Rows of the network's input.</summary>
    public const int Height = 32;

    /// <summary>Columns of paper at both ends of a strip: as many as the numbers had that the network learned from.</summary>
    public int Margin { get; init; } = 4;

    /// <summary>A wider strip is no number that one line can hold, columns.</summary>
    public int MaxWidth { get; init; } = 1500;
}
