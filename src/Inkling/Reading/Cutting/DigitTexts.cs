namespace Inkling.Reading.Cutting;

/// <summary>
/// A trie of digit strings: each text is kept once, as the text without its last digit and that digit. Equal texts have equal
/// numbers.
/// </summary>
internal sealed class DigitTexts
{
    private readonly List<(long Key, int Length)> _texts = [(-1, 0)];
    private readonly Dictionary<long, int> _byKey = new() { [-1] = 0 };

    /// <summary>The number of the text without digits.</summary>
    public const int Empty = 0;

    /// <summary>The key of a text with one more digit, whether or not it is kept.</summary>
    public static long KeyOf(int text, int digit) => 10L * text + digit;

    /// <summary>The key of a text.</summary>
    public long KeyOf(int text) => _texts[text].Key;

    public int LengthOf(int text) => _texts[text].Length;

    /// <summary>The number of the text with a key; from now on it is kept.</summary>
    public int Of(long key)
    {
        if (_byKey.TryGetValue(key, out int text))
            return text;
        _texts.Add((key, _texts[(int)(key / 10)].Length + 1));
        _byKey.Add(key, _texts.Count - 1);
        return _texts.Count - 1;
    }

    public string TextOf(int text) => TextOf(_texts[text].Key);

    /// <summary>The digits of the text with a key, whether or not it is kept.</summary>
    public string TextOf(long key)
    {
        if (key < 0)
            return "";
        char[] digits = new char[_texts[(int)(key / 10)].Length + 1];
        for (int i = digits.Length - 1; i >= 0; i--, key = _texts[(int)(key / 10)].Key)
            digits[i] = (char)('0' + key % 10);
        return new string(digits);
    }
}
