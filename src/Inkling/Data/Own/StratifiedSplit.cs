using Inkling.Data.Own;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// Draws some of the images at random for validation or a test: of each class the same share of its different images, whatever
/// their order.
/// </summary>
public static class StratifiedSplit
{
    /// <summary>Set apart from the streams that order a training's mini-batches.</summary>
    private const long FirstStream = 1L << 40;

    /// <summary>Divides images in two. Images that are there more than once are all in one of the two.</summary>
    /// <param name="images">The images.</param>
    /// <param name="share">
    /// The share to draw of each class's different images, more than 0 and less than 1; rounded, but of a class with two or more
    /// at least one is drawn and one remains. An image that is there more than once counts once, in the class of its first copy.
    /// </param>
    /// <param name="seed">The same seed draws the same of the same images in the same order.</param>
    /// <returns>Copies of both parts, each in the images' order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public static (LabelledImages Remaining, LabelledImages Drawn) Of(LabelledImages images, double share, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (share is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, "A share is a number between 0 and 1.");
        int[] first = FirstEqual(images);
        bool[] isDrawn = new bool[images.Count];
        foreach (IGrouping<byte, int> ofClass in Enumerable.Range(0, images.Count)
            .Where(i => first[i] == i)
            .GroupBy(i => images.Labels[i]))
        {
            int[] different = [.. ofClass];
            int count = (int)Math.Round(share * different.Length, MidpointRounding.AwayFromZero);
            count = different.Length < 2 ? 0 : Math.Clamp(count, 1, different.Length - 1);
            new RandomStream(seed, FirstStream + ofClass.Key).Shuffle(different);
            foreach (int i in different[..count])
                isDrawn[i] = true;
        }

        ILookup<bool, int> parts = Enumerable.Range(0, images.Count).ToLookup(i => isDrawn[first[i]]);
        return (images.Select([.. parts[false]]), images.Select([.. parts[true]]));
    }

    /// <summary>For each image, the index of the first with the same pixels: its own for most.</summary>
    private static int[] FirstEqual(LabelledImages images)
    {
        Dictionary<int, int> firsts = new(images.Count, new SamePixels(images, images));
        int[] first = new int[images.Count];
        for (int i = 0; i < first.Length; i++)
            first[i] = firsts.TryAdd(i, i) ? i : firsts[i];
        return first;
    }
}
