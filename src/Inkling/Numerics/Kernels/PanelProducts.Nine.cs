using System.Runtime.CompilerServices;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// y = x·wᵀ for windows of nine numbers, three runs of three: the first layer of most image networks, a 3×3 kernel on one
/// channel. Setting up a block of rows would take as long as computing it. Instead, the nine weights of a vector of neurons
/// stay in registers for all rows, and each row is a chain of nine multiply-adds that the processor overlaps with the next
/// rows'. Sums are formed in the same order as elsewhere.
/// </summary>
internal static partial class PanelProducts
{
    private static bool IsNine(in Window window) => window is { Runs: 3, Length: 3 };

    [MethodImpl(Hot.Method)]
    private static void RowsTimesNine<TSimd, TVector>(
        ref readonly float x,
        ReadOnlySpan<int> rows,
        int pitch,
        ref readonly float panel,
        ref readonly float bias,
        ref float y,
        nuint stride)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector w0 = TSimd.Load(in panel, 0),
            w1 = TSimd.Load(in panel, Rows.Panel), w2 = TSimd.Load(in panel, 2 * Rows.Panel);
        TVector w3 = TSimd.Load(in panel, 3 * Rows.Panel),
            w4 = TSimd.Load(in panel, 4 * Rows.Panel), w5 = TSimd.Load(in panel, 5 * Rows.Panel);
        TVector w6 = TSimd.Load(in panel, 6 * Rows.Panel),
            w7 = TSimd.Load(in panel, 7 * Rows.Panel), w8 = TSimd.Load(in panel, 8 * Rows.Panel);
        TVector start = TSimd.Load(in bias, 0);
        foreach (int row in rows)
        {
            ref float first = ref Unsafe.Add(ref Unsafe.AsRef(in x), row);
            ref float second = ref Unsafe.Add(ref first, pitch);
            ref float third = ref Unsafe.Add(ref second, pitch);
            TVector a = TSimd.MultiplyAdd(TSimd.Create(first), w0, start);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref first, 1)), w1, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref first, 2)), w2, a);
            a = TSimd.MultiplyAdd(TSimd.Create(second), w3, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref second, 1)), w4, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref second, 2)), w5, a);
            a = TSimd.MultiplyAdd(TSimd.Create(third), w6, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref third, 1)), w7, a);
            a = TSimd.MultiplyAdd(TSimd.Create(Unsafe.Add(ref third, 2)), w8, a);
            TSimd.Store(a, ref y, 0);
            y = ref Unsafe.Add(ref y, stride);
        }
    }
}
