namespace Inkling.Cli;

/// <summary>Finds the known word that a mistyped one was probably meant to be.</summary>
internal static class Spelling
{
    private const int MaxLength = 40;

    /// <summary>A sentence to add to an error, as <c> Did you mean "train"?</c>; empty where no known word is near.</summary>
    public static string Hint(string word, IEnumerable<string> known) =>
        Nearest(word, known) is { } nearest ? $" Did you mean \"{nearest}\"?" : "";

    /// <summary>
    /// The known word with the fewest typing mistakes, at most one for each three letters; otherwise one that begins with the
    /// given word or shares a part between hyphens with it (<c>--batch-size</c>, <c>--mini-batch</c>); null where there is none.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        string given = Letters(word);
        if (given.Length is 0 or > MaxLength)
            return null;
        string[] words = [.. known.Where(candidate => candidate != word)];
        (string Word, int Mistakes)[] near =
        [
            .. words
                .Select(candidate => (Word: candidate, Mistakes: Mistakes(given, Letters(candidate))))
                .Where(candidate => candidate.Mistakes <= Math.Max(1, Math.Min(given.Length, Letters(candidate.Word).Length) / 3))
        ];
        const int MinPart = 3;
        return near.Length > 0
            ? near.MinBy(candidate => candidate.Mistakes).Word
            : words.FirstOrDefault(candidate => given.Length >= MinPart
                && Letters(candidate).StartsWith(given, StringComparison.Ordinal))
                ?? words.FirstOrDefault(candidate =>
                    PartsOf(given).Intersect(PartsOf(Letters(candidate)), StringComparer.Ordinal).Any());

        static string Letters(string text) => text.TrimStart('-').ToLowerInvariant();

        static IEnumerable<string> PartsOf(string text) => text.Split('-').Where(part => part.Length > MinPart);
    }

    /// <summary>
    /// How many letters are missing, too many, wrong or exchanged with their neighbour: the optimal string alignment distance.
    /// </summary>
    private static int Mistakes(string a, string b)
    {
        int[,] mistakes = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    mistakes[i, j] = i + j;
                    continue;
                }

                int replaced = mistakes[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                mistakes[i, j] = Math.Min(replaced, 1 + Math.Min(mistakes[i - 1, j], mistakes[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    mistakes[i, j] = Math.Min(mistakes[i, j], 1 + mistakes[i - 2, j - 2]);
            }
        }

        return mistakes[a.Length, b.Length];
    }
}
