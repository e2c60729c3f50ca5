using ILGPU;
using ILGPU.Runtime;

namespace Inkling.Gpu;

/// <summary>The buffers of one training or reading, which are freed together.</summary>
internal sealed class DeviceMemory(Accelerator accelerator) : IDisposable
{
    private const int MostNumbers = 1 << 30; // of a buffer: kernels count them with 32-bit integers

    private readonly List<MemoryBuffer> _buffers = [];

    /// <summary>Allocates a buffer; its content is undefined.</summary>
    /// <exception cref="InklingException">It has more numbers than a kernel can count.</exception>
    public ArrayView<T> Allocate<T>(long length)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float) && length > MostNumbers)
        {
            throw new InklingException(FormattableString.Invariant(
                $"On a device {length:N0} numbers would lie together, over {MostNumbers:N0}. ")
                + "Take smaller mini-batches, or fewer examples.");
        }

        MemoryBuffer1D<T, Stride1D.Dense> buffer = accelerator.Allocate1D<T>(Math.Max(1, length));
        _buffers.Add(buffer);
        return buffer.View.BaseView.SubView(0, length);
    }

    /// <summary>Allocates a buffer with this content.</summary>
    public ArrayView<T> Copy<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        ArrayView<T> view = Allocate<T>(values.Length);
        Write(view, values);
        return view;
    }

    /// <summary>Writes the first numbers of a buffer.</summary>
    public static unsafe void Write<T>(ArrayView<T> view, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (values.Length == 0)
            return;
        fixed (T* from = values) // ILGPU takes a reference's address without pinning what it refers to
            view.SubView(0, values.Length).CopyFromCPU(ref *from, values.Length);
    }

    /// <summary>Reads the first numbers of a buffer, after all launches.</summary>
    public static unsafe void Read<T>(ArrayView<T> view, Span<T> values)
        where T : unmanaged
    {
        if (values.Length == 0)
            return;
        fixed (T* to = values)
            view.SubView(0, values.Length).CopyToCPU(ref *to, values.Length);
    }

    public void Dispose()
    {
        foreach (MemoryBuffer buffer in _buffers)
            buffer.Dispose();
        _buffers.Clear();
    }
}
