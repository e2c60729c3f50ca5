using System.Runtime.InteropServices;

namespace Inkling.Reading.Cutting;

/// <summary>A way that may be kept in a <see cref="Lattice"/>.</summary>
/// <param name="Score">Its log likelihood.</param>
/// <param name="Text">The key of its digits: <see cref="DigitTexts.KeyOf(int, int)"/>.</param>
/// <param name="Before">The index of the way without its last step.</param>
/// <param name="Segment">The last step's segment.</param>
/// <param name="Digit">The digit that is; -1 for none.</param>
/// <param name="IsSeparated">Whether a separator of the pattern was found since the last digit.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Candidate(double Score, long Text, int Before, int Segment, int Digit, bool IsSeparated)
{
    /// <summary>Of ways with the same key only the best can become the best of all.</summary>
    public long Key => 2 * Text + (IsSeparated ? 1 : 0);
}

/// <summary>
/// The best of many candidates, one for each key; of equal ones the first. Holds at most twice as many as are kept.
/// </summary>
/// <param name="max">How many are kept.</param>
internal sealed class Shortlist(int max)
{
    private readonly List<(Candidate Candidate, long Order)> _held = [];
    private readonly Dictionary<long, int> _byKey = [];
    private long _added;
    private double? _worstKept; // its score, once enough are held

    public void Clear()
    {
        _held.Clear();
        _byKey.Clear();
        _worstKept = null;
    }

    /// <summary>Whether enough candidates are at least as good as this one, whatever its key is.</summary>
    public bool IsTooUnlikely(Candidate candidate) => candidate.Score <= _worstKept;

    public void Add(Candidate candidate)
    {
        if (IsTooUnlikely(candidate))
            return;
        _added++;
        if (_byKey.TryGetValue(candidate.Key, out int i))
        {
            if (candidate.Score > _held[i].Candidate.Score)
                _held[i] = (candidate, _added);
            return;
        }

        _byKey.Add(candidate.Key, _held.Count);
        _held.Add((candidate, _added));
        if (_held.Count >= 2 * max)
            Prune();
    }

    /// <summary>Those that are kept, the best first.</summary>
    public IEnumerable<Candidate> Best()
    {
        Prune();
        return _held.Select(held => held.Candidate);
    }

    private void Prune()
    {
        _held.Sort((a, b) =>
            b.Candidate.Score.CompareTo(a.Candidate.Score) is var byScore and not 0 ? byScore : a.Order.CompareTo(b.Order));
        if (_held.Count > max)
            _held.RemoveRange(max, _held.Count - max);
        if (_held.Count == max)
            _worstKept = _held[^1].Candidate.Score;
        _byKey.Clear();
        for (int i = 0; i < _held.Count; i++)
            _byKey.Add(_held[i].Candidate.Key, i);
    }
}
