using ILGPU;

namespace Inkling.Gpu.Stages;

/// <summary>
/// The numbers between two stages for a mini-batch, [items, height, width, channels], and their errors. Where items differ in
/// their width, all have the room of the mini-batch's widest; columns beyond an item's own are zero.
/// </summary>
/// <param name="layer">The layer whose input they are; the number of layers for the output.</param>
/// <param name="shape">The shape of an item.</param>
/// <param name="values">Room for the largest mini-batch.</param>
/// <param name="errors">∂C/∂ each number; empty where nothing goes back.</param>
/// <param name="widths">Each item's width; empty where all have the same.</param>
internal sealed class Numbers(int layer, Shape shape, Floats values, Floats errors, ArrayView<int> widths)
{
    public int Layer => layer;

    /// <summary>The shape of an item; of the widest of the mini-batch.</summary>
    public Shape Shape { get; set; } = shape;

    public ArrayView<int> Widths => widths;

    /// <summary>The pixels of all items together, without columns that are not theirs.</summary>
    public int OwnPixels { get; set; }

    public Floats ValuesOf(int items) => values.SubView(0, items * Shape.Size);

    public Floats ErrorsOf(int items) => errors.SubView(0, items * Shape.Size);

    /// <summary>The same numbers in another shape.</summary>
    public Numbers As(Shape other) => new(layer, other, values, errors, widths);
}

/// <summary>What a stage needs to know about the current mini-batch.</summary>
/// <param name="Items">The number of examples.</param>
/// <param name="IsTraining">Whether dropout is active and batch normalisation uses the mini-batch's statistics.</param>
/// <param name="Seed">The epoch's seed.</param>
/// <param name="Place">The place of the first example in the epoch's order.</param>
internal readonly record struct DeviceWork(int Items, bool IsTraining, long Seed = 0, int Place = 0);

/// <summary>Computes a layer, with ReLU behind it where they are computed together, on a device; forward and back.</summary>
internal abstract class DeviceStage(Numbers input, Numbers output, bool goesBack)
{
    public Numbers Input => input;

    public Numbers Output => output;

    /// <summary>Whether the input's errors are needed.</summary>
    public bool GoesBack => goesBack;

    /// <summary>Launches the kernels that compute the output.</summary>
    public abstract void Forward(in DeviceWork work);

    /// <summary>Launches the kernels that compute the input's errors, where they are needed, and the gradient.</summary>
    public abstract void Back(in DeviceWork work);
}
