using Inkling.Numerics;
using Inkling.Reading.Cutting;

namespace Inkling.Synthesis;

/// <summary>A synthetic handwritten number, and which ink belongs to which of its digits.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Ink">[height, width]: 0 is paper, 1 is ink.</param>
/// <param name="Owner">
/// [height, width]: which digit the pixel belongs to, from 1; 0 for paper and for ink of no digit;
/// <see cref="WrittenLines.Joining"/> for strokes that join digits.
/// </param>
/// <param name="Digits">The digits, from left to right.</param>
internal sealed record WrittenLine(int Width, int Height, float[] Ink, int[] Owner, byte[] Digits);

/// <summary>
/// Composes numbers from the digits of a data set: spaced, touching, overlapping or joined by strokes, slanted, with thick or
/// thin pens, with dots and dashes between them, on a ruled line, blurred. They are training data for segmentation: whole digits,
/// parts of digits, and several digits together.
/// </summary>
internal static class WrittenLines
{
    /// <summary>Owner of strokes that join digits: a digit is complete with or without them.</summary>
    public const int Joining = -1;

    /// <summary>Rows and columns of a digit's image.</summary>
    private const int Glyph = 28;

    /// <summary>Probability that a digit repeats the one before: amounts often end in zeros.</summary>
    private const double Repeated = 0.2;

    /// <summary>Composes one number.</summary>
    /// <param name="digits">28×28 images to choose digits from.</param>
    /// <param name="random">Source of randomness for the digits and their style.</param>
    public static WrittenLine Write(LabelledImages digits, RandomStream random)
    {
        Style style = new(random);
        int count = random.NextDouble() < 0.12 ? 1 : 2 + random.NextInt32(6);
        int height = (int)(2.4 * style.Height), width = (int)((count + 2) * 1.5 * style.Height) + 40;
        float[] ink = new float[width * height];
        int[] owner = new int[width * height];
        byte[] labels = new byte[count];
        Page page = new(ink, owner, width, height);
        double right = 0.7 * style.Height, baseline = 1.6 * style.Height;
        Placed? before = null;
        for (int i = 0; i < count; i++)
        {
            int which = random.NextInt32(digits.Count);
            if (i > 0 && random.NextDouble() < Repeated)
            {
                while (digits.Labels[which] != labels[i - 1])
                    which = random.NextInt32(digits.Count);
            }

            labels[i] = digits.Labels[which];
            Drawn drawn = Draw(digits, which, labels[i] == 0 && i > 0 ? style.Zeros : 1, style, random);
            double left = right + style.Gap + 0.07 * style.Height * random.NextGaussian();
            bool isLoop = i > 0 && labels[i] == 0 && labels[i - 1] == 0; // zeros in a row run into each other
            left = Math.Max(left, right - (isLoop ? 0.28 : 0.16) * style.Height);
            Placed placed = page.Paste(
                drawn,
                left,
                baseline + style.Rise(labels[i]) + 0.05 * style.Height * random.NextGaussian(),
                i + 1);
            if (before is not null && random.NextDouble() < style.Joins)
                page.Join(before, placed, style, random);
            right = left + drawn.InkWidth;
            before = placed;
            if (i < count - 1 && random.NextDouble() < style.Dots)
            {
                right = page.Dot(right, baseline, style, random);
                before = null; // the pen is lifted, so the next digit is not joined
            }
        }

        if (before is not null && random.NextDouble() < Math.Max(0.06, 0.6 * style.Joins))
            page.Tail(before, style, random);

        if (random.NextDouble() < 0.12)
            page.Dash(right + 0.25 * style.Height, baseline - 0.5 * style.Height, style, random);
        if (random.NextDouble() < 0.12)
            page.Rule(baseline + (0.02 + 0.1 * random.NextDouble()) * style.Height, style, random);
        if (random.NextDouble() < 0.3)
            page.Specks(style, random);
        page.Slant(style.Slant);
        page.Soften(style, random);
        return new WrittenLine(width, height, page.Ink, page.Owner, labels);
    }

