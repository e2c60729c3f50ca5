using Inkling.Numerics;

namespace Inkling.Execution.Stages;

/// <summary>
/// Sums the gradient of a layer's weights on several threads. The mini-batch is divided into shares, whose number depends only
/// on its size; each share is summed into a separate buffer, and these sums are added in the order of the shares. So the result
/// is the same for any number of threads, and each thread reads the images that it has processed before.
/// </summary>
/// <remarks>
/// Dividing the weights instead would need no second sum, but every thread would read every image: on two cores without a
/// shared cache that took longer than one core alone (docs/performance.md).
/// </remarks>
internal sealed class GradientShares
{
    private const int SmallestShare = 5, MostShares = 8; // SmallestShare: in examples

    private readonly AlignedBuffer[] _sums;
    private readonly Action<int, int, int> _sumShares, _addUp;
    private readonly ShareSum _sumShare;
    private int _items;

    /// <param name="miniBatchSize">The most examples.</param>
    /// <param name="length">Numbers in the gradient, a multiple of 16.</param>
    /// <param name="sumShare">Sums the gradient of a share.</param>
    public GradientShares(int miniBatchSize, int length, ShareSum sumShare)
    {
        _sums =
        [
            .. Enumerable.Range(0, Math.Clamp(miniBatchSize / SmallestShare, 1, MostShares))
                .Select(_ => new AlignedBuffer(length))
        ];
        _sumShare = sumShare;
        _sumShares = (worker, start, end) =>
        {
            for (int share = start; share < end; share++)
            {
                _sums[share].Span.Clear();
                _sumShare(worker, FirstItem(share), FirstItem(share + 1), _sums[share].Span);
            }
        };
        _addUp = (_, start, end) =>
        {
            Span<float> total = _sums[0].Slice(start * Rows.Panel, (end - start) * Rows.Panel);
            for (int share = 1; share < _sums.Length; share++)
                Vectors.Add(_sums[share].Slice(start * Rows.Panel, total.Length), total);
        };
    }

    /// <summary>Adds the gradient of the items from start to end to sums, which were zero.</summary>
    public delegate void ShareSum(int worker, int start, int end, Span<float> sums);

    /// <summary>The result of <see cref="Sum"/>; valid until it is called again.</summary>
    public Span<float> Total => _sums[0].Span;

    /// <returns>The sum over all items.</returns>
    public Span<float> Sum(in StageWork work)
    {
        _items = work.Items;
        work.Workers.Split(_sums.Length, _sumShares);
        if (_sums.Length > 1)
            work.Workers.Split(_sums[0].Length / Rows.Panel, _addUp);
        return Total;
    }

    private int FirstItem(int share) => (int)((long)share * _items / _sums.Length);
}
