using System.Runtime.InteropServices;
using Inkling.Reading.Finding;
using Inkling.Reading.Reshaping;
using Inkling.Reading.Sheets;

namespace Inkling.Reading;

/// <summary>
/// From the pixels of a sheet's ink map to those of the picture's file, which may have been reduced twice.
/// </summary>
/// <param name="Reduction">How many of the file's pixels, in each direction, a pixel of the map is.</param>
/// <param name="Left">Where the sheet begins in the file's picture, in its pixels.</param>
/// <param name="Top">The same from the top.</param>
/// <param name="Width">Columns of the file's picture.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Turn">How the sheet's ink was turned to make the map; null where it was not.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileScale(double Reduction, double Left, double Top, int Width, int Height, InkTurn? Turn)
{
    public static FileScale Of(Sheet sheet, Ink ink, InkTurn? turn)
    {
        double reduction = sheet.Picture.Reduction, ofInk = ink.Reduction * reduction / sheet.Magnification;
        (int width, int height) = sheet.Picture.FileSize;
        return new FileScale(ofInk, sheet.Left * reduction, sheet.Top * reduction, width, height, turn);
    }

    /// <summary>
    /// A box of the ink map in the pixels of the file: at least one of them, and none outside, whatever was rounded on the way.
    /// </summary>
    public PixelBox InFile(PixelBox box)
    {
        box = Turn?.InSource(box) ?? box;
        int left = Math.Clamp((int)(Left + box.Left * Reduction), 0, Width - 1);
        int top = Math.Clamp((int)(Top + box.Top * Reduction), 0, Height - 1);
        int right = Math.Clamp((int)Math.Ceiling(Left + box.Right * Reduction), left + 1, Width);
        int bottom = Math.Clamp((int)Math.Ceiling(Top + box.Bottom * Reduction), top + 1, Height);
        return new PixelBox(left, top, right - left, bottom - top);
    }
}
