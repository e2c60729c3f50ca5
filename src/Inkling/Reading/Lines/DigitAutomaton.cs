namespace Inkling.Reading.Lines;

/// <summary>
/// The numbers that <see cref="ReadingOptions"/> allow, as a deterministic automaton over digits. Where the number of digits is
/// known, a state is the place; under the rule of Luhn, the place and the sum so far modulo 10, so that the check digit is part
/// of the automaton. Every step leads to a state from which an end can be reached.
/// </summary>
internal sealed class DigitAutomaton
{
    private const int None = -1;
    private readonly int[] _steps; // [states, 10]
    private readonly bool[] _isEnd;

    private DigitAutomaton(int[] steps, bool[] isEnd, Func<string, bool>? rule) =>
        (_steps, _isEnd, Rule) = (steps, isEnd, rule);

    /// <summary>The state before the first digit.</summary>
    public static int Start => 0;

    public int States => _isEnd.Length;

    /// <summary>What whole numbers must obey besides, as the automaton cannot express it; null for nothing.</summary>
    public Func<string, bool>? Rule { get; }

    public static DigitAutomaton Of(ReadingOptions options)
    {
        NumberPattern? pattern = options.AllowedPattern;
        if ((options.ExpectedDigits ?? pattern?.Digits) is not { } digits)
            return new DigitAutomaton(new int[10], [true], rule: null); // any number: one state, which every digit keeps
        if (pattern is not null && pattern.Digits != digits)
            return new DigitAutomaton([.. Enumerable.Repeat(None, 10)], [false], rule: null);
        return pattern?.Rule is { } rule && rule == NumberPattern.Luhn
            ? OfPlaces(digits, pattern, sums: 10, rule: null)
            : OfPlaces(digits, pattern, sums: 1, pattern?.Rule);
    }

    /// <summary>The state behind one more digit; negative where no allowed number continues so.</summary>
    public int Step(int state, int digit) => _steps[10 * state + digit];

    /// <summary>Whether a number may end in a state.</summary>
    public bool IsEnd(int state) => _isEnd[state];

    /// <summary>The automaton whose states are [places, sums], built from the end so that dead ends are left out.</summary>
    private static DigitAutomaton OfPlaces(int digits, NumberPattern? pattern, int sums, Func<string, bool>? rule)
    {
        int states = (digits + 1) * sums;
        int[] steps = new int[10 * states];
        Array.Fill(steps, None);
        bool[] isEnd = new bool[states], canEnd = new bool[states];
        isEnd[digits * sums] = canEnd[digits * sums] = true;
        for (int state = digits * sums - 1; state >= 0; state--)
        {
            int place = state / sums, sum = state % sums;
            for (int digit = 0; digit < 10; digit++)
            {
                int next = (place + 1) * sums + (sum + LuhnTerm(digit, digits - 1 - place)) % sums;
                if (pattern?.MayHave(digit, place) == false || !canEnd[next])
                    continue;
                steps[10 * state + digit] = next;
                canEnd[state] = true;
            }
        }

        return new DigitAutomaton(steps, isEnd, rule);
    }

    /// <summary>What a digit adds to the sum of Luhn (<see cref="NumberPattern.Luhn"/>).</summary>
    /// <param name="digit">The digit.</param>
    /// <param name="fromRight">Its place, counted from 0 at the last digit.</param>
    private static int LuhnTerm(int digit, int fromRight) =>
        fromRight % 2 == 0 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
}
