using ILGPU;

namespace Inkling.Gpu.Stages;

/// <summary>The numbers between two stages for a mini-batch, [items, height, width, channels], and their errors.</summary>
/// <param name="shape">The shape of an item.</param>
/// <param name="values">Room for the largest mini-batch.</param>
/// <param name="errors">∂C/∂ each number; empty where nothing goes back.</param>
internal sealed class Numbers(Shape shape, ArrayView<float> values, ArrayView<float> errors)
{
    public Shape Shape => shape;

    public ArrayView<float> ValuesOf(int items) => values.SubView(0, items * shape.Size);

    public ArrayView<float> ErrorsOf(int items) => errors.SubView(0, items * shape.Size);

    /// <summary>The same numbers in another shape.</summary>
    public Numbers As(Shape other) => new(other, values, errors);
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
