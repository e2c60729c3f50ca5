using Inkling.Execution.Ranks;
using Inkling.Numerics;

namespace Inkling.Execution.Stages;

/// <summary>
/// Sums the gradient of a layer's weights on several threads: each shard of the mini-batch (<see cref="Shards"/>) into a buffer
/// of its own, and then these along the shards' tree. So the result is the same for any number of threads, and each thread reads
/// the images that it has processed before.
/// </summary>
/// <remarks>
/// Dividing the weights instead would need no second sum, but every thread would read every image: on two cores without a
/// shared cache that took longer than one core alone (docs/performance.md).
/// </remarks>
internal sealed class ShardedGradient
{
    private readonly Shards _shards;
    private readonly int _length;
    private readonly Action<int, int, int> _sumShards, _addUp;
    private AlignedBuffer[] _sums; // for each shard; none where an exchange has them
    private GradientExchange? _exchange;
    private int _start; // of the exchange's sums
    private StageWork _work;

    /// <param name="shards">How a mini-batch is divided.</param>
    /// <param name="length">Numbers in the gradient, a multiple of 16.</param>
    /// <param name="sumShard">Sums the gradient of a shard.</param>
    public ShardedGradient(Shards shards, int length, ShardSum sumShard)
    {
        (_shards, _length) = (shards, length);
        _sums = [.. Enumerable.Range(0, shards.Count).Select(_ => new AlignedBuffer(length))];
        _sumShards = (worker, first, last) =>
        {
            int firstOwn = _work.OwnShards(shards).First;
            for (int shard = firstOwn + first; shard < firstOwn + last; shard++)
            {
                (int start, int end) = _work.ItemsOf(shards, shard);
                Span<float> sums = SumsOf(shard);
                sums.Clear();
                sumShard(worker, start, end, sums);
            }
        };
        _addUp = (_, start, end) =>
        {
            (int at, int count) = (start * Rows.Panel, (end - start) * Rows.Panel);
            foreach ((int into, int from) in shards.Additions)
                Vectors.Add(_sums[from].Slice(at, count), _sums[into].Slice(at, count));
        };
    }

    /// <summary>Adds the gradient of the items from start to end to sums, which were zero.</summary>
    public delegate void ShardSum(int worker, int start, int end, Span<float> sums);

    /// <summary>The result of <see cref="Sum"/>; valid until it is called again.</summary>
    public Span<float> Total => _sums[0].Span;

    /// <summary>Whether an exchange among ranks adds up the shards.</summary>
    public bool IsShared => _exchange is not null;

    /// <summary>Leaves the shards' sums to an exchange among ranks.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="parts">What the sums consist of, in order.</param>
    public void ShareWith(GradientExchange exchange, params ReadOnlySpan<GradientPart> parts)
    {
        (_exchange, _sums) = (exchange, []);
        _start = exchange.Add(parts[0]);
        foreach (GradientPart part in parts[1..])
            exchange.Add(part);
    }

    /// <returns>The sum over all items.</returns>
    public Span<float> Sum(in StageWork work)
    {
        SumShards(work);
        if (_sums.Length > 1)
            work.Workers.Split(_length / Rows.Panel, _addUp);
        return Total;
    }

    /// <summary>Sums each of this process's shards.</summary>
    public void SumShards(in StageWork work)
    {
        _work = work;
        (int first, int end) = work.OwnShards(_shards);
        work.Workers.Split(end - first, _sumShards);
    }

    private Span<float> SumsOf(int shard) =>
        _exchange is null ? _sums[shard].Span : _exchange.SumsOf(shard).Slice(_start, _length);
}
