using System.Collections.Concurrent;
using System.Globalization;
using Inkling.Cli.Sharing;

namespace Inkling.Cli.Tests.Sharing;

/// <summary>Work that processes share through a folder.</summary>
public sealed class SharedWorkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling work ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Every_part_may_do_every_item_and_the_parts_own_shares_are_each_item_once(int items)
    {
        for (int count = 1; count <= 9; count++)
        {
            List<int> own = [];
            for (int index = 0; index < count; index++)
            {
                int[] order = SharedWork.OrderFor(items, new Part(index, count));
                Assert.Equal(Enumerable.Range(0, items), order.Order());
                own.AddRange(order.Take((items + count - 1 - index) / count));
            }

            Assert.Equal(Enumerable.Range(0, items), own.Order());
        }
    }

    [Fact]
    public void Of_many_that_claim_at_once_one_gets_each_item()
    {
        string[] names = Names(60);
        ConcurrentBag<int> done = [];
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, part =>
        {
            SharedWork work = new(_folder, ".json", names, new Part(part % 3, 3));
            while (work.TryClaim() is { } claim)
            {
                using (claim)
                {
                    done.Add(claim.Index);
                    claim.Complete([(byte)claim.Index]);
                }
            }
        });
        Assert.Equal(Enumerable.Range(0, names.Length), done.Order());
        SharedWork after = new(_folder, ".json", names, new Part(0, 1));
        Assert.True(after.IsComplete);
        Assert.All(Enumerable.Range(0, names.Length), i => Assert.Equal([(byte)i], File.ReadAllBytes(after.FileOf(names[i]))));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.lock", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_another_works_on_is_left_to_it_until_it_gives_up()
    {
        string[] names = Names(2);
        SharedWork first = new(_folder, ".json", names, new Part(0, 1)), second = new(_folder, ".json", names, new Part(0, 1));
        SharedWork.Claim held = first.TryClaim()!;
        using (SharedWork.Claim other = second.TryClaim()!)
        {
            Assert.Equal((0, 1), (held.Index, other.Index));
            Assert.Null(second.TryClaim());
            Assert.Null(first.TryClaim());
            other.Complete([1]);
        }

        Assert.Null(second.TryClaim());
        Assert.False(second.IsComplete);
        held.Dispose(); // as when its process is killed
        using SharedWork.Claim again = second.TryClaim()!;
        Assert.Equal(0, again.Index);
        again.Complete([1]);
        Assert.True(second.IsComplete);
        Assert.False(first.IsComplete);
        first.Refresh();
        Assert.True(first.IsComplete);
    }

    [Fact]
    public void Locks_that_killed_processes_left_beside_results_are_deleted_and_no_others()
    {
        string[] names = Names(3);
        SharedWork work = new(_folder, ".json", names, new Part(0, 1));
        string[] locks = [.. names.Select(name => work.FileOf(name) + ".lock")];
        using (SharedWork.Claim first = work.TryClaim()!)
            first.Complete([1]);
        File.WriteAllBytes(locks[0], []);
        using SharedWork.Claim underWay = work.TryClaim()!;
        underWay.Complete([1]);
        Directory.CreateDirectory(Path.GetDirectoryName(locks[2])!);
        File.WriteAllBytes(locks[2], []);
        SharedWork.DeleteAbandonedLocks(_folder, ".json");
        Assert.Equal(
            locks[1..], Directory.GetFiles(_folder, "*.lock", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_foreign_file_in_the_place_of_a_lock_is_named()
    {
        SharedWork work = new(_folder, ".json", Names(1), new Part(0, 1));
        Directory.CreateDirectory(Path.Combine(_folder, "00"));
        File.WriteAllText(work.FileOf(Names(1)[0]) + ".lock", "notes");
        Assert.Contains(".lock: a file with something in it", Assert.Throws<InklingException>(work.TryClaim).Message,
            StringComparison.Ordinal);
    }

    private static string[] Names(int count) =>
        [.. Enumerable.Range(0, count).Select(i => (i % 3).ToString("x2", CultureInfo.InvariantCulture) + $"{i:x6}")];
}
