using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Inkling.Numerics;

/// <summary>
/// A matrix of which only the non-zero numbers are kept, row by row (compressed sparse rows). Four fifths of an MNIST image
/// are zeros: what they would be multiplied with need never be touched.
/// </summary>
internal sealed class SparseRows
{
    /// <summary>Columns are kept in 16 bits: less memory to stream through in every epoch.</summary>
    public const int MaxColumns = ushort.MaxValue + 1;

    private const int CacheLine = 64;

    private readonly int[] _starts;
    private readonly ushort[] _columns;
    private readonly float[] _values;

    private SparseRows(int[] starts, ushort[] columns, float[] values)
    {
        _starts = starts;
        _columns = columns;
        _values = values;
    }

    public int Count => _starts.Length - 1;

    /// <summary>How many numbers are not zero, over all rows.</summary>
    public int NonZeros => _starts[^1];

    /// <summary>The non-zero numbers of a row: their columns, ascending, and their values.</summary>
    public SparseRow this[int row]
    {
        get
        {
            int start = _starts[row], length = _starts[row + 1] - start;
            return new SparseRow(_columns.AsSpan(start, length), _values.AsSpan(start, length));
        }
    }

    /// <summary>
    /// Asks for a row to be fetched into the cache, for use a little later: shuffled rows lie where no hardware prefetcher
    /// looks. Without effect where the processor offers no such hint.
    /// </summary>
    public unsafe void Prefetch(int row)
    {
        if (!Sse.IsSupported)
            return;
        int start = _starts[row], end = _starts[row + 1];
        ref byte columns = ref Unsafe.As<ushort, byte>(ref MemoryMarshal.GetArrayDataReference(_columns));
        ref byte values = ref Unsafe.As<float, byte>(ref MemoryMarshal.GetArrayDataReference(_values));
        for (nint at = (nint)start * sizeof(ushort); at < (nint)end * sizeof(ushort); at += CacheLine)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref columns, at)));
        for (nint at = (nint)start * sizeof(float); at < (nint)end * sizeof(float); at += CacheLine)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref values, at)));
    }

    /// <summary>Bytes to numbers by a table, dropping those that are 0.</summary>
    /// <param name="bytes">[rows, columns], row-major.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns, at most <see cref="MaxColumns"/>.</param>
    /// <param name="valueOf">[256], the number each byte stands for; byte 0 stands for 0.</param>
    public static SparseRows FromBytes(ReadOnlySpan<byte> bytes, int rows, int columns, ReadOnlySpan<float> valueOf)
    {
        RequireColumns(columns);
        int[] starts = new int[rows + 1];
        int nonZeros = bytes.Length - bytes.Count((byte)0);
        ushort[] columnOf = GC.AllocateUninitializedArray<ushort>(nonZeros);
        float[] values = GC.AllocateUninitializedArray<float>(nonZeros);
        int next = 0;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<byte> pixels = bytes.Slice(row * columns, columns);
            for (int column = pixels.IndexOfAnyExcept((byte)0); column >= 0 && column < pixels.Length; column++)
            {
                byte pixel = pixels[column];
                if (pixel == 0)
                {
                    int gap = pixels[column..].IndexOfAnyExcept((byte)0);
                    if (gap < 0)
                        break;
                    column += gap;
                    pixel = pixels[column];
                }

                columnOf[next] = (ushort)column;
                values[next++] = valueOf[pixel];
            }

            starts[row + 1] = next;
        }

        return new SparseRows(starts, columnOf, values);
    }

    /// <summary>Drops the zeros of rows that <paramref name="copyRow"/> writes.</summary>
    public static SparseRows From(int rows, int columns, Action<int, float[]> copyRow)
    {
        RequireColumns(columns);
        int[] starts = new int[rows + 1];
        List<ushort> columnOf = [];
        List<float> values = [];
        float[] dense = new float[columns];
        for (int row = 0; row < rows; row++)
        {
            copyRow(row, dense);
            for (int column = 0; column < columns; column++)
            {
                if (dense[column] == 0)
                    continue;
                columnOf.Add((ushort)column);
                values.Add(dense[column]);
            }

            starts[row + 1] = values.Count;
        }

        return new SparseRows(starts, [.. columnOf], [.. values]);
    }

    private static void RequireColumns(int columns)
    {
        if (columns > MaxColumns)
            throw new ArgumentOutOfRangeException(nameof(columns), columns, $"An input has at most {MaxColumns} numbers.");
    }
}

/// <summary>The non-zero numbers of one row.</summary>
internal readonly ref struct SparseRow(ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values)
{
    public ReadOnlySpan<ushort> Columns { get; } = columns;

    public ReadOnlySpan<float> Values { get; } = values;
}
