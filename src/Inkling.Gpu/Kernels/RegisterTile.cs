namespace Inkling.Gpu.Kernels;

/// <summary>
/// Columns of a tile of sums that a thread keeps in registers: every eighth of the tile, so that neighbouring threads read
/// neighbouring numbers of shared memory. Compilers for devices unroll no loops here, so a row is a struct, not an array.
/// </summary>
internal interface IColumns<TSelf>
    where TSelf : struct
{
    /// <summary>How many columns these are.</summary>
    int Count { get; }

    /// <summary>Reads a number for each column.</summary>
    TSelf Load(Floats from, int at);

    /// <summary>These sums plus a · b.</summary>
    TSelf MultiplyAdd(float a, TSelf b);

    /// <summary>Writes the sums of those columns that are within the matrix.</summary>
    /// <param name="to">The matrix.</param>
    /// <param name="at">The place of the first column.</param>
    /// <param name="left">How many columns the matrix has from the first on.</param>
    /// <param name="ending">What is done with a sum.</param>
    void Store(Floats to, int at, int left, Ending ending);
}

/// <summary>What becomes of a finished sum before it is written.</summary>
internal struct Ending
{
    /// <summary>Has a bias for each column; read where <see cref="HasBias"/>.</summary>
    public Floats Biases;

    /// <summary>The place of the first column's bias.</summary>
    public int Bias;

    /// <summary>The first column.</summary>
    public int Column;

    /// <summary>1 where a bias is added.</summary>
    public int HasBias;

    /// <summary>1 for max(0, z), which keeps NaN.</summary>
    public int IsRectified;
}

/// <summary>One column.</summary>
internal struct OneColumn : IColumns<OneColumn>
{
    private float _sum;

    public readonly int Count => 1;

    public readonly OneColumn Load(Floats from, int at) => new() { _sum = from[at] };

    public readonly OneColumn MultiplyAdd(float a, OneColumn b) => new() { _sum = _sum + a * b._sum };

    public readonly void Store(Floats to, int at, int left, Ending ending)
    {
        if (left <= 0)
            return;
        float z = _sum;
        if (ending.HasBias != 0)
            z += ending.Biases[ending.Bias];
        if (ending.IsRectified != 0)
            z = z < 0 ? 0 : z;
        to[at] = z;
    }
}

/// <summary>Some columns and some more.</summary>
internal struct Columns<TLow, THigh> : IColumns<Columns<TLow, THigh>>
    where TLow : struct, IColumns<TLow>
    where THigh : struct, IColumns<THigh>
{
    private TLow _low;
    private THigh _high;

    public readonly int Count => default(TLow).Count + default(THigh).Count;

    public readonly Columns<TLow, THigh> Load(Floats from, int at) => new()
    {
        _low = default(TLow).Load(from, at),
        _high = default(THigh).Load(from, at + RegisterTile.Across * default(TLow).Count),
    };

    public readonly Columns<TLow, THigh> MultiplyAdd(float a, Columns<TLow, THigh> b) => new()
    {
        _low = _low.MultiplyAdd(a, b._low),
        _high = _high.MultiplyAdd(a, b._high),
    };

    public readonly void Store(Floats to, int at, int left, Ending ending)
    {
        int step = RegisterTile.Across * default(TLow).Count;
        _low.Store(to, at, left, ending);
        ending.Bias += step;
        _high.Store(to, at + step, left - step, ending);
    }
}

/// <summary>The sums of a thread: eight rows, every eighth of the tile.</summary>
internal struct RegisterTile<TColumns>
    where TColumns : struct, IColumns<TColumns>
{
    private TColumns _r0, _r1, _r2, _r3, _r4, _r5, _r6, _r7;

    /// <summary>Adds the products of a column of a and a row of b, both in shared memory.</summary>
    /// <param name="a">A's tile, transposed, from the thread's first row on.</param>
    /// <param name="b">B's tile, from the thread's first column on.</param>
    /// <param name="at">Where the column and the row begin: a constant, so that it is part of the instructions.</param>
    public readonly RegisterTile<TColumns> AddProducts(Floats a, Floats b, int at)
    {
        TColumns row = default(TColumns).Load(b, at);
        const int Step = RegisterTile.Across;
        return new()
        {
            _r0 = _r0.MultiplyAdd(a[at], row),
            _r1 = _r1.MultiplyAdd(a[at + Step], row),
            _r2 = _r2.MultiplyAdd(a[at + 2 * Step], row),
            _r3 = _r3.MultiplyAdd(a[at + 3 * Step], row),
            _r4 = _r4.MultiplyAdd(a[at + 4 * Step], row),
            _r5 = _r5.MultiplyAdd(a[at + 5 * Step], row),
            _r6 = _r6.MultiplyAdd(a[at + 6 * Step], row),
            _r7 = _r7.MultiplyAdd(a[at + 7 * Step], row),
        };
    }

    /// <summary>Writes the sums that are within the matrix.</summary>
    /// <param name="to">[rows, columns].</param>
    /// <param name="row">The thread's first row.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="columns">Columns of the matrix.</param>
    /// <param name="ending">What is done with a sum; its column is the thread's first.</param>
    public readonly void Store(Floats to, int row, int rows, int columns, Ending ending)
    {
        int left = columns - ending.Column, at = row * columns + ending.Column;
        int step = RegisterTile.Across * columns;
        Store(_r0, to, at, rows - row, left, ending);
        Store(_r1, to, at + step, rows - row - RegisterTile.Across, left, ending);
        Store(_r2, to, at + 2 * step, rows - row - 2 * RegisterTile.Across, left, ending);
        Store(_r3, to, at + 3 * step, rows - row - 3 * RegisterTile.Across, left, ending);
        Store(_r4, to, at + 4 * step, rows - row - 4 * RegisterTile.Across, left, ending);
        Store(_r5, to, at + 5 * step, rows - row - 5 * RegisterTile.Across, left, ending);
        Store(_r6, to, at + 6 * step, rows - row - 6 * RegisterTile.Across, left, ending);
        Store(_r7, to, at + 7 * step, rows - row - 7 * RegisterTile.Across, left, ending);
    }

    private static void Store(TColumns sums, Floats to, int at, int rowsLeft, int left, Ending ending)
    {
        if (rowsLeft > 0)
            sums.Store(to, at, left, ending);
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
    /// Numbers from one row of a tile in shared memory to the next: two more than a tile's 64, so that 16 rows of two columns,
    /// which a warp writes at once, are in 32 banks.
    /// </summary>
    public const int Pitch = Rows + 2;
}
