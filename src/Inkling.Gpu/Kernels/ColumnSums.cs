using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>
/// Sums down the columns of a matrix. A block works on 32 columns side by side with several lines of threads, each of which adds
/// every Nth row, N being the number of lines; the lines' sums are added in their order.
/// </summary>
internal static class ColumnSums
{
    /// <summary>Columns that a block works on.</summary>
    public const int Lanes = 32;

    private const int MostThreads = 256;

    /// <summary>The column of a thread.</summary>
    public static int Column(int firstBlock) => firstBlock * Lanes + Group.IdxX % Lanes;

    /// <summary>The line of a thread, and how many there are.</summary>
    public static int Line => Group.IdxX / Lanes;

    public static int Lines => Group.DimX / Lanes;

    /// <summary>Shared memory for <see cref="OfLines"/>.</summary>
    public static Floats Allocate() => SharedMemory.Allocate<float>(MostThreads);

    /// <summary>The sum over a column's lines, for all threads of the column.</summary>
    /// <param name="shared">Shared memory.</param>
    /// <param name="own">The thread's part.</param>
    public static float OfLines(Floats shared, float own)
    {
        Group.Barrier(); // the sums before these have been read
        shared[Group.IdxX] = own;
        Group.Barrier();
        float sum = shared[Group.IdxX % Lanes];
        for (int line = 1; line < Lines; line++)
            sum += shared[line * Lanes + Group.IdxX % Lanes];
        return sum;
    }

    /// <summary>Adds up a matrix's rows, in place: into the first.</summary>
    /// <param name="rows">How many there are.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="matrix">[rows, columns].</param>
    public static void Add(int rows, int columns, Floats matrix)
    {
        Floats shared = Allocate();
        int column = Column(Grid.IdxX), row = Line;
        float sum = 0;
        for (; row + 3 * Lines < rows && column < columns; row += 4 * Lines)
        {
            long at = (long)row * columns + column, step = (long)Lines * columns;
            float a = matrix[at], b = matrix[at + step], c = matrix[at + 2 * step], d = matrix[at + 3 * step];
            sum += a + b + (c + d);
        }

        for (; row < rows && column < columns; row += Lines)
            sum += matrix[(long)row * columns + column];
        sum = OfLines(shared, sum);
        if (Line == 0 && column < columns)
            matrix[column] = sum;
    }
}
