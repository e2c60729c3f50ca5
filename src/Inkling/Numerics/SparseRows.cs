using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Inkling.Numerics;

/// <summary>
/// A matrix of bytes of which only the non-zero ones are kept, row by row (compressed sparse rows). Four fifths of an MNIST
/// image are zeros: what they would be multiplied with need never be touched.
/// </summary>
/// <remarks>
/// Columns fall into blocks of at most 196, so that a column within its block is a byte, too, and a pixel takes two bytes:
/// shuffled rows come from memory, and what is small is near. Which number a byte stands for is in a table.
/// </remarks>
internal sealed class SparseRows
{
    private const int CacheLine = 64, WidestBlock = 196; // times two lines of weights: 25 KB, and the first cache is full

    private readonly int[] _starts; // [rows × blocks + 1]
    private readonly byte[] _pixels; // [non-zeros, 2]: column within the block, and the byte
    private readonly float[] _valueOf; // [256]

    private SparseRows(int columns, int[] starts, byte[] pixels, float[] valueOf)
    {
        ColumnCount = columns;
        Blocks = BlocksOf(columns);
        BlockWidth = WidthOf(columns);
        _starts = starts;
        _pixels = pixels;
        _valueOf = valueOf;
    }

    public int Count => (_starts.Length - 1) / Blocks;

    public int ColumnCount { get; }

    /// <summary>How many blocks the columns fall into.</summary>
    public int Blocks { get; }

    /// <summary>Columns of a block; the last may have fewer.</summary>
    public int BlockWidth { get; }

    /// <summary>How many numbers are not zero, over all rows.</summary>
    public int NonZeros => _starts[^1];

    /// <summary>[256]: the number each byte stands for.</summary>
    public ref readonly float ValueOf => ref MemoryMarshal.GetArrayDataReference(_valueOf);

    /// <summary>Drops the bytes that are 0.</summary>
    /// <param name="bytes">[rows, columns], row-major.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="valueOf">[256], the number each byte stands for; byte 0 stands for 0.</param>
    public static SparseRows FromBytes(ReadOnlySpan<byte> bytes, int rows, int columns, float[] valueOf)
    {
        int width = WidthOf(columns), blocks = BlocksOf(columns), next = 0;
        int[] starts = new int[rows * blocks + 1];
        byte[] kept = GC.AllocateUninitializedArray<byte>(2 * (bytes.Length - bytes.Count((byte)0)));
        for (int row = 0; row < rows; row++)
        {
            for (int block = 0; block < blocks; block++)
            {
                ReadOnlySpan<byte> pixels = bytes.Slice(row * columns + block * width, Math.Min(width, columns - block * width));
                for (int column = pixels.IndexOfAnyExcept((byte)0); column >= 0 && column < pixels.Length; column++)
                {
                    if (pixels[column] == 0)
                    {
                        int gap = pixels[column..].IndexOfAnyExcept((byte)0);
                        if (gap < 0)
                            break;
                        column += gap;
                    }

                    kept[2 * next] = (byte)column;
                    kept[2 * next + 1] = pixels[column];
                    next++;
                }

                starts[row * blocks + block + 1] = next;
            }
        }

        return new SparseRows(columns, starts, kept, valueOf);
    }

    /// <summary>The non-zero bytes of a row in one of its blocks: [count, 2], column within the block and byte.</summary>
    [MethodImpl(Hot.Inline)]
    public ref readonly byte Find(int row, int block, out nuint count)
    {
        ref int start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_starts), row * Blocks + block);
        count = (nuint)(Unsafe.Add(ref start, 1) - start);
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_pixels), 2 * (nint)start);
    }

    /// <summary>
    /// Asks for a row to be fetched into the cache, for use a little later: shuffled rows lie where no hardware prefetcher
    /// looks. Without effect where the processor offers no such hint.
    /// </summary>
    [MethodImpl(Hot.Method)]
    public unsafe void Prefetch(int row)
    {
        if (!Sse.IsSupported)
            return;
        nint end = 2 * (nint)_starts[(row + 1) * Blocks];
        for (nint at = 2 * (nint)_starts[row * Blocks]; at < end; at += CacheLine)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_pixels), at)));
    }

    private static int BlocksOf(int columns) => (columns + WidthOf(columns) - 1) / WidthOf(columns);

    /// <summary>As few blocks as may be, all of about the same width.</summary>
    private static int WidthOf(int columns)
    {
        int blocks = (columns + WidestBlock - 1) / WidestBlock;
        return (columns + blocks - 1) / blocks;
    }
}
