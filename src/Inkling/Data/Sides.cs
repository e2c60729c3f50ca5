using System.Globalization;

namespace Inkling;

/// <summary>
/// Height and width of a window, or two numbers that belong to them, such as strides. One number converts to a square.
/// </summary>
public readonly record struct Sides
{
    /// <summary>Height and width.</summary>
    /// <param name="height">The number of rows, or what belongs to them.</param>
    /// <param name="width">The number of columns, or what belongs to them.</param>
    public Sides(int height, int width) => (Height, Width) = (height, width);

    /// <summary>The number of rows, or what belongs to them.</summary>
    public int Height { get; }

    /// <summary>The number of columns, or what belongs to them.</summary>
    public int Width { get; }

    /// <summary>Height × width.</summary>
    internal int Area => checked(Height * Width);

    /// <summary>A square of this side.</summary>
    public static implicit operator Sides(int side) => new(side, side);

    /// <summary><c>4x3</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Height}x{Width}");

    /// <summary>One number where both are equal, as in an architecture's text: <c>2</c>, but <c>2x1</c>.</summary>
    internal string ToShortText() => Height == Width ? Height.ToString(CultureInfo.InvariantCulture) : ToString();

    /// <summary>Whether both are at least a number.</summary>
    internal bool AreAtLeast(int least) => Height >= least && Width >= least;
}
