using Inkling.Benchmarks.Compare;

namespace Inkling.Benchmarks.Tests;

/// <summary>A run on a noisy machine is not called a result, and what was noisy is said.</summary>
public sealed class NoiseTests
{
    private static readonly double[] Steady = [1.00, 1.01, 0.99, 1.00, 1.02];

    [Fact]
    public void A_run_on_a_quiet_machine_is_a_result() => Assert.Empty(Noise.In([Measured(Steady)]));

    [Fact]
    public void Programs_that_take_a_fifth_of_a_core_are_noticed()
    {
        string noise = Assert.Single(Noise.In([Measured(Steady), Measured(Steady, who: "numpy", busy: [1.0, 0.2])]));
        Assert.Equal("other programs took 20 % of a core during \"original\" by numpy (at most 5 %)", noise);
    }

    [Fact]
    public void A_host_that_takes_a_tenth_of_a_core_is_noticed_and_the_core_named()
    {
        string noise = Assert.Single(Noise.In([Measured(Steady, stolen: [0.0, 0.1])]));
        Assert.Equal("the hypervisor took 10 % of core 1 during \"original\" by Inkling (at most 3 %)", noise);
    }

    [Fact]
    public void Times_that_differ_from_piece_to_piece_are_noticed()
    {
        string noise = Assert.Single(Noise.In([Measured([1.0, 1.3, 1.0, 1.6, 1.3])]));
        Assert.Equal("half of the times spread over 23 % of their median during \"original\" by Inkling (at most 10 %)", noise);
    }

    [Fact]
    public void One_piece_that_was_disturbed_is_no_noise() => Assert.Empty(Noise.In([Measured([1.0, 1.0, 9.0, 1.0, 1.0])]));

    [Fact]
    public void Few_pieces_do_not_show_their_spread() => Assert.Equal(["1 of at least 5 pieces"], Noise.In([Measured([1.0])]));

    [Fact]
    public void Nothing_measured_is_no_result() => Assert.Equal(["nothing was measured"], Noise.In([]));

    [Fact]
    public void Where_the_system_does_not_tell_times_alone_decide() =>
        Assert.Empty(Noise.In(
            [new Measurement("original", "Inkling", [.. Steady.Select(time => new Piece(time, null, new(1, 1, null, null)))])]));

    private static Measurement Measured(
        double[] seconds, string who = "Inkling", double[]? busy = null, double[]? stolen = null) => new(
        "original",
        who,
        [.. seconds.Select(time => new Piece(time, null, new MachineShare(1, 1, busy ?? [0.51, 0.5], stolen ?? [0.0, 0.01])))]);
}
