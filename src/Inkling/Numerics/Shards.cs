namespace Inkling.Numerics;

/// <summary>
/// The virtual shards of a mini-batch: consecutive shares of its examples. Every sum over a mini-batch is formed in each shard by
/// itself, in the order of the examples, and the shards' sums are added along one binary tree, ((0 + 1) + (2 + 3)) + ((4 + 5) +
/// (6 + 7)). Shards and tree depend only on the mini-batch's size, so the result is the same whether one thread computes all
/// shards or several threads, or machines, compute some of them each.
/// </summary>
internal readonly record struct Shards
{
    /// <summary>The most shards, and so the most threads or machines that can share a sum.</summary>
    public const int Most = 8;

    private readonly int _more; // shards beyond the first: the default value is one shard

    private static readonly (int Into, int From)[][] Trees = [.. Enumerable.Range(0, Most + 1).Select(TreeOf)];

    /// <param name="count">The number of shards, 1 to <see cref="Most"/>.</param>
    public Shards(int count)
    {
        KernelArguments.Require(count is >= 1 and <= Most);
        _more = count - 1;
    }

    /// <summary>A mini-batch that is not divided.</summary>
    public static Shards One => new(1);

    /// <summary>The number of shards, 1 to <see cref="Most"/>.</summary>
    public int Count => _more + 1;

    /// <summary>
    /// The additions of the tree, in order: the sum of shard From is added to that of shard Into. In the end shard 0 has the
    /// total.
    /// </summary>
    public ReadOnlySpan<(int Into, int From)> Additions => Trees[Count];

    /// <summary>The shards of a mini-batch.</summary>
    /// <param name="miniBatchSize">The most examples.</param>
    /// <param name="smallest">How many examples are worth a shard.</param>
    public static Shards Of(int miniBatchSize, int smallest) => new(Math.Clamp(miniBatchSize / smallest, 1, Most));

    /// <summary>The examples of a shard.</summary>
    /// <param name="shard">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="items">Examples in the mini-batch, which may be fewer than its size: a shard may have none.</param>
    /// <returns>The first, and the one after the last.</returns>
    public (int Start, int End) ItemsOf(int shard, int items) =>
        ((int)((long)shard * items / Count), (int)((shard + 1L) * items / Count));

    /// <summary>Adds the shards' sums along the tree.</summary>
    /// <param name="sums">[<see cref="Count"/>, length]; overwritten.</param>
    /// <returns>[length]: the total, the first of <paramref name="sums"/>.</returns>
    public Span<float> Add(Span<float> sums)
    {
        int length = sums.Length / Count;
        KernelArguments.Require(length * Count == sums.Length);
        foreach ((int into, int from) in Additions)
            Vectors.Add(sums.Slice(from * length, length), sums.Slice(into * length, length));
        return sums[..length];
    }

    /// <summary>Adds the shards' sums along the tree.</summary>
    /// <param name="sums">[<see cref="Count"/>]; overwritten.</param>
    /// <returns>The total.</returns>
    public double Add(Span<double> sums)
    {
        KernelArguments.Require(sums.Length == Count);
        foreach ((int into, int from) in Additions)
            sums[into] += sums[from];
        return sums[0];
    }

    private static (int Into, int From)[] TreeOf(int count)
    {
        List<(int Into, int From)> additions = [];
        for (int gap = 1; gap < count; gap *= 2)
        {
            for (int shard = 0; shard + gap < count; shard += 2 * gap)
                additions.Add((shard, shard + gap));
        }

        return [.. additions];
    }
}
