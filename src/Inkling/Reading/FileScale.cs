using System.Runtime.InteropServices;
using Inkling.Reading.Finding;

namespace Inkling.Reading;

/// <summary>From the pixels of an ink map to those of the picture's file, which may have been reduced twice.</summary>
/// <param name="Reduction">How many of the file's pixels, in each direction, a pixel of the map is.</param>
/// <param name="Width">Columns of the file's picture.</param>
/// <param name="Height">Its rows.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileScale(double Reduction, int Width, int Height)
{
    public static FileScale Of(GreyImage picture, Ink ink) =>
        new(ink.Reduction * picture.Reduction, picture.FileSize.Width, picture.FileSize.Height);

    /// <summary>
    /// A box of the ink map in the pixels of the file: at least one of them, and none outside, whatever was rounded on the way.
    /// </summary>
    public PixelBox InFile(PixelBox box)
    {
        int left = Math.Clamp((int)(box.Left * Reduction), 0, Width - 1);
        int top = Math.Clamp((int)(box.Top * Reduction), 0, Height - 1);
        int right = Math.Clamp((int)Math.Ceiling(box.Right * Reduction), left + 1, Width);
        int bottom = Math.Clamp((int)Math.Ceiling(box.Bottom * Reduction), top + 1, Height);
        return new PixelBox(left, top, right - left, bottom - top);
    }
}
