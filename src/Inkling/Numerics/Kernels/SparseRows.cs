using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// A sparse matrix of bytes, in compressed sparse rows: only elements that are not zero are stored. Four fifths of an MNIST
/// image are zeros, and the weights that they would be multiplied by are never read.
/// </summary>
/// <remarks>
/// An element takes two bytes: its value, and its column's distance from the previous element's. The format is compact because
/// shuffled rows come from memory rather than from the cache. A table gives the number that each value stands for. The distance
/// is stored times eight, and addressing multiplies it by eight again, which makes cache lines of 64 bytes: a kernel moves from
/// one column's line of weights to the next with one addition. Distances over 31 columns are bridged by elements of value 0.
/// Each row is padded with zeros to a multiple of four elements, so that kernels process four at a time and need no remainder
/// loop, whose exit the processor could not predict.
/// </remarks>
internal sealed class SparseRows
{
    /// <summary>How many elements a kernel may process at a time.</summary>
    public const int AtOnce = 4;

    /// <summary>The size of an element in bytes.</summary>
    public const int BytesEach = 2;

    private const int CacheLine = 64, LongestStep = 31;

    private readonly int[] _starts; // [rows + 1]
    private readonly byte[] _entries; // [elements, 2]: the value, and eight times the distance from the previous column
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

    /// <summary>[256]: the number that each byte stands for.</summary>
    public ref readonly float ValueOf => ref MemoryMarshal.GetArrayDataReference(_valueOf);

    /// <summary>[256]: the number that each byte stands for.</summary>
    public ReadOnlySpan<float> Values => _valueOf;

    /// <summary>[rows + 1]: where each row's elements begin.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>All elements, four in a word.</summary>
    public ReadOnlySpan<ulong> Fours => MemoryMarshal.Cast<byte, ulong>(_entries);

    /// <summary>Makes the matrix from all its bytes, dropping those that are 0.</summary>
    /// <param name="bytes">[rows, columns], row-major.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="valueOf">[256], the number each byte stands for; byte 0 stands for 0.</param>
    /// <exception cref="ArgumentException">
    /// The length of <paramref name="bytes"/> is not rows × columns, or byte 0 stands for another number.
    /// </exception>
    /// <exception cref="OverflowException">More than a billion bytes are not 0.</exception>
    public static SparseRows FromBytes(ReadOnlySpan<byte> bytes, int rows, int columns, float[] valueOf)
    {
        KernelArguments.Require(rows >= 0 && columns >= 0 && (long)rows * columns == bytes.Length);
        KernelArguments.Require(valueOf.Length == 256 && valueOf[0] == 0);
        int[] starts = new int[rows + 1];
        for (int row = 0; row < rows; row++)
            starts[row + 1] = checked(
                starts[row] + (Write(bytes.Slice(row * columns, columns), []) + AtOnce - 1) / AtOnce * AtOnce);
        byte[] entries = new byte[checked(BytesEach * starts[rows])];
        for (int row = 0; row < rows; row++)
            Write(bytes.Slice(row * columns, columns), entries.AsSpan(BytesEach * starts[row]));
        return new SparseRows(columns, starts, entries, valueOf);
    }

    /// <summary>A row's elements, a multiple of four. The index is not checked here: kernels check it first.</summary>
    [MethodImpl(Hot.Inline)]
    public Row Find(int row)
    {
        ref int start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_starts), row);
        ref byte entries = ref MemoryMarshal.GetArrayDataReference(_entries);
        return new Row(
            ref Unsafe.Add(ref entries, BytesEach * (nint)start),
            ref Unsafe.Add(ref entries, BytesEach * (nint)Unsafe.Add(ref start, 1)));
    }

    /// <summary>
    /// Four elements, in one word: one load in place of eight. Their distances are added up apart from the address of the line
    /// before, since a chain of scaled additions to an address takes two cycles each.
    /// </summary>
    [MethodImpl(Hot.Inline)]
    public static ulong ReadFour(ref byte entry)
    {
        ulong four = Unsafe.ReadUnaligned<ulong>(ref entry);
        return BitConverter.IsLittleEndian ? four : BinaryPrimitives.ReverseEndianness(four);
    }

    /// <summary>The number that element k of four stands for.</summary>
    [MethodImpl(Hot.Inline)]
    public static float ValueAt(int k, ulong four, ref readonly float valueOf) =>
        Unsafe.Add(ref Unsafe.AsRef(in valueOf), (nuint)(byte)(four >> (8 * BytesEach * k)));

    /// <summary>The distance to the line of element k of four from that of the element before, in eighths of a line.</summary>
    [MethodImpl(Hot.Inline)]
    public static nuint StepTo(int k, ulong four) =>
        k == AtOnce - 1 ? (nuint)(four >> 56) : (byte)(four >> (8 * BytesEach * k + 8));

    /// <summary>The line of weights at a distance, in eighths of a line, from another, in a panel of 16 neurons.</summary>
    [MethodImpl(Hot.Inline)]
    public static ref float LineAt(ref float line, nuint eighths) => ref Unsafe.AddByteOffset(ref line, eighths * 8);

    /// <summary>Prefetches the row's offset, so that a later <see cref="Prefetch"/> need not wait for it.</summary>
    [MethodImpl(Hot.Inline)]
    public unsafe void PrefetchOffset(int row)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _starts[row]));
    }

    /// <summary>
    /// Prefetches a row into the cache, for use a little later: hardware prefetchers cannot predict shuffled rows. Does nothing
    /// on processors without SSE.
    /// </summary>
    /// <remarks>Prefetches the average row plus one line; reading the real end would stall on the load that this hides.</remarks>
    [MethodImpl(Hot.Inline)]
    public unsafe void Prefetch(int row)
    {
        if (!Sse.IsSupported)
            return;
        ref byte entry = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), BytesEach * (nint)_starts[row]);
        for (int line = 0; line < _linesOfRow; line++)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref entry, line * CacheLine)));
    }

    /// <summary>Encodes a row; only counts its elements if <paramref name="entries"/> is empty.</summary>
    /// <returns>The number of elements, including those that bridge long distances.</returns>
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

    /// <summary>The start and the end of a row's elements.</summary>
    public readonly ref struct Row(ref byte first, ref byte end)
    {
        public readonly ref byte First = ref first;

        public readonly ref byte End = ref end;
    }
}
