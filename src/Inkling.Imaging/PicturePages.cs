namespace Inkling.Imaging;

/// <summary>The pages of a picture file: one, or as many as a TIFF file has. Thread-safe.</summary>
public sealed class PicturePages
{
    private readonly Func<int, GreyImage> _load;

    internal PicturePages(int count, Func<int, GreyImage> load) => (Count, _load) = (count, load);

    /// <summary>The number of pages, at least 1. Previews and masks in a TIFF file do not count.</summary>
    public int Count { get; }

    /// <summary>Decodes a page.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="InklingException">The page is damaged or too large; the others may be sound.</exception>
    public GreyImage Load(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _load(index);
    }
}
