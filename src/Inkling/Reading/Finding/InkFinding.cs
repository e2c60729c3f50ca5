using Inkling.Reading.Budget;

namespace Inkling.Reading.Finding;

/// <summary>
/// From greys to ink. In even light, paper and ink are two levels of grey for the whole picture (<see cref="InkLevels"/>).
/// Otherwise what counts is by how much a pixel is darker than the paper around it (<see cref="Paper"/>), and ink begins where
/// the edges of strokes lie.
/// </summary>
internal static class InkFinding
{
    /// <summary>Longer sides are reduced: a row of digits across a page is still thirty pixels high.</summary>
    private const int LongestSide = 1600;

    /// <summary>Light is even where paper differs by less than this share of the contrast, and is smooth.</summary>
    private const double EvenShare = 0.2;
    private const double SmoothSpread = 3, EvenBorder = 0.93;

    /// <summary>Paper as rough as this, in grey levels, is patterned, or photographed in the dark: averaging over neighbours helps.</summary>
    private const float RoughSpread = 6;

    /// <summary>As often as needed: a pattern fades with each blur, strokes hardly do.</summary>
    private const int MostBlurs = 4;

    private const float SmallestContrast = 14, ContrastInSpreads = 3.2f, ThresholdInSpreads = 2.3f, WeakShare = 0.55f, WeakInSpreads = 2f, CutInSpreads = 3;

    /// <summary>What lies this near to the picture's edge, as a share of the shorter side, does not tell where ink begins.</summary>
    private const double Margin = 0.08;

    /// <summary>Faint ink is the soft edge of a stroke only this near to it, in pixels.</summary>
    private const int Reach = 2;

