using System.Runtime.InteropServices;
using Inkling.Numerics;

namespace Inkling.Execution.Ranks;

/// <summary>
/// The share of this rank in each mini-batch: the examples of its shards. Sums of a few numbers, such as the cost and batch
/// normalisation's statistics, are exchanged shard by shard, and each rank adds all of them along the shards' tree.
/// </summary>
internal sealed class RankShare
{
    private readonly RankGroup _group;
    private byte[][] _messages = []; // for each rank [1 + shards × width] doubles
    private int _width = -1;

    /// <param name="group">The ranks.</param>
    /// <param name="shards">How a mini-batch is divided.</param>
    public RankShare(RankGroup group, Shards shards)
    {
        _group = group;
        Runs = new ShardRuns(shards, group.Count);
        (FirstShard, EndShard) = Runs.Of(group.Rank);
    }

    public RankGroup Group => _group;

    /// <summary>Which rank has which shards.</summary>
    public ShardRuns Runs { get; }

    /// <summary>The first of this rank's shards.</summary>
    public int FirstShard { get; }

    /// <summary>The one after the last of this rank's shards.</summary>
    public int EndShard { get; }

    /// <summary>Whether this rank has been asked to stop; every message of <see cref="Gather"/> says so.</summary>
    public bool IsStopWanted { get; set; }

    /// <summary>Whether any rank has said that it was asked to stop: after the same call of <see cref="Gather"/> on all.</summary>
    public bool IsStopAgreed { get; private set; }

    /// <summary>This rank's examples of a mini-batch: the first, and the one after the last; of a short one, maybe none.</summary>
    /// <param name="items">Examples in the mini-batch.</param>
    public (int Start, int End) ItemsOf(int items) => FirstShard == EndShard
        ? (items, items)
        : (Runs.Shards.ItemsOf(FirstShard, items).Start, Runs.Shards.ItemsOf(EndShard - 1, items).End);

    /// <summary>Gives all ranks each shard's sums.</summary>
    /// <param name="sums">[shards, width]: those of this rank's shards; receives the others'.</param>
    public void Gather(Span<double> sums)
    {
        int width = sums.Length / Runs.Shards.Count;
        KernelArguments.Require(width * Runs.Shards.Count == sums.Length);
        Reserve(width);
        Span<double> own = Doubles(_group.Rank);
        own[0] = IsStopWanted ? 1 : 0;
        sums[(FirstShard * width)..(EndShard * width)].CopyTo(own[1..]);
        RankMessage[] sent = new RankMessage[_group.Count - 1], received = new RankMessage[_group.Count - 1];
        for (int i = 0; i < sent.Length; i++)
        {
            int rank = i < _group.Rank ? i : i + 1;
            sent[i] = new RankMessage(rank, _messages[_group.Rank]);
            received[i] = new RankMessage(rank, _messages[rank]);
        }

        _group.Exchange(sent, received);
        for (int rank = 0; rank < _group.Count; rank++)
        {
            Span<double> message = Doubles(rank);
            IsStopAgreed |= message[0] != 0;
            message[1..].CopyTo(sums[(Runs.Of(rank).First * width)..]);
        }
    }

    private Span<double> Doubles(int rank) => MemoryMarshal.Cast<byte, double>(_messages[rank].AsSpan());

    private void Reserve(int width)
    {
        if (width == _width)
            return;
        _width = width;
        _messages = [.. Enumerable.Range(0, _group.Count).Select(rank =>
        {
            (int first, int end) = Runs.Of(rank);
            return new byte[sizeof(double) * (1 + (end - first) * width)];
        })];
    }
}
