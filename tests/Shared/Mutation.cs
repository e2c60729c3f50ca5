using System.Buffers.Binary;

namespace Inkling.Tests;

/// <summary>Mutates files: the operators of AFL's havoc stage, and a few for text.</summary>
internal static class Mutation
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Numbers that often break parsers: the limits of integer types, and numbers next to them.</summary>
    private static readonly long[] Interesting =
    [
        0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 64, 100, 127, 128, 255, 256, 1000, 4096, 32767, 32768, 65535, 65536, 1_000_000,
        int.MaxValue - 7, int.MaxValue, (long)int.MaxValue + 1, uint.MaxValue, long.MaxValue,
        -1, -2, -128, -32768, int.MinValue, long.MinValue,
    ];

    private static readonly string[] Words =
    [
        "-1", "0", "00", "1e999", "-1e999", "NaN", "Infinity", "null", "true", "\"\"", "[]", "{}",
        "2147483648", "9223372036854775808", "99999999999999999999",
        "1e-400", "0.1", "\u0000", "\\ud800", "\u001b[2J", "\r\n", "'", "/", "٣", "İ", ",", ":", "x",
    ];

    /// <summary>Makes one to eight changes to a seed, some with pieces of another file.</summary>
    public static byte[] Of(byte[] seed, byte[] other, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int times = 1 << random.Next(4); times > 0; times--)
            Change(bytes, other, random);
        if (bytes.Count > MaxBytes)
            bytes.RemoveRange(MaxBytes, bytes.Count - MaxBytes);
        return [.. bytes];
    }

    private static void Change(List<byte> bytes, byte[] other, Random random)
    {
        int at = random.Next(bytes.Count + 1), rest = bytes.Count - at;
        switch (random.Next(12))
        {
            case 0 when rest > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when rest > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when rest > 0:
                bytes[at] += (byte)random.Next(-35, 36);
                break;
            case 3 or 4:
                Overwrite(bytes, at, Number(random));
                break;
            case 5:
                bytes.RemoveRange(at, Math.Min(rest, Length(random)));
                break;
            case 6:
                bytes.InsertRange(at, Piece(bytes, random));
                break;
            case 7:
                Overwrite(bytes, at, Piece(bytes, random));
                break;
            case 8 when other.Length > 0:
                int from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, Length(random))).ToArray());
                break;
            case 9 when random.Next(4) == 0:
                bytes.RemoveRange(at, rest);
                break;
            case 10:
                ReplaceNumberInText(bytes, at, random);
                break;
            case 11 when random.Next(8) == 0:
                byte[] piece = Piece(bytes, random);
                for (int times = random.Next(1, 1000); times > 0 && bytes.Count < MaxBytes; times--)
                    bytes.InsertRange(at, piece);
                break;
        }
    }

    /// <summary>Mostly short: long changes destroy the file's structure.</summary>
    private static int Length(Random random) => 1 + random.Next(1 << random.Next(1, 9));

    private static byte[] Piece(List<byte> bytes, Random random)
    {
        int from = random.Next(bytes.Count + 1);
        return [.. bytes.Skip(from).Take(Length(random))];
    }

    private static byte[] Number(Random random)
    {
        long number = Interesting[random.Next(Interesting.Length)];
        byte[] bytes = new byte[8];
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            return bytes[..(1 << random.Next(4))];
        }

        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes[^(1 << random.Next(4))..];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (int i = 0; i < with.Length && at + i < bytes.Count; i++)
            bytes[at + i] = with[i];
    }

    /// <summary>Replaces the next decimal number by a word; inserts the word if no number begins within 64 bytes.</summary>
    private static void ReplaceNumberInText(List<byte> bytes, int at, Random random)
    {
        int begin = at;
        while (begin < bytes.Count && begin < at + 64 && !char.IsAsciiDigit((char)bytes[begin]))
            begin++;
        int end = begin;
        while (end < bytes.Count && char.IsAsciiDigit((char)bytes[end]))
            end++;
        if (end == begin)
            begin = end = at;
        bytes.RemoveRange(begin, end - begin);
        bytes.InsertRange(begin, System.Text.Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]));
    }
}
