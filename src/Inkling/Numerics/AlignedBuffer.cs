using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inkling.Numerics;

/// <summary>
/// A buffer of floats that starts at a cache line (64 bytes), so that no row of 16 straddles two lines. Initially zero.
/// </summary>
internal sealed class AlignedBuffer
{
    public static readonly AlignedBuffer Empty = new(0);

    private const int Alignment = 64 / sizeof(float);

    private readonly float[] _array; // pinned: the garbage collector must not move it off the cache line
    private readonly int _start;

    public AlignedBuffer(int length)
    {
        Length = length;
        _array = GC.AllocateArray<float>(length + Alignment, pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _start = (int)((64 - address % 64) % 64) / sizeof(float);
    }

    public int Length { get; }

    public Span<float> Span => _array.AsSpan(_start, Length);

    [MethodImpl(Hot.Inline)]
    public Span<float> Slice(int start, int length) => _array.AsSpan(_start, Length).Slice(start, length);
}
