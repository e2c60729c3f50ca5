namespace Inkling.Data.Own;

/// <summary>
/// Compares images of two sets of one size by their pixels. An index i from 0 is that of an image of the first set; ~i, which is
/// negative, that of an image of the second.
/// </summary>
internal sealed class SamePixels(LabelledImages first, LabelledImages second) : IEqualityComparer<int>
{
    public bool Equals(int x, int y) => PixelsOf(x).SequenceEqual(PixelsOf(y));

    public int GetHashCode(int image)
    {
        HashCode hash = default;
        hash.AddBytes(PixelsOf(image));
        return hash.ToHashCode();
    }

    /// <summary>The images of the second set that are not in the first, by their indices.</summary>
    public static int[] OnlyInSecond(LabelledImages first, LabelledImages second)
    {
        HashSet<int> known = new(Enumerable.Range(0, first.Count), new SamePixels(first, second));
        return [.. Enumerable.Range(0, second.Count).Where(i => !known.Contains(~i))];
    }

    private ReadOnlySpan<byte> PixelsOf(int image) => image >= 0 ? first.Pixels(image) : second.Pixels(~image);
}
