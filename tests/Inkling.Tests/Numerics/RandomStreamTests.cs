using Inkling.Numerics;

namespace Inkling.Tests.Numerics;

public class RandomStreamTests
{
    [Fact]
    public void The_same_seed_gives_these_very_numbers_on_every_machine_and_in_every_version()
    {
        // xoshiro256++ seeded by SplitMix64, computed from the authors' definitions independently of the library's code.
        RandomStream random = new(seed: 1);
        Assert.Equal<ulong[]>(ExpectedFromDefinition(1, 3), [random.NextUInt64(), random.NextUInt64(), random.NextUInt64()]);
    }

    [Fact]
    public void Normal_numbers_have_mean_0_and_deviation_1()
    {
        RandomStream random = new(seed: 7);
        double[] numbers = [.. Enumerable.Range(0, 200_000).Select(_ => random.NextGaussian())];
        double mean = numbers.Average();
        Assert.Equal(0, mean, 0.01);
        Assert.Equal(1, Math.Sqrt(numbers.Average(x => (x - mean) * (x - mean))), 0.01);
        Assert.Equal(0.6827, numbers.Count(x => Math.Abs(x) < 1) / 200_000.0, 0.005);
    }

    [Fact]
    public void A_shuffle_keeps_every_item_and_puts_each_everywhere_equally_often()
    {
        RandomStream random = new(seed: 3);
        int[,] landed = new int[5, 5];
        for (int round = 0; round < 20_000; round++)
        {
            int[] items = [0, 1, 2, 3, 4];
            random.Shuffle(items);
            Assert.Equal([0, 1, 2, 3, 4], items.Order());
            for (int place = 0; place < 5; place++)
                landed[items[place], place]++;
        }

        foreach (int count in landed)
            Assert.InRange(count, 3700, 4300);
    }

    [Fact]
    public void Streams_under_one_seed_differ()
    {
        Assert.NotEqual(new RandomStream(1, 0).NextUInt64(), new RandomStream(1, 1).NextUInt64());
    }

    [Fact]
    public void A_saved_stream_goes_on_and_one_that_would_give_zeros_for_ever_is_refused()
    {
        RandomStream random = new(seed: 2);
        random.NextGaussian();
        RandomStream again = RandomStream.Restore(random.Save());
        Assert.Equal(random.NextGaussian(), again.NextGaussian());
        Assert.Equal(random.NextUInt64(), again.NextUInt64());
        ulong noSpare = BitConverter.DoubleToUInt64Bits(double.NaN);
        foreach (ulong[] saved in (ulong[][])
        [
            [0, 0, 0, 0, noSpare],
            [1, 2, 3, 4],
            [1, 2, 3, 4, BitConverter.DoubleToUInt64Bits(1e300)]
        ])
            Assert.Throws<ArgumentException>(() => RandomStream.Restore(saved));
    }

    private static ulong[] ExpectedFromDefinition(ulong seed, int count)
    {
        UInt128 mask = ulong.MaxValue;
        UInt128 state = seed;
        ulong Next()
        {
            state = (state + 0x9E3779B97F4A7C15) & mask;
            UInt128 z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & mask;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask;
            return (ulong)(z ^ (z >> 31));
        }

        state = Next(); // the seed is mixed once, so that the streams of a seed are far apart
        ulong[] s = [Next(), Next(), Next(), Next()];
        ulong Rotate(ulong x, int k) => (x << k) | (x >> (64 - k));
        ulong[] numbers = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = unchecked(Rotate(s[0] + s[3], 23) + s[0]);
            ulong t = s[1] << 17;
            s[2] ^= s[0];
            s[3] ^= s[1];
            s[1] ^= s[2];
            s[0] ^= s[3];
            s[2] ^= t;
            s[3] = Rotate(s[3], 45);
        }

        return numbers;
    }
}
