using Inkling.Benchmarks.Compare;

namespace Inkling.Benchmarks.Tests;

/// <summary>Implementations do short pieces in turn; each is compared with the piece of the first just before its own.</summary>
public sealed class RoundsTests
{
    [Fact]
    public void Each_piece_of_a_peer_follows_one_of_ours()
    {
        List<string> order = [];
        Rounds.Run([Named("A"), Named("B"), Named("C")], 2, (_, _, _) => { });
        Assert.Equal("A B A C | A B A C | A B A C", string.Join(' ', order).Replace("C A", "C | A", StringComparison.Ordinal));

        Implementation Named(string name) => new(name, () =>
        {
            order.Add(name);
            return 1;
        });
    }

    [Fact]
    public void A_machine_that_slows_down_for_both_does_not_change_the_ratio()
    {
        double load = 1;
        var measured = Rounds.Run([new("A", () => 2 * (load *= 1.5)), new("B", () => 6 * load)], 5, (_, _, _) => { });
        Measurement first = new("work", "A", measured[0].Pieces), second = new("work", "B", measured[1].Pieces);
        Assert.Null(first.Ratio);
        Assert.Equal(3, second.Ratio!.Value, 9);
        Assert.Equal(5, second.Pieces.Count);
        Assert.NotEqual(3 * first.Pieces[0].Seconds, second.Median);
    }

    [Fact]
    public void The_round_that_has_everything_compiled_is_not_counted()
    {
        int calls = 0;
        var measured = Rounds.Run([new("A", () => ++calls)], 3, (_, _, _) => { });
        Assert.Equal([2, 3, 4], measured[0].Pieces.Select(piece => piece.Seconds));
    }

    [Fact]
    public void A_peer_that_fails_is_named_and_the_others_go_on()
    {
        int calls = 0;
        var measured = Rounds.Run(
            [
                new("A", () => 1),
                new("B", () => ++calls == 3 ? throw new InklingException("B: ended before it answered.") : 2),
                Implementation.Absent("C", "not installed"),
                new("D", () => 4)
            ],
            4,
            (_, _, _) => { });
        Assert.Equal(["", "B: ended before it answered.", "not installed", ""], measured.Select(of => of.Of.Missing ?? ""));
        Assert.Empty(measured[1].Pieces);
        Assert.Empty(measured[2].Pieces);
        Assert.Equal(4, measured[3].Pieces.Count);
    }

    [Fact]
    public void A_median_is_the_middle_and_a_spread_the_width_of_the_middle_half()
    {
        Assert.Equal(3, Statistics.Median([5, 1, 3]));
        Assert.Equal(2, Statistics.Median([3, 1]));
        Assert.True(double.IsNaN(Statistics.Median([])));
        Assert.Equal((4 - 2) / 3.0, Statistics.RelativeSpread([1, 2, 3, 4, 50]));
        Assert.Equal(0, Statistics.RelativeSpread([7]));
    }
}
