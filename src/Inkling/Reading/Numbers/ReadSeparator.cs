namespace Inkling;

/// <summary>What ink between digits looks like.</summary>
public enum SeparatorKind
{
    /// <summary>Anything else: a parenthesis, a sign, a speck.</summary>
    Other,

    /// <summary>A straight, thin stroke that is taller than the digits.</summary>
    Slash,

    /// <summary>A low, wide stroke.</summary>
    Dash,

    /// <summary>A point or a comma.</summary>
    Point
}

/// <summary>Ink between or beside the digits of a number that is no digit.</summary>
public sealed class ReadSeparator
{
    internal ReadSeparator(SeparatorKind kind, PixelBox box) => (Kind, Box) = (kind, box);

    /// <summary>What it looks like.</summary>
    public SeparatorKind Kind { get; }

    /// <summary>Where it is, in the pixels of the picture (or of its file, see <see cref="GreyImage.Reduction"/>).</summary>
    public PixelBox Box { get; }
}
