using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Inkling.Layers;

namespace Inkling.Execution.Ranks;

/// <summary>What ranks agree on, apart from sums: that they train the same, whether to stop, whether one has failed.</summary>
internal sealed class RankAgreement(RankGroup group)
{
    private const char EndOfValue = '\u001e', EndOfName = '\u001f';

    /// <summary>What ranks are told of one that was cancelled.</summary>
    private const string Interrupted = "Interrupted.";

    private const string KnownToAll = "known to all ranks"; // a key of an exception's data

    public RankGroup Group => group;

    /// <summary>Whether every rank has thrown an exception together with this one, so that none waits for another.</summary>
    public static bool IsKnownToAll(Exception exception) => exception.Data.Contains(KnownToAll);

    /// <summary>A rank's name at the beginning of a sentence.</summary>
    public string NameOf(int rank)
    {
        string name = group.NameOf(rank);
        return char.ToUpperInvariant(name[0]) + name[1..];
    }

    /// <summary>
    /// Does something on every rank, and makes sure that it was done on all: otherwise every rank throws, so that none waits for
    /// one that has given up.
    /// </summary>
    /// <exception cref="InklingException">It failed on another rank, which the message names.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled on another rank.</exception>
    /// <exception cref="Exception">What the action has thrown here.</exception>
    public void Do(Action action)
    {
        Exception? failure = null;
        try
        {
            action();
        }
        catch (Exception e) // whatever it is, the others must not wait for this rank
        {
            failure = e;
        }

        string[] failures = group.Gather(failure switch
        {
            null => "",
            OperationCanceledException => Interrupted,
            { Message.Length: > 0 } => failure.Message,
            _ => failure.GetType().Name,
        });
        if (failure is not null)
            ExceptionDispatchInfo.Throw(Known(failure));
        int failed = Array.FindIndex(failures, message => message.Length > 0);
        if (failed < 0)
            return;
        throw Known<Exception>(failures[failed] == Interrupted
            ? new OperationCanceledException(Interrupted)
            : new InklingException($"{NameOf(failed)}: {failures[failed]}"));
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
                throw Known(new InklingException(
                    $"{NameOf(rank)} was started otherwise than {group.NameOf(0)} (here): {how}. "
                    + "Give every rank the same program, options and data."));
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
        string[] hashes = [.. all.Select(rank => Convert.ToHexString(rank.AsSpan()[..^1]))];
        if (Array.Exists(hashes, hash => hash != hashes[0]))
            throw Known(new InklingException(DifferenceOf(hashes, step)));
        return Array.Exists(all, rank => rank[^1] != 0);
    }

    /// <summary>Says which ranks have other weights than most; where no weights are those of most, that two differ.</summary>
    private string DifferenceOf(string[] hashes, long step)
    {
        string when = string.Create(CultureInfo.InvariantCulture, $"after {step:N0} steps, and no more can be trained");
        string most = hashes.CountBy(hash => hash, StringComparer.Ordinal).MaxBy(count => count.Value).Key;
        int[] others = [.. Enumerable.Range(0, hashes.Length).Where(rank => hashes[rank] != most)];
        if (2 * others.Length < hashes.Length)
        {
            string names = string.Join(", ", others.Select((rank, i) => i == 0 ? NameOf(rank) : group.NameOf(rank)));
            return $"{names} {(others.Length == 1 ? "has" : "have")} other weights than the other ranks {when}: memory, a "
                + "processor or an MPI library made an error there. Leave that out, and go on from the last checkpoint.";
        }

        int other = Array.FindIndex(hashes, hash => hash != hashes[0]);
        return $"{NameOf(0)} and {group.NameOf(other)} have different weights {when}: one of their machines made an error, in "
            + "memory, a processor or an MPI library. Leave out one and then the other, and go on from the last checkpoint.";
    }

    private static T Known<T>(T exception)
        where T : Exception
    {
        if (!exception.Data.IsReadOnly)
            exception.Data[KnownToAll] = true;
        return exception;
    }

    private static Dictionary<string, string> Parse(string settings) => settings
        .Split(EndOfValue, StringSplitOptions.RemoveEmptyEntries)
        .Select(setting => setting.Split(EndOfName))
        .ToDictionary(setting => setting[0], setting => setting[1], StringComparer.Ordinal);
}
