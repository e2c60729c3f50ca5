using System.Runtime.InteropServices;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Threads;

namespace Inkling.Execution.Ranks;

/// <summary>
/// Adds up a gradient over the shards of all ranks, along the shards' tree. Each rank receives the sums of one portion of all
/// numbers, adds them, and changes its copy of the destination there (reduce-scatter); then the ranks send each other these
/// portions of the destination (all-gather). The additions are those of one process, in the same order, so that the destination
/// has the same bits.
/// </summary>
/// <remarks>
/// Compare Thakur, Rabenseifner and Gropp, "Optimization of Collective Communication Operations in MPICH", 2005, whose
/// reduce-scatter adds in an order that depends on the number of ranks.
/// </remarks>
internal sealed class GradientExchange
{
    private readonly RankShare _share;
    private readonly ShardRuns _runs;
    private readonly int _rank, _ranks;
    private readonly List<GradientPart> _parts = [];
    private readonly Action<int, int, int> _addOwn, _addCommon;
    private AlignedBuffer[] _sums = []; // for each shard of this rank [length]
    private byte[][] _portions = []; // for each shard that is a root, this rank's portion of its sums
    private byte[][] _toSend = [], _toReceive = []; // for each rank: the sums of its portion; from it, those of this rank's
    private byte[][] _changed = []; // for each rank, its portion of the destination
    private int _length;

    public GradientExchange(RankShare share)
    {
        (_share, _runs, _rank, _ranks) = (share, share.Runs, share.Group.Rank, share.Group.Count);
        _addOwn = (_, start, end) =>
        {
            (int at, int count) = (start * Rows.Panel, (end - start) * Rows.Panel);
            foreach ((int into, int from) in _runs.OwnAdditions[_rank])
                Vectors.Add(SumsOf(from).Slice(at, count), SumsOf(into).Slice(at, count));
        };
        _addCommon = (_, start, end) =>
        {
            (int at, int count) = (start * Rows.Panel, (end - start) * Rows.Panel);
            foreach ((int into, int from) in _runs.CommonAdditions)
                Vectors.Add(Floats(_portions[from]).Slice(at, count), Floats(_portions[into]).Slice(at, count));
        };
    }

    /// <summary>
    /// Adds the gradient of a layer's parameters; on every rank in the same order, before <see cref="Allocate"/>.
    /// </summary>
    /// <returns>Where its part of the shards' sums begins.</returns>
    /// <exception cref="InklingException">The network is too large to be shared.</exception>
    public int Add(GradientPart part)
    {
        _parts.Add(part);
        int start = _length;
        RequireLength((long)_length + part.Length);
        _length += part.Length;
        return start;
    }

    /// <summary>Allocates the shards' sums and the messages.</summary>
    /// <exception cref="InklingException">The network is too large to be shared.</exception>
    public void Allocate()
    {
        _sums = [.. Enumerable.Range(0, _share.EndShard - _share.FirstShard).Select(_ => new AlignedBuffer(_length))];
        long own = PortionLength(_rank);
        _toSend = [.. Enumerable.Range(0, _ranks).Select(
            rank => Bytes(rank == _rank ? 0 : (long)_runs.Roots[_rank].Length * PortionLength(rank)))];
        _toReceive = [.. Enumerable.Range(0, _ranks).Select(rank => Bytes(rank == _rank ? 0 : _runs.Roots[rank].Length * own))];
        _portions = [.. Enumerable.Range(0, _runs.Shards.Count).Select(
            shard => Bytes(_runs.Roots.Any(roots => roots.Contains(shard)) ? own : 0))];
        _changed = [.. Enumerable.Range(0, _ranks).Select(
            rank => Bytes(_parts.Sum(part => Ranges(part, rank).Sum(range => range.Length))))];

        static byte[] Bytes(long floats)
        {
            RequireLength(floats);
            return GC.AllocateUninitializedArray<byte>((int)(sizeof(float) * floats), pinned: true);
        }
    }

    /// <summary>[length]: the sums of one of this rank's shards.</summary>
    public Span<float> SumsOf(int shard) => _sums[shard - _share.FirstShard].Span;

