using ILGPU;
using ILGPU.Runtime;
using Inkling.Execution.Stages;
using Inkling.Gpu.Kernels;

namespace Inkling.Gpu.Stages;

/// <summary>Batch normalisation, with ReLU behind it where one follows.</summary>
internal sealed class NormalisationStage : DeviceStage
{
    private const int LeastRows = 64, MostChunks = 128; // whose sums a block forms, and which another adds up

    private readonly StageSettings _settings;
    private readonly DeviceSession _session;
    private readonly int _channels, _isRectified, _gradientStart;
    private readonly Floats _learned, _running, _factors, _parts;
    private readonly Action<AcceleratorStream, KernelConfig, int, int, int, Floats, Floats> _moments;
    private readonly Action<AcceleratorStream, KernelConfig, int, int, Floats, Floats, Floats> _apply;
    private readonly Action<AcceleratorStream, KernelConfig, int, float, Floats, Floats, Floats> _takeRunning;

    private readonly Action<
        AcceleratorStream, KernelConfig, int, int, int, int, float, Floats, Floats, Floats, Floats> _takeMoments;

    private readonly Action<
        AcceleratorStream, KernelConfig, int, int, int, int, Floats, Floats, Floats, Floats, Floats> _sumErrors;

    private readonly Action<AcceleratorStream, KernelConfig, int, int, Floats, Floats> _addErrors;

    private readonly Action<AcceleratorStream, KernelConfig, int, int, int, Floats, Floats, Floats, Floats, Floats, Floats> _back;

    /// <inheritdoc cref="WeightedStage(StageSettings, int, Numbers, Numbers, bool, bool)"/>
    public NormalisationStage(
        StageSettings settings, int layer, Numbers input, Numbers output, bool goesBack, bool isRectified)
        : base(input, output, goesBack)
    {
        (_settings, _session) = (settings, settings.Session);
        _channels = input.Shape.Channels;
        _isRectified = isRectified ? 1 : 0;
        _learned = settings.Parameters.Of(layer);
        _running = settings.Parameters.StatisticsOf(layer);
        _factors = settings.Memory.Allocate<float>(4 * _channels);
        _session.Load(NormalisationKernels.Moments, out _moments);
        _session.Load(NormalisationKernels.TakeMoments, out _takeMoments);
        _session.Load(NormalisationKernels.TakeRunning, out _takeRunning);
        _session.Load(NormalisationKernels.Apply, out _apply);
        _session.Load(NormalisationKernels.SumErrors, out _sumErrors);
        _session.Load(NormalisationKernels.AddErrors, out _addErrors);
        _session.Load(NormalisationKernels.Back, out _back);
        if (settings.Plan is not { } plan)
            return;
        _parts = settings.Memory.Allocate<float>(2L * _channels * (MostChunks + 1));
        _gradientStart = plan.Add(layer, 0, 2 * _channels, splits: 1, left: 1);
    }

    public override void Forward(in DeviceWork work)
    {
        Floats x = Input.ValuesOf(work.Items), y = Output.ValuesOf(work.Items);
        (int rows, int chunk) = RowsOf(work);
        if (work.IsTraining)
        {
            _moments(_session.Stream, Chunks(rows, chunk), rows, _channels, chunk, x, _parts);
            _takeMoments(
                _session.Stream,
                _session.Columns(_channels),
                rows,
                Input.OwnPixels,
                _channels,
                chunk,
                BatchNormalisationStage.Epsilon,
                _parts,
                _learned,
                _running,
                _factors);
        }
        else
        {
            KernelConfig blocks = _session.Elements(_channels);
            _takeRunning(_session.Stream, blocks, _channels, BatchNormalisationStage.Epsilon, _learned, _running, _factors);
        }

        _apply(_session.Stream, _session.Rows(rows, _channels), _channels, _isRectified, _factors, x, y);
    }

    public override void Back(in DeviceWork work)
    {
        Floats x = Input.ValuesOf(work.Items), y = Output.ValuesOf(work.Items), errors = Output.ErrorsOf(work.Items);
        Floats gradient = _settings.Gradient.SubView(_gradientStart, 2 * _channels);
        (int rows, int chunk) = RowsOf(work);
        _sumErrors(_session.Stream, Chunks(rows, chunk), rows, _channels, chunk, _isRectified, _factors, x, y, errors, _parts);
        _addErrors(_session.Stream, _session.Columns(_channels), (rows + chunk - 1) / chunk, _channels, _parts, gradient);
        if (GoesBack)
        {
            _back(
                _session.Stream,
                _session.Rows(rows, _channels),
                Input.OwnPixels,
                _channels,
                _isRectified,
                _factors,
                gradient,
                x,
                y,
                errors,
                Input.ErrorsOf(work.Items));
        }
    }

    private KernelConfig Chunks(int rows, int chunk) => new(
        new Index3D((rows + chunk - 1) / chunk, (_channels + ColumnSums.Lanes - 1) / ColumnSums.Lanes, 1),
        new Index3D(_session.SumThreads, 1, 1));

    /// <summary>Rows, and rows in a chunk: no more chunks than keep the device busy.</summary>
    private (int Rows, int Chunk) RowsOf(in DeviceWork work)
    {
        int rows = work.Items * Input.Shape.Height * Input.Shape.Width;
        int chunks = Math.Min(MostChunks, _session.BusyBlocks);
        return (rows, Math.Max(LeastRows, (rows + chunks - 1) / chunks));
    }
}
