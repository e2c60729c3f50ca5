using Inkling.Reading.Budget;

namespace Inkling.Reading.Finding;

/// <summary>What the contrasts of a picture's pixels to their paper, in grey levels, say about paper and ink.</summary>
internal static class ContrastStatistics
{
    /// <summary>The median contrast, which is paper's, and its spread, 1.4826 × the median absolute deviation.</summary>
    public static (float Level, float Spread) PaperOf(float[] contrast, float minSpread, ReadingWork work)
    {
        const int half = 2 * 256; // in half grey levels
        work.CountPixels(contrast.Length);
        int[] histogram = new int[2 * half + 1], deviations = new int[2 * half + 1];
        foreach (float value in contrast)
            histogram[Math.Clamp((int)MathF.Round(2 * value), -half, half) + half]++;
        int median = Middle(histogram);
        for (int i = 0; i < histogram.Length; i++)
            deviations[Math.Min(2 * half, Math.Abs(i - median))] += histogram[i];
        return ((median - half) / 2f, Math.Max(minSpread, 1.4826f * Middle(deviations) / 2f));

        static int Middle(int[] counts)
        {
            long total = counts.Sum(n => (long)n), below = 0;
            int i = 0;
            while (2 * (below += counts[i]) < total)
                i++;
            return i;
        }
    }

    /// <summary>
    /// The contrast at the edges of strokes: the mean over all pixels, weighted by the third power of the gradient (after
    /// Kittler, Illingworth and Föglein 1985). It is halfway up the strokes' sides, however few strokes there are.
    /// </summary>
    /// <param name="contrast">[height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="marginShare">Share of the shorter side that is left out at the picture's edge.</param>
    /// <param name="work">Counts the pixels.</param>
    public static float EdgeLevel(float[] contrast, int width, int height, double marginShare, ReadingWork work)
    {
        double sum = 0, weights = 0;
        int margin = Math.Max(1, (int)(marginShare * Math.Min(width, height)));
        for (int y = margin; y < height - margin; y++)
        {
            work.CountPixels(width);
            for (int i = y * width + margin; i < (y + 1) * width - margin; i++)
            {
                float right = contrast[i + 1] - contrast[i - 1], down = contrast[i + width] - contrast[i - width];
                float square = right * right + down * down, weight = square * MathF.Sqrt(square);
                sum += weight * contrast[i];
                weights += weight;
            }
        }

        return weights > 0 ? (float)(sum / weights) : 0;
    }

    /// <summary>The contrast of full ink: the lightest of the darkest ink.</summary>
    /// <param name="contrast">[height, width].</param>
    /// <param name="threshold">What is above is ink.</param>
    /// <param name="share">The share of ink that is full.</param>
    /// <param name="count">How many pixels are ink.</param>
    /// <param name="work">Counts the pixels.</param>
    public static float FullInk(float[] contrast, float threshold, double share, out long count, ReadingWork work)
    {
        work.CountPixels(contrast.Length);
        int[] histogram = new int[257];
        count = 0;
        foreach (float value in contrast)
        {
            if (value <= threshold)
                continue;
            histogram[Math.Clamp((int)value, 0, 256)]++;
            count++;
        }

        int level = 256;
        for (long above = histogram[level]; level > 0 && above < share * count; above += histogram[level])
            level--;
        return count == 0 ? 0 : level;
    }

    /// <summary>Convolves with [1 2 1] / 4 across and down; the picture's edge is repeated.</summary>
    public static float[] Blurred(float[] values, int width, int height, ReadingWork work)
    {
        float[] across = new float[values.Length], result = new float[values.Length];
        for (int y = 0; y < height; y++)
        {
            work.CountPixels(2 * width); // across, and down
            for (int x = 0; x < width; x++)
            {
                int i = y * width + x;
                across[i] = (values[x > 0 ? i - 1 : i] + 2 * values[i] + values[x < width - 1 ? i + 1 : i]) / 4;
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            float above = across[i >= width ? i - width : i], below = across[i < values.Length - width ? i + width : i];
            result[i] = (above + 2 * across[i] + below) / 4;
        }

        return result;
    }
}