    /// <summary>Draws one digit: enlarged, with sharp edges and the stroke width of the line's style.</summary>
    private static Drawn Draw(LabelledImages digits, int which, double size, Style style, RandomStream random)
    {
        float[] image = new float[Glyph * Glyph];
        digits.CopyInput(which, image);
        style.Hand.Apply(image, Glyph, Glyph, unchecked((long)random.NextUInt64()), which);
        double scale = style.Height / 20 * size * PortableMath.Exp(0.11 * random.NextGaussian());
        int side = (int)(Glyph * scale) + 2;
        // At least so steep that values 0 and 1 stay 0 and 1.
        float sharpness = Math.Max(0.5f / Math.Min(style.Edge, 1 - style.Edge), (float)(0.9 * scale));
        float[] drawn = new float[side * side];
        int left = side, right = 0, bottom = 0;
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++)
            {
                float value = Bilinear.At(image, Glyph, Glyph, (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5);
                value = Math.Clamp((value - style.Edge) * sharpness + 0.5f, 0, 1);
                drawn[y * side + x] = value;
                if (value > 0.4f)
                    (left, right, bottom) = (Math.Min(left, x), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
            }
        }

        return new Drawn(drawn, side, Math.Min(left, right), right, bottom);
    }

    /// <summary>Style parameters common to all digits of a line.</summary>
    private sealed class Style
    {
        private readonly double _zerosRise;

        public Style(RandomStream random)
        {
            Height = random.NextDouble(18, 64);
            Edge = (float)random.NextDouble(0.22, 0.68);
            double kind = random.NextDouble();
            Gap = Height * (
                kind < 0.25
                    ? random.NextDouble(0.15, 0.5)
                    : kind < 0.55
                        ? random.NextDouble(0.02, 0.2)
                        : random.NextDouble(-0.1, 0.04));
            Slant = random.NextDouble() < 0.5 ? 0 : random.NextDouble(-0.25, 0.55);
            Dots = random.NextDouble() < 0.3 ? random.NextDouble(0.1, 0.5) : 0;
            Blur = random.NextDouble(0, 0.035) * Height;
            Joins = random.NextDouble() < 0.35 ? random.NextDouble(0.15, 0.9) : 0;
            Zeros = random.NextDouble() < 0.35 ? random.NextDouble(0.5, 0.85) : 1;
            _zerosRise = Zeros < 1 && random.NextDouble() < 0.4 ? random.NextDouble(0, 1 - Zeros) * Height : 0;
        }

        public double Height { get; }

        /// <summary>Threshold on the grey edge of a stroke: low for a thick pen, high for a thin one.</summary>
        public float Edge { get; }

        public double Gap { get; }

        public double Slant { get; }

        public double Dots { get; }

        public double Blur { get; }

        /// <summary>Probability that a stroke joins two digits.</summary>
        public double Joins { get; }

        /// <summary>Size of zeros relative to the other digits.</summary>
        public double Zeros { get; }

        /// <summary>Vertical offset of a digit from the baseline, pixels; negative is up.</summary>
        public double Rise(int digit) => digit == 0 ? -_zerosRise : 0;

        public Augmentation Hand { get; } = new()
        {
            Rotation = 8,
            Scale = 0.1,
            Shear = 0.15,
            Elastic = 16,
            ElasticSmoothness = 5
        };
    }

    private sealed record Drawn(float[] Ink, int Side, int Left, int Right, int Bottom)
    {
        public int InkWidth => Math.Max(1, Right - Left);
    }

    /// <summary>A digit placed on the page.</summary>
    private sealed record Placed(Drawn Drawn, int Dx, int Dy)
    {
        /// <summary>Its rightmost (or leftmost) ink pixel within one third of its height; third 0 is the top.</summary>
        public (double X, double Y)? Outermost(int third, bool isRight)
        {
            int top = Drawn.Side, side = Drawn.Side;
            for (int i = 0; i < side * side && top == side; i++)
            {
                if (Drawn.Ink[i] > 0.5f)
                    top = i / side;
            }

            int height = Math.Max(1, Drawn.Bottom - top), from = top + third * height / 3, to = top + (third + 1) * height / 3;
            for (int step = 0; step < side; step++)
            {
                int x = isRight ? side - 1 - step : step;
                for (int y = from; y < to; y++)
                {
                    if (Drawn.Ink[y * side + x] > 0.5f)
                        return (x + Dx, y + Dy);
                }
            }

            return null;
        }
    }

    private sealed class Page(float[] ink, int[] owner, int width, int height)
    {
        public float[] Ink => ink;

