namespace Inkling.Imaging;

/// <summary>Reading straight from picture files.</summary>
public static class DigitReaderPictures
{
    /// <summary>The numbers in a picture file (PNG, JPEG, BMP, WebP, GIF).</summary>
    /// <param name="reader">Who reads.</param>
    /// <param name="path">Where the picture is.</param>
    /// <param name="options">What is known about the numbers; null for nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InklingException">The file cannot be read as a picture.</exception>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public static ReadingResult Read(this DigitReader reader, string path, ReadingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.Read(PictureFile.Load(path), options, cancellationToken);
    }

    /// <summary>The numbers in the bytes of a picture file, which need not be able to seek.</summary>
    /// <param name="reader">Who reads.</param>
    /// <param name="stream">Read to its end.</param>
    /// <param name="options">What is known about the numbers; null for nothing.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InklingException">The bytes are no picture that can be read.</exception>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public static ReadingResult Read(this DigitReader reader, Stream stream, ReadingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader.Read(PictureFile.Load(stream, "the picture"), options, cancellationToken);
    }
}
