using Inkling.Execution.Ranks;
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
    private const int RowsWanted = 7; // that share a loaded weight; PanelProducts takes up to nine, or six, at once

    private const int MaxKernels = 1 << 24; // 36 floats each: 2.4 GB; layers with more use ConvolutionStage

    private readonly ParameterBuffer _parameters;
    private readonly int _layer, _tileRows, _group;
    private readonly Sides _padding;
    private readonly int[] _inputRows, _outputRows, _inputOffsets;
    private readonly AlignedBuffer _kernels, _transposed; // [36, panels, pitch of the other side, 16]
    private readonly ThreadBuffers _inputPlanes, _outputPlanes; // [36, rows, pitch]
    private readonly AlignedBuffer _biases; // [36, output pitch]: zero, except in the plane that reaches every output
    private readonly AlignedBuffer _zeros;
    private readonly TileOrder[] _orders; // one for each thread
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
    /// <param name="inputPlanes">Working memory of all stages of this kind in a pass: for the planes of inputs.</param>
    /// <param name="outputPlanes">The same for those of outputs.</param>
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
        ThreadBuffers inputPlanes,
        ThreadBuffers outputPlanes)
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
        (_inputPlanes, _outputPlanes) = (inputPlanes, outputPlanes);
        inputPlanes.Reserve(checked(Winograd.Planes * PlaneOf(rows, from)));
        outputPlanes.Reserve(checked(Winograd.Planes * PlaneOf(rows, to)));
        _biases = new AlignedBuffer(Winograd.Planes * to.Pitch);
        _zeros = new AlignedBuffer(from.Pitch);
        _orders = [.. Enumerable.Range(0, inputPlanes.Threads).Select(_ => new TileOrder(rows))];
        if (learns)
            _gradient = new ShardedGradient(shards, weights + to.Pitch, AddShard);
        _forward = (worker, start, end) =>
        {
            for (int first = start; first < end; first += _group)
                ForwardGroup(worker, first, Math.Min(end, first + _group));
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
                BackGroup(_outputPlanes.Of(worker), _inputPlanes.Of(worker), first, Math.Min(end, first + _group));
        };
        _toKernels = (_, start, end) =>
        {
            for (int unit = start; unit < end; unit++)
                AddKernels(
                    _gradient!.Total[.._kernels.Length], unit / from.Channels * from.Pitch + unit % from.Channels, _destination);
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
        int channels = Input.Layout.Channels, pitch = Input.Layout.Pitch, outputPitch = Output.Layout.Pitch;
        weights.PaddedBiases.CopyTo(_biases.Slice(Winograd.BiasPlane * outputPitch, outputPitch));
        for (int panel = 0; panel < outputPitch / Rows.Panel; panel++)
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
        if (_gradient!.IsShared)
        {
            _gradient.SumShards(work);
            return;
        }

        _destination = (WeightedLayer)destination.All[_layer]!;
        Span<float> sum = _gradient.Sum(work);
        work.Workers.Split(Output.Layout.Pitch / Rows.Panel * Input.Layout.Channels, _toKernels);
        if (_destination.HasBias)
            Vectors.Add(sum[_kernels.Length..], _destination.PaddedBiases);
    }

    public override void ShareGradient(GradientExchange exchange) => _gradient!.ShareWith(
        exchange, new KernelPart(this), new PlainPart(Weights.BiasStart, Output.Layout.Pitch));

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

    private void ForwardGroup(int worker, int first, int end)
    {
        TileOrder order = _orders[worker];
        int columns = TilesAlong(Output.WidthOf(first)), tiles = _tileRows * columns, rows = (end - first) * tiles;
        order.Set(end - first, _tileRows, columns, Output.Layout.Height, Output.WidthOf(first));
        Span<float> inputs = _inputPlanes.Of(worker), outputs = _outputPlanes.Of(worker);
        int pitch = Input.Layout.Pitch, plane = PlaneOf(rows, Input.Layout),
            outputPitch = Output.Layout.Pitch, outputPlane = PlaneOf(rows, Output.Layout);
        for (int r = 0; r < rows; r++)
        {
            (int item, int tile) = Math.DivRem(order.Tiles[r], tiles);
            item += first;
            Winograd.ToPlanes(Winograd.Map.Input, Input.ValuesOf(item), PatchOf(item, tile), inputs, plane, r * pitch);
        }

        if (order.AreAllWhole)
        {
            Multiply(0, Winograd.Planes, 0, rows, inputs, plane, outputs, outputPlane);
        }
        else
        {
            const int last = Winograd.Patch - 1;
            for (int row = 0; row < last; row++)
            {
                Multiply(row * Winograd.Patch, last, 0, rows, inputs, plane, outputs, outputPlane);
                Multiply(row * Winograd.Patch + last, 1, order.Right, order.Corner, inputs, plane, outputs, outputPlane);
            }

            Multiply(last * Winograd.Patch, last, 0, order.Bottom, inputs, plane, outputs, outputPlane);
            Multiply(Winograd.Planes - 1, 1, order.Right, order.Bottom, inputs, plane, outputs, outputPlane);
        }

        for (int r = 0; r < rows; r++)
        {
            (int item, int tile) = Math.DivRem(order.Tiles[r], tiles);
            item += first;
            Winograd.FromPlanes(
                Winograd.Map.Output, outputs, outputPlane, r * outputPitch, Output.ValuesOf(item), TileOf(item, tile));
        }
    }

    /// <summary>Multiplies some rows of some planes with those planes' kernels.</summary>
    private void Multiply(
        int firstPlane, int count, int start, int end, Span<float> inputs, int plane, Span<float> outputs, int outputPlane)
    {
        int pitch = Input.Layout.Pitch, outputPitch = Output.Layout.Pitch;
        PanelProducts.PlanesTimesPanels(
            new Planes(count, plane, outputPlane),
            inputs[(firstPlane * plane)..],
            _inputRows.AsSpan(start, end - start),
            new Window(1, pitch, 0),
            _kernels.Span[(firstPlane * pitch * outputPitch)..],
            _biases.Slice(firstPlane * outputPitch, count * outputPitch),
            outputs[(firstPlane * outputPlane + start * outputPitch)..]);
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
        Span<float> inputs = _inputPlanes.Of(worker), errors = _outputPlanes.Of(worker);
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

    /// <summary>Transforms the gradient of sixteen kernels back from the planes and adds it.</summary>
    /// <param name="planes">[36, units, 16].</param>
    /// <param name="unit">Which unit of all: panel × the input's pitch + channel.</param>
    /// <param name="destination">The layer that is added to.</param>
    /// <param name="firstUnit">The first unit of <paramref name="planes"/>.</param>
    private void AddKernels(ReadOnlySpan<float> planes, int unit, WeightedLayer destination, int firstUnit = 0)
    {
        (int panel, int channel) = Math.DivRem(unit, Input.Layout.Pitch);
        Winograd.FromPlanes(
            Winograd.Map.KernelGradient,
            planes,
            planes.Length / Winograd.Planes,
            (unit - firstUnit) * Rows.Panel,
            destination.Panels[KernelStart(panel, channel)..],
            KernelPlace);
    }

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

    /// <summary>
    /// The gradient of the kernels in planes, [36, panels × the input's pitch, 16]. Ranks add the planes, since a sum of
    /// transformed shards would have other bits; what they send each other of the result is the kernels, a quarter as much.
    /// </summary>
    private sealed class KernelPart(WinogradStage stage) : GradientPart
    {
        public override int Planes => Winograd.Planes;

        public override int Units => stage.Output.Layout.Pitch / Rows.Panel * stage.Input.Layout.Pitch;

        public override void AddTo(ParameterBuffer destination, int first, int end, ReadOnlySpan<float> total)
        {
            WeightedLayer layer = (WeightedLayer)destination.All[stage._layer]!;
            for (int unit = first; unit < end; unit++)
            {
                if (unit % stage.Input.Layout.Pitch < stage.Input.Layout.Channels)
                    stage.AddKernels(total, unit, layer, first);
            }
        }

        public override IEnumerable<(int Start, int Length)> RangesOf(int first, int end)
        {
            (int pitch, int channels) = (stage.Input.Layout.Pitch, stage.Input.Layout.Channels);
            for (int panel = first / pitch; panel * pitch < end; panel++)
            {
                int from = Math.Max(0, first - panel * pitch), count = Math.Min(channels, end - panel * pitch) - from;
                for (int place = 0; place < 9 && count > 0; place++)
                {
                    yield return (
                        stage.Weights.WeightStart + stage.KernelStart(panel, from) + place * channels * Rows.Panel,
                        count * Rows.Panel);
                }
            }
        }
    }

    /// <summary>
    /// The order of a group's tiles in the planes. A tile over the right or the lower edge does not need the last column or row
    /// of its planes, which reaches only the outputs beyond the edge; the order makes the tiles that need a plane adjacent.
    /// </summary>
    private sealed class TileOrder(int most)
    {
        private readonly int[] _tiles = new int[most];
        private (int Items, int Width) _of;

        /// <summary>For each row of a plane, item × tiles + tile.</summary>
        public ReadOnlySpan<int> Tiles => _tiles;

        /// <summary>The end of the tiles that are over the right edge only, which come first; then whole tiles follow.</summary>
        public int Right { get; private set; }

        /// <summary>The first tile over the lower edge.</summary>
        public int Bottom { get; private set; }

        /// <summary>The first tile over both edges.</summary>
        public int Corner { get; private set; }

        public bool AreAllWhole { get; private set; }

        public void Set(int items, int rows, int columns, int height, int width)
        {
            if (_of == (items, width))
                return;
            _of = (items, width);
            bool overBottom = height % Winograd.Tile != 0, overRight = width % Winograd.Tile != 0;
            int next = 0;
            Right = Take(isBottom: false, isRight: true);
            Bottom = Take(isBottom: false, isRight: false);
            Corner = Take(isBottom: true, isRight: false);
            int end = Take(isBottom: true, isRight: true);
            AreAllWhole = Right == 0 && Bottom == end;

            int Take(bool isBottom, bool isRight)
            {
                for (int i = 0; i < items * rows * columns; i++)
                {
                    bool isOverBottom = overBottom && i / columns % rows == rows - 1,
                        isOverRight = overRight && i % columns == columns - 1;
                    if ((isOverBottom, isOverRight) == (isBottom, isRight))
                        _tiles[next++] = i;
                }

                return next;
            }
        }
    }
}
