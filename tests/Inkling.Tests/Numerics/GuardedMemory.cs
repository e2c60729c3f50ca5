using System.Runtime.InteropServices;

namespace Inkling.Tests.Numerics;

/// <summary>
/// Buffers between guard pages: each begins right after the page before it, or ends right before the page after it, so
/// that a kernel that reads or writes past that end crashes the process. The buffers are reused for every case.
/// </summary>
internal sealed partial class GuardedMemory : IDisposable
{
    private readonly List<Block> _blocks = [];
    private readonly int _capacity;
    private int _taken;

    /// <param name="capacity">The largest buffer, in bytes.</param>
    public GuardedMemory(int capacity) => _capacity = capacity;

    /// <summary>Makes the buffers taken so far available again.</summary>
    public void Reset() => _taken = 0;

    /// <summary>Returns a buffer of exactly this length.</summary>
    /// <param name="length">The number of elements.</param>
    /// <param name="atEnd">Whether it ends at a guard page; otherwise it begins at one.</param>
    public unsafe Span<T> Take<T>(int length, bool atEnd)
        where T : unmanaged
    {
        if (_taken == _blocks.Count)
            _blocks.Add(new Block(_capacity));
        Block block = _blocks[_taken++];
        int bytes = checked(length * sizeof(T));
        Assert.InRange(bytes, 0, block.Length);
        return new Span<T>((void*)(atEnd ? block.Start + block.Length - bytes : block.Start), length);
    }

    public void Dispose() => _blocks.ForEach(block => block.Dispose());

    /// <summary>Whole pages that may be read and written, with an inaccessible page before and after them.</summary>
    private sealed partial class Block : IDisposable
    {
        private readonly nint _mapping;
        private readonly nuint _mapped;

        public Block(int capacity)
        {
            int page = Environment.SystemPageSize;
            Length = (capacity + page - 1) / page * page;
            _mapped = (nuint)(Length + 2 * page);
            if (OperatingSystem.IsWindows())
            {
                const uint CommitAndReserve = 0x3000, NoAccess = 1, ReadWrite = 4;
                _mapping = VirtualAlloc(0, _mapped, CommitAndReserve, NoAccess);
                Assert.NotEqual(0, _mapping);
                Assert.True(VirtualProtect(_mapping + page, (nuint)Length, ReadWrite, out _));
            }
            else
            {
                const int None = 0, ReadWrite = 3, Private = 2;
                int anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
                _mapping = MapMemory(0, _mapped, None, Private | anonymous, -1, 0);
                Assert.NotEqual(-1, _mapping);
                Assert.Equal(0, ProtectMemory(_mapping + page, (nuint)Length, ReadWrite));
            }

            Start = _mapping + page;
        }

        public nint Start { get; }

        public int Length { get; }

        public void Dispose()
        {
            const uint Release = 0x8000;
            Assert.True(OperatingSystem.IsWindows() ? VirtualFree(_mapping, 0, Release) : UnmapMemory(_mapping, _mapped) == 0);
        }

        [LibraryImport("libc", EntryPoint = "mmap")]
        private static partial nint MapMemory(nint address, nuint length, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", EntryPoint = "mprotect")]
        private static partial int ProtectMemory(nint address, nuint length, int protection);

        [LibraryImport("libc", EntryPoint = "munmap")]
        private static partial int UnmapMemory(nint address, nuint length);

        [LibraryImport("kernel32")]
        private static partial nint VirtualAlloc(nint address, nuint size, uint type, uint protection);

        [LibraryImport("kernel32")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static partial bool VirtualProtect(nint address, nuint size, uint protection, out uint before);

        [LibraryImport("kernel32")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static partial bool VirtualFree(nint address, nuint size, uint type);
    }
}
