using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Inkling.Layers;

namespace Inkling.Execution.Ranks;

/// <summary>What ranks agree on, apart from sums: that they train the same, whether to stop, whether one has failed.</summary>
internal sealed class RankAgreement(RankGroup group)
{
    private const char EndOfValue = '\u001e', EndOfName = '\u001f';

    public RankGroup Group => group;

    /// <summary>
    /// Does something on every rank, and makes sure that it was done on all: otherwise every rank throws, so that none waits for
    /// one that has given up.
    /// </summary>
    /// <exception cref="InklingException">It failed here; or on another rank, which the message names.</exception>
    public void Do(Action action)
    {
        InklingException? failure = null;
        try
        {
            action();
        }
        catch (Exception e) when (e is InklingException or IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            failure = e as InklingException ?? new InklingException(e.Message, e);
        }

        string[] failures = group.Gather(failure?.Message ?? "");
        if (failure is not null)
            throw failure;
        int failed = Array.FindIndex(failures, message => message.Length > 0);
        if (failed >= 0)
            throw new InklingException($"{NameOf(failed)}: {failures[failed]}");
    }

    /// <summary>Requires all ranks to have the same settings.</summary>
    /// <param name="settings">This rank's, by name.</param>
    /// <param name="difference">Says how a rank's settings (there) differ from rank 0's (here); null where they do not.</param>
    /// <exception cref="InklingException">A rank has others; thrown on all ranks, with one message.</exception>
    public void RequireSame(
        Dictionary<string, string> settings,
        Func<Dictionary<string, string>, Dictionary<string, string>, string?> difference)
    {
        Dictionary<string, string>[] all =
            [.. group.Gather(string.Concat(settings.Select(s => $"{s.Key}{EndOfName}{s.Value}{EndOfValue}"))).Select(Parse)];
        for (int rank = 1; rank < all.Length; rank++)
        {
            if (difference(all[rank], all[0]) is { } how)
            {
                throw new InklingException(
                    $"{NameOf(rank)} was started otherwise than {group.NameOf(0)} (here): {how}. "
                    + "Give every rank the same program, options and data.");
            }
        }
    }

    /// <summary>Requires all ranks to have the same weights, and asks whether any has been told to stop.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="step">After how many steps, for the message.</param>
    /// <param name="isStopWanted">Whether this rank has been told to stop.</param>
    /// <returns>Whether any has.</returns>
    /// <exception cref="InklingException">A rank has other weights; thrown on all ranks, with one message.</exception>
    public bool RequireSameWeights(ParameterBuffer parameters, long step, bool isStopWanted)
    {
        byte[] own = new byte[SHA256.HashSizeInBytes + 1];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(parameters.Span));
        hash.AppendData(MemoryMarshal.AsBytes(parameters.Statistics));
        hash.GetHashAndReset(own.AsSpan(0, SHA256.HashSizeInBytes));
        own[^1] = isStopWanted ? (byte)1 : (byte)0;
        byte[][] all = group.Gather(own);
        int other = Array.FindIndex(all, rank => !rank.AsSpan(0, SHA256.HashSizeInBytes).SequenceEqual(all[0].AsSpan()[..^1]));
        if (other >= 0)
        {
            throw new InklingException(FormattableString.Invariant(
                $"{NameOf(other)} has other weights than {group.NameOf(0)} after {step:N0} steps, and no more can be trained: ")
                + "its memory, its processor or its MPI library made an error. Leave that machine out, and go on from the "
                + "last checkpoint.");
        }

        return Array.Exists(all, rank => rank[^1] != 0);
    }

    private string NameOf(int rank)
    {
        string name = group.NameOf(rank);
        return char.ToUpperInvariant(name[0]) + name[1..];
    }

    private static Dictionary<string, string> Parse(string settings) => settings
        .Split(EndOfValue, StringSplitOptions.RemoveEmptyEntries)
        .Select(setting => setting.Split(EndOfName))
        .ToDictionary(setting => setting[0], setting => setting[1], StringComparer.Ordinal);
}