    public static Ink Find(GreyImage picture, ReadingWork work)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int reduction = Math.Max(1, (Math.Max(picture.Width, picture.Height) + LongestSide - 1) / LongestSide);
        return FindIn(Reduce(picture, reduction, work), reduction, work);
    }

    /// <summary>
    /// The ink of a picture in which other ink is covered with paper: what is darker than all else, the edge of a table or a
    /// shadow, may have hidden what is written.
    /// </summary>
    public static Ink FindBeside(GreyImage picture, Ink other, ReadingWork work)
    {
        GreyImage reduced = Reduce(picture, other.Reduction, work);
        return FindIn(Paper.Under(reduced, other.IsDarkOnLight, work).Cover(reduced, other.Values, other.IsDarkOnLight, work), other.Reduction, work);
    }

    private static Ink FindIn(GreyImage picture, int reduction, ReadingWork work)
    {
        InkLevels? levels = InkLevels.Of(picture, work);
        bool isSmooth = levels is not null && levels.Spread <= SmoothSpread;
        if (isSmooth && (levels!.EvenBorder >= EvenBorder || Paper.Under(picture, levels.IsDarkOnLight, work).Unevenness <= EvenShare * levels.Contrast))
            return InEvenLight(picture, levels, reduction, work);
        Found dark = InUnevenLight(picture, isDarkOnLight: true, work), light = InUnevenLight(picture, isDarkOnLight: false, work);
        bool isDark = dark.StandsOut >= light.StandsOut; // seen the wrong way round, "paper" is a patchwork, and what surrounds strokes stands out less from it
        return (isDark ? dark : light).ToInk(picture, isDark, reduction, work);
    }

    private static Ink InEvenLight(GreyImage picture, InkLevels levels, int reduction, ReadingWork work)
    {
        work.CountPixels(picture.Pixels.Length);
        float[] values = new float[picture.Pixels.Length];
        float[] inkOf = [.. Enumerable.Range(0, 256).Select(level => levels.InkOf((byte)level))];
        for (int i = 0; i < values.Length; i++)
            values[i] = inkOf[picture.Pixels[i]];
        bool[] isPen = new bool[values.Length];
        for (int i = 0; i < values.Length; i++)
            isPen[i] = values[i] > levels.Threshold;
        ClearFarFrom(isPen, values, picture.Width, picture.Height, work);
        return new Ink(picture.Width, picture.Height, values, levels.Threshold, levels.IsDarkOnLight, reduction);
    }

    private static Found InUnevenLight(GreyImage picture, bool isDarkOnLight, ReadingWork work)
    {
        int width = picture.Width, height = picture.Height;
        float[] contrast = Paper.Under(picture, isDarkOnLight, work).InkOn(picture, isDarkOnLight, work);
        (float paper, float spread) = PaperOf(contrast, work);
        int blurs = spread > RoughSpread && Math.Min(width, height) > 2 * Reach ? MostBlurs : 0;
        for (int blur = 0; blur <= blurs; blur++)
        {
            if (blur > 0)
            {
                contrast = Blur(contrast, width, height, work);
                (paper, spread) = PaperOf(contrast, work);
            }

            float threshold = Math.Max(EdgeLevel(contrast, width, height, work) - paper, ThresholdInSpreads * spread);
            float pen = PenOf(contrast, paper + threshold, out long count, work) - paper;
            if ((blur > 0 || blurs == 0) && pen >= Math.Max(SmallestContrast, ContrastInSpreads * spread))
                return new Found(contrast, paper, pen, threshold, spread, (double)count / contrast.Length);
        }

        return new Found([], 0, 0, 0, 0, 0);
    }

    /// <summary>The commonest contrast, which is paper's, and its spread (from the median absolute deviation).</summary>
    private static (float Level, float Spread) PaperOf(float[] contrast, ReadingWork work)
    {
        const int half = 2 * 256;
        work.CountPixels(contrast.Length);
        int[] histogram = new int[2 * half + 1], deviations = new int[2 * half + 1];
        foreach (float value in contrast)
            histogram[Math.Clamp((int)MathF.Round(2 * value), -half, half) + half]++;
        int median = Middle(histogram);
        for (int i = 0; i < histogram.Length; i++)
            deviations[Math.Min(2 * half, Math.Abs(i - median))] += histogram[i];
        return ((median - half) / 2f, Math.Max(0.5f, 1.4826f * Middle(deviations) / 2f));

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
    private static float EdgeLevel(float[] contrast, int width, int height, ReadingWork work)
    {
        double sum = 0, weights = 0;
        int margin = Math.Max(1, (int)(Margin * Math.Min(width, height)));
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

    /// <summary>Full ink is the darkest quarter of what is ink: the rest of a stroke may be soft edge.</summary>
    private static float PenOf(float[] contrast, float threshold, out long count, ReadingWork work)
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
        for (long above = histogram[level]; level > 0 && 4 * above < count; above += histogram[level])
            level--;
        return count == 0 ? 0 : level;
    }

    private static float[] Blur(float[] values, int width, int height, ReadingWork work)
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
            result[i] = (across[i >= width ? i - width : i] + 2 * across[i] + across[i < values.Length - width ? i + width : i]) / 4;
        return result;
    }

    /// <summary>Faint ink is the soft edge of a stroke only beside one: anything farther off is the shade of the paper.</summary>
    private static void ClearFarFrom(bool[] isPen, float[] values, int width, int height, ReadingWork work)
    {
        bool[] isNear = new bool[values.Length];
        for (int y = 0; y < height; y++)
        {
            work.CountPixels(width);
            for (int x = 0; x < width; x++)
            {
                if (!isPen[y * width + x])
                    continue;
                int left = Math.Max(0, x - Reach), right = Math.Min(width, x + Reach + 1);
                for (int near = Math.Max(0, y - Reach); near <= Math.Min(height - 1, y + Reach); near++)
                    isNear.AsSpan((near * width + left)..(near * width + right)).Fill(true);
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!isNear[i])
                values[i] = 0;
        }
    }

    /// <summary>Averages squares of pixels: noise averages out, too. A picture that is not as wide or high as a square is averaged as far as it goes.</summary>
    private static GreyImage Reduce(GreyImage picture, int factor, ReadingWork work)
    {
        if (factor <= 1)
            return picture;
        int across = Math.Min(factor, picture.Width), down = Math.Min(factor, picture.Height), width = picture.Width / across, height = picture.Height / down;
        byte[] pixels = new byte[width * height];
        long[] sums = new long[width];
        long area = (long)across * down;
        for (int row = 0; row < height; row++)
        {
            Array.Clear(sums);
            for (int i = 0; i < down; i++)
            {
                work.CountPixels(picture.Width);
                ReadOnlySpan<byte> line = picture.Pixels.Slice((row * down + i) * picture.Width, width * across);
                for (int column = 0, at = 0; column < width; column++)
                {
                    int sum = 0;
                    for (int j = 0; j < across; j++)
                        sum += line[at++];
                    sums[column] += sum;
                }
            }

            for (int column = 0; column < width; column++)
                pixels[row * width + column] = (byte)((sums[column] + area / 2) / area);
        }

        return new GreyImage(width, height, pixels);
    }

    /// <summary>What was found in uneven light.</summary>
    /// <param name="Contrast">[height, width]: by how much a pixel is darker (lighter) than the paper around it.</param>
    /// <param name="Paper">The contrast of paper.</param>
    /// <param name="Pen">By how much full ink's is more.</param>
    /// <param name="Threshold">By how much that is more from which on a pixel is ink.</param>
    /// <param name="Spread">Of paper's contrast.</param>
    /// <param name="Share">The share of pixels that are ink; 0 where there is none.</param>
    private sealed record Found(float[] Contrast, float Paper, float Pen, float Threshold, float Spread, double Share)
    {
        /// <summary>How many times the paper's spread ink differs from it; 0 where there is none.</summary>
        public double StandsOut => Share == 0 ? 0 : Pen / Spread;

        public Ink ToInk(GreyImage picture, bool isDarkOnLight, int reduction, ReadingWork work)
        {
            float[] values = new float[picture.Pixels.Length];
            if (Share == 0)
                return new Ink(picture.Width, picture.Height, values, 0.5f, isDarkOnLight, reduction);
            float cut = Math.Min(CutInSpreads * Spread, WeakShare * Threshold);
            for (int i = 0; i < values.Length; i++)
            {
                float contrast = Contrast[i] - Paper;
                values[i] = contrast < cut ? 0 : Math.Min(1, contrast / Pen);
            }

            float weak = Math.Max(WeakShare * Threshold, WeakInSpreads * Spread);
            ClearFarFrom(Grow(picture.Width, picture.Height, Threshold, weak, work), values, picture.Width, picture.Height, work);
            return new Ink(picture.Width, picture.Height, values, Math.Min(weak, Threshold) / Pen, isDarkOnLight, reduction);
        }

        /// <summary>What is ink for sure, and what is nearly so and hangs together with it (Canny's hysteresis).</summary>
        private bool[] Grow(int width, int height, float strong, float weak, ReadingWork work)
        {
            const int countedAtOnce = 256;
            bool[] isPen = new bool[Contrast.Length];
            Stack<int> open = new();
            int seen = 0;
            for (int i = 0; i < isPen.Length; i++)
                isPen[i] = Contrast[i] - Paper > strong;
            for (int i = 0; i < isPen.Length; i++)
            {
                if (!(Contrast[i] - Paper > strong))
                    continue;
                AddNear(i);
                while (open.TryPop(out int grown))
                    AddNear(grown);
            }

            work.CountPixels(seen % countedAtOnce);
            return isPen;

            void AddNear(int i)
            {
                if (++seen % countedAtOnce == 0)
                    work.CountPixels(countedAtOnce);
                int x = i % width, y = i / width;
                for (int v = Math.Max(0, y - 1); v <= Math.Min(height - 1, y + 1); v++)
                {
                    for (int u = Math.Max(0, x - 1); u <= Math.Min(width - 1, x + 1); u++)
                    {
                        int near = v * width + u;
                        if (!isPen[near] && Contrast[near] - Paper > weak)
                        {
                            isPen[near] = true;
                            open.Push(near);
                        }
                    }
                }
            }
        }
    }
}
