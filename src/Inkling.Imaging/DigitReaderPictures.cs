namespace Inkling.Imaging;

/// <summary>Reads numbers directly from picture files.</summary>
public static class DigitReaderPictures
{
    /// <summary>Reads the numbers in a picture file (PNG, JPEG, BMP, WebP, GIF, TIFF of one page).</summary>
    /// <param name="reader">The reader to use.</param>
    /// <param name="path">Path of the picture file.</param>
    /// <param name="options">What is known about the numbers; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="InklingException">The file cannot be read as a picture.</exception>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public static ReadingResult Read(
        this DigitReader reader,
        string path,
        ReadingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.Read(PictureFile.Load(path), options, cancellationToken);
    }

    /// <summary>Reads the numbers in a picture file's bytes, from a stream that need not be seekable.</summary>
    /// <param name="reader">The reader to use.</param>
    /// <param name="stream">The bytes of a picture file, read to their end.</param>
    /// <param name="options">What is known about the numbers; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="InklingException">The bytes cannot be read as a picture.</exception>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public static ReadingResult Read(
        this DigitReader reader,
        Stream stream,
        ReadingOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.Read(PictureFile.Load(stream, "the picture"), options, cancellationToken);
    }
}
