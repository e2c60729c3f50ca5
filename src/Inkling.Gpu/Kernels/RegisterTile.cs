using System.Runtime.InteropServices;
using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>Four numbers that lie together, which a device reads in one instruction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Quad
{
    public float A, B, C, D;
}

/// <summary>Two numbers that lie together.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Pair
{
    public float A, B;
}

/// <summary>
/// The columns of a tile of sums that a thread keeps in registers. Compilers for devices unroll no loops here, so a row is a
/// struct, not an array.
/// </summary>
internal interface IColumns<TSelf>
    where TSelf : struct
{
    /// <summary>How many columns these are for eight threads side by side.</summary>
    int Width { get; }

    /// <summary>Reads a number for each column.</summary>
    /// <param name="tile">Numbers in shared memory.</param>
    /// <param name="at">
    /// The place of the first thread's first column: a constant and a multiple of 4, so that it is part of the instruction.
    /// </param>
    /// <param name="lane">Which of the eight threads this is.</param>
    TSelf Load(ArrayView<Quad> tile, int at, int lane);

    /// <summary>These sums plus a · b.</summary>
    TSelf MultiplyAdd(float a, TSelf b);

    /// <summary>Writes the sums of those columns that are within the matrix.</summary>
    /// <param name="to">The matrix.</param>
    /// <param name="row">The place of the row.</param>
    /// <param name="column">The first thread's first column.</param>
    /// <param name="lane">Which of the eight threads this is.</param>
    /// <param name="ending">What is done with a sum.</param>
    void Store(Floats to, int row, int column, int lane, Ending ending);
}

/// <summary>What becomes of a finished sum before it is written.</summary>
internal struct Ending
{
    /// <summary>Has a bias for each column; read where <see cref="HasBias"/>.</summary>
    public Floats Biases;

    /// <summary>The place of the matrix's first bias.</summary>
    public int FirstBias;

    /// <summary>Columns of the matrix.</summary>
    public int Columns;

    /// <summary>1 where a bias is added.</summary>
    public int HasBias;

    /// <summary>1 for max(0, z), which keeps NaN.</summary>
    public int IsRectified;

    /// <summary>Writes a sum, if its column is within the matrix.</summary>
    public readonly void Store(Floats to, int row, int column, float sum)
    {
        if (column >= Columns)
            return;
        if (HasBias != 0)
            sum += Biases[FirstBias + column];
        if (IsRectified != 0)
            sum = sum < 0 ? 0 : sum;
        to[row + column] = sum;
    }
}

/// <summary>Four columns side by side: 32 for eight threads.</summary>
internal struct FourColumns : IColumns<FourColumns>
{
    private Quad _sums;

    public readonly int Width => 32;

    public readonly FourColumns Load(ArrayView<Quad> tile, int at, int lane) =>
        new() { _sums = tile.SubView(lane)[at / 4] };

    public readonly FourColumns MultiplyAdd(float a, FourColumns b) => new()
    {
        _sums = new()
        {
            A = _sums.A + a * b._sums.A,
            B = _sums.B + a * b._sums.B,
            C = _sums.C + a * b._sums.C,
            D = _sums.D + a * b._sums.D,
        },
    };

    public readonly void Store(Floats to, int row, int column, int lane, Ending ending)
    {
        int first = column + 4 * lane;
        ending.Store(to, row, first, _sums.A);
        ending.Store(to, row, first + 1, _sums.B);
        ending.Store(to, row, first + 2, _sums.C);
        ending.Store(to, row, first + 3, _sums.D);
    }
}

/// <summary>Two columns side by side: 16 for eight threads.</summary>
internal struct TwoColumns : IColumns<TwoColumns>
{
    private Pair _sums;

    public readonly int Width => 16;

    public readonly TwoColumns Load(ArrayView<Quad> tile, int at, int lane) =>
        new() { _sums = tile.Cast<Pair>().SubView(lane)[at / 2] };

    public readonly TwoColumns MultiplyAdd(float a, TwoColumns b) =>
        new() { _sums = new() { A = _sums.A + a * b._sums.A, B = _sums.B + a * b._sums.B } };

    public readonly void Store(Floats to, int row, int column, int lane, Ending ending)
    {
        ending.Store(to, row, column + 2 * lane, _sums.A);
        ending.Store(to, row, column + 2 * lane + 1, _sums.B);
    }
}

