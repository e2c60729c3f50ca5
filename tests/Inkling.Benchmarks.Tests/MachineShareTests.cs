using Inkling.Benchmarks.Compare;

namespace Inkling.Benchmarks.Tests;

/// <summary>What the machine gave is computed from two readings of /proc/stat and the program's own processor time.</summary>
public sealed class MachineShareTests
{
    private const string Before =
        """
        cpu  400 0 0 1600 0 0 0 0 0 0
        cpu0 200 0 0 800 0 0 0 0 0 0
        cpu1 200 0 0 800 0 0 0 0 0 0
        intr 5 0 0
        ctxt 7
        """;

    [Fact]
    public void A_cores_time_is_divided_into_busy_stolen_and_idle()
    {
        IReadOnlyDictionary<int, CoreTimes> cores = Read("cpu  9 9 9 9 9 9 9 9\ncpu0 1 2 4 8 16 32 64 128 256 512\nintr 1");
        Assert.Equal(new CoreTimes(Busy: 1 + 2 + 4 + 32 + 64, Stolen: 128, Idle: 8 + 16), Assert.Single(cores).Value);
    }

    [Fact]
    public void Kernels_that_do_not_tell_what_was_stolen_are_read()
    {
        Assert.Equal(new CoreTimes(1 + 2 + 4, 0, 8), Read("cpu  1 2 4 8\ncpu3 1 2 4 8")[3]);
        Assert.Empty(Read(""));
        Assert.Empty(Read("intr 5"));
        Assert.Empty(Read("cpu"));
    }

    [Fact]
    public void What_other_programs_used_is_what_was_busy_without_ones_own_time()
    {
        // A second: core 0 ran us all the time, core 1 others for a fifth of it, and 5 % of it went to other machines.
        MachineShare share = Between("cpu0 300 0 0 800 0 0 0 0\ncpu1 215 5 0 875 0 0 0 5", own: 1.0);
        Assert.Equal([1.0, 0.2], share.Busy!);
        Assert.Equal([0.0, 0.05], share.Stolen!);
        Assert.Equal(0.2, share.Others!.Value, 9);
        Assert.Equal(1.0, share.Own, 9);
    }

    [Fact]
    public void Ones_own_time_is_never_counted_as_less_than_nothing_of_others()
    {
        Assert.Equal(0, Between("cpu0 290 0 0 810 0 0 0 0\ncpu1 200 0 0 900 0 0 0 0", own: 0.95).Others);
    }

    [Fact]
    public void Cores_that_come_or_go_and_idle_times_that_go_back_do_no_harm()
    {
        MachineShare share = Between("cpu1 260 0 0 790 0 0 0 0\ncpu2 9 0 0 9 0 0 0 0", own: 0);
        Assert.Equal([1.0], share.Busy!);
        Assert.Equal([0.0], Between("cpu0 200 0 0 800 0 0 0 0", own: 0).Busy!);
    }

    [Fact]
    public void Where_the_system_does_not_tell_the_shares_are_unknown_and_ones_own_time_is_known()
    {
        MachineShare share = MachineShare.Between(null, null, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2));
        Assert.Equal(1.5, share.Own, 9);
        Assert.Null(share.Busy);
        Assert.Null(share.Stolen);
        Assert.Null(share.Others);
        Assert.Null(MachineShare.Over([share, Between(Before, own: 0)])!.Others);
    }

    [Fact]
    public void Longer_pieces_count_for_more()
    {
        MachineShare share = MachineShare.Over([new(1, 1, [1.0, 0.0], [0.4, 0.0]), new(3, 2, [1.0, 1.0], [0.0, 0.0])])!;
        Assert.Equal(4, share.Elapsed);
        Assert.Equal(1.75, share.Own, 9);
        Assert.Equal([1.0, 0.75], share.Busy!);
        Assert.Equal([0.1, 0.0], share.Stolen!);
        Assert.Null(MachineShare.Over([]));
    }

    [Fact]
    public void This_machine_tells_on_Linux()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc/stat.");
        Assert.NotEmpty(CoreTimes.Now()!);
    }

    private static MachineShare Between(string after, double own) =>
        MachineShare.Between(Read(Before), Read(after), TimeSpan.FromSeconds(own), TimeSpan.FromSeconds(1));

    private static IReadOnlyDictionary<int, CoreTimes> Read(string text) =>
        CoreTimes.Parse(text.ReplaceLineEndings("\n").Split('\n'));
}
