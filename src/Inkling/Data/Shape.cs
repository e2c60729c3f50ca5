using System.Globalization;

namespace Inkling;

/// <summary>
/// Shape of one example between two layers: [channels, height, width]. A vector has height and width 1. In networks that take
/// inputs of one height and any width, the width is <see cref="AnyWidth"/>.
/// </summary>
public readonly record struct Shape
{
    /// <summary>The <see cref="Width"/> of a shape that leaves it open: 0, written <c>*</c>.</summary>
    public const int AnyWidth = 0;

    /// <summary>The shape of feature maps, or of a vector.</summary>
    /// <param name="channels">Number of feature maps; the length of a vector.</param>
    /// <param name="height">Rows of a feature map.</param>
    /// <param name="width">Columns of a feature map; <see cref="AnyWidth"/> where examples differ in it.</param>
    public Shape(int channels, int height = 1, int width = 1) => (Channels, Height, Width) = (channels, height, width);

    /// <summary>Number of feature maps; the length of a vector.</summary>
    public int Channels { get; }

    /// <summary>Rows of a feature map.</summary>
    public int Height { get; }

    /// <summary>Columns of a feature map; <see cref="AnyWidth"/> where examples differ in it.</summary>
    public int Width { get; }

    /// <summary>Whether examples differ in their width.</summary>
    public bool HasAnyWidth => Width == AnyWidth;

    /// <summary>Total count of numbers; where examples differ in their width, that of one column.</summary>
    public int Size => checked(Channels * Height * (HasAnyWidth ? 1 : Width));

    /// <summary>Whether there is one number for each channel, as in the input of a dense layer.</summary>
    public bool IsVector => Height == 1 && Width == 1;

    /// <summary>Whether it is one grey image of this size, or that image's pixels as a vector.</summary>
    internal bool IsGreyImage(int height, int width) => this == new Shape(1, height, width) || this == new Shape(height * width);

    /// <summary>The same with another width.</summary>
    internal Shape WithWidth(int width) => new(Channels, Height, width);

    /// <summary><c>1x28x28</c>, <c>784</c> for a vector, or <c>1x32x*</c> for any width.</summary>
    public override string ToString() =>
        IsVector
            ? Channels.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Channels}x{Height}x{(HasAnyWidth ? "*" : $"{Width}")}");
}
