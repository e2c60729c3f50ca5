using Inkling.Numerics.Threads;

namespace Inkling.Tests.Numerics;

/// <summary>Work is shared by threads where that is faster, and left to one thread where other programs keep the others from
/// running. Time is simulated.</summary>
public class ThreadChoiceTests
{
    [Fact]
    public void On_a_quiet_machine_all_threads_work_all_the_time() =>
        Assert.Equal(0, ShareAlone(new ThreadChoice(), seconds: 10, sharedRate: 1.6, waiting: 0));

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    [InlineData(1.05)] // hardly faster: the other cores are left to other programs
    public void Where_sharing_does_not_pay_one_thread_soon_works_alone_nearly_all_the_time(double sharedRate) =>
        Assert.InRange(ShareAlone(new ThreadChoice(), seconds: 10, sharedRate, waiting: 0.5), 0.96, 1);

    [Fact]
    public void A_machine_that_becomes_busy_and_quiet_again_is_noticed_each_time()
    {
        ThreadChoice choice = new();
        ShareAlone(choice, seconds: 20, sharedRate: 1.6, waiting: 0);
        Assert.InRange(ShareAlone(choice, seconds: 2, sharedRate: 0.4, waiting: 0.5), 0.85, 1);
        ShareAlone(choice, seconds: 20, sharedRate: 0.4, waiting: 0.5);
        Assert.InRange(ShareAlone(choice, seconds: 40, sharedRate: 1.6, waiting: 0), 0, 0.15);
    }

    [Theory]
    [InlineData(1, 1.5)]
    [InlineData(250, 15)] // large steps on many cores: a trial alone takes long
    public void Threads_that_wait_but_are_faster_together_are_hardly_held_up(int millisecondsOfCall, double sharedRate) =>
        Assert.InRange(
            ShareAlone(new ThreadChoice(), seconds: 1000, sharedRate, waiting: 0.2, millisecondsOfCall), 0, 0.03);

    /// <summary>The share of the time in which one thread works alone, at a rate of 1.</summary>
    private static double ShareAlone(
        ThreadChoice choice, double seconds, double sharedRate, double waiting, int millisecondsOfCall = 1)
    {
        TimeSpan shared = TimeSpan.FromMilliseconds(millisecondsOfCall), byOne = sharedRate * shared, // the same work
            all = TimeSpan.FromSeconds(seconds), time = TimeSpan.Zero, alone = TimeSpan.Zero;
        while (time < all)
        {
            if (choice.IsAlone)
            {
                choice.Report(work: 1, byOne, waited: TimeSpan.Zero);
                (time, alone) = (time + byOne, alone + byOne);
            }
            else
            {
                choice.Report(work: 1, shared, waiting * shared);
                time += shared;
            }
        }

        return alone / time;
    }
}
