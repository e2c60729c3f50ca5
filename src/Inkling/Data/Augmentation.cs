using Inkling.Data;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// Data augmentation: random changes to a training image each time it is used, against overfitting. Every amount is drawn anew
/// for each image; if all are 0, images are unchanged.
/// </summary>
public sealed record Augmentation
{
    /// <summary>Maximum shift in each direction, pixels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 64.</exception>
    public double Shift { get; init => field = OptionRange.From(0, ElasticField.Side, value); }

    /// <summary>Maximum rotation either way, degrees.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 180.</exception>
    public double Rotation { get; init => field = OptionRange.From(0, 180, value); }

    /// <summary>Maximum change of size, and of the ratio of height to width, as a fraction: 0.1 for 90 to 110 %.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 0.9.</exception>
    public double Scale { get; init => field = OptionRange.From(0, 0.9, value); }

    /// <summary>Maximum shear either way: pixels sideways for each pixel up.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 10.</exception>
    public double Shear { get; init => field = OptionRange.From(0, 10, value); }

    /// <summary>
    /// Strength α of elastic distortion, pixels: each pixel is displaced by α times uniform noise from -1 to 1, smoothed by a
    /// Gaussian of standard deviation <see cref="ElasticSmoothness"/> (Simard, Steinkraus and Platt 2003; they use α 34, σ 4).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1000.</exception>
    public double Elastic { get; init => field = OptionRange.From(0, 1000, value); }

    /// <summary>Smoothness σ of elastic distortion, pixels, from 1 to 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 1 to 8.</exception>
    public double ElasticSmoothness { get; init => field = OptionRange.From(1, 8, value); } = 4;

    /// <summary>Maximum change of stroke width: 1 for thicker or thinner by up to a pixel on each side.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public double Thickness { get; init => field = OptionRange.From(0, 1, value); }

    /// <summary>
    /// Probability that an image is scaled to a width of 10 to 20 pixels, whatever it was (Ciresan et al., MCDNN 2012).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public double WidthNormalisation { get; init => field = OptionRange.From(0, 1, value); }

    /// <summary>Probability that a rectangle of up to 8×8 pixels is erased (Zhong et al., arXiv 1708.04896).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public double Erasing { get; init => field = OptionRange.From(0, 1, value); }

    /// <summary>Maximum standard deviation of the Gaussian noise added to every pixel, as a fraction of black.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 0 to 1.</exception>
    public double Noise { get; init => field = OptionRange.From(0, 1, value); }

    /// <summary>Narrower ink counts as so many columns wide where it is scaled to another width.</summary>
    internal const int LeastInkWidth = 4;

    /// <summary>Changes an image.</summary>
    /// <param name="image">[height, width], 0 paper to 1 ink; overwritten.</param>
    /// <param name="height">Rows, from 1 to 64.</param>
    /// <param name="width">Columns, from 1 to 64.</param>
    /// <param name="seed">The epoch's seed.</param>
    /// <param name="example">The image's number. The same seed and number give the same change, on whatever thread.</param>
    /// <exception cref="ArgumentException">The image is larger than 64×64, or not height × width long.</exception>
    internal void Apply(Span<float> image, int height, int width, long seed, long example)
    {
        if (height is < 1 or > ElasticField.Side || width is < 1 or > ElasticField.Side || image.Length != height * width)
            throw new ArgumentException(
                $"Images of up to {ElasticField.Side}×{ElasticField.Side} pixels can be distorted; "
                + $"this has {image.Length} numbers for {height}×{width}.",
                nameof(image));
        RandomStream random = new(seed, example);
        if (Thickness > 0)
            ChangeThickness(image, height, width, random.NextDouble(-Thickness, Thickness));
        Move(image, height, width, random);
        if (Erasing > 0 && random.NextDouble() < Erasing)
            Erase(image, height, width, random);
        if (Noise > 0)
            AddNoise(image, random.NextDouble(0, Noise), random);
    }

    /// <summary>Draws how an image is moved; what changes its strokes is drawn before, elastic fields after it.</summary>
    internal ImageMovement DrawMovement(RandomStream random)
    {
        double angle = random.NextDouble(-Rotation, Rotation) * Math.PI / 180, shear = random.NextDouble(-Shear, Shear);
        double size = 1 + random.NextDouble(-Scale, Scale), stretch = 1 + random.NextDouble(-Scale, Scale) / 2;
        double dx = random.NextDouble(-Shift, Shift), dy = random.NextDouble(-Shift, Shift);
        bool hasNewWidth = WidthNormalisation > 0 && random.NextDouble() < WidthNormalisation;
        double inkWidth = hasNewWidth ? random.NextDouble(10, 20) : 0;
        (double sin, double cos) = PortableMath.SinCos(angle);
        // The inverse of: stretch, shear, then turn.
        return new ImageMovement(
            XX: cos / (size * stretch) - shear * sin / (size * stretch),
            XY: sin / (size * stretch) + shear * cos / (size * stretch),
            YX: -sin * stretch / size,
            YY: cos * stretch / size,
            dx,
            dy,
            inkWidth);
    }

