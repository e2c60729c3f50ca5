using System.Runtime.Intrinsics;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// What one row of a product looks at, from its first number: <paramref name="Runs"/> runs of <paramref name="Length"/>
/// contiguous numbers, <paramref name="Pitch"/> apart. A dense layer's input is one run; a convolution's window is as many
/// runs as the kernel has rows, since in [height, width, channels] the pixels of a row and their channels are contiguous.
/// </summary>
internal readonly record struct Window(int Runs, int Length, int Pitch)
{
    /// <summary>How many numbers a row looks at: K of the product.</summary>
    public int Size => Runs * Length;

    /// <summary>From the first of them to behind the last.</summary>
    public long Reach => (Runs - 1L) * Pitch + Length;

    /// <summary>Where each of them lies, from the row's first number: [size].</summary>
    public int[] Offsets()
    {
        int[] offsets = new int[Size];
        for (int k = 0; k < offsets.Length; k++)
            offsets[k] = k / Length * Pitch + k % Length;
        return offsets;
    }
}

/// <summary>
/// The two products that dense and convolutional layers are made of, forward and backward, with weights in panels of 16
/// neurons ([panels, K, 16], see <see cref="Rows"/>). A row is an image for a dense layer and an output pixel for a
/// convolution, which so needs no im2col: rows are read where they lie.
/// </summary>
/// <remarks>
/// Seven rows (28, 14 and 7 are multiples of it) by two vectors of neurons stay in registers: a weight that is loaded is
/// used seven times, an input twice. Every sum runs over k in ascending order, whatever the vector width and whoever
/// computes it.
/// </remarks>
/// <exception cref="ArgumentException">A row reaches out of x, or the lengths do not fit each other.</exception>
internal static partial class PanelProducts
{
    private const int RowsAtOnce = 7, FewRows = 4, WeightsAtOnce = 8;

    /// <summary>y[r, j] = bias[j] + Σ_k x[rows[r] + window_k] · w[j, k].</summary>
    /// <param name="x">What the rows lie in.</param>
    /// <param name="rows">[count]: where each row begins.</param>
    /// <param name="window">What a row looks at.</param>
    /// <param name="weights">[panels, window.Size, 16].</param>
    /// <param name="bias">[stride].</param>
    /// <param name="y">Receives [count, stride]; overwritten.</param>
    public static void RowsTimesPanels(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, Window window, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated)
            RowsTimesPanels<Simd512, Vector512<float>>(x, rows, window, weights, bias, y);
        else if (Vector256.IsHardwareAccelerated)
            RowsTimesPanels<Simd256, Vector256<float>>(x, rows, window, weights, bias, y);
        else
            RowsTimesPanels<Simd128, Vector128<float>>(x, rows, window, weights, bias, y);
    }

    /// <summary>w[j, k] += Σ_r x[rows[r] + offsets[k]] · delta[r, j], for some of the tiles that w falls into.</summary>
    /// <param name="x">What the rows lie in.</param>
    /// <param name="rows">[count]: where each row begins.</param>
    /// <param name="offsets">[K], <see cref="Window.Offsets"/>.</param>
    /// <param name="delta">[count, stride].</param>
    /// <param name="weights">[panels, K, 16]; added to.</param>
    /// <param name="firstTile">From which tile on.</param>
    /// <param name="endTile">The first one not to be computed; <see cref="TileCount"/> for all.</param>
    public static void AddOuterProducts(ReadOnlySpan<float> x, ReadOnlySpan<int> rows, ReadOnlySpan<int> offsets, ReadOnlySpan<float> delta, Span<float> weights, int firstTile, int endTile)
    {
        if (Vector512.IsHardwareAccelerated)
            AddOuterProducts<Simd512, Vector512<float>>(x, rows, offsets, delta, weights, firstTile, endTile);
        else if (Vector256.IsHardwareAccelerated)
            AddOuterProducts<Simd256, Vector256<float>>(x, rows, offsets, delta, weights, firstTile, endTile);
        else
            AddOuterProducts<Simd128, Vector128<float>>(x, rows, offsets, delta, weights, firstTile, endTile);
    }

    /// <summary>How many tiles of eight inputs by two panels the weights fall into: the units that threads share out.</summary>
    public static int TileCount(int windowSize, int stride) => Tiles(windowSize) * ((stride / Rows.Panel + 1) / 2);

    private static int Tiles(int windowSize) => (windowSize + WeightsAtOnce - 1) / WeightsAtOnce;
}
