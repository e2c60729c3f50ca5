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
    private readonly AlignedBuffer[] _sums;
    private readonly Action<int, int, int> _sumShards, _addUp;
    private int _items;

    /// <param name="shards">How a mini-batch is divided.</param>
    /// <param name="length">Numbers in the gradient, a multiple of 16.</param>
    /// <param name="sumShard">Sums the gradient of a shard.</param>
    public ShardedGradient(Shards shards, int length, ShardSum sumShard)
    {
        _sums = [.. Enumerable.Range(0, shards.Count).Select(_ => new AlignedBuffer(length))];
        _sumShards = (worker, first, last) =>
        {
            for (int shard = first; shard < last; shard++)
            {
                (int start, int end) = shards.ItemsOf(shard, _items);
                _sums[shard].Span.Clear();
                sumShard(worker, start, end, _sums[shard].Span);
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

    /// <returns>The sum over all items.</returns>
    public Span<float> Sum(in StageWork work)
    {
        _items = work.Items;
        work.Workers.Split(_sums.Length, _sumShards);
        if (_sums.Length > 1)
            work.Workers.Split(_sums[0].Length / Rows.Panel, _addUp);
        return Total;
    }
}
