using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Stages;

/// <summary>
/// Computes a 3×3 convolution with stride 1 by Winograd's method (<see cref="Winograd"/>): a quarter of the products of
/// <see cref="ConvolutionStage"/>, for more additions. The tiles of several images are the rows of 36 matrix products.
/// </summary>
internal sealed class WinogradStage : Stage
{
    private const int RowsWanted = 7; // PanelProducts takes seven rows at once

    private const int MaxKernels = 1 << 24; // 36 floats each: 2.4 GB; layers with more use ConvolutionStage

    private readonly ParameterBuffer _parameters;
    private readonly int _layer, _tileRows, _group;
    private readonly Sides _padding;
    private readonly int[] _inputRows, _outputRows, _inputOffsets;
    private readonly AlignedBuffer _kernels, _transposed; // [36, panels, pitch of the other side, 16]
    private readonly AlignedBuffer[] _inputPlanes, _outputPlanes; // for each thread [36, rows, pitch]
    private readonly AlignedBuffer _zeros;
    private readonly ShardedGradient? _gradient;
    private readonly Action<int, int, int> _forward, _transpose, _back, _toKernels;
    private WeightedLayer _destination;

    /// <param name="input">The feature maps.</param>
    /// <param name="output">The output's shape.</param>
    /// <param name="spec">The layer as data.</param>
    /// <param name="parameters">The weights.</param>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="goesBack">Whether anything before it learns.</param>
    /// <param name="learns">Whether the gradient is computed.</param>
    /// <param name="miniBatchSize">The most examples.</param>
    /// <param name="hasEqualWidths">Whether all are of one width, so that tiles of several can be multiplied together.</param>
    /// <param name="shards">How sums over a mini-batch are divided.</param>
    /// <param name="threads">The most threads.</param>
    public WinogradStage(
        Activations input,
        Shape output,
        Layer.Convolution spec,
        ParameterBuffer parameters,
        int layer,
        bool goesBack,
        bool learns,
        int miniBatchSize,
        bool hasEqualWidths,
        Shards shards,
        int threads)
        : base(input, new Activations(Layout.Padded(output), miniBatchSize), goesBack)
    {
        Layout from = input.Layout, to = Output.Layout;
        _parameters = parameters;
        _layer = layer;
        _destination = Weights;
        RequireFit(Weights);
        _padding = spec.Padding;
        _tileRows = TilesAlong(to.Height);
        int tiles = _tileRows * TilesAlong(to.Width);
        _group = GroupOf(tiles, hasEqualWidths ? miniBatchSize : 1);
        int rows = _group * tiles, weights = checked(Winograd.Planes * from.Pitch * to.Pitch);
        _inputRows = [.. Enumerable.Range(0, rows).Select(r => r * from.Pitch)];
        _outputRows = [.. Enumerable.Range(0, rows).Select(r => r * to.Pitch)];
        _inputOffsets = [.. Enumerable.Range(0, from.Pitch)];
        _kernels = new AlignedBuffer(weights);
        _transposed = new AlignedBuffer(goesBack ? weights : 0);
        _inputPlanes =
            [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer(checked(Winograd.Planes * PlaneOf(rows, from))))];
        _outputPlanes =
            [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer(checked(Winograd.Planes * PlaneOf(rows, to))))];
        _zeros = new AlignedBuffer(Math.Max(from.Pitch, to.Pitch));
        if (learns)
            _gradient = new ShardedGradient(shards, weights + to.Pitch, AddShard);
        _forward = (worker, start, end) =>
        {
            for (int first = start; first < end; first += _group)
                ForwardGroup(_inputPlanes[worker].Span, _outputPlanes[worker].Span, first, Math.Min(end, first + _group));
        };
        _transpose = (_, start, end) =>
        {
            for (int p = start; p < end; p++)
            {
                for (int panel = 0; panel < to.Pitch / Rows.Panel; panel++)
                    Rows.TransposePanel(KernelsOf(_kernels.Span, p), from.Pitch, to.Pitch, panel, KernelsOf(_transposed.Span, p));
            }
        };
        _back = (worker, start, end) =>
        {
            for (int first = start; first < end; first += _group)
                BackGroup(_outputPlanes[worker].Span, _inputPlanes[worker].Span, first, Math.Min(end, first + _group));
        };
        _toKernels = (_, start, end) =>
        {
            for (int unit = start; unit < end; unit++)
                AddKernels(unit / from.Channels, unit % from.Channels);
        };
    }

    private WeightedLayer Weights => (WeightedLayer)_parameters.All[_layer]!;

    /// <summary>
    /// Whether the method applies and was measured to be faster (docs/performance.md). It does not depend on the width where
    /// inputs may be of any: an input's outputs are the same bits whatever others are computed with it.
    /// </summary>
    public static bool Suits(Layer.Convolution spec, Shape input, Shape output) =>
        spec.Kernel == 3
        && spec.Stride == 1
        && input.Channels >= Rows.Panel
        && output.Height >= Winograd.Tile
        && (output.HasAnyWidth || output.Width >= Winograd.Tile)
        && (long)Rows.StrideOf(input.Channels) * Rows.StrideOf(output.Channels) <= MaxKernels;

    public override void Prepare(in StageWork work)
    {
        WeightedLayer weights = Weights;
        int channels = Input.Layout.Channels, pitch = Input.Layout.Pitch;
        for (int panel = 0; panel < Output.Layout.Pitch / Rows.Panel; panel++)
        {
            for (int c = 0; c < channels; c++) // sixteen outputs' kernels [3, 3] are read as an image of sixteen channels
                Winograd.ToPlanes(
                    Winograd.Map.Kernel,
                    weights.Panels[KernelStart(panel, c)..],
                    KernelPlace,
                    _kernels.Span,
                    _kernels.Length / Winograd.Planes,
                    (panel * pitch + c) * Rows.Panel);
        }
    }

    public override void Forward(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _forward);

    public override void PropagateBack(in StageWork work)
    {
        work.Workers.Split(Winograd.Planes, _transpose);
        work.ForEachItem(Output.Layout.Stride, _back);
    }

    public override void AddGradient(in StageWork work, ParameterBuffer destination)
    {
        _destination = (WeightedLayer)destination.All[_layer]!;
        Span<float> sum = _gradient!.Sum(work);
        work.Workers.Split(Output.Layout.Pitch / Rows.Panel * Input.Layout.Channels, _toKernels);
        if (_destination.HasBias)
            Vectors.Add(sum[_kernels.Length..], _destination.PaddedBiases);
    }

    /// <summary>
    /// The fewest images, at most seven or <paramref name="most"/>, whose tiles fill blocks of seven rows to at least 8/9.
    /// </summary>
    private static int GroupOf(int tiles, int most)
    {
        int group = 1;
        while (group < Math.Min(7, most)
            && (group * tiles + RowsWanted - 1) / RowsWanted * RowsWanted * 8 > group * tiles * 9)
            group++;
        return group;
    }

    /// <summary>
    /// Floats from one plane to the next: an odd number of cache lines. With a power of two, all 36 planes of a patch would
    /// map to one set of the L1 cache, which holds twelve lines.
    /// </summary>
    private static int PlaneOf(int rows, Layout layout) => checked((rows * layout.Pitch / Rows.Panel | 1) * Rows.Panel);

    private void ForwardGroup(Span<float> inputs, Span<float> outputs, int first, int end)
    {
        int tiles = TilesOf(first), rows = (end - first) * tiles, pitch = Input.Layout.Pitch, outputPitch = Output.Layout.Pitch;
        int plane = PlaneOf(rows, Input.Layout), outputPlane = PlaneOf(rows, Output.Layout);
        for (int r = 0; r < rows; r++)
        {
            int item = first + r / tiles;
            Winograd.ToPlanes(Winograd.Map.Input, Input.ValuesOf(item), PatchOf(item, r % tiles), inputs, plane, r * pitch);
        }

        for (int p = 0; p < Winograd.Planes; p++)
        {
            PanelProducts.RowsTimesPanels(
                inputs.Slice(p * plane, rows * pitch),
                _inputRows.AsSpan(0, rows),
                new Window(1, pitch, 0),
                KernelsOf(_kernels.Span, p),
                p == Winograd.BiasPlane ? Weights.PaddedBiases : _zeros.Slice(0, outputPitch),
                outputs.Slice(p * outputPlane, rows * outputPitch));
        }

        for (int r = 0; r < rows; r++)
        {
            int item = first + r / tiles;
            Winograd.FromPlanes(
                Winograd.Map.Output, outputs, outputPlane, r * outputPitch, Output.ValuesOf(item), TileOf(item, r % tiles));
        }
    }

    private void BackGroup(Span<float> errors, Span<float> inputErrors, int first, int end)
    {
        int tiles = TilesOf(first), rows = (end - first) * tiles, pitch = Input.Layout.Pitch, outputPitch = Output.Layout.Pitch;
        int plane = PlaneOf(rows, Input.Layout), outputPlane = PlaneOf(rows, Output.Layout);
        for (int r = 0; r < rows; r++)
        {
            int item = first + r / tiles;
            Winograd.ToPlanes(
                Winograd.Map.Error, Output.ErrorsOf(item), TileOf(item, r % tiles), errors, outputPlane, r * outputPitch);
        }

        for (int p = 0; p < Winograd.Planes; p++)
        {
            PanelProducts.RowsTimesPanels(
                errors.Slice(p * outputPlane, rows * outputPitch),
                _outputRows.AsSpan(0, rows),
                new Window(1, outputPitch, 0),
                KernelsOf(_transposed.Span, p),
                _zeros.Slice(0, pitch),
                inputErrors.Slice(p * plane, rows * pitch));
        }

        for (int i = first; i < end; i++)
            Input.ErrorsOf(i).Clear();
        for (int r = 0; r < rows; r++) // patches overlap: their errors add up
        {
            int item = first + r / tiles;
            Winograd.FromPlanes(
                Winograd.Map.InputError, inputErrors, plane, r * pitch, Input.ErrorsOf(item), PatchOf(item, r % tiles));
        }
    }

    /// <summary>Sums the gradient over some images: in planes, [36, panels, inputs, 16], then that of the biases.</summary>
    private void AddShard(int worker, int start, int end, Span<float> sums)
    {
        int pitch = Input.Layout.Pitch, outputPitch = Output.Layout.Pitch,
            weightTiles = PanelProducts.TileCount(pitch, outputPitch);
        Span<float> inputs = _inputPlanes[worker].Span, errors = _outputPlanes[worker].Span;
        for (int first = start; first < end; first += _group)
        {
            int tiles = TilesOf(first),
                rows = (Math.Min(end, first + _group) - first) * tiles,
                plane = PlaneOf(rows, Input.Layout),
                outputPlane = PlaneOf(rows, Output.Layout);
            for (int r = 0; r < rows; r++)
            {
                int item = first + r / tiles;
                Winograd.ToPlanes(Winograd.Map.Input, Input.ValuesOf(item), PatchOf(item, r % tiles), inputs, plane, r * pitch);
                Winograd.ToPlanes(
                    Winograd.Map.Error, Output.ErrorsOf(item), TileOf(item, r % tiles), errors, outputPlane, r * outputPitch);
            }

            for (int p = 0; p < Winograd.Planes; p++)
            {
                PanelProducts.AddOuterProducts(
                    inputs.Slice(p * plane, rows * pitch),
                    _inputRows.AsSpan(0, rows),
                    _inputOffsets,
                    errors.Slice(p * outputPlane, rows * outputPitch),
                    KernelsOf(sums[.._kernels.Length], p),
                    0,
                    weightTiles,
                    Shards.One);
            }
        }

        for (int i = start; i < end && Weights.HasBias; i++)
            Rows.AddRows(Output.ErrorsOf(i), sums[_kernels.Length..]);
    }

    private void AddKernels(int panel, int channel) => Winograd.FromPlanes(
        Winograd.Map.KernelGradient,
        _gradient!.Total[.._kernels.Length],
        _kernels.Length / Winograd.Planes,
        (panel * Input.Layout.Pitch + channel) * Rows.Panel,
        _destination.Panels[KernelStart(panel, channel)..],
        KernelPlace);

    private Winograd.Place KernelPlace => new(3, 3, Input.Layout.Channels * Rows.Panel, Rows.Panel, 0, 0);

    private int KernelStart(int panel, int channel) => (panel * 9 * Input.Layout.Channels + channel) * Rows.Panel;

    private static Span<float> KernelsOf(Span<float> kernels, int plane) =>
        kernels.Slice(plane * (kernels.Length / Winograd.Planes), kernels.Length / Winograd.Planes);

    private static int TilesAlong(int side) => (side + Winograd.Tile - 1) / Winograd.Tile;

    private int TilesOf(int item) => _tileRows * TilesAlong(Output.WidthOf(item));

    private Winograd.Place PatchOf(int item, int tile) =>
        PlaceOf(Input.Layout, Input.WidthOf(item), tile, TilesAlong(Output.WidthOf(item)), _padding);

    private Winograd.Place TileOf(int item, int tile) =>
        PlaceOf(Output.Layout, Output.WidthOf(item), tile, TilesAlong(Output.WidthOf(item)), padding: 0);

    private static Winograd.Place PlaceOf(Layout layout, int width, int tile, int tileColumns, Sides padding) => new(
        layout.Height,
        width,
        layout.Pitch,
        layout.Pitch,
        tile / tileColumns * Winograd.Tile - padding.Height,
        tile % tileColumns * Winograd.Tile - padding.Width);
}
