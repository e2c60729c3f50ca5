using System.Runtime.CompilerServices;
using Inkling.Execution.Ranks;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Stages;

/// <summary>A fully connected layer that reads sparse examples directly and skips their zeros.</summary>
internal sealed class SparseDenseStage : Stage
{
    private const int ItemsWorthSharing = 32; // examples for each thread from which on they are divided, not the neurons

    private readonly ParameterBuffer _parameters;
    private readonly int _layer;
    private readonly Shards _shards;
    private readonly Lazy<AlignedBuffer>[] _sums; // for each thread that is given a panel [shards, inputs, 16]
    private readonly AlignedBuffer _biasSums;
    private readonly Action<int, int, int> _forwardItems, _forwardPanels, _addPanels, _sumPanels;
    private WeightedLayer _destination;
    private int _items;
    private GradientExchange? _exchange;
    private int _start; // of the exchange's sums
    private StageWork _work;

    public SparseDenseStage(
        Activations input,
        Shape output,
        ParameterBuffer parameters,
        int layer,
        int miniBatchSize,
        Shards shards,
        int threads)
        : base(input, new Activations(Layout.Padded(output), miniBatchSize), goesBack: false)
    {
        _parameters = parameters;
        _layer = layer;
        _shards = shards;
        _destination = Weights;
        RequireFit(Weights);
        int stride = Output.Layout.Stride;
        _forwardItems = (_, start, end) => SparseProducts.RowsTimesPanels(
            Rows!,
            Examples.AsSpan(start, end - start),
            Weights.Panels,
            Weights.PaddedBiases,
            Output.Values.Slice(start * stride, (end - start) * stride),
            0,
            Panels);
        _forwardPanels = (_, start, end) => SparseProducts.RowsTimesPanels(
            Rows!, Examples, Weights.Panels, Weights.PaddedBiases, Output.Values.Slice(0, _items * stride), start, end);
        int panel = Weights.Inputs * Numerics.Rows.Panel;
        int length = shards.Count == 1 ? 0 : checked(shards.Count * panel);
        _sums = [.. Enumerable.Range(0, threads).Select(_ => new Lazy<AlignedBuffer>(() => new AlignedBuffer(length)))];
        _biasSums = new AlignedBuffer(checked(shards.Count * stride));
        _addPanels = (worker, start, end) =>
        {
            for (int p = start; p < end; p++)
                AddPanel(p, _destination.Panels.Slice(p * panel, panel), _sums[worker].Value.Span);
        };
        _sumPanels = (_, start, end) =>
        {
            (int first, int last) = _work.OwnShards(_shards);
            for (int shard = first; shard < last; shard++)
            {
                Span<float> weights = _exchange!.SumsOf(shard).Slice(_start + start * panel, (end - start) * panel);
                weights.Clear();
                (int from, int to) = _work.ItemsOf(_shards, shard);
                SparseProducts.AddOuterProducts(
                    Rows!, Examples.AsSpan(from, to - from), ErrorsOf(from, to), weights, start, end);
            }
        };
    }

    /// <summary>Where the examples come from, set before each mini-batch.</summary>
    public SparseRows? Rows { get; set; }

    /// <summary>[items]: the mini-batch.</summary>
    public ArraySegment<int> Examples { get; set; }

    /// <summary>The next mini-batch, prefetched into the cache meanwhile.</summary>
    public ArraySegment<int> Next { get; set; }

    private WeightedLayer Weights => (WeightedLayer)_parameters.All[_layer]!;

    private int Panels => Output.Layout.Stride / Numerics.Rows.Panel;

    /// <summary>
    /// For a small mini-batch each thread computes some of the neurons, whose weights stay in its caches; for a large one, some
    /// of the examples.
    /// </summary>
    [MethodImpl(Hot.Method)]
    public override void Forward(in StageWork work)
    {
        _items = work.Items;
        foreach (int example in Next.AsSpan())
            Rows!.Prefetch(example);
        if (work.Items >= ItemsWorthSharing * work.Workers.Active)
            work.Workers.Split(work.Items, _forwardItems);
        else
            work.Workers.Split(Panels, _forwardPanels);
    }

    public override void PropagateBack(in StageWork work) =>
        throw new NotSupportedException("Nothing is learned before the input.");

    public override void ShareGradient(GradientExchange exchange)
    {
        _exchange = exchange;
        _start = exchange.Add(new PlainPart(Weights.WeightStart, Weights.Panels.Length));
        exchange.Add(new PlainPart(Weights.BiasStart, Output.Layout.Stride));
    }

    [MethodImpl(Hot.Method)]
    public override void AddGradient(in StageWork work, ParameterBuffer destination)
    {
        if (_exchange is not null)
        {
            SumShards(work);
            return;
        }

        _destination = (WeightedLayer)destination.All[_layer]!;
        work.Workers.Split(Panels, _addPanels);
        if (_destination.HasBias)
            Numerics.Rows.AddRows(
                Output.Errors.Slice(0, work.Items * Output.Layout.Stride), _shards, _biasSums.Span, _destination.PaddedBiases);
    }

    /// <summary>Sums each of this rank's shards for the exchange.</summary>
    private void SumShards(in StageWork work)
    {
        _work = work;
        work.Workers.Split(Panels, _sumPanels);
        (int first, int end) = work.OwnShards(_shards);
        for (int shard = first; shard < end; shard++)
        {
            Span<float> biases = _exchange!.SumsOf(shard).Slice(_start + Weights.Panels.Length, Output.Layout.Stride);
            biases.Clear();
            (int from, int to) = work.ItemsOf(_shards, shard);
            if (Weights.HasBias)
                Numerics.Rows.AddRows(ErrorsOf(from, to), biases);
        }
    }

    private Span<float> ErrorsOf(int from, int to) =>
        Output.Errors.Slice(from * Output.Layout.Stride, (to - from) * Output.Layout.Stride);

    /// <summary>Adds the gradient of a panel's weights: directly with one shard, otherwise that of each shard first.</summary>
    /// <param name="panel">Which panel.</param>
    /// <param name="weights">[inputs, 16]: its weights in the destination.</param>
    /// <param name="sums">[shards, inputs, 16]; overwritten.</param>
    private void AddPanel(int panel, Span<float> weights, Span<float> sums)
    {
        int stride = Output.Layout.Stride;
        if (_shards.Count == 1)
        {
            SparseProducts.AddOuterProducts(
                Rows!, Examples, Output.Errors.Slice(0, _items * stride), weights, panel, panel + 1);
            return;
        }

        sums.Clear();
        for (int shard = 0; shard < _shards.Count; shard++)
        {
            (int start, int end) = _shards.ItemsOf(shard, _items);
            SparseProducts.AddOuterProducts(
                Rows!,
                Examples.AsSpan(start, end - start),
                Output.Errors.Slice(start * stride, (end - start) * stride),
                sums.Slice(shard * weights.Length, weights.Length),
                panel,
                panel + 1);
        }

        Vectors.Add(_shards.Add(sums), weights);
    }
}
