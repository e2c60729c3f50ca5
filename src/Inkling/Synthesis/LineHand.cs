using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>Draws one person's digits: images of one writer, or strokes of chosen designs.</summary>
internal abstract class LineHand
{
    /// <summary>Draws a digit.</summary>
    /// <param name="digit">Which.</param>
    /// <param name="canvas">Where; is empty.</param>
    /// <param name="left">Where its left edge is about to be, pixels.</param>
    /// <param name="baseline">Where its foot is to be, pixels from the top.</param>
    /// <param name="height">How high it is to be, pixels.</param>
    /// <param name="style">How the number is written.</param>
    /// <param name="random">Source of what differs from digit to digit.</param>
    public abstract void Write(
        int digit, LineCanvas canvas, double left, double baseline, double height, LineStyle style, RandomStream random);

    /// <summary>A hand with the digits of one writer.</summary>
    public sealed class OfImages(WriterDigits digits, int? writer) : LineHand
    {
        private const int Side = MnistNormalisation.Side, DigitSide = 20, Margin = (Side - DigitSide) / 2;

        public override void Write(
            int digit, LineCanvas canvas, double left, double baseline, double height, LineStyle style, RandomStream random)
        {
            ReadOnlySpan<byte> image = digits.Pick(writer ?? random.NextInt32(digits.Writers), digit, random);
            (int l, int t, int r, int b) = WriterDigits.InkBox(image) ?? (Margin, Margin, Side - Margin, Side - Margin);
            double scale = height / DigitSide, aspect = PortableMath.Exp(0.08 * random.NextGaussian());
            double shear = 0.05 * random.NextGaussian(), turn = 0.04 * random.NextGaussian();
            // At least so steep that values 0 and 1 stay 0 and 1.
            float sharpness = Math.Max(0.5f / Math.Min(style.Edge, 1 - style.Edge), (float)(1.2 * scale));
            double right = left + (r - l) * scale * aspect, top = baseline - (b - t) * scale;
            int x0 = Math.Max(0, (int)left - 3), x1 = Math.Min(canvas.Pitch, (int)right + 5);
            double cx = (left + right) / 2, cy = (top + baseline) / 2;
            for (int y = Math.Max(0, (int)top - 3); y < Math.Min(LineCanvas.Height, (int)baseline + 4); y++)
            {
                for (int x = x0; x < x1; x++)
                {
                    double dx = (x + 0.5 - cx) / (scale * aspect), dy = (y + 0.5 - cy) / scale;
                    float value = At(image, (l + r) / 2.0 + dx + (shear + turn) * dy - 0.5, (t + b) / 2.0 + dy - turn * dx - 0.5);
                    canvas.Ink[y * canvas.Pitch + x] = Math.Clamp((value - style.Edge) * sharpness + 0.5f, 0, 1);
                }
            }
        }

        private static float At(ReadOnlySpan<byte> image, double x, double y)
        {
            int x0 = (int)Math.Floor(x), y0 = (int)Math.Floor(y);
            if (x0 < 0 || y0 < 0 || x0 + 1 >= Side || y0 + 1 >= Side)
                return 0;
            float fx = (float)(x - x0), fy = (float)(y - y0);
            int at = y0 * Side + x0;
            float upper = image[at] + fx * (image[at + 1] - image[at]);
            float lower = image[at + Side] + fx * (image[at + Side + 1] - image[at + Side]);
            return (upper + fy * (lower - upper)) / 255;
        }
    }

    /// <summary>A hand that writes each digit in one design, changed a little once for all and less each time.</summary>
    public sealed class OfStrokes : LineHand
    {
        private readonly DigitStyle[] _designs;
        private readonly StrokePoint[][][] _own = new StrokePoint[10][][];
        private readonly PenPath _path = new();
        private readonly double _wobble, _aspect, _slant;

        private readonly bool _isHurried;

        /// <param name="isHurried">Whether some of the designs are those of people in a hurry.</param>
        /// <param name="random">Source of the hand.</param>
        public OfStrokes(bool isHurried, RandomStream random)
        {
            _isHurried = isHurried;
            _wobble = random.NextDouble(0.5, 3);
            _aspect = PortableMath.Exp(0.22 * random.NextGaussian());
            _slant = Math.Clamp(0.08 + 0.12 * random.NextGaussian(), -0.2, 0.4);
            double regional = random.NextDouble() < 0.3 ? 0.2 : 0.75, hurried = isHurried ? random.NextDouble(0, 0.6) : 0;
            _designs = new DigitStyle[10];
            for (int digit = 0; digit < 10; digit++)
            {
                _designs[digit] = hurried > 0 && random.NextDouble() < hurried
                    ? RegionalStrokes.PickHurried(digit, random)
                    : random.NextDouble() < regional ? RegionalStrokes.Pick(digit, random) : DigitStrokes.Pick(digit, random);
                _own[digit] = Wander(_designs[digit].Strokes, 3.5, random);
            }
        }

