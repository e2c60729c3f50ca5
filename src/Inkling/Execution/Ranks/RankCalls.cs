using System.Buffers.Binary;
using System.Text;

namespace Inkling.Execution.Ranks;

/// <summary>What a few short messages to all ranks are for, apart from gradients: agreeing, counting, sending a file.</summary>
internal static class RankCalls
{
    /// <summary>Gives every rank what each of them has.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="own">This rank's bytes, as many on every rank; at least one.</param>
    /// <returns>For each rank its bytes.</returns>
    public static byte[][] Gather(this RankGroup group, byte[] own)
    {
        byte[][] all = [.. Enumerable.Range(0, group.Count).Select(rank => rank == group.Rank ? own : new byte[own.Length])];
        int[] others = Others(group);
        group.Exchange(
            [.. others.Select(rank => new RankMessage(rank, own))],
            [.. others.Select(rank => new RankMessage(rank, all[rank]))]);
        return all;
    }

    /// <summary>Gives every rank the text that each of them has.</summary>
    public static string[] Gather(this RankGroup group, string own)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(own + "\n"); // the line feed: no message is empty
        int[] lengths = [.. group.Gather(Int64(bytes.Length)).Select(length => (int)BinaryPrimitives.ReadInt64LittleEndian(length))];
        byte[][] all = [.. lengths.Select((length, rank) => rank == group.Rank ? bytes : new byte[length])];
        int[] others = Others(group);
        group.Exchange(
            [.. others.Select(rank => new RankMessage(rank, bytes))],
            [.. others.Select(rank => new RankMessage(rank, all[rank]))]);
        return [.. all.Select(text => Encoding.UTF8.GetString(text)[..^1])];
    }

    /// <summary>The number of each rank.</summary>
    public static long[] Gather(this RankGroup group, long own) =>
        [.. group.Gather(Int64(own)).Select(bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes))];

    /// <summary>Sends rank 0's bytes to every rank.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="bytes">What is sent; null for nothing. Other ranks than 0 give null.</param>
    /// <returns>What rank 0 has given.</returns>
    public static byte[]? Broadcast(this RankGroup group, byte[]? bytes)
    {
        long length = group.Gather(bytes?.Length ?? -1L)[0];
        if (length <= 0)
            return length < 0 ? null : [];
        if (group.Rank > 0)
        {
            bytes = new byte[length];
            group.Exchange([], [new RankMessage(0, bytes)]);
        }
        else
        {
            group.Exchange([.. Others(group).Select(rank => new RankMessage(rank, bytes))], []);
        }

        return bytes;
    }

    private static int[] Others(RankGroup group) =>
        [.. Enumerable.Range(0, group.Count).Where(rank => rank != group.Rank)];

    private static byte[] Int64(long value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
