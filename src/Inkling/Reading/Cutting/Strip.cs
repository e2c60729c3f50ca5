using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Cutting;

/// <summary>
/// A number cut out of an ink map, set upright: rows slid sideways until its slanting strokes stand, columns up and down until
/// its digits are level. A number that stands and is level, and any single digit, stays as it is, to the pixel.
/// </summary>
internal sealed class Strip
{
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

    /// <summary>
    /// [height, width]: the number of the piece a pixel belongs to; 0 for paper and for what belongs to others.
    /// </summary>
    public int[] Piece { get; }

    public static Strip Of(Ink ink, InkPieces pieces, Word word, UprightConstants constants, ReadingWork work)
    {
        Strip asItIs = CutOut(ink, pieces, word, constants.Margin, work);
        double slope = NumberAngles.SlopeOf(word, constants), slant = 0;
        if (word.Box.Width > NumberAngles.MaxSingleDigitWidth(word, constants))
            slant = NumberAngles.SlantOf(asItIs, ink.Threshold, slope, constants, work);
        return slant == 0 && slope == 0 ? asItIs : asItIs.Upright(slant, slope, constants.MinInk, work);
    }

    /// <summary>Where, in the ink map, a rectangle of the strip came from.</summary>
    public PixelBox InInk(PixelBox box)
    {
        double left = double.MaxValue, top = double.MaxValue, right = 0, bottom = 0;
        ReadOnlySpan<(int X, int Y)> corners =
            [(box.Left, box.Top), (box.Right, box.Top), (box.Left, box.Bottom), (box.Right, box.Bottom)];
        foreach ((int x, int y) in corners)
        {
            (double u, double v) = Source(x, y);
            (left, top, right, bottom) = (Math.Min(left, u), Math.Min(top, v), Math.Max(right, u), Math.Max(bottom, v));
        }

        int l = Math.Clamp((int)Math.Floor(left), 0, _box.Width - 1), t = Math.Clamp((int)Math.Floor(top), 0, _box.Height - 1);
        int r = Math.Clamp((int)Math.Ceiling(right), l + 1, _box.Width);
        int b = Math.Clamp((int)Math.Ceiling(bottom), t + 1, _box.Height);
        return new PixelBox(_box.Left + l, _box.Top + t, r - l, b - t);
    }

    /// <summary>The pixel of the ink map that a pixel of the strip came from.</summary>
    public (int X, int Y) PixelOf(int x, int y)
    {
        (double u, double v) = Source(x, y);
        return (_box.Left + (int)Math.Round(u), _box.Top + (int)Math.Round(v));
    }

    /// <summary>The number's own ink as it is on the map, with a margin of soft edges.</summary>
    public static Strip CutOut(Ink ink, InkPieces pieces, Word word, int margin, ReadingWork work)
    {
        PixelBox box = PieceMeasures.BoxAround(word.Pieces);
        box = Clip(new PixelBox(box.Left - margin, box.Top - margin, box.Width + 2 * margin, box.Height + 2 * margin), ink);
        work.CountPixels((long)box.Width * box.Height);
        HashSet<int> own = [.. word.Pieces.Select(piece => piece.Id)];
        Strip asItIs = new(box, box.Width, box.Height, 0, 0, 0, 0);
        for (int y = 0; y < box.Height; y++)
        {
            work.CountPixels(0); // looks at the cancellation
            for (int x = 0; x < box.Width; x++)
            {
                int from = (box.Top + y) * ink.Width + box.Left + x;
                if (pieces.Owner[from] == 0 || !own.Contains(pieces.Owner[from])) // most are paper
                    continue;
                asItIs.Values[y * box.Width + x] = ink.Values[from];
                asItIs.Piece[y * box.Width + x] = pieces.Owner[from];
            }
        }

        return asItIs;
    }

    private static PixelBox Clip(PixelBox box, Ink ink)
    {
        int left = Math.Max(0, box.Left), top = Math.Max(0, box.Top);
        return new PixelBox(left, top, Math.Min(ink.Width, box.Right) - left, Math.Min(ink.Height, box.Bottom) - top);
    }

    /// <summary>
    /// This strip, sheared so that what has the slant and the slope stands and is level; interpolated bilinearly.
    /// </summary>
    private Strip Upright(double slant, double slope, float minInk, ReadingWork work)
    {
        // The pixel at (x, y) comes from (x - slant (y - middle), y + slope (x' - middle)) with x' where it came from.
        double middleX = Width / 2.0, middleY = Height / 2.0;
        int growX = (int)Math.Ceiling(Math.Abs(slant) * Height / 2) + 1;
        int growY = (int)Math.Ceiling(Math.Abs(slope) * Width / 2) + 1;
        work.CountPixels((long)(Width + 2 * growX) * (Height + 2 * growY));
        Strip result = new(_box, Width + 2 * growX, Height + 2 * growY, slant, slope, middleX + growX, middleY + growY);
        for (int y = 0; y < result.Height; y++)
        {
            work.CountPixels(0); // looks at the cancellation
            for (int x = 0; x < result.Width; x++)
            {
                (double u, double v) = result.Source(x, y);
                float value = Bilinear.At(Values, Width, Height, u, v);
                if (value < minInk)
                    continue;
                int at = y * result.Width + x;
                result.Values[at] = value;
                int nearest = PieceAt((int)Math.Round(u), (int)Math.Round(v));
                result.Piece[at] = nearest > 0 ? nearest : AnyPieceNear(u, v);
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

    private int PieceAt(int x, int y) => x >= 0 && y >= 0 && x < Width && y < Height ? Piece[y * Width + x] : 0;

    private int AnyPieceNear(double x, double y)
    {
        int x0 = (int)Math.Floor(x), y0 = (int)Math.Floor(y);
        ReadOnlySpan<(int X, int Y)> corners = [(x0, y0), (x0 + 1, y0), (x0, y0 + 1), (x0 + 1, y0 + 1)];
        foreach ((int u, int v) in corners)
        {
            if (PieceAt(u, v) is > 0 and int piece)
                return piece;
        }

        return 0;
    }
}
