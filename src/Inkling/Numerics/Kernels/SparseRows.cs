using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// A matrix of bytes of which only the non-zero ones are kept, row by row (compressed sparse rows). Four fifths of an MNIST
/// image are zeros: what they would be multiplied with need never be touched.
/// </summary>
/// <remarks>
/// A number takes two bytes, its own and how far its column is from the one before: shuffled rows come from memory, and what
/// is small is near. Which number a byte stands for is in a table. The distance is kept times eight, which an address
/// multiplies by eight again, to as many cache lines: a kernel goes from one column's line of weights to the next with one
/// addition. Longer ways have zeros on them. Each row is filled up with zeros to a multiple of four, so that kernels take
/// four at a time and need no loop for the rest, whose end a processor cannot foresee.
/// </remarks>
internal sealed class SparseRows
{
    /// <summary>How many numbers a kernel may take at a time.</summary>
    public const int AtOnce = 4;

    /// <summary>From one number of a row to the next.</summary>
    public const int BytesEach = 2;

    private const int CacheLine = 64, LongestStep = 31;

    private readonly int[] _starts; // [rows + 1]
    private readonly byte[] _entries; // [numbers, 2]: the byte, and eight times the columns it is after the one before
    private readonly float[] _valueOf; // [256]
    private readonly int _linesOfRow;

    private SparseRows(int columns, int[] starts, byte[] entries, float[] valueOf)
    {
        ColumnCount = columns;
        _starts = starts;
        _entries = entries;
        _valueOf = valueOf;
        _linesOfRow = entries.Length / Math.Max(1, Count) / CacheLine + 1;
    }

    public int Count => _starts.Length - 1;

    public int ColumnCount { get; }

    /// <summary>[256]: the number each byte stands for.</summary>
    public ref readonly float ValueOf => ref MemoryMarshal.GetArrayDataReference(_valueOf);

    /// <summary>Drops the bytes that are 0.</summary>
    /// <param name="bytes">[rows, columns], row-major.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="valueOf">[256], the number each byte stands for; byte 0 stands for 0.</param>
    /// <exception cref="ArgumentException">There are not as many bytes, or byte 0 stands for another number.</exception>
    /// <exception cref="OverflowException">There are more than a billion numbers that are not 0.</exception>
    public static SparseRows FromBytes(ReadOnlySpan<byte> bytes, int rows, int columns, float[] valueOf)
    {
        KernelArguments.Require(rows >= 0 && columns >= 0 && (long)rows * columns == bytes.Length);
        KernelArguments.Require(valueOf.Length == 256 && valueOf[0] == 0);
        int[] starts = new int[rows + 1];
        for (int row = 0; row < rows; row++)
            starts[row + 1] = checked(starts[row] + (Write(bytes.Slice(row * columns, columns), []) + AtOnce - 1) / AtOnce * AtOnce);
        byte[] entries = new byte[checked(BytesEach * starts[rows])];
        for (int row = 0; row < rows; row++)
            Write(bytes.Slice(row * columns, columns), entries.AsSpan(BytesEach * starts[row]));
        return new SparseRows(columns, starts, entries, valueOf);
    }

    /// <summary>A row's numbers; there is a multiple of four of them. Kernels check at their door that there is such a row.</summary>
    [MethodImpl(Hot.Inline)]
    public Row Find(int row)
    {
        ref int start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_starts), row);
        ref byte entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        return new Row(ref Unsafe.Add(ref entries, BytesEach * (nint)start), ref Unsafe.Add(ref entries, BytesEach * (nint)Unsafe.Add(ref start, 1)));
    }

    /// <summary>A number of a row.</summary>
    [MethodImpl(Hot.Inline)]
    public static float ValueAt(ref byte entry, ref readonly float valueOf) => Unsafe.Add(ref Unsafe.AsRef(in valueOf), (nuint)entry);

    /// <summary>From the line of weights of the column before (at first, of column 0) to this one's, in a panel of sixteen neurons.</summary>
    [MethodImpl(Hot.Inline)]
    public static ref float LineAfter(ref float line, ref byte entry) => ref Unsafe.AddByteOffset(ref line, (nuint)Unsafe.Add(ref entry, 1) * 8);

    /// <summary>Says that a row will be asked for soon: where it begins is fetched, which <see cref="Prefetch"/> then need not wait for.</summary>
    [MethodImpl(Hot.Inline)]
    public unsafe void Announce(int row)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _starts[row]));
    }

    /// <summary>
    /// Asks for a row to be fetched into the cache, for use a little later: shuffled rows lie where no hardware prefetcher
    /// looks. Without effect where the processor offers no such hint.
    /// </summary>
    /// <remarks>As many lines as a row has on average, and one: to stop at the row's end would mean to wait for where that is.</remarks>
    [MethodImpl(Hot.Inline)]
    public unsafe void Prefetch(int row)
    {
        if (!Sse.IsSupported)
            return;
        ref byte entry = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), BytesEach * (nint)_starts[row]);
        for (int line = 0; line < _linesOfRow; line++)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref entry, line * CacheLine)));
    }

    /// <summary>Writes a row, where there is room for it.</summary>
    /// <returns>How many numbers it takes.</returns>
    private static int Write(ReadOnlySpan<byte> row, Span<byte> entries)
    {
        int count = 0, line = 0;
        for (int column = 0; column < row.Length; column++)
        {
            int gap = row[column..].IndexOfAnyExcept((byte)0);
            if (gap < 0)
                break;
            column += gap;
            for (; column - line > LongestStep; line += LongestStep, count++)
                Put(entries, count, 0, LongestStep);
            Put(entries, count++, row[column], column - line);
            line = column;
        }

        return count;

        static void Put(Span<byte> entries, int at, byte value, int step)
        {
            if (entries.IsEmpty)
                return;
            entries[BytesEach * at] = value;
            entries[BytesEach * at + 1] = (byte)(8 * step);
        }
    }

    /// <summary>Where a row begins and ends.</summary>
    public readonly ref struct Row(ref byte first, ref byte end)
    {
        public readonly ref byte First = ref first;

        public readonly ref byte End = ref end;
    }
}
