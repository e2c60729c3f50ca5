namespace Inkling.Imaging;

/// <summary>Reading straight from picture files.</summary>
public static class DigitReaderPictures
{
    /// <summary>The digit in a picture file (PNG, JPEG, BMP, WebP, GIF).</summary>
    /// <exception cref="InklingException">The file cannot be read as a picture, or shows no ink.</exception>
    public static DigitReading Read(this DigitReader reader, string path)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.Read(PictureFile.Load(path));
    }
}