        public int[] Owner => owner;

        /// <summary>Draws a digit with its left edge at a column and its bottom on a row.</summary>
        public Placed Paste(Drawn drawn, double left, double baseline, int number)
        {
            int dx = (int)Math.Round(left) - drawn.Left, dy = (int)Math.Round(baseline) - drawn.Bottom;
            for (int y = 0; y < drawn.Side; y++)
            {
                for (int x = 0; x < drawn.Side; x++)
                    Put(x + dx, y + dy, drawn.Ink[y * drawn.Side + x], number);
            }

            return new Placed(drawn, dx, dy);
        }

        /// <summary>Joins two digits with a stroke, as if the pen was not lifted.</summary>
        public void Join(Placed before, Placed next, Style style, RandomStream random)
        {
            if (before.Outermost(random.NextInt32(3), isRight: true) is { } from
                && next.Outermost(random.NextInt32(3), isRight: false) is { } to)
                Curve(from, to, random.NextDouble(-0.25, 0.25) * style.Height, PenOf(next.Drawn) * random.NextDouble(0.5, 1));
        }

        /// <summary>Adds a stroke after the last digit.</summary>
        public void Tail(Placed last, Style style, RandomStream random)
        {
            if (last.Outermost(random.NextInt32(3), isRight: true) is not { } from)
                return;
            (double, double) to = (
                from.X + random.NextDouble(0.1, 0.6) * style.Height,
                from.Y + random.NextDouble(-0.35, 0.35) * style.Height);
            Curve(from, to, random.NextDouble(-0.25, 0.25) * style.Height, PenOf(last.Drawn) * random.NextDouble(0.5, 1));
        }

        /// <summary>
        /// Draws a quadratic Bézier curve whose middle is <paramref name="below"/> pixels below the straight line.
        /// </summary>
        private void Curve((double X, double Y) from, (double X, double Y) to, double below, double pen)
        {
            const int steps = 12;
            (double x, double y) = from;
            for (int i = 1; i <= steps; i++)
            {
                double t = (double)i / steps, u = from.X + t * (to.X - from.X),
                    v = from.Y + t * (to.Y - from.Y) + 4 * t * (1 - t) * below;
                Stroke(x, y, u, v, Math.Max(0.6, pen / 2), Joining);
                (x, y) = (u, v);
            }
        }

        /// <summary>
        /// Estimates the width of a digit's strokes as <see cref="InkParts"/> does: 4/π × area / number of edges along rows.
        /// </summary>
        private static double PenOf(Drawn drawn)
        {
            int area = 0, edges = 0;
            for (int i = 0; i < drawn.Ink.Length - 1; i++)
            {
                area += drawn.Ink[i] > 0.5f ? 1 : 0;
                edges += drawn.Ink[i] > 0.5f != drawn.Ink[i + 1] > 0.5f ? 1 : 0;
            }

            return 4 / Math.PI * area / Math.Max(1, edges); // edges along columns are about as many again
        }

        /// <summary>Draws a dot or a comma after a digit; returns its right edge.</summary>
        public double Dot(double right, double baseline, Style style, RandomStream random)
        {
            double radius = Math.Max(1, (0.04 + 0.05 * random.NextDouble()) * style.Height),
                x = right + radius + random.NextDouble(-0.02, 0.12) * style.Height;
            double y = baseline + random.NextDouble(-0.08, 0.08) * style.Height,
                tail = random.NextDouble() < 0.4 ? random.NextDouble(0.05, 0.2) * style.Height : 0;
            Stroke(x, y, x - 0.5 * tail, y + tail, radius, 0);
            return x + radius;
        }

        /// <summary>Draws a dash or an equals sign.</summary>
        public void Dash(double left, double y, Style style, RandomStream random)
        {
            double radius = Math.Max(1, 0.05 * style.Height), length = random.NextDouble(0.25, 0.8) * style.Height;
            Stroke(left, y, left + length, y + random.NextDouble(-0.05, 0.05) * style.Height, radius, 0);
            if (random.NextDouble() < 0.4)
                Stroke(left, y + 0.22 * style.Height, left + length, y + 0.22 * style.Height, radius, 0);
        }

