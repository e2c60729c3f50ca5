using System.Runtime.InteropServices;
using Inkling.Numerics;
using Inkling.Reading.Budget;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Reshaping;

/// <summary>An ink map turned about its middle by whole degrees, interpolated bilinearly; exact for quarter turns.</summary>
internal sealed class InkTurn
{
    private readonly Rotation _rotation;
    private readonly double _left, _top; // of the turned map, from the middle
    private readonly int _sourceWidth, _sourceHeight;

    private InkTurn(Ink source, int degrees, Rotation rotation, Extent extent, ReadingWork work)
    {
        Degrees = degrees;
        _rotation = rotation;
        (_left, _top) = (extent.Left, extent.Top);
        (_sourceWidth, _sourceHeight) = (source.Width, source.Height);
        Ink = Turned(source, extent.Columns, extent.Rows, work);
    }

    /// <summary>By how much it was turned, clockwise, 0 to 359.</summary>
    public int Degrees { get; }

    /// <summary>The turned map: all of the map after a quarter turn, what has ink in it after others.</summary>
    public Ink Ink { get; }

    /// <summary>Turns a map.</summary>
    /// <param name="source">The map.</param>
    /// <param name="degrees">By how much, clockwise; below 0 to the left.</param>
    /// <param name="maxGrowth">How many times as many pixels the turned map may have.</param>
    /// <param name="work">Counts the pixels.</param>
    /// <returns>Null where it would have more pixels.</returns>
    public static InkTurn? Of(Ink source, int degrees, int maxGrowth, ReadingWork work)
    {
        degrees = (degrees % 360 + 360) % 360;
        Rotation rotation = Rotation.By(degrees, (source.Width - 1) / 2.0, (source.Height - 1) / 2.0);
        Extent extent = degrees % 90 == 0 ? Extent.OfCorners(rotation) : Extent.OfInk(source, rotation, work);
        bool isTooLarge = (long)extent.Columns * extent.Rows > (long)maxGrowth * source.Values.Length;
        return isTooLarge ? null : new InkTurn(source, degrees, rotation, extent, work);
    }

    /// <summary>The smallest box of the source that holds a box of the turned map.</summary>
    public PixelBox InSource(PixelBox box)
    {
        double left = double.MaxValue, top = double.MaxValue, right = double.MinValue, bottom = double.MinValue;
        ReadOnlySpan<(int X, int Y)> corners =
            [(box.Left, box.Top), (box.Right, box.Top), (box.Left, box.Bottom), (box.Right, box.Bottom)];
        foreach ((int x, int y) in corners)
        {
            (double u, double v) = SourceOf(x - 0.5, y - 0.5); // whole numbers are the centres of pixels
            (left, top, right, bottom) = (Math.Min(left, u), Math.Min(top, v), Math.Max(right, u), Math.Max(bottom, v));
        }

        int l = Math.Clamp((int)Math.Floor(left + 0.5), 0, _sourceWidth - 1);
        int t = Math.Clamp((int)Math.Floor(top + 0.5), 0, _sourceHeight - 1);
        int r = Math.Clamp((int)Math.Ceiling(right + 0.5), l + 1, _sourceWidth);
        int b = Math.Clamp((int)Math.Ceiling(bottom + 0.5), t + 1, _sourceHeight);
        return new PixelBox(l, t, r - l, b - t);
    }

    private Ink Turned(Ink source, int width, int height, ReadingWork work)
    {
        float[] values = new float[width * height];
        for (int y = 0; y < height; y++)
        {
            work.CountPixels(width);
            for (int x = 0; x < width; x++)
            {
                (double u, double v) = SourceOf(x, y);
                values[y * width + x] = Bilinear.At(source.Values, source.Width, source.Height, u, v);
            }
        }

        return new Ink(width, height, values, source.Threshold, source.IsDarkOnLight, source.Reduction);
    }

    private (double X, double Y) SourceOf(double x, double y) => _rotation.Back(x + _left, y + _top);

    /// <summary>A rotation about a point (<paramref name="X"/>, <paramref name="Y"/>), which becomes (0, 0).</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Rotation(double Sin, double Cos, double X, double Y)
    {
        public static Rotation By(int degrees, double x, double y)
        {
            (double sin, double cos) = PortableMath.SinCos(degrees * Math.PI / 180);
            return degrees % 90 == 0 ? new(Math.Round(sin), Math.Round(cos), x, y) : new(sin, cos, x, y);
        }

        public (double X, double Y) Forth(double x, double y) =>
            (Cos * (x - X) - Sin * (y - Y), Sin * (x - X) + Cos * (y - Y));

        public (double X, double Y) Back(double x, double y) => (Cos * x + Sin * y + X, Cos * y - Sin * x + Y);
    }

    /// <summary>Of turned pixels' centres, from the middle.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Extent(double Left, double Top, double Right, double Bottom)
    {
        public int Columns => (int)Math.Ceiling(Right - Left) + 1;

        public int Rows => (int)Math.Ceiling(Bottom - Top) + 1;

        public static Extent OfCorners(Rotation rotation)
        {
            (double x, double y) = rotation.Forth(0, 0);
            (x, y) = (Math.Abs(x), Math.Abs(y));
            return new Extent(-x, -y, x, y);
        }

        /// <summary>Of all ink and the middle, with a pixel of paper around them.</summary>
        public static Extent OfInk(Ink ink, Rotation rotation, ReadingWork work)
        {
            double left = 0, top = 0, right = 0, bottom = 0;
            for (int y = 0; y < ink.Height; y++)
            {
                work.CountPixels(ink.Width);
                for (int x = 0; x < ink.Width; x++)
                {
                    if (ink.Values[y * ink.Width + x] <= 0)
                        continue;
                    (double u, double v) = rotation.Forth(x, y);
                    (left, top, right, bottom) = (Math.Min(left, u), Math.Min(top, v), Math.Max(right, u), Math.Max(bottom, v));
                }
            }

            return new Extent(left - 1, top - 1, right + 1, bottom + 1);
        }
    }
}
