using System.Globalization;

namespace Inkling.Cli.Sweeps;

/// <summary>Seeds as ranges: <c>1-50</c>, <c>1-50,77</c>.</summary>
/// <param name="Ranges">From, to, both included; in the order given, none overlapping.</param>
internal sealed record SeedRanges(IReadOnlyList<(int From, int To)> Ranges)
{
    /// <summary>What the text may be, for messages.</summary>
    public const string Accepted = "seeds from 0 on and ranges of them from the lower to the higher, as 1-50 or 1-10,77";

    /// <summary>How many seeds there are.</summary>
    public long Count => Ranges.Sum(range => (long)range.To - range.From + 1);

    /// <summary>The seeds, in the order given.</summary>
    public IEnumerable<int> All => Ranges.SelectMany(range => Enumerable.Range(range.From, range.To - range.From + 1));

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Join(',', Ranges.Select(range => range.From == range.To
        ? range.From.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{range.From}-{range.To}")));

    /// <summary>Parses seeds and ranges; null where the text is none, or names a seed twice.</summary>
    public static SeedRanges? Parse(string text)
    {
        List<(int From, int To)> ranges = [];
        foreach (string part in text.Split(','))
        {
            int?[] ends =
            [
                .. part.Split('-').Select(
                    end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n < int.MaxValue
                        ? n
                        : (int?)null)
            ];
            if (ends is not ([not null] or [not null, not null]) || ends[^1] < ends[0])
                return null;
            ranges.Add((ends[0]!.Value, ends[^1]!.Value));
        }

        (int From, int To)[] ascending = [.. ranges.Order()];
        bool overlap = ascending.Zip(ascending.Skip(1)).Any(pair => pair.Second.From <= pair.First.To);
        return overlap ? null : new SeedRanges(ranges);
    }
}
