using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Stages;

/// <summary>
/// A convolution as matrix products. An image is copied into a frame of zeros, without padding between its pixels: there each
/// row of a window is contiguous, and the three products are those of a dense layer with one row for each pixel of the output.
/// </summary>
internal sealed class ConvolutionStage : Stage
{
    private readonly ParameterBuffer _parameters;
    private readonly int _layer, _kernel, _stride, _padding;
    private readonly Frame _inputFrame, _errorFrame;
    private readonly Window _window, _backWindow;
    private readonly int[] _inputRows, _errorRows, _offsets;
    private readonly AlignedBuffer[] _inputScratch, _errorScratch; // one for each thread
    private readonly AlignedBuffer _flipped, _zeros;
    private readonly Action<int, int, int> _forward, _back;
    private readonly ShardedGradient? _gradient;

    public ConvolutionStage(
        Activations input,
        Shape output,
        Layer.Convolution spec,
        ParameterBuffer parameters,
        int layer,
        bool goesBack,
        bool learns,
        int miniBatchSize,
        Shards shards,
        int threads)
        : base(input, new Activations(Layout.Padded(output), miniBatchSize), goesBack, takesPacked: !goesBack)
    {
        Layout from = input.Layout, to = Output.Layout;
        _parameters = parameters;
        _layer = layer;
        RequireFit(Weights);
        (_kernel, _stride, _padding) = (spec.Kernel, spec.Stride, spec.Padding);
        _inputFrame = new Frame(from.Height + 2 * _padding, from.Width + 2 * _padding, from.Channels);
        _errorFrame = new Frame(from.Height + _kernel - 1, from.Width + _kernel - 1, to.Channels);
        _window = new Window(_kernel, _kernel * from.Channels, _inputFrame.Width * from.Channels);
        _backWindow = new Window(_kernel, _kernel * to.Channels, _errorFrame.Width * to.Channels);
        _offsets = _window.Offsets();
        _inputRows =
            [.. Enumerable.Range(0, to.Pixels).Select(p => _inputFrame.At(p / to.Width * _stride, p % to.Width * _stride))];
        _errorRows = [.. Enumerable.Range(0, from.Pixels).Select(p => _errorFrame.At(p / from.Width, p % from.Width))];
        _inputScratch = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer(_inputFrame.Length))];
        _errorScratch = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer(goesBack ? _errorFrame.Length : 0))];
        _flipped = new AlignedBuffer(goesBack ? _backWindow.Size * from.Pitch : 0);
        _zeros = new AlignedBuffer(from.Pitch);
        _forward = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
                PanelProducts.RowsTimesPanels(
                    Framed(worker, i),
                    _inputRows,
                    _window,
                    Weights.Panels,
                    Weights.PaddedBiases,
                    Output.ValuesOf(i)[..(to.Pixels * to.Pitch)]);
        };
        _back = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
                BackItem(worker, i);
        };
        if (learns)
            _gradient = new ShardedGradient(shards, Weights.Panels.Length + to.Pitch, AddShard);
    }

    private WeightedLayer Weights => (WeightedLayer)_parameters.All[_layer]!;

    public override void Forward(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _forward);

    /// <summary>Spaces the errors by the stride in a frame of zeros and convolves it with the kernel rotated by 180°.</summary>
    public override void PropagateBack(in StageWork work)
    {
        WeightedLayer weights = Weights;
        Rows.Flip(weights.Panels, _kernel * _kernel, Input.Layout.Channels, weights.Neurons, _flipped.Span);
        work.ForEachItem(Output.Layout.Stride, _back);
    }

    public override void AddGradient(in StageWork work, ParameterBuffer destination)
    {
        WeightedLayer to = (WeightedLayer)destination.All[_layer]!;
        ReadOnlySpan<float> sum = _gradient!.Sum(work);
        int weights = to.Panels.Length;
        Vectors.Add(sum[..weights], to.Panels);
        if (to.HasBias)
            Vectors.Add(sum[weights..], to.PaddedBiases);
    }

    private void AddShard(int worker, int start, int end, Span<float> sums)
    {
        Layout to = Output.Layout;
        int weights = sums.Length - to.Pitch, tiles = PanelProducts.TileCount(_offsets.Length, to.Pitch);
        for (int i = start; i < end; i++)
        {
            ReadOnlySpan<float> errors = Output.ErrorsOf(i)[..(to.Pixels * to.Pitch)];
            PanelProducts.AddOuterProducts(
                Framed(worker, i), _inputRows, _offsets, errors, sums[..weights], 0, tiles, Shards.One);
            if (Weights.HasBias)
                Rows.AddRows(errors, sums[weights..]);
        }
    }

    private void BackItem(int worker, int item)
    {
        Layout from = Input.Layout, to = Output.Layout;
        Span<float> frame = _errorScratch[worker].Span;
        ReadOnlySpan<float> errors = Output.ErrorsOf(item);
        int margin = _kernel - 1 - _padding;
        for (int p = 0; p < to.Pixels; p++) // between and around them the frame stays zero
            errors.Slice(p * to.Pitch, to.Channels)
                .CopyTo(frame[_errorFrame.At(margin + p / to.Width * _stride, margin + p % to.Width * _stride)..]);
        PanelProducts.RowsTimesPanels(
            frame, _errorRows, _backWindow, _flipped.Span, _zeros.Span, Input.ErrorsOf(item)[..(from.Pixels * from.Pitch)]);
    }

    private ReadOnlySpan<float> Framed(int worker, int item)
    {
        Layout from = Input.Layout;
        ReadOnlySpan<float> values = Input.ValuesOf(item);
        if (_padding == 0 && from.Pitch == from.Channels)
            return values;
        Span<float> frame = _inputScratch[worker].Span;
        if (from.Pitch == from.Channels)
        {
            for (int y = 0; y < from.Height; y++)
                values.Slice(y * from.Width * from.Pitch, from.Width * from.Pitch)
                    .CopyTo(frame[_inputFrame.At(y + _padding, _padding)..]);
        }
        else
        {
            for (int p = 0; p < from.Pixels; p++)
                values.Slice(p * from.Pitch, from.Channels)
                    .CopyTo(frame[_inputFrame.At(p / from.Width + _padding, p % from.Width + _padding)..]);
        }

        return frame;
    }

    /// <summary>The shape of a frame: [height, width, channels], without padding between pixels.</summary>
    private readonly record struct Frame(int Height, int Width, int Channels)
    {
        public int Length => checked(Height * Width * Channels);

        public int At(int y, int x) => (y * Width + x) * Channels;
    }
}
