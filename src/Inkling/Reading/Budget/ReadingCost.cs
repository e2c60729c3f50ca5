using System.Runtime.InteropServices;

namespace Inkling.Reading.Budget;

/// <summary>
/// What a reading costs, counted in operations and not in time: the same for the same picture on every machine.
/// </summary>
/// <param name="Pixels">Pixels looked at, each as often as it is.</param>
/// <param name="Pieces">Pieces of ink that another is compared with.</param>
/// <param name="Segments">Segments that are shown to a network, and those shown to the second one.</param>
/// <param name="Ways">Ways through lattices that are scored.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReadingCost(long Pixels, long Pieces, long Segments, long Ways)
{
    /// <summary>Half of the largest numbers: a sum of two does not overflow.</summary>
    public static ReadingCost Unlimited { get; } =
        new(long.MaxValue / 2, long.MaxValue / 2, long.MaxValue / 2, long.MaxValue / 2);

    public static ReadingCost operator +(ReadingCost a, ReadingCost b) =>
        new(a.Pixels + b.Pixels, a.Pieces + b.Pieces, a.Segments + b.Segments, a.Ways + b.Ways);

    public static ReadingCost operator -(ReadingCost a, ReadingCost b) =>
        new(a.Pixels - b.Pixels, a.Pieces - b.Pieces, a.Segments - b.Segments, a.Ways - b.Ways);

    public ReadingCost Half() => new(Pixels / 2, Pieces / 2, Segments / 2, Ways / 2);

    public bool IsWithin(ReadingCost most) =>
        Pixels <= most.Pixels && Pieces <= most.Pieces && Segments <= most.Segments && Ways <= most.Ways;
}

/// <summary>A number would take more work than its picture's pixels allow: it is a texture, not a number.</summary>
internal sealed class WorkLimitException : Exception
{
    public WorkLimitException()
        : base("The number takes more work than its picture allows.")
    {
    }

    public WorkLimitException(string message)
        : base(message)
    {
    }

    public WorkLimitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
