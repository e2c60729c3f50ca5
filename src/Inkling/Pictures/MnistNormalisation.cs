using System.Runtime.InteropServices;

namespace Inkling;

/// <summary>
/// Normalises a digit exactly as MNIST's images were: scaled into a 20×20 box, with its centre of mass in the middle of a 28×28
/// image. A network trained on MNIST reads digits scaled in any other way less accurately.
/// </summary>
/// <remarks>
/// The procedure that Yadav and Bottou (2019, arXiv 1905.10498) reconstructed from MNIST's images and from the code of its
/// time, including its quirks. It leaves MNIST's images unchanged.
/// </remarks>
public static class MnistNormalisation
{
    /// <summary>Rows and columns of a normalised image.</summary>
    public const int Side = 28;

    private const int BoxSide = 20;
    private const int SmallestCrop = 10;

    /// <summary>The width of an input pixel. Less than 1 leaves faint stripes, which MNIST's images have.</summary>
    private const double PixelExtent = 0.99;

    /// <summary>Normalises the digit that an ink map shows.</summary>
    /// <param name="ink">
    /// [height, width], row-major; 0 is paper, up to 1 is ink. Every pixel above 0 belongs to the digit.
    /// </param>
    /// <param name="width">Columns of the ink map.</param>
    /// <param name="height">Rows of the ink map.</param>
    /// <returns>[28, 28], row-major; 0 is paper, 255 is ink. All 0 where there is no ink.</returns>
    /// <exception cref="ArgumentException">The length is not width × height.</exception>
    public static byte[] Normalise(ReadOnlySpan<float> ink, int width, int height)
    {
        byte[] image = new byte[Side * Side];
        Normalise(ink, width, height, image);
        return image;
    }

    /// <summary>Normalises the digit that an ink map shows, into the caller's buffer.</summary>
    /// <param name="ink">
    /// [height, width], row-major; 0 is paper, up to 1 is ink. Every pixel above 0 belongs to the digit.
    /// </param>
    /// <param name="width">Columns of the ink map.</param>
    /// <param name="height">Rows of the ink map.</param>
    /// <param name="image">Receives [28, 28], row-major; 0 is paper, 255 is ink. All 0 where there is no ink.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Normalise(ReadOnlySpan<float> ink, int width, int height, Span<byte> image)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if ((long)width * height != ink.Length)
            throw new ArgumentException(
                $"A {width}×{height} ink map has {(long)width * height} pixels, not {ink.Length}.",
                nameof(ink));
        if (image.Length != Side * Side)
            throw new ArgumentException($"A normalised image has {Side * Side} pixels, not {image.Length}.", nameof(image));

        image.Clear();
        if (InkBox(ink, width) is not { } box)
            return;

        Span<double> shrunk = stackalloc double[BoxSide * BoxSide];
        Resample(ink, width, box, shrunk);

