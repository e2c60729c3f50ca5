using Inkling.Execution.Ranks;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Stages;

/// <summary>
/// A convolution as matrix products. An image is copied into a frame of zeros, without padding between its pixels: there each
/// row of a window is contiguous, and the three products are those of a dense layer with one row for each pixel of the output.
/// Where the output has one row, a row of the input meets one row of the kernel only, and its errors are computed from that
/// alone: the same sums without the zeros.
/// </summary>
internal sealed class ConvolutionStage : Stage
{
    private readonly ParameterBuffer _parameters;
    private readonly int _layer;
    private readonly Layer.Convolution _spec;
    private readonly Frames[] _frames; // one for each thread
    private readonly AlignedBuffer _flipped, _flippedRows, _zeros;
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
        (_parameters, _layer, _spec) = (parameters, layer, spec);
        RequireFit(Weights);
        int pitch = Output.Layout.Pitch;
        _frames = [.. Enumerable.Range(0, threads).Select(_ => new Frames(spec, input.Layout, Output.Layout, goesBack))];
        _flipped = new AlignedBuffer(goesBack ? checked(spec.Kernel.Area * Output.Layout.Channels * input.Layout.Pitch) : 0);
        _flippedRows = new AlignedBuffer(HasOneRow ? _flipped.Length : 0);
        _zeros = new AlignedBuffer(input.Layout.Pitch);
        _forward = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                Frames frames = FramesFor(worker, i);
                PanelProducts.RowsTimesPanels(
                    Framed(frames, i),
                    frames.InputRows,
                    frames.Window,
                    Weights.Panels,
                    Weights.PaddedBiases,
                    Output.ValuesOf(i)[..(frames.To.Pixels * pitch)]);
            }
        };
        _back = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
                BackItem(FramesFor(worker, i), i);
        };
        if (learns)
            _gradient = new ShardedGradient(shards, Weights.Panels.Length + pitch, AddShard);
    }

    private WeightedLayer Weights => (WeightedLayer)_parameters.All[_layer]!;

    private bool HasOneRow => Output.Layout.Height == 1 && _spec.Kernel.Height > 1;

    public override void Forward(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _forward);

    /// <summary>Spaces the errors by the stride in a frame of zeros and convolves it with the kernel rotated by 180°.</summary>
    public override void PropagateBack(in StageWork work)
    {
        WeightedLayer weights = Weights;
        Rows.Flip(weights.Panels, _spec.Kernel.Area, Input.Layout.Channels, weights.Neurons, _flipped.Span);
        if (HasOneRow)
            DivideIntoRows();
        work.ForEachItem(Output.Layout.Stride, _back);
    }

    public override void AddGradient(in StageWork work, ParameterBuffer destination)
    {
        if (_gradient!.IsShared)
        {
            _gradient.SumShards(work);
            return;
        }

        WeightedLayer to = (WeightedLayer)destination.All[_layer]!;
        ReadOnlySpan<float> sum = _gradient.Sum(work);
        int weights = to.Panels.Length;
        Vectors.Add(sum[..weights], to.Panels);
        if (to.HasBias)
            Vectors.Add(sum[weights..], to.PaddedBiases);
    }

    public override void ShareGradient(GradientExchange exchange) => _gradient!.ShareWith(
        exchange,
        new PlainPart(Weights.WeightStart, Weights.Panels.Length),
        new PlainPart(Weights.BiasStart, Output.Layout.Pitch));

    private void AddShard(int worker, int start, int end, Span<float> sums)
    {
        int pitch = Output.Layout.Pitch, weights = sums.Length - pitch;
        for (int i = start; i < end; i++)
        {
            Frames frames = FramesFor(worker, i);
            ReadOnlySpan<float> errors = Output.ErrorsOf(i)[..(frames.To.Pixels * pitch)];
            PanelProducts.AddOuterProducts(
                Framed(frames, i),
                frames.InputRows,
                frames.Offsets,
                errors,
                sums[..weights],
                0,
                PanelProducts.TileCount(frames.Offsets.Length, pitch),
                Shards.One);
            if (Weights.HasBias)
                Rows.AddRows(errors, sums[weights..]);
        }
    }

    /// <summary>
    /// Copies the rotated kernel, [panels, rows, columns × outputs, 16], into one for each of its rows: [rows, panels, columns ×
    /// outputs, 16].
    /// </summary>
    private void DivideIntoRows()
    {
        int height = _spec.Kernel.Height, length = _spec.Kernel.Width * Output.Layout.Channels * Rows.Panel,
            panels = Input.Layout.Pitch / Rows.Panel;
        for (int panel = 0; panel < panels; panel++)
        {
            for (int row = 0; row < height; row++)
                _flipped.Slice((panel * height + row) * length, length)
                    .CopyTo(_flippedRows.Slice((row * panels + panel) * length, length));
        }
    }

    /// <summary>The errors of the input where the output has one row.</summary>
    private void BackFromOneRow(Frames frames, int item)
    {
        (Layout from, Layout to) = (frames.From, frames.To);
        Span<float> frame = frames.Errors.Slice(0, frames.ErrorFrame.Width * to.Channels), inputErrors = Input.ErrorsOf(item);
        ReadOnlySpan<float> errors = Output.ErrorsOf(item);
        int left = _spec.Kernel.Width - 1 - _spec.Padding.Width, rowLength = from.Width * from.Pitch,
            kernelLength = _flippedRows.Length / _spec.Kernel.Height;
        for (int x = 0; x < to.Width; x++)
            errors.Slice(x * to.Pitch, to.Channels).CopyTo(frame[frames.ErrorFrame.At(0, left + x * _spec.Stride.Width)..]);
        for (int y = 0; y < from.Height; y++)
        {
            Span<float> row = inputErrors.Slice(y * rowLength, rowLength);
            int kernelRow = y + _spec.Padding.Height; // which this row was multiplied with
            if (kernelRow >= _spec.Kernel.Height)
            {
                row.Clear();
                continue;
            }

            PanelProducts.RowsTimesPanels(
                frame,
                frames.ErrorRows[..from.Width],
                frames.BackWindow with { Runs = 1 },
                _flippedRows.Slice((_spec.Kernel.Height - 1 - kernelRow) * kernelLength, kernelLength),
                _zeros.Span,
                row);
        }
    }

    private void BackItem(Frames frames, int item)
    {
        if (HasOneRow)
        {
            BackFromOneRow(frames, item);
            return;
        }

        (Layout from, Layout to) = (frames.From, frames.To);
        Span<float> frame = frames.Errors.Span;
        ReadOnlySpan<float> errors = Output.ErrorsOf(item);
        int top = _spec.Kernel.Height - 1 - _spec.Padding.Height, left = _spec.Kernel.Width - 1 - _spec.Padding.Width;
        for (int p = 0; p < to.Pixels; p++) // between and around them the frame stays zero
        {
            int y = top + p / to.Width * _spec.Stride.Height, x = left + p % to.Width * _spec.Stride.Width;
            errors.Slice(p * to.Pitch, to.Channels).CopyTo(frame[frames.ErrorFrame.At(y, x)..]);
        }

        PanelProducts.RowsTimesPanels(
            frame,
            frames.ErrorRows,
            frames.BackWindow,
            _flipped.Span,
            _zeros.Span,
            Input.ErrorsOf(item)[..(from.Pixels * from.Pitch)]);
    }

    private ReadOnlySpan<float> Framed(Frames frames, int item)
    {
        Layout from = frames.From;
        Sides padding = _spec.Padding;
        ReadOnlySpan<float> values = Input.ValuesOf(item);
        if (padding == 0 && from.Pitch == from.Channels)
            return values;
        Span<float> frame = frames.Inputs.Span;
        if (from.Pitch == from.Channels)
        {
            for (int y = 0; y < from.Height; y++)
                values.Slice(y * from.Width * from.Pitch, from.Width * from.Pitch)
                    .CopyTo(frame[frames.InputFrame.At(y + padding.Height, padding.Width)..]);
        }
        else
        {
            for (int p = 0; p < from.Pixels; p++)
                values.Slice(p * from.Pitch, from.Channels)
                    .CopyTo(frame[frames.InputFrame.At(p / from.Width + padding.Height, p % from.Width + padding.Width)..]);
        }

        return frame;
    }

    private Frames FramesFor(int worker, int item)
    {
        _frames[worker].SetWidth(Input.LayoutOf(item), Output.LayoutOf(item));
        return _frames[worker];
    }

    /// <summary>The shape of a frame: [height, width, channels], without padding between pixels.</summary>
    private readonly record struct Frame(int Height, int Width, int Channels)
    {
        public int Length => checked(Height * Width * Channels);

        public int At(int y, int x) => (y * Width + x) * Channels;
    }

    /// <summary>One thread's frames, with the offsets of their windows: for the width of the item it saw last.</summary>
    private sealed class Frames
    {
        private readonly Layer.Convolution _spec;
        private readonly int[] _inputRows, _errorRows;

        /// <param name="spec">The convolution.</param>
        /// <param name="from">The layout of the widest input.</param>
        /// <param name="to">The layout of the widest output.</param>
        /// <param name="goesBack">Whether errors are propagated back.</param>
        public Frames(Layer.Convolution spec, Layout from, Layout to, bool goesBack)
        {
            _spec = spec;
            _inputRows = new int[to.Pixels];
            _errorRows = new int[goesBack ? from.Pixels : 0];
            Offsets = new int[checked(spec.Kernel.Area * from.Channels)];
            SetFrames(from, to);
            Inputs = new AlignedBuffer(InputFrame.Length);
            Errors = new AlignedBuffer(goesBack ? ErrorFrame.Length : 0);
            SetOffsets();
        }

        public Layout From { get; private set; }

        public Layout To { get; private set; }

        public Frame InputFrame { get; private set; }

        public Frame ErrorFrame { get; private set; }

        /// <summary>An input with its padding; the padding stays zero.</summary>
        public AlignedBuffer Inputs { get; }

        /// <summary>An output's errors, spaced by the stride; the rest stays zero.</summary>
        public AlignedBuffer Errors { get; }

        /// <summary>[output pixels]: the offset of each window in the input's frame.</summary>
        public ReadOnlySpan<int> InputRows => _inputRows.AsSpan(0, To.Pixels);

        /// <summary>[input pixels]: the offset of each window in the errors' frame.</summary>
        public ReadOnlySpan<int> ErrorRows => _errorRows.AsSpan(0, From.Pixels);

        public Window Window => new(_spec.Kernel.Height, _spec.Kernel.Width * From.Channels, InputFrame.Width * From.Channels);

        public Window BackWindow =>
            new(_spec.Kernel.Height, _spec.Kernel.Width * To.Channels, ErrorFrame.Width * To.Channels);

        /// <summary><see cref="Window.CopyOffsets"/> of <see cref="Window"/>.</summary>
        public int[] Offsets { get; }

        /// <summary>Changes the frames and offsets to those of another width.</summary>
        /// <param name="from">The layout of the input.</param>
        /// <param name="to">The layout of the output.</param>
        public void SetWidth(Layout from, Layout to)
        {
            if (from.Width == From.Width)
                return;
            SetFrames(from, to);
            Inputs.Span.Clear();
            Errors.Span.Clear();
            SetOffsets();
        }

        private void SetFrames(Layout from, Layout to)
        {
            (From, To) = (from, to);
            (Sides kernel, Sides padding) = (_spec.Kernel, _spec.Padding);
            InputFrame = new Frame(from.Height + 2 * padding.Height, from.Width + 2 * padding.Width, from.Channels);
            ErrorFrame = new Frame(from.Height + kernel.Height - 1, from.Width + kernel.Width - 1, to.Channels);
        }

        private void SetOffsets()
        {
            PixelOffsets.Fill(_inputRows.AsSpan(0, To.Pixels), To.Width, _spec.Stride, InputFrame.Width, From.Channels);
            if (_errorRows.Length > 0)
                PixelOffsets.Fill(_errorRows.AsSpan(0, From.Pixels), From.Width, stride: 1, ErrorFrame.Width, To.Channels);
            Window.CopyOffsets(Offsets);
        }
    }
}
