namespace Inkling.Data.Own;

/// <summary>Labelled images as they were read from one file or folder.</summary>
/// <param name="Source">The file or folder, for messages.</param>
/// <param name="Pixels">[count, height, width], row-major, from 0 to 255.</param>
/// <param name="Labels">[count].</param>
/// <param name="Height">Rows of an image.</param>
/// <param name="Width">Columns of an image.</param>
internal sealed record RawImages(string Source, byte[] Pixels, byte[] Labels, int Height, int Width);
