using ILGPU;
using ILGPU.Runtime;
using Inkling.Gpu.Kernels;

namespace Inkling.Gpu.Stages;

/// <summary>The launches of one of the three products, with tiles as wide as its matrix suits.</summary>
internal sealed class ProductLaunches
{
    private static readonly int[] Widths = [64, 48, 32, 16];

    private readonly DeviceSession _session;
    private readonly int _columns;
    private readonly int _width; // of a tile
    private readonly Action<AcceleratorStream, KernelConfig, ConvolutionShape, Product, Floats, Floats, Floats> _launch;

    private ProductLaunches(
        DeviceSession session,
        int columns,
        int width,
        Action<ConvolutionShape, Product, Floats, Floats, Floats> kernel)
    {
        (_session, _columns, _width) = (session, columns, width);
        session.Load(kernel, out _launch);
    }

    /// <summary>y = x·w.</summary>
    public static ProductLaunches Forward(DeviceSession session, int columns) => WidthFor(columns) switch
    {
        16 => new(session, columns, 16, ProductKernels<TwoColumns>.Forward),
        32 => new(session, columns, 32, ProductKernels<FourColumns>.Forward),
        48 => new(session, columns, 48, ProductKernels<Columns<FourColumns, TwoColumns>>.Forward),
        _ => new(session, columns, 64, ProductKernels<Columns<FourColumns, FourColumns>>.Forward),
    };

    /// <summary>∂C/∂x = ∂C/∂y · wᵀ.</summary>
    public static ProductLaunches InputErrors(DeviceSession session, int columns) => WidthFor(columns) switch
    {
        16 => new(session, columns, 16, ProductKernels<TwoColumns>.InputErrors),
        32 => new(session, columns, 32, ProductKernels<FourColumns>.InputErrors),
        48 => new(session, columns, 48, ProductKernels<Columns<FourColumns, TwoColumns>>.InputErrors),
        _ => new(session, columns, 64, ProductKernels<Columns<FourColumns, FourColumns>>.InputErrors),
    };

    /// <summary>∂C/∂w = xᵀ · ∂C/∂y.</summary>
    public static ProductLaunches Gradient(DeviceSession session, int columns) => WidthFor(columns) switch
    {
        16 => new(session, columns, 16, ProductKernels<TwoColumns>.Gradient),
        32 => new(session, columns, 32, ProductKernels<FourColumns>.Gradient),
        48 => new(session, columns, 48, ProductKernels<Columns<FourColumns, TwoColumns>>.Gradient),
        _ => new(session, columns, 64, ProductKernels<Columns<FourColumns, FourColumns>>.Gradient),
    };

    /// <summary>Numbers that the partial sums of any divided product take at most, other than those of a gradient.</summary>
    public static int PartialSums(DeviceSession session) => session.BusyBlocks * RegisterTile.Rows * RegisterTile.Rows;

    /// <summary>
    /// Among how many blocks the inner dimension is divided: so many that the device is busy, and each has four tiles or more.
    /// </summary>
    public int SplitsFor(int rows, int inner) =>
        Math.Clamp(_session.BusyBlocks / BlocksFor(rows), 1, Math.Max(1, inner / (4 * RegisterTile.Depth)));

    /// <summary>Launches the product.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="product">The number of splits, and what is done with sums.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="inner">The inner dimension.</param>
    /// <param name="a">The first factor.</param>
    /// <param name="b">The second factor.</param>
    /// <param name="to">Receives [splits, rows, columns].</param>
    public void Launch(
        in ConvolutionShape shape,
        Product product,
        int rows,
        int inner,
        Floats a,
        Floats b,
        Floats to)
    {
        int share = (inner + product.Splits - 1) / product.Splits;
        product.Share = (share + RegisterTile.Depth - 1) / RegisterTile.Depth * RegisterTile.Depth;
        Index3D blocks = new(DivideUp(rows, RegisterTile.Rows), DivideUp(_columns, _width), product.Splits);
        _launch(_session.Stream, new KernelConfig(blocks, new Index3D(RegisterTile.Threads, 1, 1)), shape, product, a, b, to);
    }

    private int BlocksFor(int rows) => DivideUp(rows, RegisterTile.Rows) * DivideUp(_columns, _width);

    /// <summary>
    /// The width whose tiles cover the columns with the least work: that of their products, and that of reading the rows' factor
    /// once for each tile, which takes a thread as many instructions as about 24 columns' products.
    /// </summary>
    private static int WidthFor(int columns) => Widths.MinBy(width => DivideUp(columns, width) * (width + 24));

    private static int DivideUp(int number, int by) => (number + by - 1) / by;
}