/// <summary>Some columns and, behind those of all eight threads, some more.</summary>
internal struct Columns<TLow, THigh> : IColumns<Columns<TLow, THigh>>
    where TLow : struct, IColumns<TLow>
    where THigh : struct, IColumns<THigh>
{
    private TLow _low;
    private THigh _high;

    public readonly int Width => default(TLow).Width + default(THigh).Width;

    public readonly Columns<TLow, THigh> Load(ArrayView<Quad> tile, int at, int lane) => new()
    {
        _low = default(TLow).Load(tile, at, lane),
        _high = default(THigh).Load(tile, at + default(TLow).Width, lane),
    };

    public readonly Columns<TLow, THigh> MultiplyAdd(float a, Columns<TLow, THigh> b) => new()
    {
        _low = _low.MultiplyAdd(a, b._low),
        _high = _high.MultiplyAdd(a, b._high),
    };

    public readonly void Store(Floats to, int row, int column, int lane, Ending ending)
    {
        _low.Store(to, row, column, lane, ending);
        _high.Store(to, row, column + default(TLow).Width, lane, ending);
    }
}

/// <summary>The sums of a thread: four rows side by side, and four more half a tile below.</summary>
internal struct RegisterTile<TColumns>
    where TColumns : struct, IColumns<TColumns>
{
    private TColumns _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7;

    /// <summary>Adds the products of a column of a and a row of b, both in shared memory.</summary>
    /// <param name="a">A's tile, transposed: [depth, pitch].</param>
    /// <param name="b">B's tile, [depth, pitch].</param>
    /// <param name="at">Where the column and the row begin: a constant.</param>
    public readonly RegisterTile<TColumns> AddProducts(ArrayView<Quad> a, ArrayView<Quad> b, int at)
    {
        ArrayView<Quad> own = a.SubView(Group.IdxX / RegisterTile.Across);
        Quad upper = own[at / 4], lower = own[(at + RegisterTile.Rows / 2) / 4];
        TColumns row = default(TColumns).Load(b, at, Group.IdxX % RegisterTile.Across);
        return new()
        {
            _r0 = _r0.MultiplyAdd(upper.A, row),
            _r1 = _r1.MultiplyAdd(upper.B, row),
            _r2 = _r2.MultiplyAdd(upper.C, row),
            _r3 = _r3.MultiplyAdd(upper.D, row),
            _r4 = _r4.MultiplyAdd(lower.A, row),
            _r5 = _r5.MultiplyAdd(lower.B, row),
            _r6 = _r6.MultiplyAdd(lower.C, row),
            _r7 = _r7.MultiplyAdd(lower.D, row),
        };
    }

    /// <summary>Writes the sums that are within the matrix.</summary>
    /// <param name="to">[rows, columns].</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="row">The tile's first row.</param>
    /// <param name="column">The tile's first column.</param>
    /// <param name="ending">What is done with a sum.</param>
    public readonly void Store(Floats to, int rows, int row, int column, Ending ending)
    {
        int upper = row + 4 * (Group.IdxX / RegisterTile.Across), lower = upper + RegisterTile.Rows / 2;
        Store(_r0, to, rows, upper, column, ending);
        Store(_r1, to, rows, upper + 1, column, ending);
        Store(_r2, to, rows, upper + 2, column, ending);
        Store(_r3, to, rows, upper + 3, column, ending);
        Store(_r4, to, rows, lower, column, ending);
        Store(_r5, to, rows, lower + 1, column, ending);
        Store(_r6, to, rows, lower + 2, column, ending);
        Store(_r7, to, rows, lower + 3, column, ending);
    }

    private static void Store(TColumns sums, Floats to, int rows, int row, int column, Ending ending)
    {
        if (row < rows)
            sums.Store(to, row * ending.Columns, column, Group.IdxX % RegisterTile.Across, ending);
    }
}

/// <summary>The sizes of tiles of matrix products.</summary>
internal static class RegisterTile
{
    /// <summary>Threads side by side, and one below the other: 64 threads a block.</summary>
    public const int Across = 8;

    public const int Threads = Across * Across;

    /// <summary>Rows of a tile: eight for each thread.</summary>
    public const int Rows = 8 * Across;

    /// <summary>Products of each sum from one barrier to the next.</summary>
    public const int Depth = 16;

    /// <summary>
    /// Numbers from one row of a tile in shared memory to the next: four more than a tile's 64, so that a warp that writes
    /// columns does not meet in one bank, and quads are aligned.
    /// </summary>
    public const int Pitch = Rows + 4;

    /// <summary>Shared memory for a tile of one of the factors.</summary>
    public static ArrayView<Quad> Allocate() => SharedMemory.Allocate<Quad>(Depth * Pitch / 4);
}
