using ILGPU;

namespace Inkling.Gpu;

/// <summary>Labelled images in the device's memory.</summary>
internal struct SweepImages
{
    /// <summary>
    /// [images + 1]: where each image's non-zero pixels begin, in elements of <see cref="Numerics.Kernels.SparseRows"/>.
    /// </summary>
    public ArrayView<int> Starts;

    /// <summary>The elements, four in a word.</summary>
    public ArrayView<ulong> Entries;

    /// <summary>[images, inputs]: the grey levels.</summary>
    public ArrayView<byte> Levels;

    /// <summary>[256]: the number that each grey level stands for.</summary>
    public ArrayView<float> ValueOf;

    /// <summary>[images].</summary>
    public ArrayView<byte> Labels;
}
