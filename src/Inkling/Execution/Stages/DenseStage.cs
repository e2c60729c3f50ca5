using Inkling.Execution.Ranks;
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
    private readonly Action<int, int, int> _forward, _transpose, _back, _addTiles, _sumTiles;
    private WeightedLayer _destination;
    private int _items;
    private GradientExchange? _exchange;
    private int _start; // of the exchange's sums
    private int _shard, _shardStart, _shardEnd; // the shard that is summed for the exchange, and its items

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
        _sumTiles = (_, start, end) => PanelProducts.AddOuterProducts(
            Input.Values.Span,
            _inputRows.AsSpan(_shardStart, _shardEnd - _shardStart),
            _offsets,
            ErrorsOfShard,
            SumsOfShard[..Weights.Panels.Length],
            start,
            end,
            Shards.One);
    }

    private Span<float> ErrorsOfShard =>
        Output.Errors.Slice(_shardStart * Output.Layout.Stride, (_shardEnd - _shardStart) * Output.Layout.Stride);

    /// <summary>[inputs × stride + stride]: a shard's sums for the weights, then those for the biases.</summary>
    private Span<float> SumsOfShard =>
        _exchange!.SumsOf(_shard).Slice(_start, Weights.Panels.Length + Output.Layout.Stride);

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
        int tiles = PanelProducts.TileCount(_offsets.Length, Output.Layout.Stride),
            chunk = ChunkOf(work.Items, work.Workers) == work.Items ? tiles : Math.Max(1, tiles / (4 * work.Workers.Active));
        if (_exchange is not null)
        {
            SumShards(work, tiles, chunk);
            return;
        }

        work.Workers.For(tiles, chunk, _addTiles);
        if (_destination.HasBias)
            Rows.AddRows(
                Output.Errors.Slice(0, work.Items * Output.Layout.Stride), _shards, _biasSums.Span, _destination.PaddedBiases);
    }

    public override void ShareGradient(GradientExchange exchange)
    {
        _exchange = exchange;
        _start = exchange.Add(new PlainPart(Weights.WeightStart, Weights.Panels.Length));
        exchange.Add(new PlainPart(Weights.BiasStart, Output.Layout.Stride));
    }

    /// <summary>Sums each of this rank's shards for the exchange.</summary>
    private void SumShards(in StageWork work, int tiles, int chunk)
    {
        (int first, int end) = work.OwnShards(_shards);
        for (_shard = first; _shard < end; _shard++)
        {
            (_shardStart, _shardEnd) = work.ItemsOf(_shards, _shard);
            SumsOfShard.Clear();
            if (_shardStart == _shardEnd)
                continue;
            work.Workers.For(tiles, chunk, _sumTiles);
            if (Weights.HasBias)
                Rows.AddRows(ErrorsOfShard, SumsOfShard[Weights.Panels.Length..]);
        }
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
