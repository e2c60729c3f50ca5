using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inkling.Numerics;

/// <summary>
/// Checks of kernels' arguments. Kernels read and write without bounds checks, so each call, in release builds too, first
/// proves that everything it will touch lies in the spans it was given.
/// </summary>
internal static class KernelArguments
{
    /// <summary>Throws unless a condition on a kernel's arguments holds.</summary>
    /// <exception cref="ArgumentException">The condition does not hold; the message quotes it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Require(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? text = null,
        [CallerMemberName] string? kernel = null)
    {
        if (!condition)
            Refuse(text, kernel);
    }

    /// <summary>Whether a length is a multiple of 16, which every vector width divides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWholePanels(int length) => length % Rows.Panel == 0;

    /// <summary>
    /// The largest offset, or 0 if there are none. Offsets are compared as unsigned, so a negative one is larger than any
    /// length.
    /// </summary>
    public static uint Largest(ReadOnlySpan<int> offsets)
    {
        uint largest = 0;
        if (offsets.Length < 32) // for so few, reducing a vector to one number takes longer
        {
            foreach (int offset in offsets)
                largest = Math.Max(largest, (uint)offset);
            return largest;
        }

        ReadOnlySpan<Vector<uint>> wide = MemoryMarshal.Cast<int, Vector<uint>>(offsets);
        Vector<uint> most = Vector<uint>.Zero;
        foreach (Vector<uint> some in wide)
            most = Vector.Max(most, some);
        for (int lane = 0; lane < Vector<uint>.Count; lane++)
            largest = Math.Max(largest, most[lane]);
        foreach (int offset in offsets[(wide.Length * Vector<uint>.Count)..])
            largest = Math.Max(largest, (uint)offset);
        return largest;
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Refuse(string? text, string? kernel) =>
        throw new ArgumentException($"{kernel}: the lengths do not fit each other: {text} does not hold.", (string?)null);
}