        public override void Write(
            int digit, LineCanvas canvas, double left, double baseline, double height, LineStyle style, RandomStream random)
        {
            WriteStrokes(Wander(_own[digit], _wobble, random), canvas, left, baseline, height, style, random);
        }

        /// <summary>Writes zeros without lifting the pen: loops, joined at their tops or in between.</summary>
        public void WriteZeros(
            int count, LineCanvas canvas, double left, double baseline, double height, LineStyle style, RandomStream random)
        {
            double width = random.NextDouble(36, _isHurried ? 110 : 72), advance = width * random.NextDouble(0.75, 1.3);
            double join = random.NextDouble(0, 30), isAbove = random.NextDouble() < 0.7 ? 1 : -1;
            List<StrokePoint> points = [];
            for (int i = 0; i < count; i++)
            {
                double x = i * advance + 3 * random.NextGaussian(), w = width * PortableMath.Exp(0.1 * random.NextGaussian());
                ReadOnlySpan<(double X, double Y)> loop =
                [
                    (0.55, join), (0.1, 18), (0, 50), (0.14, 86), (0.5, 99), (0.88, 82), (1, 46), (0.82, 12), (0.5, 1), (0.42, 6),
                ];
                foreach ((double u, double v) in loop)
                    points.Add(new StrokePoint(x + u * w, isAbove > 0 ? v : 100 - v, false));
            }

            if (_isHurried && random.NextDouble() < 0.25) // the last is not closed
                points.RemoveRange(points.Count - 2, 2);

            WriteStrokes(Wander([[.. points]], _wobble, random), canvas, left, baseline, height, style, random);
        }

        /// <summary>Writes a sign, which is not stretched as digits are.</summary>
        public static void WriteSign(
            DigitStyle sign, LineCanvas canvas, double left, double baseline, double height, double radius, RandomStream random)
        {
            PenPath path = new();
            foreach (StrokePoint[] stroke in Wander(sign.Strokes, 3, random))
                path.AddStroke(stroke);
            Place(path, canvas, left, baseline, height / 100, height / 100, 0.06 * random.NextGaussian());
            canvas.Draw(path, radius, random);
        }

        private void WriteStrokes(
            StrokePoint[][] strokes, LineCanvas canvas, double left, double baseline, double height, LineStyle style,
            RandomStream random)
        {
            _path.Points.Clear();
            foreach (StrokePoint[] stroke in strokes)
                _path.AddStroke(stroke);
            double aspect = _aspect * PortableMath.Exp(0.07 * random.NextGaussian());
            Place(_path, canvas, left, baseline, height / 100 * aspect, height / 100, _slant + 0.05 * random.NextGaussian());
            canvas.Draw(_path, style.Radius * PortableMath.Exp(0.08 * random.NextGaussian()), random);
        }

        /// <summary>From a design's coordinates to the canvas: scaled, slanted, its leftmost point where it is to be.</summary>
        private static void Place(
            PenPath path, LineCanvas canvas, double left, double baseline, double scaleX, double scaleY, double slant)
        {
            List<(double X, double Y, bool IsStart)> points = path.Points;
            double leftmost = double.MaxValue;
            for (int i = 0; i < points.Count; i++)
            {
                (double x, double y, bool isStart) = points[i];
                points[i] = (scaleX * x - slant * scaleY * (y - 50), baseline + scaleY * (y - 100), isStart);
                leftmost = Math.Min(leftmost, points[i].X);
            }

            for (int i = 0; i < points.Count; i++)
                points[i] = points[i] with { X = Math.Min(points[i].X - leftmost + left, canvas.Pitch + 8.0) };
        }

        private static StrokePoint[][] Wander(IReadOnlyList<StrokePoint[]> strokes, double wobble, RandomStream random)
        {
            StrokePoint[][] result = new StrokePoint[strokes.Count][];
            for (int s = 0; s < result.Length; s++)
            {
                double dx = wobble * random.NextGaussian(), dy = wobble * random.NextGaussian();
                StrokePoint[] points = new StrokePoint[strokes[s].Length];
                for (int i = 0; i < points.Length; i++)
                {
                    StrokePoint point = strokes[s][i];
                    points[i] = point with
                    {
                        X = point.X + dx + wobble * random.NextGaussian(),
                        Y = point.Y + dy + wobble * random.NextGaussian(),
                    };
                }

                points[0] = Stretched(points[0], points[1], random);
                points[^1] = Stretched(points[^1], points[^2], random);
                result[s] = points;
            }

            return result;
        }

        private static StrokePoint Stretched(StrokePoint end, StrokePoint before, RandomStream random)
        {
            double by = Math.Clamp(0.12 * random.NextGaussian(), -0.25, 0.35);
            return end with { X = end.X + by * (end.X - before.X), Y = end.Y + by * (end.Y - before.Y) };
        }
    }
}
