namespace Inkling;

/// <summary>Where a picture has ink, and how much: what is left of it when the paper is taken away.</summary>
public sealed class Ink
{
    private readonly float[] _values;

    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="values">[height, width], row-major; 0 is paper, 1 is full ink. Not copied.</param>
    /// <exception cref="ArgumentException">The length is not width × height.</exception>
    public Ink(int width, int height, float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if ((long)width * height != values.Length)
            throw new ArgumentException($"A {width}×{height} ink map has {(long)width * height} pixels, not {values.Length}.", nameof(values));
        Width = width;
        Height = height;
        _values = values;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>[height, width], row-major; 0 is paper, 1 is full ink.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>
    /// Finds the ink of the one digit that a picture shows, dark on light or light on dark; specks, and a frame or a shadow
    /// at the picture's edge, are left out.
    /// </summary>
    /// <param name="picture">A picture of one digit. Large ones are reduced first, to at most 1000 pixels a side.</param>
    /// <returns>The digit's ink, in a map of the picture's size, or of its reduced size.</returns>
    /// <exception cref="InklingException">There is nothing to see: the picture is of one shade, or of noise.</exception>
    public static Ink OfOneDigit(GreyImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        picture = Reduce(picture);
        InkLevels? levels = InkLevels.Of(picture);
        if (levels is null)
        {
            // The light may differ more over the picture than ink and paper do.
            picture = EvenLight(picture);
            levels = InkLevels.Of(picture) ?? throw new InklingException(
                $"No digit found: the {picture.Width}×{picture.Height} picture is nearly all of one shade. "
                + "Give a picture with dark ink on light paper, or light on dark.");
        }

        float[] values = new float[picture.Pixels.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = levels.InkOf(picture.Pixels[i]);
        ClearFarFromPen(values, picture.Width, picture.Height, levels.Threshold);
        new InkComponents(values, picture.Width, picture.Height).KeepDigit();
        return new Ink(picture.Width, picture.Height, values);
    }

    /// <summary>
    /// Faint ink is the soft edge of a stroke only beside one: anything farther off is the shade of the paper.
    /// </summary>
    private static void ClearFarFromPen(float[] values, int width, int height, float threshold)
    {
        const int reach = 2;
        bool[] isNear = new bool[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] <= threshold)
                continue;
            int row = i / width, left = Math.Max(0, i % width - reach), right = Math.Min(width, i % width + reach + 1);
            for (int near = Math.Max(0, row - reach); near <= Math.Min(height - 1, row + reach); near++)
                isNear.AsSpan((near * width + left)..(near * width + right)).Fill(true);
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!isNear[i])
                values[i] = 0;
        }
    }

    /// <summary>Averages squares of pixels: a digit in a photo of 12 megapixels needs no more, and noise averages out.</summary>
    private static GreyImage Reduce(GreyImage picture)
    {
        const int longest = 1000;
        int factor = (Math.Max(picture.Width, picture.Height) + longest - 1) / longest;
        int width = picture.Width / Math.Max(1, factor), height = picture.Height / Math.Max(1, factor);
        if (factor <= 1 || width == 0 || height == 0)
            return picture;

        byte[] pixels = new byte[width * height];
        int[] sums = new int[width];
        for (int row = 0; row < height; row++)
        {
            Array.Clear(sums);
            for (int i = 0; i < factor; i++)
            {
                ReadOnlySpan<byte> line = picture.Pixels.Slice((row * factor + i) * picture.Width, width * factor);
                for (int column = 0; column < line.Length; column++)
                    sums[column / factor] += line[column];
            }

            for (int column = 0; column < width; column++)
                pixels[row * width + column] = (byte)((sums[column] + factor * factor / 2) / (factor * factor));
        }

        return new GreyImage(width, height, pixels);
    }

    /// <summary>Takes away what changes slowly: the difference to the mean of a wide square around each pixel, on mid-grey.</summary>
    private static GreyImage EvenLight(GreyImage picture)
    {
        int width = picture.Width, height = picture.Height, reach = Math.Max(1, Math.Min(width, height) / 8);
        // sums[i, j]: of all pixels above row i and left of column j.
        long[,] sums = new long[height + 1, width + 1];
        for (int i = 0; i < height; i++)
        {
            for (int j = 0; j < width; j++)
                sums[i + 1, j + 1] = picture[i, j] + sums[i, j + 1] + sums[i + 1, j] - sums[i, j];
        }

        byte[] pixels = new byte[width * height];
        for (int i = 0; i < height; i++)
        {
            int top = Math.Max(0, i - reach), bottom = Math.Min(height, i + reach + 1);
            for (int j = 0; j < width; j++)
            {
                int left = Math.Max(0, j - reach), right = Math.Min(width, j + reach + 1);
                long sum = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left];
                pixels[i * width + j] = (byte)Math.Clamp(128 + picture[i, j] - sum / ((bottom - top) * (right - left)), 0, 255);
            }
        }

        return new GreyImage(width, height, pixels);
    }
}