        Span<byte> greys = stackalloc byte[BoxSide * BoxSide];
        ToGreys(shrunk, greys);
        PasteByCentreOfMass(greys, image);
    }

    /// <summary>Bounding box of the ink; <c>Bottom</c> and <c>Right</c> are exclusive.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Box(int Top, int Bottom, int Left, int Right);

    private static Box? InkBox(ReadOnlySpan<float> ink, int width)
    {
        int top = -1, bottom = 0, left = width, right = 0;
        for (int start = 0; start < ink.Length; start += width)
        {
            ReadOnlySpan<float> row = ink.Slice(start, width);
            int first = row.IndexOfAnyExcept(0f);
            if (first < 0)
                continue;
            if (top < 0)
                top = start / width;
            bottom = start / width + 1;
            left = Math.Min(left, first);
            right = Math.Max(right, row.LastIndexOfAnyExcept(0f) + 1);
        }

        return top < 0 ? null : new Box(top, bottom, left, right);
    }

    /// <summary>
    /// Scales the box, padded to a square, to 20×20 by area averaging. The weights are separable into rows and columns, so every
    /// input pixel is visited once.
    /// </summary>
    private static void Resample(ReadOnlySpan<float> ink, int width, Box box, Span<double> output)
    {
        int rows = box.Bottom - box.Top, columns = box.Right - box.Left;
        int crop = Math.Max(Math.Max(rows, columns), SmallestCrop);
        int doublings = 0;
        while (crop << doublings < BoxSide)
            doublings++;
        Share[] rowShares = Shares(rows, crop, doublings);
        Share[] columnShares = Shares(columns, crop, doublings);
        int copies = 1 << doublings;

        output.Clear();
        Span<double> line = stackalloc double[BoxSide + 1];
        for (int i = 0; i < rows; i++)
        {
            line.Clear();
            ReadOnlySpan<float> row = ink.Slice((box.Top + i) * width + box.Left, columns);
            for (int j = 0; j < columnShares.Length; j++)
            {
                float value = row[j >> doublings];
                if (value == 0)
                    continue;
                Share share = columnShares[j];
                line[share.Cell] += share.First * value;
                line[share.Cell + 1] += share.Second * value;
            }

            for (int copy = i * copies; copy < (i + 1) * copies; copy++)
            {
                Share share = rowShares[copy];
                for (int j = 0; j < BoxSide; j++)
                {
                    output[share.Cell * BoxSide + j] += share.First * line[j];
                    if (share.Second != 0)
                        output[(share.Cell + 1) * BoxSide + j] += share.Second * line[j];
                }
            }
        }
    }

    /// <summary>Weights of one input row (or column) in the output row <c>Cell</c> and in the next.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Share(int Cell, double First, double Second);

    /// <summary>
    /// Computes the weights of each input row (or column). The input is centred in a square of side <paramref name="crop"/>, and
    /// each of its pixels is replicated <c>2^doublings</c> times.
    /// </summary>
    private static Share[] Shares(int length, int crop, int doublings)
    {
        double scale = (double)BoxSide / (crop << doublings);
        int start = (crop - length) / 2 << doublings;
        Share[] shares = new Share[length << doublings];
        for (int i = 0; i < shares.Length; i++)
        {
            double from = (start + i) * scale;
            double to = from + PixelExtent * scale;
            // The tolerance absorbs rounding errors of edges on a boundary between two output pixels.
            int first = (int)Math.Floor(from + 1e-11), last = (int)Math.Ceiling(to - 1e-11) - 1;
            // A pixel within one output pixel has full weight, not PixelExtent.
            shares[i] = first == last ? new Share(first, scale, 0) : new Share(first, first + 1 - from, to - last);
        }

        return shares;
    }

    private static void ToGreys(ReadOnlySpan<double> values, Span<byte> greys)
    {
        double most = 0;
        foreach (double value in values)
            most = Math.Max(most, value);

        // If no pixel is full ink, scale so that the darkest is.
        double scale = 255 / Math.Min(1, most);
        for (int i = 0; i < greys.Length; i++)
            greys[i] = (byte)Math.Clamp(Math.Floor(values[i] * scale + 0.5), 0, 255);
    }

    /// <summary>
    /// Pastes the 20×20 greys so that their centre of mass lies in (14, 15], measured in pixels from the image's top and left
    /// edges. Rows and columns outside the image are lost, as in MNIST.
    /// </summary>
    private static void PasteByCentreOfMass(ReadOnlySpan<byte> greys, Span<byte> image)
    {
        double mass = 0, rowMoment = 0, columnMoment = 0;
        for (int i = 0; i < greys.Length; i++)
        {
            mass += greys[i];
            rowMoment += greys[i] * (i / BoxSide + 0.5);
            columnMoment += greys[i] * (i % BoxSide + 0.5);
        }

        int top = (int)(15 - rowMoment / mass), left = (int)(15 - columnMoment / mass);
        int firstColumn = Math.Max(0, left), columns = Math.Min(Side, left + BoxSide) - firstColumn;
        for (int row = Math.Max(0, top); row < Math.Min(Side, top + BoxSide); row++)
        {
            greys.Slice((row - top) * BoxSide + firstColumn - left, columns)
                .CopyTo(image.Slice(row * Side + firstColumn, columns));
        }
    }
}
