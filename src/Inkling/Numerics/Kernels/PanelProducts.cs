using System.Runtime.Intrinsics;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// The numbers that one row of a product reads, relative to its first: <paramref name="Runs"/> runs of
/// <paramref name="Length"/> contiguous numbers, <paramref name="Pitch"/> apart. A dense layer's input is one run; a
/// convolution's window has one run per row of the kernel, since in [height, width, channels] the pixels of a row and their
/// channels are contiguous.
/// </summary>
internal readonly record struct Window(int Runs, int Length, int Pitch)
{
    /// <summary>How many numbers a row reads: K of the product.</summary>
    public int Size => checked(Runs * Length);

    /// <summary>The distance from the first number to one past the last.</summary>
    public long Reach => (Runs - 1L) * Pitch + Length;

    /// <summary>The offset of each number from the row's first: [size].</summary>
    public int[] Offsets()
    {
        int[] offsets = new int[Size];
        CopyOffsets(offsets);
        return offsets;
    }

    /// <summary>Writes the offset of each number from the row's first: [size].</summary>
    public void CopyOffsets(Span<int> offsets)
    {
        for (int k = 0; k < offsets.Length; k++)
            offsets[k] = k / Length * Pitch + k % Length;
    }
}

/// <summary>
/// Products of the same shape: <paramref name="Count"/> of them, <paramref name="X"/> floats from one's rows to the next's, and
/// <paramref name="Y"/> from one's results to the next's. Their weights and biases follow each other.
/// </summary>
internal readonly record struct Planes(int Count, int X, int Y);

/// <summary>
/// The two products of dense and convolutional layers, forward and backward, with weights in panels of 16 neurons ([panels, K,
/// 16], see <see cref="Rows"/>). A row is an image for a dense layer and an output pixel for a convolution, which therefore
/// needs no im2col: rows are read in place.
/// </summary>
/// <remarks>
/// Register blocking: up to nine rows by two vectors of neurons stay in registers, so a loaded weight is used nine times, a
/// loaded input twice. Every sum runs over k in ascending order, whatever the vector width or thread.
/// </remarks>
/// <exception cref="ArgumentException">A row reaches past the end of x, or the lengths do not fit each other.</exception>
internal static partial class PanelProducts
{
    private const int WeightsAtOnce = 8, TileLength = 2 * WeightsAtOnce * Rows.Panel;

    /// <summary>y[r, j] = bias[j] + Σ_k x[rows[r] + window_k] · w[j, k].</summary>
    /// <param name="x">The buffer that contains the rows.</param>
    /// <param name="rows">[count]: the offset of each row in <paramref name="x"/>.</param>
    /// <param name="window">The numbers that a row reads.</param>
    /// <param name="weights">[panels, window.Size, 16].</param>
    /// <param name="bias">[stride].</param>
    /// <param name="y">Receives [count, stride]; overwritten.</param>
    public static void RowsTimesPanels(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> rows,
        Window window,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        Span<float> y) =>
        PlanesTimesPanels(new Planes(1, 0, 0), x, rows, window, weights, bias, y);

    /// <summary>
    /// The product above for each of several planes: y[p, r, j] = bias[p, j] + Σ_k x[p, rows[r] + window_k] · w[p, j, k].
    /// </summary>
    /// <param name="planes">How many there are, and their distances in <paramref name="x"/> and <paramref name="y"/>.</param>
    /// <param name="x">The buffer that contains the rows of all planes.</param>
    /// <param name="rows">[count]: the offset of each row in its plane.</param>
    /// <param name="window">The numbers that a row reads.</param>
    /// <param name="weights">[planes, panels, window.Size, 16].</param>
    /// <param name="bias">[planes, stride].</param>
    /// <param name="y">Receives [count, stride] in each plane; overwritten.</param>
    public static void PlanesTimesPanels(
        Planes planes,
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> rows,
        Window window,
        ReadOnlySpan<float> weights,
        ReadOnlySpan<float> bias,
        Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
            PlanesTimesPanels<Simd512, Vector512<float>>(planes, x, rows, window, weights, bias, y);
        else if (Vector256.IsHardwareAccelerated)
            PlanesTimesPanels<Simd256, Vector256<float>>(planes, x, rows, window, weights, bias, y);
        else
            PlanesTimesPanels<Simd128, Vector128<float>>(planes, x, rows, window, weights, bias, y);
    }

    /// <summary>
    /// w[j, k] += Σ_r x[rows[r] + offsets[k]] · delta[r, j], for a range of the tiles of w. With one shard the products are added
    /// to w in the order of the rows; with several, each shard's sum is formed first, and w receives their total.
    /// </summary>
    /// <param name="x">The buffer that contains the rows.</param>
    /// <param name="rows">[count]: the offset of each row in <paramref name="x"/>.</param>
    /// <param name="offsets">[K], <see cref="Window.Offsets"/>.</param>
    /// <param name="delta">[count, stride].</param>
    /// <param name="weights">[panels, K, 16]; added to.</param>
    /// <param name="firstTile">The first tile.</param>
    /// <param name="endTile">One past the last tile; <see cref="TileCount"/> for all.</param>
    /// <param name="shards">How the rows are divided.</param>
    public static void AddOuterProducts(
        ReadOnlySpan<float> x,
        ReadOnlySpan<int> rows,
        ReadOnlySpan<int> offsets,
        ReadOnlySpan<float> delta,
        Span<float> weights,
        int firstTile,
        int endTile,
        Shards shards)
    {
        if (Vector512.IsHardwareAccelerated)
            AddOuterProducts<Simd512, Vector512<float>>(x, rows, offsets, delta, weights, firstTile, endTile, shards);
        else if (Vector256.IsHardwareAccelerated)
            AddOuterProducts<Simd256, Vector256<float>>(x, rows, offsets, delta, weights, firstTile, endTile, shards);
        else
            AddOuterProducts<Simd128, Vector128<float>>(x, rows, offsets, delta, weights, firstTile, endTile, shards);
    }

    /// <summary>How many tiles of eight inputs by two panels the weights have: the unit of work that threads share out.</summary>
    public static int TileCount(int windowSize, int stride) => Tiles(windowSize) * ((stride / Rows.Panel + 1) / 2);

    private static int Tiles(int windowSize) => (windowSize + WeightsAtOnce - 1) / WeightsAtOnce;
}
