using System.Globalization;

namespace Inkling;

/// <summary>What flows between two layers, for one example: [channels, height, width]. A vector has height and width 1.</summary>
/// <param name="Channels">Feature maps; the length of a vector.</param>
/// <param name="Height">Rows of a feature map.</param>
/// <param name="Width">Columns of a feature map.</param>
public readonly record struct Shape(int Channels, int Height = 1, int Width = 1)
{
    /// <summary>How many numbers there are.</summary>
    public int Size => checked(Channels * Height * Width);

    /// <summary>True where there is one number a channel, as in what a dense layer takes.</summary>
    public bool IsVector => Height == 1 && Width == 1;

    /// <summary>Whether it is one grey image of this size, or that image's pixels as a vector.</summary>
    internal bool IsGreyImage(int height, int width) => this == new Shape(1, height, width) || this == new Shape(height * width);

    /// <summary><c>1x28x28</c>, or <c>784</c> for a vector.</summary>
    public override string ToString() =>
        IsVector ? Channels.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Channels}x{Height}x{Width}");
}
