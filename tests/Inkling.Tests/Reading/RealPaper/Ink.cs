namespace Inkling.Tests.Reading.RealPaper;

/// <summary>Ink on nothing yet: [height, width], 0 for none, 1 for full ink.</summary>
internal sealed record Ink(int Width, int Height)
{
    public float[] Values { get; } = new float[Width * Height];

    public float this[int x, int y]
    {
        get => Values[y * Width + x];
        set => Values[y * Width + x] = value;
    }

    /// <summary>Lays other ink over this, its top left corner at (left, top); what sticks out is cut off.</summary>
    public void Add(Ink other, int left, int top)
    {
        for (int y = Math.Max(0, -top); y < other.Height && top + y < Height; y++)
        {
            for (int x = Math.Max(0, -left); x < other.Width && left + x < Width; x++)
                this[left + x, top + y] = Math.Max(this[left + x, top + y], other[x, y]);
        }
    }

    /// <summary>Draws a filled rectangle; what sticks out is cut off.</summary>
    public void Fill(int left, int top, int width, int height)
    {
        for (int y = Math.Max(0, top); y < Math.Min(Height, top + height); y++)
        {
            for (int x = Math.Max(0, left); x < Math.Min(Width, left + width); x++)
                this[x, y] = 1;
        }
    }

    /// <summary>Draws the four sides of a rectangle, as thick as the pen.</summary>
    public void Frame(int left, int top, int width, int height, int pen)
    {
        Fill(left, top, width, pen);
        Fill(left, top + height - pen, width, pen);
        Fill(left, top, pen, height);
        Fill(left + width - pen, top, pen, height);
    }

    /// <summary>Draws a stroke between two points with round ends and soft edges.</summary>
    public void Stroke((double X, double Y) from, (double X, double Y) to, double pen)
    {
        double dx = to.X - from.X, dy = to.Y - from.Y, length = dx * dx + dy * dy;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                double along = Math.Clamp(((x - from.X) * dx + (y - from.Y) * dy) / length, 0, 1);
                double distance = Math.Sqrt(Square(x - from.X - along * dx) + Square(y - from.Y - along * dy));
                this[x, y] = Math.Max(this[x, y], (float)Math.Clamp(pen / 2 + 0.5 - distance, 0, 1));
            }
        }

        static double Square(double value) => value * value;
    }

    /// <summary>The same ink with a margin of nothing on each side.</summary>
    public Ink WithMargin(int margin)
    {
        Ink wider = new(Width + 2 * margin, Height + 2 * margin);
        wider.Add(this, margin, margin);
        return wider;
    }

    /// <summary>The ink rotated about its middle, on an area that holds all of it.</summary>
    /// <param name="degrees">Clockwise.</param>
    public Ink Rotated(double degrees)
    {
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        int width = (int)(Width * Math.Abs(cos) + Height * Math.Abs(sin)) + 2;
        int height = (int)(Width * Math.Abs(sin) + Height * Math.Abs(cos)) + 2;
        Ink rotated = new(width, height);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                double u = x - width / 2.0, v = y - height / 2.0;
                rotated[x, y] = At(u * cos + v * sin + Width / 2.0, v * cos - u * sin + Height / 2.0);
            }
        }

        return rotated;
    }

    /// <summary>The ink at a point between pixels, bilinear; nothing outside.</summary>
    public float At(double x, double y)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        float right = (float)(x - left), down = (float)(y - top);
        return (1 - down) * ((1 - right) * Of(left, top) + right * Of(left + 1, top))
            + down * ((1 - right) * Of(left, top + 1) + right * Of(left + 1, top + 1));

        float Of(int column, int row) => column >= 0 && row >= 0 && column < Width && row < Height ? this[column, row] : 0;
    }
}
