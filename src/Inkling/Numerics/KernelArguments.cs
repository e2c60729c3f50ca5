using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inkling.Numerics;

/// <summary>
/// What kernels check at their door. Inside, they read and write without bounds checks; so each call, in release builds too,
/// proves once that everything it is about to touch lies in the spans it was given.
/// </summary>
internal static class KernelArguments
{
    /// <summary>Refuses a call whose lengths do not fit each other.</summary>
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

    /// <summary>The largest of some offsets; a negative one counts as larger than any length. 0 where there are none.</summary>
    public static uint Largest(ReadOnlySpan<int> offsets)
    {
        uint largest = 0;
        if (offsets.Length < 32) // reducing a vector to one number would take longer
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
