namespace Inkling.Numerics;

/// <summary>
/// Working memory for each thread, shared by the stages of a pass, which keep nothing in it from one call to the next: it stays
/// in the caches. Allocated at the first use.
/// </summary>
/// <param name="threads">How many threads.</param>
internal sealed class ThreadBuffers(int threads)
{
    private readonly AlignedBuffer?[] _buffers = new AlignedBuffer?[threads];
    private int _length;

    /// <summary>How many threads have a buffer.</summary>
    public int Threads => _buffers.Length;

    /// <summary>Asks for room, before the first use: the buffers are as large as the largest that was asked for.</summary>
    /// <param name="length">How many floats.</param>
    /// <exception cref="ArgumentException">A buffer is in use already.</exception>
    public void Reserve(int length)
    {
        KernelArguments.Require(Array.TrueForAll(_buffers, buffer => buffer is null));
        _length = Math.Max(_length, length);
    }

    /// <summary>A thread's buffer; what it holds is not defined.</summary>
    /// <param name="thread">The thread's number, from 0.</param>
    public Span<float> Of(int thread) => (_buffers[thread] ??= new AlignedBuffer(_length)).Span;
}
