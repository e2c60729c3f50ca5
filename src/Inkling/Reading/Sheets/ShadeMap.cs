using Inkling.Reading.Budget;

namespace Inkling.Reading.Sheets;

/// <summary>A coarse map of a picture: the median shade of each cell, which thin strokes do not change.</summary>
internal sealed class ShadeMap
{
    private readonly byte[] _shades; // [rows, columns]
    private readonly int _width, _height;

    private ShadeMap(byte[] shades, int cell, int width, int height)
    {
        (_shades, Cell, _width, _height) = (shades, cell, width, height);
        (Rows, Columns) = (height / cell, width / cell);
    }

    /// <summary>Pixels along a cell's side; the last cell of a row or column may have more.</summary>
    public int Cell { get; }

    public int Rows { get; }

    public int Columns { get; }

    public byte this[int row, int column] => _shades[row * Columns + column];

    /// <summary>The shades of a picture, whose sides are at least so many pixels.</summary>
    public static ShadeMap Of(GreyImage picture, int cellsOnTheLongSide, ReadingWork work)
    {
        int cell = Math.Max(1, Math.Max(picture.Width, picture.Height) / cellsOnTheLongSide);
        int rows = picture.Height / cell, columns = picture.Width / cell;
        byte[] shades = new byte[rows * columns], levels = new byte[cell * cell];
        for (int i = 0; i < shades.Length; i++)
        {
            work.CountPixels(levels.Length);
            int top = i / columns * cell, left = i % columns * cell;
            for (int y = 0; y < cell; y++)
                picture.Pixels.Slice((top + y) * picture.Width + left, cell).CopyTo(levels.AsSpan(y * cell));
            shades[i] = Median(levels);
        }

        return new ShadeMap(shades, cell, picture.Width, picture.Height);
    }

    /// <summary>The row of pixels behind a row of cells.</summary>
    public int BottomOf(int row) => row == Rows - 1 ? _height : (row + 1) * Cell;

    /// <summary>The column of pixels behind a column of cells.</summary>
    public int RightOf(int column) => column == Columns - 1 ? _width : (column + 1) * Cell;

    /// <summary>The median shade of some cells of a row.</summary>
    public byte MedianOf(int row, int start, int end) => Median(_shades[(row * Columns + start)..(row * Columns + end)]);

    /// <summary>
    /// The largest region in which neighbours differ by no more than a step, of those that reach few sides of the picture: a
    /// table reaches more, and may be larger than the sheet on it.
    /// </summary>
    /// <returns>For each row, where it begins and ends; 0 and 0 where it has no cell.</returns>
    public (int Start, int End)[] LargestRegion(int step, int maxSides, ReadingWork work)
    {
        work.CountPixels(4 * _shades.Length);
        bool[] isSeen = new bool[_shades.Length];
        List<int> largest = [], region = [];
        for (int start = 0; start < _shades.Length; start++)
        {
            if (isSeen[start])
                continue;
            region.Clear();
            Add(start);
            for (int next = 0; next < region.Count; next++)
            {
                int cell = region[next], x = cell % Columns;
                TryAdd(cell, cell - Columns);
                TryAdd(cell, cell + Columns);
                if (x > 0)
                    TryAdd(cell, cell - 1);
                if (x < Columns - 1)
                    TryAdd(cell, cell + 1);
            }

            if (region.Count > largest.Count && SidesReached(region) <= maxSides)
                (largest, region) = (region, largest);
        }

        (int Start, int End)[] spans = new (int, int)[Rows];
        foreach (int cell in largest)
        {
            int y = cell / Columns, x = cell % Columns;
            (int start, int end) = spans[y];
            spans[y] = end == 0 ? (x, x + 1) : (Math.Min(start, x), Math.Max(end, x + 1));
        }

        return spans;

        void TryAdd(int from, int cell)
        {
            if (cell >= 0 && cell < _shades.Length && !isSeen[cell] && Math.Abs(_shades[from] - _shades[cell]) <= step)
                Add(cell);
        }

        int SidesReached(List<int> cells) => (cells.Exists(cell => cell < Columns) ? 1 : 0)
            + (cells.Exists(cell => cell >= _shades.Length - Columns) ? 1 : 0)
            + (cells.Exists(cell => cell % Columns == 0) ? 1 : 0)
            + (cells.Exists(cell => cell % Columns == Columns - 1) ? 1 : 0);

        void Add(int cell)
        {
            isSeen[cell] = true;
            region.Add(cell);
        }
    }

    private static byte Median(byte[] levels)
    {
        Span<int> histogram = stackalloc int[256];
        histogram.Clear();
        foreach (byte level in levels)
            histogram[level]++;
        int median = 0;
        for (int below = histogram[0]; 2 * below <= levels.Length && median < 255; below += histogram[median])
            median++;
        return (byte)median;
    }
}
