using System.Numerics;

namespace Inkling.Numerics;

/// <summary>
/// A seeded stream of random numbers that is the same on every platform and in every version of .NET, which
/// <see cref="Random"/> does not promise. Reproducible training ("same seed, same bits") depends on it.
/// </summary>
/// <remarks>xoshiro256++ (Blackman and Vigna 2019, arXiv 1805.01407), its state filled by SplitMix64.</remarks>
internal sealed class RandomStream
{
    private ulong _s0, _s1, _s2, _s3;
    private double _spareGaussian = double.NaN;

    /// <param name="seed">The same seed gives the same numbers.</param>
    /// <param name="stream">
    /// Selects one of many independent streams of a seed: one for each purpose or each generated item, so that results do not
    /// depend on the order in which threads take items.
    /// </param>
    public RandomStream(long seed, long stream = 0)
    {
        ulong state = unchecked((ulong)seed);
        state = SplitMix64(ref state) ^ unchecked((ulong)stream * 0xD1342543DE82EF95UL);
        _s0 = SplitMix64(ref state);
        _s1 = SplitMix64(ref state);
        _s2 = SplitMix64(ref state);
        _s3 = SplitMix64(ref state);
    }

    /// <summary>A copy, which continues with the same numbers.</summary>
    public RandomStream Clone() => (RandomStream)MemberwiseClone();

    /// <summary>Copies another stream's state.</summary>
    public void CopyFrom(RandomStream other) =>
        (_s0, _s1, _s2, _s3, _spareGaussian) = (other._s0, other._s1, other._s2, other._s3, other._spareGaussian);

    /// <summary>The complete state, as five numbers.</summary>
    public ulong[] Save() => [_s0, _s1, _s2, _s3, BitConverter.DoubleToUInt64Bits(_spareGaussian)];

    /// <summary>
    /// Whether these are five numbers that <see cref="Save"/> can return. An all-zero state is invalid: it would give only
    /// zeros, and <see cref="NextGaussian"/> would never return.
    /// </summary>
    public static bool CanRestore(ReadOnlySpan<ulong> saved) =>
        saved.Length == 5 && saved[..4].ContainsAnyExcept(0UL)
        && BitConverter.UInt64BitsToDouble(saved[4]) is double.NaN or (> -100 and < 100);

    /// <summary>A stream with a saved state.</summary>
    /// <exception cref="ArgumentException">The numbers are not a stream's state.</exception>
    public static RandomStream Restore(ReadOnlySpan<ulong> saved)
    {
        if (!CanRestore(saved))
            throw new ArgumentException("These are not the numbers of a random stream.", nameof(saved));
        return new(seed: 0)
        {
            _s0 = saved[0],
            _s1 = saved[1],
            _s2 = saved[2],
            _s3 = saved[3],
            _spareGaussian = BitConverter.UInt64BitsToDouble(saved[4]),
        };
    }

    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s0 + _s3, 23) + _s0;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, bound), without bias (Lemire 2019, arXiv 1805.10941).</summary>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        ulong product = (NextUInt64() >> 32) * (uint)bound;
        if ((uint)product < (uint)bound)
        {
            uint threshold = (uint)-bound % (uint)bound;
            while ((uint)product < threshold)
                product = (NextUInt64() >> 32) * (uint)bound;
        }

        return (int)(product >> 32);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Standard normal, by Marsaglia's polar method.</summary>
    public double NextGaussian()
    {
        if (!double.IsNaN(_spareGaussian))
        {
            double spare = _spareGaussian;
            _spareGaussian = double.NaN;
            return spare;
        }

        double u, v, s;
        do
        {
            u = 2 * NextDouble() - 1;
            v = 2 * NextDouble() - 1;
            s = u * u + v * v;
        }
        while (s is >= 1 or 0);
        double scale = Math.Sqrt(-2 * PortableMath.Log(s) / s);
        _spareGaussian = v * scale;
        return u * scale;
    }

    /// <summary>Puts the items into a uniformly random order (Fisher and Yates).</summary>
    public void Shuffle(Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong SplitMix64(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
