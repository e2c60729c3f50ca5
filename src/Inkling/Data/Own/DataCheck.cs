using System.Globalization;

namespace Inkling.Data.Own;

/// <summary>Finds what is wrong with images before time is spent on learning from them.</summary>
internal static class DataCheck
{
    /// <summary>
    /// A class is too frequent from this share of the images on, or, among few classes, from this many times its even share.
    /// </summary>
    private const double FrequentShare = 0.4, FrequentTimes = 1.6;

    /// <summary>From this share of light images on, all are taken for inverted.</summary>
    private const double InvertedShare = 0.5;

    /// <summary>With fewer images to learn from, a network learns them by heart.</summary>
    private const int Few = 1000;

    /// <summary>A line for each thing that is wrong.</summary>
    public static IEnumerable<string> Of(ImageData data)
    {
        LabelledImages training = data.Training;
        int[] counts = CountsOf(training);
        int[] empty = [.. Enumerable.Range(0, counts.Length).Where(label => counts[label] == 0)];
        int present = counts.Length - empty.Length;
        if (empty.Length > 0)
        {
            yield return $"{data.Name}: no image of {Listed(empty)} to learn from: "
                + $"a network trained on these never answers {(empty.Length == 1 ? "it" : "them")}.";
        }

        if (present == 1)
            yield return $"{data.Name}: all images to learn from are of one class: there is nothing to tell apart.";
        else if (TooFrequent(training) is { } frequent)
            yield return $"{data.Name}: {frequent} Add images of the others, or leave some of these out.";

        int light = CountOf(training, PixelLevels.IsDarkOnLight);
        if (light >= InvertedShare * training.Count)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{data.Name}: {light:N0} of {training.Count:N0} images are dark on light, but the reader shows its network "
                + $"light on dark: turn them over (255 - pixel).");
        }

        int blank = CountOf(training, (pixels, _, _) => !pixels.ContainsAnyExcept(pixels[0]));
        if (blank > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{data.Name}: {blank:N0} images are blank.");
        if (Twofold(training) is var (one, other))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{data.Name}: the same image is there under two labels, {training.Labels[one]} and {training.Labels[other]} "
                + $"(images {one:N0} and {other:N0} of those to learn from).");
        }

        foreach ((string which, LabelledImages held) in new[] { ("validation", data.Validation), ("test", data.Test) })
        {
            int common = held.Count - SamePixels.OnlyInSecond(training, held).Length;
            if (common > 0)
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{data.Name}: {common:N0} of {held.Count:N0} {which} images are also among those to learn from: "
                    + $"its figures will be too good.");
            }
        }

        if (training.Count < Few)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{data.Name}: {training.Count:N0} images are few to learn from. \"--add\" in place of \"--data\" learns them "
                + $"together with MNIST.");
        }
    }

    /// <summary>Says which class most of the images are of, so that a network may learn nothing else; null for none.</summary>
    public static string? TooFrequent(LabelledImages training)
    {
        int[] counts = CountsOf(training);
        int most = Array.IndexOf(counts, counts.Max());
        double share = (double)counts[most] / Math.Max(1, training.Count);
        return share < Math.Max(FrequentShare, FrequentTimes / counts.Count(count => count > 0))
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{100 * share:0.0} % of the images to learn from are of class {most}: a network that always answers {most} is "
                + $"right as often.");
    }

    /// <summary>Whether there are many images, each class after the other.</summary>
    public static bool AreSortedByClass(ReadOnlySpan<byte> labels)
    {
        int changes = 0;
        Span<bool> seen = stackalloc bool[256];
        for (int i = 0; i < labels.Length; i++)
        {
            seen[labels[i]] = true;
            changes += i > 0 && labels[i] != labels[i - 1] ? 1 : 0;
        }

        int classes = seen.Count(true);
        return classes > 1 && labels.Length >= 5 * classes && changes < 2 * classes;
    }

    private static int[] CountsOf(LabelledImages images)
    {
        int[] counts = new int[images.Classes];
        foreach (byte label in images.Labels)
            counts[label]++;
        return counts;
    }

    private static int CountOf(LabelledImages images, Func<ReadOnlySpan<byte>, int, int, bool> isSo) =>
        Enumerable.Range(0, images.Count).Count(i => isSo(images.Pixels(i), images.Height, images.Width));

    /// <summary>The first two images with the same pixels and different labels, but no blank ones; null for none.</summary>
    private static (int One, int Other)? Twofold(LabelledImages images)
    {
        Dictionary<int, int> firsts = new(images.Count, new SamePixels(images, images));
        for (int i = 0; i < images.Count; i++)
        {
            if (!firsts.TryAdd(i, i)
                && images.Labels[firsts[i]] != images.Labels[i]
                && images.Pixels(i).ContainsAnyExcept(images.Pixels(i)[0]))
                return (firsts[i], i);
        }

        return null;
    }

    private static string Listed(int[] classes)
    {
        const int most = 10;
        string[] names = [.. classes.Take(most).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        return classes.Length > most ? $"{string.Join(", ", names)} and {classes.Length - most} other classes"
            : names.Length == 1 ? $"class {names[0]}"
            : $"classes {string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
