using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Inkling.Numerics;

namespace Inkling.Benchmarks;

/// <summary>Measures the machine's peak rates: multiply-adds, and reads from its caches and from memory.</summary>
internal static class MachinePeak
{
    private const int Repetitions = 1 << 19, Chains = 12, Tries = 15;

    /// <summary>Floating-point operations per second, in units of 10⁹; a multiply-add counts as two.</summary>
    /// <param name="threads">How many cores work at once.</param>
    public static double GigaFlops(int threads)
    {
        int lanes = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        double seconds = Best(() => Parallel(threads, MultiplyAdds));
        return 2.0 * threads * Repetitions * Chains * lanes / seconds / 1e9;
    }

    /// <summary>Bytes read per second by one core, in units of 10⁹, from a buffer of this size.</summary>
    /// <param name="bytes">A multiple of 512. Small buffers stay in the L1 cache, larger ones in L2, and so on.</param>
    public static double GigaBytesRead(int bytes)
    {
        AlignedBuffer memory = new(bytes / sizeof(float));
        int passes = Math.Max(1, (1 << 26) / bytes);
        double seconds = Best(() =>
        {
            for (int pass = 0; pass < passes; pass++)
                Mix(MemoryMarshal.Cast<float, int>(memory.Span));
        });
        return (double)passes * bytes / seconds / 1e9;
    }

    private static double Best(Action action)
    {
        action();
        double best = double.MaxValue;
        for (int i = 0; i < Tries; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return best;
    }

    private static void Parallel(int threads, Func<float> body)
    {
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(_ => new Thread(() => body()))];
        foreach (Thread thread in others)
            thread.Start();
        body();
        foreach (Thread thread in others)
            thread.Join();
    }

    private static float MultiplyAdds() =>
        Vector512.IsHardwareAccelerated ? MultiplyAdds512()
        : Vector256.IsHardwareAccelerated ? MultiplyAdds256()
        : MultiplyAdds128();

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdds512()
    {
        Vector512<float> x = Vector512.Create(0.9f), y = Vector512.Create(0.1f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < Repetitions; n++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
            k = Vector512.FusedMultiplyAdd(k, x, y);
            l = Vector512.FusedMultiplyAdd(l, x, y);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdds256()
    {
        Vector256<float> x = Vector256.Create(0.9f), y = Vector256.Create(0.1f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < Repetitions; n++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
            k = Vector256.FusedMultiplyAdd(k, x, y);
            l = Vector256.FusedMultiplyAdd(l, x, y);
        }

        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float MultiplyAdds128()
    {
        Vector128<float> x = Vector128.Create(0.9f), y = Vector128.Create(0.1f);
        Vector128<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int n = 0; n < Repetitions; n++)
        {
            a = Vector128.FusedMultiplyAdd(a, x, y);
            b = Vector128.FusedMultiplyAdd(b, x, y);
            c = Vector128.FusedMultiplyAdd(c, x, y);
            d = Vector128.FusedMultiplyAdd(d, x, y);
            e = Vector128.FusedMultiplyAdd(e, x, y);
            f = Vector128.FusedMultiplyAdd(f, x, y);
            g = Vector128.FusedMultiplyAdd(g, x, y);
            h = Vector128.FusedMultiplyAdd(h, x, y);
            i = Vector128.FusedMultiplyAdd(i, x, y);
            j = Vector128.FusedMultiplyAdd(j, x, y);
            k = Vector128.FusedMultiplyAdd(k, x, y);
            l = Vector128.FusedMultiplyAdd(l, x, y);
        }

        return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    /// <summary>Eight independent chains of a one-cycle operation, so that the loads are the bottleneck to be measured.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static int Mix(ReadOnlySpan<int> memory)
    {
        ref int first = ref MemoryMarshal.GetReference(memory);
        Vector512<int> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
        for (nuint i = 0; i < (nuint)memory.Length; i += 8 * 16)
        {
            a ^= Vector512.LoadUnsafe(ref first, i);
            b ^= Vector512.LoadUnsafe(ref first, i + 16);
            c ^= Vector512.LoadUnsafe(ref first, i + 32);
            d ^= Vector512.LoadUnsafe(ref first, i + 48);
            e ^= Vector512.LoadUnsafe(ref first, i + 64);
            f ^= Vector512.LoadUnsafe(ref first, i + 80);
            g ^= Vector512.LoadUnsafe(ref first, i + 96);
            h ^= Vector512.LoadUnsafe(ref first, i + 112);
        }

        return Vector512.Sum(a ^ b ^ c ^ d ^ e ^ f ^ g ^ h);
    }
}