    /// <summary>
    /// Adds the sums of all shards of all ranks to the destination, which is the same on all ranks before and after.
    /// </summary>
    public void Run(ParameterBuffer destination, Workers workers)
    {
        if (_runs.OwnAdditions[_rank].Length > 0)
            workers.SplitNumbers(_length, _addOwn);
        for (int rank = 0; rank < _ranks; rank++)
            Pack(rank);
        Exchange(_toSend, _toReceive);
        if (_share.FirstShard < _share.EndShard)
        {
            Sort();
            workers.SplitNumbers(PortionLength(_rank), _addCommon);
            ChangeOwnPortion(destination);
        }

        byte[][] own = [.. Enumerable.Range(0, _ranks).Select(rank => rank == _rank ? [] : _changed[_rank])],
            others = [.. _changed.Select((portion, rank) => rank == _rank ? [] : portion)];
        Exchange(own, others);
        for (int rank = 0; rank < _ranks; rank++)
            TakePortion(rank, destination);
    }

    /// <summary>
    /// Copies the portion of a rank from the roots of this one: into the message to it, or for this rank itself.
    /// </summary>
    private void Pack(int rank)
    {
        int length = PortionLength(rank), at = 0;
        foreach (int root in _runs.Roots[_rank])
        {
            Span<float> to = rank == _rank ? Floats(_portions[root]) : Floats(_toSend[rank]).Slice(at, length);
            ReadOnlySpan<float> sums = SumsOf(root);
            foreach (GradientPart part in _parts)
            {
                (int first, int end) = UnitsOf(part, rank);
                int count = (end - first) * Rows.Panel;
                for (int plane = 0; plane < part.Planes; plane++)
                {
                    sums.Slice(plane * part.Units * Rows.Panel + first * Rows.Panel, count).CopyTo(to);
                    to = to[count..];
                }

                sums = sums[part.Length..];
            }

            at += length;
        }
    }

    /// <summary>Copies the roots that have been received to their shards' places.</summary>
    private void Sort()
    {
        int length = sizeof(float) * PortionLength(_rank);
        for (int rank = 0; rank < _ranks; rank++)
        {
            for (int i = 0; i < _runs.Roots[rank].Length && rank != _rank; i++)
                _toReceive[rank].AsSpan(i * length, length).CopyTo(_portions[_runs.Roots[rank][i]]);
        }
    }

    /// <summary>Adds the total, which shard 0's place has, to the destination.</summary>
    private void ChangeOwnPortion(ParameterBuffer destination)
    {
        ReadOnlySpan<float> total = Floats(_portions[0]);
        Span<float> changed = Floats(_changed[_rank]);
        foreach (GradientPart part in _parts)
        {
            (int first, int end) = UnitsOf(part, _rank);
            int length = (end - first) * Rows.Panel * part.Planes;
            part.AddTo(destination, first, end, total[..length]);
            total = total[length..];
            foreach ((int start, int count) in Ranges(part, _rank))
            {
                destination.Span.Slice(start, count).CopyTo(changed);
                changed = changed[count..];
            }
        }
    }

    private void TakePortion(int rank, ParameterBuffer destination)
    {
        if (rank == _rank)
            return;
        ReadOnlySpan<float> changed = Floats(_changed[rank]);
        foreach (GradientPart part in _parts)
        {
            foreach ((int start, int count) in Ranges(part, rank))
            {
                changed[..count].CopyTo(destination.Span[start..]);
                changed = changed[count..];
            }
        }
    }

    private void Exchange(byte[][] sent, byte[][] received) => _share.Group.Exchange(
        [.. sent.Index().Where(message => message.Item.Length > 0).Select(m => new RankMessage(m.Index, m.Item))],
        [.. received.Index().Where(message => message.Item.Length > 0).Select(m => new RankMessage(m.Index, m.Item))]);

    /// <summary>The units of a part that a rank adds up.</summary>
    private (int First, int End) UnitsOf(GradientPart part, int rank) => rank >= _runs.Active
        ? (0, 0)
        : ((int)((long)rank * part.Units / _runs.Active), (int)((rank + 1L) * part.Units / _runs.Active));

    private int PortionLength(int rank) => _parts.Sum(part =>
    {
        (int first, int end) = UnitsOf(part, rank);
        return (end - first) * Rows.Panel * part.Planes;
    });

    private IEnumerable<(int Start, int Length)> Ranges(GradientPart part, int rank)
    {
        (int first, int end) = UnitsOf(part, rank);
        return part.RangesOf(first, end);
    }

    /// <summary>A message is an array of bytes.</summary>
    private static void RequireLength(long floats)
    {
        if (sizeof(float) * floats > Array.MaxLength)
            throw new InklingException("This network is too large to be shared by ranks: its gradient has 2 GB or more.");
    }

    private static Span<float> Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
}
