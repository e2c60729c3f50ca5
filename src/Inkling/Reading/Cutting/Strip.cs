using Inkling.Reading.Budget;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Cutting;

/// <summary>
/// A number cut out of an ink map, set upright: rows slid sideways until its slanting strokes stand, columns up and down until
/// its digits are level. A number that stands and is level, and any single digit, stays as it is, to the pixel.
/// </summary>
internal sealed class Strip
{
    /// <summary>Slants and slopes under this, as a tangent, are left as they are.</summary>
    private const double LeastSlant = 0.14, LeastSlope = 0.06;

    private const double SteepestSlant = 1.0, SlantStep = 0.05, SteepestSlope = 0.5, AgainstLeft = 0.8, AgainstRight = 0.05;

    /// <summary>In digit heights: one piece that is no wider may be one digit.</summary>
    private const double WidestDigit = 1.7;

    private readonly double _slant, _slope, _x0, _y0; // of the pixel at (x, y) of the strip
    private readonly PixelBox _box;

    private Strip(PixelBox box, int width, int height, double slant, double slope, double x0, double y0)
    {
        _box = box;
        (_slant, _slope, _x0, _y0) = (slant, slope, x0, y0);
        Width = width;
        Height = height;
        Values = new float[width * height];
        Piece = new int[width * height];
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>[height, width]: the ink of the number's own pieces.</summary>
    public float[] Values { get; }

    /// <summary>[height, width]: the number of the piece a pixel belongs to; 0 for paper and for what belongs to others.</summary>
    public int[] Piece { get; }

    /// <summary>The tangent of the angle by which strokes leaned to the right, which was taken away.</summary>
    public double Slant => _slant;

    /// <summary>The tangent of the angle by which it fell to the right, which was taken away.</summary>
    public double Slope => _slope;

    public static Strip Of(Ink ink, InkPieces pieces, Word word, ReadingWork work)
    {
        PixelBox box = word.Pieces.Select(piece => piece.Box).Aggregate((a, b) => a.Union(b));
        const int margin = 2; // of soft edges
        box = Clip(new PixelBox(box.Left - margin, box.Top - margin, box.Width + 2 * margin, box.Height + 2 * margin), ink);
        work.CountPixels((long)box.Width * box.Height);
        HashSet<int> own = [.. word.Pieces.Select(piece => piece.Id)];
        Strip asItIs = new(box, box.Width, box.Height, 0, 0, 0, 0);
        for (int y = 0; y < box.Height; y++)
        {
            work.CountPixels(0);
            for (int x = 0; x < box.Width; x++)
            {
                int from = (box.Top + y) * ink.Width + box.Left + x;
                if (pieces.Owner[from] == 0 || !own.Contains(pieces.Owner[from])) // most are paper
                    continue;
                asItIs.Values[y * box.Width + x] = ink.Values[from];
                asItIs.Piece[y * box.Width + x] = pieces.Owner[from];
            }
        }

        double slope = SlopeOf(word), slant = word.Box.Width > (IsOnePiece(word) ? WidestDigit : 1.2) * word.DigitHeight ? asItIs.SlantOf(ink.Threshold, slope, work) : 0;
        if (Math.Abs(slant) < LeastSlant)
            slant = 0;
        return slant == 0 && slope == 0 ? asItIs : asItIs.Upright(slant, slope, work);
    }

    /// <summary>Where, in the ink map, a rectangle of the strip came from.</summary>
    public PixelBox InInk(PixelBox box)
    {
        double left = double.MaxValue, top = double.MaxValue, right = 0, bottom = 0;
        foreach ((int x, int y) in new[] { (box.Left, box.Top), (box.Right, box.Top), (box.Left, box.Bottom), (box.Right, box.Bottom) })
        {
            (double u, double v) = Source(x, y);
            (left, top, right, bottom) = (Math.Min(left, u), Math.Min(top, v), Math.Max(right, u), Math.Max(bottom, v));
        }

        int l = Math.Clamp((int)Math.Floor(left), 0, _box.Width - 1), t = Math.Clamp((int)Math.Floor(top), 0, _box.Height - 1);
        return new PixelBox(_box.Left + l, _box.Top + t, Math.Clamp((int)Math.Ceiling(right), l + 1, _box.Width) - l, Math.Clamp((int)Math.Ceiling(bottom), t + 1, _box.Height) - t);
    }

    /// <summary>The pixel of the ink map that a pixel of the strip came from.</summary>
    public (int X, int Y) PixelOf(int x, int y)
    {
        (double u, double v) = Source(x, y);
        return (_box.Left + (int)Math.Round(u), _box.Top + (int)Math.Round(v));
    }

    private static bool IsOnePiece(Word word) => word.Pieces.Count(piece => piece.Box.Height > 0.6 * word.DigitHeight) <= 1;

    private static PixelBox Clip(PixelBox box, Ink ink)
    {
        int left = Math.Max(0, box.Left), top = Math.Max(0, box.Top);
        return new PixelBox(left, top, Math.Min(ink.Width, box.Right) - left, Math.Min(ink.Height, box.Bottom) - top);
    }

    /// <summary>
    /// By how much a number rises or falls over its length: what the lines that fit its digits' tops and bottoms best (least
    /// squares) agree on. A row of digits that grow smaller has tops and bottoms that do not.
    /// </summary>
    private static double SlopeOf(Word word)
    {
        PixelBox[] boxes = [.. word.Pieces.Select(piece => piece.Box).Where(box => box.Height > 0.6 * word.DigitHeight && box.Height < 1.6 * word.DigitHeight)];
        if (boxes.Length < 3)
            return 0;
        double tops = Slope(box => box.Top), bottoms = Slope(box => box.Bottom);
        double slope = Math.Sign(tops) == Math.Sign(bottoms) ? Math.MinMagnitude(tops, bottoms) : 0;
        return Math.Abs(slope) is >= LeastSlope and < SteepestSlope ? slope : 0;

        double Slope(Func<PixelBox, double> height)
        {
            double x = boxes.Average(Middle), y = boxes.Average(height), spread = boxes.Sum(box => (Middle(box) - x) * (Middle(box) - x));
            return spread < 1 ? 0 : boxes.Sum(box => (Middle(box) - x) * (height(box) - y)) / spread;
        }

        static double Middle(PixelBox box) => box.Left + box.Width / 2.0;
    }

    /// <summary>
    /// The slant under which ink stands in as few and as dark columns as can be: the sum of the squares of all columns' ink is
    /// largest. Of slants that do nearly as well the smaller one is taken, and hands lean to the right rather than to the left.
    /// </summary>
    private double SlantOf(float threshold, double slope, ReadingWork work)
    {
        (int X, double Y)[] ink = new (int, double)[Values.Count(value => value >= threshold)];
        for (int i = 0, at = 0; i < Values.Length; i++)
        {
            if (Values[i] >= threshold)
                ink[at++] = (i % Width, i / Width - slope * (i % Width));
        }

        double best = 0, most = 0;
        float[] columns = new float[Width + (int)(2 * SteepestSlant * (Height + Math.Abs(slope) * Width)) + 4];
        for (double slant = -SteepestSlant / 2; slant <= SteepestSlant + 1e-9; slant += SlantStep)
        {
            work.CountPixels(ink.Length + columns.Length);
            Array.Clear(columns);
            foreach ((int x, double y) in ink)
            {
                double column = Math.Clamp(x + slant * (y - Height / 2.0) + (columns.Length - Width) / 2, 0, columns.Length - 2);
                int left = (int)column;
                float right = (float)(column - left); // shared between two columns: whole ones would favour slants that meet them
                columns[left] += 1 - right;
                columns[left + 1] += right;
            }

            double sum = 0;
            for (int c = 0; c + 1 < columns.Length; c++)
                sum += (columns[c] + columns[c + 1]) * (double)(columns[c] + columns[c + 1]);
            sum *= 1 - (slant < 0 ? AgainstLeft : AgainstRight) * Math.Abs(slant);
            if (sum > most)
                (most, best) = (sum, slant);
        }

        return best;
    }

    private Strip Upright(double slant, double slope, ReadingWork work)
    {
        // The pixel at (x, y) comes from (x - slant (y - middle), y + slope (x' - middle)) with x' where it came from.
        double middleX = Width / 2.0, middleY = Height / 2.0;
        int growX = (int)Math.Ceiling(Math.Abs(slant) * Height / 2) + 1, growY = (int)Math.Ceiling(Math.Abs(slope) * Width / 2) + 1;
        work.CountPixels((long)(Width + 2 * growX) * (Height + 2 * growY));
        Strip result = new(_box, Width + 2 * growX, Height + 2 * growY, slant, slope, middleX + growX, middleY + growY);
        for (int y = 0; y < result.Height; y++)
        {
            work.CountPixels(0);
            for (int x = 0; x < result.Width; x++)
            {
                (double u, double v) = result.Source(x, y);
                int at = y * result.Width + x;
                result.Values[at] = Between(u, v);
                int nearU = (int)Math.Round(u), nearV = (int)Math.Round(v);
                if (result.Values[at] > 0)
                    result.Piece[at] = nearU >= 0 && nearV >= 0 && nearU < Width && nearV < Height && Piece[nearV * Width + nearU] is > 0 and int piece ? piece : AnyPieceNear(u, v);
            }
        }

        return result;
    }

    /// <summary>Where in the box a point of the strip was.</summary>
    private (double X, double Y) Source(double x, double y)
    {
        if (_slant == 0 && _slope == 0)
            return (x, y);
        double middleX = _box.Width / 2.0, middleY = _box.Height / 2.0;
        double u = x - _x0 - _slant * (y - _y0);
        return (u + middleX, y - _y0 + _slope * u + middleY);
    }

    private float Between(double x, double y)
    {
        int x0 = (int)Math.Floor(x), y0 = (int)Math.Floor(y);
        float fx = (float)(x - x0), fy = (float)(y - y0);
        float value = (1 - fy) * ((1 - fx) * At(x0, y0) + fx * At(x0 + 1, y0)) + fy * ((1 - fx) * At(x0, y0 + 1) + fx * At(x0 + 1, y0 + 1));
        return value < 0.02f ? 0 : value;
    }

    private float At(int x, int y) => x >= 0 && y >= 0 && x < Width && y < Height ? Values[y * Width + x] : 0;

    private int AnyPieceNear(double x, double y)
    {
        for (int v = (int)Math.Floor(y); v <= (int)Math.Floor(y) + 1; v++)
        {
            for (int u = (int)Math.Floor(x); u <= (int)Math.Floor(x) + 1; u++)
            {
                if (u >= 0 && v >= 0 && u < Width && v < Height && Piece[v * Width + u] > 0)
                    return Piece[v * Width + u];
            }
        }

        return 0;
    }
}
