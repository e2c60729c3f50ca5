using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>The inputs of all examples: grey levels as bytes, or numbers.</summary>
internal struct DeviceInputs
{
    /// <summary>[examples, height, width]: grey levels; not read where <see cref="IsGrey"/> is 0.</summary>
    public ArrayView<byte> Levels;

    /// <summary>[256]: the number that each grey level stands for.</summary>
    public Floats ValueOf;

    /// <summary>[examples, height, width, channels]; not read where <see cref="IsGrey"/> is 1.</summary>
    public Floats Values;

    /// <summary>Numbers of an input.</summary>
    public int Size;

    /// <summary>1 for grey levels.</summary>
    public int IsGrey;
}
