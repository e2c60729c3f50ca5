using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Inkling.Numerics;
using Inkling.Synthesis;

namespace Inkling.Recipes;

/// <summary>
/// Numbers to learn from, each written when it is asked for: the same for the same index, on whatever thread.
/// </summary>
/// <param name="digits">Images of digits and their writers.</param>
/// <param name="count">How many numbers.</param>
/// <param name="seed">The same seed gives the same numbers.</param>
/// <param name="limits">Which numbers are written.</param>
internal sealed class WrittenNumbers(WriterDigits digits, int count, long seed, LineLimits limits = default) : LineExamples
{
    /// <summary>The most digits of a number.</summary>
    public const int MaxDigits = 14;

    private readonly ConcurrentBag<LineWriter> _writers = []; // a thread takes one and puts it back

    /// <inheritdoc/>
    public override int Count => count;

    /// <inheritdoc/>
    public override int Height => LineCanvas.Height;

    /// <inheritdoc/>
    public override int MaxWidth => LineWriter.MaxWidth;

    /// <inheritdoc/>
    public override int Classes => 10;

    /// <inheritdoc/>
    public override int CopyLine(int index, Span<float> line)
    {
        if (!_writers.TryTake(out LineWriter? writer))
            writer = new LineWriter(digits, limits);
        int width = writer.Write(LabelOf(index), new RandomStream(seed, 2L * index + 1), line);
        _writers.Add(writer);
        return width;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> LabelOf(int index)
    {
        RequireIndex(index);
        RandomStream random = new(seed, 2L * index);
        byte[] number = new byte[PickLength(random)];
        double kind = random.NextDouble(), repeated = kind < 0.3 ? 0.35 : 0;
        int zeros = kind is >= 0.3 and < 0.55 ? Math.Min(number.Length - 1, 1 + random.NextInt32(5)) : 0;
        for (int i = 0; i < number.Length; i++)
        {
            bool repeats = i > 0 && random.NextDouble() < repeated;
            number[i] = i >= number.Length - zeros ? (byte)0 : repeats ? number[i - 1] : (byte)random.NextInt32(10);
        }

        return number;
    }

    /// <summary>The settings and some numbers stand for all: writing them takes a long time.</summary>
    internal override void AppendInputs(IncrementalHash hash)
    {
        string settings = FormattableString.Invariant($"written numbers {count} {seed} {digits.Writers} {limits}");
        hash.AppendData(Encoding.UTF8.GetBytes(settings));
        new Sample(this).AppendAll(hash);
    }

    internal override void AppendTargets(IncrementalHash hash)
    {
        // They follow from the seed.
    }

    private static int PickLength(RandomStream random)
    {
        double choice = random.NextDouble();
        return choice switch
        {
            < 0.01 => 0, // signs alone
            < 0.09 => 1,
            < 0.7 => 2 + random.NextInt32(6),
            < 0.91 => 8 + random.NextInt32(3),
            _ => 11 + random.NextInt32(MaxDigits - 10)
        };
    }

    /// <summary>A number of each hundredth part.</summary>
    private sealed class Sample(WrittenNumbers numbers) : LineExamples
    {
        public override int Count => Math.Min(100, numbers.Count);

        public override int Height => numbers.Height;

        public override int MaxWidth => numbers.MaxWidth;

        public override int Classes => numbers.Classes;

        public override int CopyLine(int index, Span<float> line) => numbers.CopyLine(IndexOf(index), line);

        public override ReadOnlySpan<byte> LabelOf(int index) => numbers.LabelOf(IndexOf(index));

        public void AppendAll(IncrementalHash hash)
        {
            base.AppendInputs(hash);
            base.AppendTargets(hash);
        }

        private int IndexOf(int index) => (int)((long)index * numbers.Count / Count);
    }
}