    /// <summary>Moves the image: maps each pixel back through the inverse transform and interpolates bilinearly.</summary>
    private void Move(Span<float> image, int height, int width, RandomStream random)
    {
        ImageMovement movement = DrawMovement(random);
        double widen = movement.InkWidth > 0 ? movement.InkWidth / Math.Max(LeastInkWidth, InkWidth(image, width)) : 1;
        double xx = movement.XX / widen, xy = movement.XY / widen, yx = movement.YX, yy = movement.YY;
        (double dx, double dy) = (movement.DX, movement.DY);
        double cx = (width - 1) / 2.0, cy = (height - 1) / 2.0;
        Span<float> fieldX = stackalloc float[ElasticField.Length], fieldY = stackalloc float[ElasticField.Length];
        if (Elastic > 0)
        {
            ElasticField.Fill(fieldX, height, width, Elastic, ElasticSmoothness, random);
            ElasticField.Fill(fieldY, height, width, Elastic, ElasticSmoothness, random);
        }

        Span<float> source = stackalloc float[(ElasticField.Side + 2) * (ElasticField.Side + 2)]; // padded with a pixel of paper
        int pitch = width + 2;
        source[..((height + 2) * pitch)].Clear();
        for (int y = 0; y < height; y++)
            image.Slice(y * width, width).CopyTo(source[((y + 1) * pitch + 1)..]);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double fx = x - cx - dx, fy = y - cy - dy;
                double sx = xx * fx + xy * fy + cx + 1, sy = yx * fx + yy * fy + cy + 1;
                if (Elastic > 0)
                {
                    sx += fieldX[y * ElasticField.Side + x];
                    sy += fieldY[y * ElasticField.Side + x];
                }

                image[y * width + x] = Between(source, pitch, height, width, sx, sy);
            }
        }
    }

    /// <summary>
    /// Bilinear interpolation like <see cref="Bilinear"/>, but without a test for each pixel, on an image padded for it,
    /// and rounded in another order: each training with augmentation depends on every bit.
    /// </summary>
    private static float Between(ReadOnlySpan<float> source, int pitch, int height, int width, double x, double y)
    {
        if (!(x >= 0 && y >= 0 && x < width + 1 && y < height + 1))
            return 0;
        int x0 = (int)x, y0 = (int)y, at = y0 * pitch + x0;
        float fx = (float)(x - x0), fy = (float)(y - y0);
        float top = source[at] + fx * (source[at + 1] - source[at]);
        float bottom = source[at + pitch] + fx * (source[at + pitch + 1] - source[at + pitch]);
        return top + fy * (bottom - top);
    }

    private static int InkWidth(ReadOnlySpan<float> image, int width)
    {
        int left = width, right = -1;
        for (int i = 0; i < image.Length; i++)
        {
            if (image[i] > 0)
                (left, right) = (Math.Min(left, i % width), Math.Max(right, i % width));
        }

        return Math.Max(0, right - left + 1);
    }

    /// <summary>Moves each pixel towards the darkest (thicker) or lightest (thinner) of itself and its four neighbours.</summary>
    private static void ChangeThickness(Span<float> image, int height, int width, double amount)
    {
        Span<float> before = stackalloc float[ElasticField.Length];
        image.CopyTo(before);
        float share = (float)Math.Min(1, Math.Abs(amount));
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = y * width + x;
                float up = y > 0 ? before[at - width] : 0, down = y < height - 1 ? before[at + width] : 0;
                float left = x > 0 ? before[at - 1] : 0, right = x < width - 1 ? before[at + 1] : 0;
                float extreme = amount > 0
                    ? Math.Max(before[at], Math.Max(Math.Max(up, down), Math.Max(left, right)))
                    : Math.Min(before[at], Math.Min(Math.Min(up, down), Math.Min(left, right)));
                image[at] = before[at] + share * (extreme - before[at]);
            }
        }
    }

    private static void Erase(Span<float> image, int height, int width, RandomStream random)
    {
        int h = Math.Min(height, 2 + random.NextInt32(7)), w = Math.Min(width, 2 + random.NextInt32(7));
        int top = random.NextInt32(height - h + 1), left = random.NextInt32(width - w + 1);
        for (int y = top; y < top + h; y++)
            image.Slice(y * width + left, w).Clear();
    }

    private static void AddNoise(Span<float> image, double deviation, RandomStream random)
    {
        foreach (ref float pixel in image)
            pixel = Math.Clamp(pixel + (float)(deviation * random.NextGaussian()), 0, 1);
    }
}

/// <summary>
/// How an image is moved. A pixel at (x, y) from the centre, less the shift, comes from (XX·x + XY·y, YX·x + YY·y).
/// </summary>
/// <param name="XX">Across for each pixel across.</param>
/// <param name="XY">Across for each pixel down.</param>
/// <param name="YX">Down for each pixel across.</param>
/// <param name="YY">Down for each pixel down.</param>
/// <param name="DX">The shift across, pixels.</param>
/// <param name="DY">The shift down, pixels.</param>
/// <param name="InkWidth">The width that the ink is scaled to, pixels; 0 for the width that it has.</param>
internal readonly record struct ImageMovement(
    double XX, double XY, double YX, double YY, double DX, double DY, double InkWidth);
