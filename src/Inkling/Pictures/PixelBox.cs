using System.Runtime.InteropServices;

namespace Inkling;

/// <summary>A rectangle of pixels.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PixelBox
{
    /// <summary>A rectangle of pixels.</summary>
    /// <param name="left">The first column.</param>
    /// <param name="top">The first row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public PixelBox(int left, int top, int width, int height) => (Left, Top, Width, Height) = (left, top, width, height);

    /// <summary>The first column.</summary>
    public int Left { get; }

    /// <summary>The first row.</summary>
    public int Top { get; }

    /// <summary>Columns.</summary>
    public int Width { get; internal init; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The column after the last one.</summary>
    public int Right => Left + Width;

    /// <summary>The row after the last one.</summary>
    public int Bottom => Top + Height;

    /// <summary>The smallest rectangle that contains both.</summary>
    internal PixelBox Union(PixelBox other)
    {
        int left = Math.Min(Left, other.Left), top = Math.Min(Top, other.Top);
        return new PixelBox(left, top, Math.Max(Right, other.Right) - left, Math.Max(Bottom, other.Bottom) - top);
    }

    internal bool Contains(PixelBox other) =>
        other.Left >= Left && other.Top >= Top && other.Right <= Right && other.Bottom <= Bottom;

    /// <summary>Number of rows in both boxes.</summary>
    internal int CommonRows(PixelBox other) => Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));

    /// <summary>Number of columns in both boxes.</summary>
    internal int CommonColumns(PixelBox other) => Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left));
}
