namespace Inkling.Gpu.Kernels;

/// <summary>The numbers of <see cref="Numerics.RandomStream"/> on a device.</summary>
internal struct DeviceRandom
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>The number that <see cref="Next"/> drew.</summary>
    public ulong Number { get; private set; }

    /// <summary>The stream of a seed, before its first number.</summary>
    public static DeviceRandom Of(long seed, long stream)
    {
        ulong state = (ulong)seed + Gamma;
        state = Mixed(state) ^ ((ulong)stream * 0xD1342543DE82EF95UL);
        return new()
        {
            _s0 = Mixed(state + Gamma),
            _s1 = Mixed(state + Gamma + Gamma),
            _s2 = Mixed(state + Gamma + Gamma + Gamma),
            _s3 = Mixed(state + Gamma + Gamma + Gamma + Gamma),
        };
    }

    /// <summary>A stream in the middle, as <see cref="Numerics.RandomStream.Save"/> has it.</summary>
    public static DeviceRandom Of(ReadOnlySpan<ulong> saved) => new()
    {
        _s0 = saved[0],
        _s1 = saved[1],
        _s2 = saved[2],
        _s3 = saved[3],
    };

    /// <summary>The number drawn, as one of [0, 1).</summary>
    public readonly double Share => (Number >> 11) * (1.0 / (1UL << 53));

    /// <summary>The stream after a number of [0, bound), which is <see cref="Number"/>.</summary>
    public readonly DeviceRandom NextUnder(uint bound)
    {
        uint threshold = (uint)-(int)bound % bound;
        DeviceRandom next = this;
        ulong product;
        do
        {
            next = next.Next();
            product = (next.Number >> 32) * bound;
        }
        while ((uint)product < threshold);
        next.Number = product >> 32;
        return next;
    }

    /// <summary>The stream after its next number.</summary>
    public readonly DeviceRandom Next()
    {
        DeviceRandom next = this;
        next.Number = RotateLeft(_s0 + _s3, 23) + _s0;
        ulong t = _s1 << 17;
        next._s2 ^= _s0;
        next._s3 ^= _s1;
        next._s1 ^= next._s2;
        next._s0 ^= next._s3;
        next._s2 ^= t;
        next._s3 = RotateLeft(next._s3, 45);
        return next;
    }

    private const ulong Gamma = 0x9E3779B97F4A7C15UL;

    private static ulong RotateLeft(ulong value, int by) => (value << by) | (value >> (64 - by));

    /// <summary>A step of SplitMix64, from its counter.</summary>
    private static ulong Mixed(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
