using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;
using Inkling.Numerics.Threads;

namespace Inkling.Execution.Stages;

/// <summary>
/// A fully connected layer as three matrix products. Forward z = x·wᵀ + b, [items, inputs] to [items, neurons]; back, with
/// δ = ∂C/∂z, ∂C/∂x = δ·w (Nielsen's BP2), [items, neurons] to [items, inputs]; the gradient ∂C/∂w = δᵀ·x, [neurons, inputs]
/// (BP4), and ∂C/∂b = Σ δ over the items (BP3).
/// </summary>
internal sealed class DenseStage : Stage
{
    private const int WorkWorthSharing = 200_000; // multiply-adds; a mini-batch with fewer is not shared

    private readonly ParameterBuffer _parameters;
    private readonly int _layer;
    private readonly Shards _shards;
    private readonly int[] _inputRows, _outputRows, _offsets;
    private readonly AlignedBuffer _transposed, _zeros, _biasSums;
    private readonly Action<int, int, int> _forward, _transpose, _back, _addTiles;
    private WeightedLayer _destination;
    private int _items;

    public DenseStage(
        Activations input,
        Shape output,
        ParameterBuffer parameters,
        int layer,
        bool goesBack,
        int miniBatchSize,
        Shards shards)
        : base(input, new Activations(Layout.Padded(output), miniBatchSize), goesBack)
    {
        _parameters = parameters;
        _layer = layer;
        _shards = shards;
        _biasSums = new AlignedBuffer(checked(shards.Count * Output.Layout.Stride));
        _destination = Weights;
        RequireFit(Weights);
        int inputs = Weights.Inputs, stride = Input.Layout.Stride;
        _inputRows = [.. Enumerable.Range(0, miniBatchSize).Select(i => i * stride)];
        _outputRows = [.. Enumerable.Range(0, miniBatchSize).Select(i => i * Output.Layout.Stride)];
        _offsets = [.. Enumerable.Range(0, inputs)];
        _transposed = new AlignedBuffer(goesBack ? checked(Weights.Neurons * stride) : 0);
        _zeros = new AlignedBuffer(stride);
        _forward = (_, start, end) => PanelProducts.RowsTimesPanels(
            Input.Values.Span,
            _inputRows.AsSpan(start, end - start),
            new Window(1, inputs, 0),
            Weights.Panels,
            Weights.PaddedBiases,
            Output.Values.Slice(start * Output.Layout.Stride, (end - start) * Output.Layout.Stride));
        _transpose = (_, start, end) =>
        {
            for (int panel = start; panel < end; panel++)
                Rows.TransposePanel(Weights.Panels, inputs, Weights.Neurons, panel, _transposed.Span);
        };
        _back = (_, start, end) => PanelProducts.RowsTimesPanels(
            Output.Errors.Span,
            _outputRows.AsSpan(start, end - start),
            new Window(1, Weights.Neurons, 0),
            _transposed.Span,
            _zeros.Span,
            Input.Errors.Slice(start * stride, (end - start) * stride));
        _addTiles = (_, start, end) => PanelProducts.AddOuterProducts(
            Input.Values.Span,
            _inputRows.AsSpan(0, _items),
            _offsets,
            Output.Errors.Slice(0, _items * Output.Layout.Stride),
            _destination.Panels,
            start,
            end,
            _shards);
    }

    private WeightedLayer Weights => (WeightedLayer)_parameters.All[_layer]!;

    public override void Forward(in StageWork work) => work.Workers.For(work.Items, ChunkOf(work.Items, work.Workers), _forward);

    public override void PropagateBack(in StageWork work)
    {
        work.Workers.For(Weights.Stride / Rows.Panel, _offsets.Length < 256 ? Weights.Stride / Rows.Panel : 4, _transpose);
        work.Workers.For(work.Items, ChunkOf(work.Items, work.Workers), _back);
    }

    public override void AddGradient(in StageWork work, ParameterBuffer destination)
    {
        _destination = (WeightedLayer)destination.All[_layer]!;
        _items = work.Items;
        int tiles = PanelProducts.TileCount(_offsets.Length, Output.Layout.Stride);
        work.Workers.For(
            tiles,
            ChunkOf(work.Items, work.Workers) == work.Items ? tiles : Math.Max(1, tiles / (4 * work.Workers.Active)),
            _addTiles);
        if (_destination.HasBias)
            Rows.AddRows(
                Output.Errors.Slice(0, work.Items * Output.Layout.Stride), _shards, _biasSums.Span, _destination.PaddedBiases);
    }

    /// <summary>
    /// Examples that a thread takes at a time: half its share, rounded up to whole blocks of seven rows, or all where the work is
    /// not worth sharing.
    /// </summary>
    private int ChunkOf(int items, Workers workers) =>
        workers.Active == 1 || (long)items * Weights.Inputs * Weights.Neurons < WorkWorthSharing
            ? items
            : (items / (2 * workers.Active) + 6) / 7 * 7;
}