        /// <summary>Draws fragments of a ruled line that the number stands on.</summary>
        public void Rule(double y, Style style, RandomStream random)
        {
            double radius = random.NextDouble(0.5, 1.2);
            for (double x = random.NextDouble() * style.Height; x < width; x += random.NextDouble(0.5, 3) * style.Height)
            {
                double end = x + random.NextDouble(0.3, 2) * style.Height;
                Stroke(x, y, end, y, radius, 0);
                x = end;
            }
        }

        public void Specks(Style style, RandomStream random)
        {
            for (int i = random.NextInt32(6); i >= 0; i--)
            {
                double x = random.NextDouble() * width, y = random.NextDouble() * height;
                Stroke(
                    x,
                    y,
                    x + random.NextGaussian(),
                    y + random.NextGaussian(),
                    random.NextDouble(0.4, 0.05 * style.Height),
                    0);
            }
        }

        public void Slant(double slant)
        {
            if (slant == 0)
                return;
            float[] line = new float[width];
            int[] owners = new int[width];
            for (int y = 0; y < height; y++)
            {
                double shift = slant * (y - height / 2.0);
                for (int x = 0; x < width; x++)
                {
                    double from = x + shift;
                    int x0 = (int)Math.Floor(from);
                    float f = (float)(from - x0), a = At(x0), b = At(x0 + 1);
                    line[x] = (1 - f) * a + f * b;
                    int nearest = f < 0.5f ? x0 : x0 + 1;
                    owners[x] = nearest >= 0 && nearest < width ? owner[y * width + nearest] : 0;
                }

                line.CopyTo(ink, y * width);
                owners.CopyTo(owner, y * width);

                float At(int u) => u >= 0 && u < width ? ink[y * width + u] : 0;
            }
        }

        /// <summary>Applies a Gaussian blur and adds noise to the ink.</summary>
        public void Soften(Style style, RandomStream random)
        {
            double sigma = style.Blur;
            if (sigma > 0.3)
            {
                int radius = (int)Math.Ceiling(2.5 * sigma);
                float[] kernel =
                [
                    .. Enumerable.Range(-radius, 2 * radius + 1)
                        .Select(d => (float)PortableMath.Exp(-d * d / (2 * sigma * sigma)))
                ];
                float sum = kernel.Sum();
                Convolve([.. kernel.Select(k => k / sum)], 1, width);
                Convolve([.. kernel.Select(k => k / sum)], width, height);
            }

            for (int i = 0; i < ink.Length; i++)
            {
                if (ink[i] > 0)
                    ink[i] = Math.Clamp(ink[i] + (float)(0.05 * random.NextGaussian()), 0, 1);
                if (ink[i] < 0.1f)
                    ink[i] = 0;
            }
        }

        private void Convolve(float[] kernel, int step, int length)
        {
            int radius = kernel.Length / 2;
            float[] from = (float[])ink.Clone();
            for (int i = 0; i < ink.Length; i++)
            {
                int along = step == 1 ? i % width : i / width;
                float value = 0;
                for (int d = Math.Max(-radius, -along); d <= Math.Min(radius, length - 1 - along); d++)
                    value += kernel[d + radius] * from[i + d * step];
                ink[i] = value;
            }
        }

        private void Stroke(double x0, double y0, double x1, double y1, double radius, int number)
        {
            int left = (int)(Math.Min(x0, x1) - radius - 1), right = (int)(Math.Max(x0, x1) + radius + 2);
            int top = (int)(Math.Min(y0, y1) - radius - 1), bottom = (int)(Math.Max(y0, y1) + radius + 2);
            double dx = x1 - x0, dy = y1 - y0, square = Math.Max(1e-9, dx * dx + dy * dy);
            for (int y = top; y < bottom; y++)
            {
                for (int x = left; x < right; x++)
                {
                    double t = Math.Clamp(((x - x0) * dx + (y - y0) * dy) / square, 0, 1);
                    double ox = x - x0 - t * dx, oy = y - y0 - t * dy;
                    Put(x, y, (float)Math.Clamp(radius + 0.5 - Math.Sqrt(ox * ox + oy * oy), 0, 1), number);
                }
            }
        }

        private void Put(int x, int y, float value, int number)
        {
            if (x < 0 || y < 0 || x >= width || y >= height || value <= ink[y * width + x])
                return;
            ink[y * width + x] = value;
            owner[y * width + x] = number;
        }
    }
}
