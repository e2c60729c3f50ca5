using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Execution.Ranks;

/// <summary>
/// The gradient of a layer's parameters, as its shards' sums hold it: [planes, units, 16]. Ranks divide the units among them.
/// </summary>
internal abstract class GradientPart
{
    /// <summary>How many numbers of each of 16 lanes make one unit of the gradient.</summary>
    public abstract int Planes { get; }

    /// <summary>What ranks divide among them.</summary>
    public abstract int Units { get; }

    /// <summary>Numbers in the sums.</summary>
    public int Length => checked(Planes * Units * Rows.Panel);

    /// <summary>Adds the gradient of some units to the destination.</summary>
    /// <param name="destination">Added to.</param>
    /// <param name="first">The first unit.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="total">[planes, end - first, 16]: the sum over all shards.</param>
    public abstract void AddTo(ParameterBuffer destination, int first, int end, ReadOnlySpan<float> total);

    /// <summary>What <see cref="AddTo"/> changes of <see cref="ParameterBuffer.Span"/>.</summary>
    public abstract IEnumerable<(int Start, int Length)> RangesOf(int first, int end);
}

/// <summary>Sums that are the gradient itself: of consecutive parameters.</summary>
/// <param name="start">Where the parameters begin in the buffer.</param>
/// <param name="length">How many there are, a multiple of 16.</param>
internal sealed class PlainPart(int start, int length) : GradientPart
{
    public override int Planes => 1;

    public override int Units => length / Rows.Panel;

    public override void AddTo(ParameterBuffer destination, int first, int end, ReadOnlySpan<float> total) =>
        Vectors.Add(total, destination.Span.Slice(start + first * Rows.Panel, total.Length));

    public override IEnumerable<(int Start, int Length)> RangesOf(int first, int end) =>
        first == end ? [] : [(start + first * Rows.Panel, (end - first) * Rows.Panel)];
}
