using System.Collections.Concurrent;

namespace Inkling.Tests.Ranks;

/// <summary>Ranks as threads of this process: each message is checked, copied, and waits in a queue of its pair.</summary>
internal sealed class ThreadRanks : RankGroup
{
    private readonly Hub _hub;

    private ThreadRanks(Hub hub, int rank) => (_hub, Rank) = (hub, rank);

    public override int Rank { get; }

    public override int Count => _hub.Count;

    public override int DefaultThreads => 1;

    /// <summary>Called before each exchange with its number, from 1.</summary>
    public Action<int>? BeforeExchange { get; set; }

    private int Exchanges { get; set; }

    /// <summary>Runs the same on each of several ranks, and returns what each of them returned.</summary>
    /// <exception cref="AggregateException">What each rank that failed has thrown, in order.</exception>
    public static T[] Run<T>(int count, Func<ThreadRanks, T> body)
    {
        Hub hub = new(count);
        T[] results = new T[count];
        Exception?[] failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = body(new ThreadRanks(hub, rank));
            }
            catch (Exception e)
            {
                failures[rank] = e;
            }
            finally
            {
                for (int other = 0; other < count; other++)
                    hub.Queue(rank, other).CompleteAdding(); // none waits for a rank that has ended
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Exception[] found = [.. failures.OfType<Exception>()];
        return found.Length == 0 ? results : throw new AggregateException(found);
    }

    public override void Exchange(ReadOnlySpan<RankMessage> sent, ReadOnlySpan<RankMessage> received)
    {
        BeforeExchange?.Invoke(++Exchanges);
        foreach (RankMessage message in sent)
        {
            Assert.NotEqual(Rank, message.Rank);
            Assert.False(message.Bytes.IsEmpty);
            _hub.Queue(Rank, message.Rank).Add(message.Bytes.ToArray());
        }

        foreach (RankMessage message in received)
        {
            if (!_hub.Queue(message.Rank, Rank).TryTake(out byte[]? bytes, Timeout.Infinite))
                throw new InklingException($"{NameOf(message.Rank)} has ended.");
            Assert.Equal(message.Bytes.Length, bytes.Length);
            bytes.CopyTo(message.Bytes);
        }
    }

    private sealed class Hub(int count)
    {
        private readonly BlockingCollection<byte[]>[] _queues =
            [.. Enumerable.Range(0, count * count).Select(_ => new BlockingCollection<byte[]>())];

        public int Count => count;

        public BlockingCollection<byte[]> Queue(int from, int to) => _queues[from * count + to];
    }
}
