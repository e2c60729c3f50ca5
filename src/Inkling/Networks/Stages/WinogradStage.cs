using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// A 3×3 convolution with stride 1 at work by Winograd's method (<see cref="Winograd"/>): a quarter of the products of
/// <see cref="ConvolutionStage"/>, for more additions. Several images' tiles at a time make rows for 36 matrix products.
/// </summary>
internal sealed class WinogradStage : Stage
{
    private const int RowsWanted = 7; // PanelProducts takes seven rows at once

    private readonly ParameterBuffer _parameters;
    private readonly int _layer, _padding, _tileRows, _tileColumns, _group;
    private readonly int[] _inputRows, _outputRows, _inputOffsets;
    private readonly AlignedBuffer _kernels, _transposed, _kernelGradients; // [36, panels, pitch of the other side, 16]
    private readonly AlignedBuffer[] _inputPlanes, _outputPlanes; // for each thread [36, rows, pitch]
    private readonly AlignedBuffer _zeros;
    private readonly Action<int, int, int> _forward, _transpose, _back, _addUnits;
    private WeightedLayer _destination;
    private int _items, _inputBlock;

    public WinogradStage(Activations input, Shape output, Layer.Convolution spec, ParameterBuffer parameters, int layer, bool goesBack, bool learns, int miniBatchSize, int threads)
        : base(input, new Activations(Layout.Of(output), miniBatchSize))
    {
        Layout from = input.Layout, to = Output.Layout;
        _parameters = parameters;
        _layer = layer;
        _destination = Weights;
        _padding = spec.Padding;
        (_tileRows, _tileColumns) = ((to.Height + Winograd.Tile - 1) / Winograd.Tile, (to.Width + Winograd.Tile - 1) / Winograd.Tile);
        _group = GroupOf(Tiles, miniBatchSize);
        int rows = _group * Tiles, weights = Winograd.Planes * from.Pitch * to.Pitch;
        _inputRows = [.. Enumerable.Range(0, rows).Select(r => r * from.Pitch)];
        _outputRows = [.. Enumerable.Range(0, rows).Select(r => r * to.Pitch)];
        _inputOffsets = [.. Enumerable.Range(0, from.Pitch)];
        _kernels = new AlignedBuffer(weights);
        _transposed = new AlignedBuffer(goesBack ? weights : 0);
        _kernelGradients = new AlignedBuffer(learns ? weights : 0);
        _inputPlanes = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer(Winograd.Planes * rows * from.Pitch))];
        _outputPlanes = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer(Winograd.Planes * rows * to.Pitch))];
        _zeros = new AlignedBuffer(Math.Max(from.Pitch, to.Pitch));
        _forward = (worker, start, end) =>
        {
            for (int group = start; group < end; group++)
                ForwardGroup(_inputPlanes[worker].Span, _outputPlanes[worker].Span, group * _group, Math.Min(_items, (group + 1) * _group));
        };
        _transpose = (_, start, end) =>
        {
            for (int p = start; p < end; p++)
            {
                for (int panel = 0; panel < to.Pitch / Rows.Panel; panel++)
                    Rows.TransposePanel(KernelsOf(_kernels, p), from.Pitch, to.Pitch, panel, KernelsOf(_transposed, p));
            }
        };
        _back = (worker, start, end) =>
        {
            for (int group = start; group < end; group++)
                BackGroup(_outputPlanes[worker].Span, _inputPlanes[worker].Span, group * _group, Math.Min(_items, (group + 1) * _group));
        };
        _addUnits = (worker, start, end) =>
        {
            for (int unit = start; unit < end; unit++)
                AddUnit(_inputPlanes[worker].Span, _outputPlanes[worker].Span, unit);
        };
    }

    private WeightedLayer Weights => (WeightedLayer)_parameters.All[_layer]!;

    private int Tiles => _tileRows * _tileColumns;

    /// <summary>Where the method applies and was measured to be faster (docs/performance.md).</summary>
    public static bool Suits(Layer.Convolution spec, Layout input, Shape output) =>
        spec is { Kernel: 3, Stride: 1 } && input.Channels >= Rows.Panel && output.Height >= Winograd.Tile && output.Width >= Winograd.Tile;

    public override void Prepare(in StageWork work)
    {
        WeightedLayer weights = Weights;
        int channels = Input.Layout.Channels, pitch = Input.Layout.Pitch;
        for (int panel = 0; panel < Output.Layout.Pitch / Rows.Panel; panel++)
        {
            for (int c = 0; c < channels; c++) // a kernel [3, 3] of sixteen outputs is an image of sixteen channels
                Winograd.ToPlanes(Winograd.Map.Kernel, weights.Panels[KernelStart(panel, c)..], KernelPlace, _kernels.Span, _kernels.Length / Winograd.Planes, (panel * pitch + c) * Rows.Panel);
        }
    }

    public override void Forward(in StageWork work)
    {
        _items = work.Items;
        work.Workers.For((work.Items + _group - 1) / _group, 1, _forward);
    }

    public override void PropagateBack(in StageWork work)
    {
        work.Workers.For(Winograd.Planes, Winograd.Planes / work.Workers.Count, _transpose);
        work.Workers.For((work.Items + _group - 1) / _group, 1, _back);
    }

    /// <summary>Threads share out the weights rather than the images: each is summed in the same order whoever does it.</summary>
    public override void AddGradient(in StageWork work, ParameterBuffer destination)
    {
        _destination = (WeightedLayer)destination.All[_layer]!;
        _kernelGradients.Span.Clear();
        int pairs = (Output.Layout.Pitch / Rows.Panel + 1) / 2, panels = Input.Layout.Pitch / Rows.Panel;
        int parts = Math.Clamp((work.Workers.Count + pairs - 1) / pairs, 1, panels);
        _inputBlock = (panels + parts - 1) / parts * Rows.Panel;
        work.Workers.For(pairs * ((Input.Layout.Pitch + _inputBlock - 1) / _inputBlock), 1, _addUnits);
        if (!_destination.HasBias)
            return;
        for (int i = 0; i < work.Items; i++)
            Rows.AddRows(Output.ErrorsOf(i)[..(Output.Layout.Pixels * Output.Layout.Pitch)], _destination.PaddedBiases);
    }

    /// <summary>As few images as fill blocks of seven rows to nine tenths.</summary>
    private static int GroupOf(int tiles, int miniBatchSize)
    {
        int group = 1;
        while (group < Math.Min(7, miniBatchSize) && (group * tiles + RowsWanted - 1) / RowsWanted * RowsWanted * 8 > group * tiles * 9)
            group++;
        return group;
    }

    private void ForwardGroup(Span<float> inputs, Span<float> outputs, int first, int end)
    {
        int rows = (end - first) * Tiles, pitch = Input.Layout.Pitch, outputPitch = Output.Layout.Pitch;
        for (int r = 0; r < rows; r++)
            Winograd.ToPlanes(Winograd.Map.Input, Input.ValuesOf(first + r / Tiles), PatchOf(Input.Layout, r, pitch), inputs, rows * pitch, r * pitch);
        for (int p = 0; p < Winograd.Planes; p++)
        {
            PanelProducts.RowsTimesPanels(
                inputs.Slice(p * rows * pitch, rows * pitch), _inputRows.AsSpan(0, rows), new Window(1, pitch, 0), KernelsOf(_kernels, p),
                p == Winograd.BiasPlane ? Weights.PaddedBiases : _zeros.Slice(0, outputPitch), outputs.Slice(p * rows * outputPitch, rows * outputPitch));
        }

        for (int r = 0; r < rows; r++)
            Winograd.FromPlanes(Winograd.Map.Output, outputs, rows * outputPitch, r * outputPitch, Output.ValuesOf(first + r / Tiles), TileOf(r, outputPitch));
    }

    private void BackGroup(Span<float> errors, Span<float> inputErrors, int first, int end)
    {
        int rows = (end - first) * Tiles, pitch = Input.Layout.Pitch, outputPitch = Output.Layout.Pitch;
        for (int r = 0; r < rows; r++)
            Winograd.ToPlanes(Winograd.Map.Error, Output.ErrorsOf(first + r / Tiles), TileOf(r, outputPitch), errors, rows * outputPitch, r * outputPitch);
        for (int p = 0; p < Winograd.Planes; p++)
        {
            PanelProducts.RowsTimesPanels(
                errors.Slice(p * rows * outputPitch, rows * outputPitch), _outputRows.AsSpan(0, rows), new Window(1, outputPitch, 0), KernelsOf(_transposed, p),
                _zeros.Slice(0, pitch), inputErrors.Slice(p * rows * pitch, rows * pitch));
        }

        for (int i = first; i < end; i++)
            Input.ErrorsOf(i).Clear();
        for (int r = 0; r < rows; r++) // patches overlap: their errors add up
            Winograd.FromPlanes(Winograd.Map.InputError, inputErrors, rows * pitch, r * pitch, Input.ErrorsOf(first + r / Tiles), PatchOf(Input.Layout, r, pitch));
    }

    /// <summary>The gradient of a block of input channels' kernels to two panels of output channels, over all images.</summary>
    private void AddUnit(Span<float> inputs, Span<float> errors, int unit)
    {
        int pitch = Input.Layout.Pitch, outputPitch = Output.Layout.Pitch, blocks = (pitch + _inputBlock - 1) / _inputBlock;
        int input = unit % blocks * _inputBlock, inputCount = Math.Min(_inputBlock, pitch - input);
        int output = unit / blocks * 2 * Rows.Panel, outputCount = Math.Min(2 * Rows.Panel, outputPitch - output);
        int start = output * pitch + input * outputCount, length = inputCount * outputCount; // in each plane, the unit's own part
        int tiles = PanelProducts.TileCount(inputCount, outputCount), plane = _kernelGradients.Length / Winograd.Planes;
        ReadOnlySpan<int> offsets = _inputOffsets.AsSpan(0, inputCount);
        Span<int> starts = stackalloc int[_group * Tiles];
        for (int r = 0; r < starts.Length; r++)
            starts[r] = r * inputCount;
        for (int first = 0; first < _items; first += _group)
        {
            int rows = (Math.Min(_items, first + _group) - first) * Tiles;
            for (int r = 0; r < rows; r++)
            {
                Winograd.ToPlanes(Winograd.Map.Input, Input.ValuesOf(first + r / Tiles)[input..], PatchOf(Input.Layout, r, inputCount), inputs, rows * inputCount, r * inputCount);
                Winograd.ToPlanes(Winograd.Map.Error, Output.ErrorsOf(first + r / Tiles)[output..], TileOf(r, outputCount), errors, rows * outputCount, r * outputCount);
            }

            for (int p = 0; p < Winograd.Planes; p++)
            {
                PanelProducts.AddOuterProducts(
                    inputs.Slice(p * rows * inputCount, rows * inputCount), starts[..rows], offsets, errors.Slice(p * rows * outputCount, rows * outputCount),
                    _kernelGradients.Slice(p * plane + start, length), 0, tiles);
            }
        }

        for (int panel = 0; panel < outputCount / Rows.Panel; panel++)
        {
            for (int c = 0; c < Math.Min(inputCount, Input.Layout.Channels - input); c++)
                Winograd.FromPlanes(Winograd.Map.KernelGradient, _kernelGradients.Span, plane, start + (panel * inputCount + c) * Rows.Panel, _destination.Panels[KernelStart(output / Rows.Panel + panel, input + c)..], KernelPlace);
        }
    }

    private Winograd.Place KernelPlace => new(3, 3, Input.Layout.Channels * Rows.Panel, Rows.Panel, 0, 0);

    private int KernelStart(int panel, int channel) => (panel * 9 * Input.Layout.Channels + channel) * Rows.Panel;

    private static Span<float> KernelsOf(AlignedBuffer kernels, int plane) => kernels.Slice(plane * (kernels.Length / Winograd.Planes), kernels.Length / Winograd.Planes);

    private Winograd.Place PatchOf(Layout layout, int row, int channels) => PlaceOf(layout, row, channels, _padding);

    private Winograd.Place TileOf(int row, int channels) => PlaceOf(Output.Layout, row, channels, padding: 0);

    private Winograd.Place PlaceOf(Layout layout, int row, int channels, int padding)
    {
        int tile = row % Tiles;
        return new(layout.Height, layout.Width, layout.Pitch, channels, tile / _tileColumns * Winograd.Tile - padding, tile % _tileColumns * Winograd.Tile - padding);
    }
}
