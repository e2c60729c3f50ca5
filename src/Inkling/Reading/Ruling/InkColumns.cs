using System.Numerics;
using Inkling.Reading.Budget;

namespace Inkling.Reading.Ruling;

/// <summary>
/// A rectangle of an ink map, a bit for each pixel, column by column (turned: row by row), so that the run of ink across a line
/// is found 64 pixels at a time, however long it is.
/// </summary>
internal sealed class InkColumns
{
    private const int Bits = 64;

    private readonly float[] _values;
    private readonly int _width, _words;
    private readonly PixelBox _box;
    private readonly bool _isTurned;
    private readonly ulong[] _bits; // [length, words]

    /// <param name="values">An ink map, row-major; <see cref="Clear"/> changes it.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="box">The rectangle.</param>
    /// <param name="isTurned">Whether lines along it run from top to bottom instead of from left to right.</param>
    /// <param name="threshold">From so much on a pixel is ink.</param>
    /// <param name="work">Counts the pixels.</param>
    public InkColumns(float[] values, int width, PixelBox box, bool isTurned, float threshold, ReadingWork work)
    {
        (_values, _width, _box, _isTurned) = (values, width, box, isTurned);
        _words = (Breadth + Bits - 1) / Bits;
        _bits = new ulong[(long)Length * _words];
        for (int y = 0; y < box.Height; y++)
        {
            work.CountPixels(box.Width);
            int from = (box.Top + y) * width + box.Left;
            for (int x = 0; x < box.Width; x++)
            {
                if (values[from + x] >= threshold)
                    _bits[isTurned ? WordOf(y, x) : WordOf(x, y)] |= 1UL << (isTurned ? x : y) % Bits;
            }
        }
    }

    /// <summary>Pixels along a line.</summary>
    public int Length => _isTurned ? _box.Height : _box.Width;

    /// <summary>Pixels across it.</summary>
    public int Breadth => _isTurned ? _box.Width : _box.Height;

    public bool IsInk(int along, int across) => (_bits[WordOf(along, across)] >> across % Bits & 1) != 0;

    /// <summary>The ink of a pixel, 0 to 1.</summary>
    public float ValueAt(int along, int across) => _values[IndexOf(along, across)];

    /// <summary>The first row from one on that has ink; <see cref="Breadth"/> where there is none.</summary>
    public int NextInk(int along, int from)
    {
        for (int row = from; row < Breadth; row += Bits - row % Bits)
        {
            ulong left = _bits[WordOf(along, row)] >> row % Bits;
            if (left != 0)
                return row + BitOperations.TrailingZeroCount(left);
        }

        return Breadth;
    }

    /// <summary>
    /// The run of ink across a line at a place: its first row and the one behind its last, each at most <paramref name="max"/> +
    /// 1 off.
    /// </summary>
    public (int Top, int Bottom) RunAcross(int along, int row, int max) =>
        (row - RunBefore(along, row, max + 1), row + RunFrom(along, row, max + 1));

    /// <summary>Whether a place has ink; false beside the picture.</summary>
    public bool IsInkWithin(int along, int across) => across >= 0 && across < Breadth && IsInk(along, across);

    /// <summary>Takes a run of ink across a line away, and its soft edges, but no other ink.</summary>
    /// <param name="along">The place.</param>
    /// <param name="top">The run's first row.</param>
    /// <param name="bottom">The row behind its last.</param>
    /// <param name="softEdge">How many rows a soft edge has.</param>
    public void ClearRun(int along, int top, int bottom, int softEdge)
    {
        for (int y = Math.Max(0, top - softEdge); y < Math.Min(Breadth, bottom + softEdge); y++)
        {
            if ((y >= top && y < bottom) || !IsInk(along, y))
                Clear(along, y);
        }
    }

    /// <summary>Takes the ink of a pixel away, here and in the map.</summary>
    public void Clear(int along, int across)
    {
        _bits[WordOf(along, across)] &= ~(1UL << across % Bits);
        _values[IndexOf(along, across)] = 0;
    }

    private int RunBefore(int along, int row, int max)
    {
        int length = 0;
        for (int at = row - 1; at >= 0 && length < max; at = row - 1 - length)
        {
            int bit = at % Bits, ones = BitOperations.LeadingZeroCount(~(_bits[WordOf(along, at)] << Bits - 1 - bit));
            length += ones;
            if (ones <= bit)
                break;
        }

        return Math.Min(length, max);
    }

    private int RunFrom(int along, int row, int max)
    {
        int length = 0;
        for (int at = row; at < Breadth && length < max; at = row + length)
        {
            int bit = at % Bits, ones = BitOperations.TrailingZeroCount(~(_bits[WordOf(along, at)] >> bit));
            length += ones;
            if (ones < Bits - bit)
                break;
        }

        return Math.Min(length, max);
    }

    private int IndexOf(int along, int across) =>
        _isTurned ? (_box.Top + along) * _width + _box.Left + across : (_box.Top + across) * _width + _box.Left + along;

    private int WordOf(int along, int across) => along * _words + across / Bits;
}
