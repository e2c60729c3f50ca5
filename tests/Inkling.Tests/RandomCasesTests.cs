namespace Inkling.Tests;

/// <summary>Tests with random cases must report which case failed.</summary>
public sealed class RandomCasesTests
{
    [Fact]
    public void A_case_that_never_ends_is_named_and_ended()
    {
        using ManualResetEventSlim isEnded = new();
        string? told = null;
        using Watchdog watchdog = new(TimeSpan.Zero, message =>
        {
            told = message;
            isEnded.Set();
        });
        using (watchdog.Watch("png: INKLING_SEED=7 INKLING_CASES=1"))
            Assert.True(isEnded.Wait(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
        Assert.EndsWith("png: INKLING_SEED=7 INKLING_CASES=1", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_says_how_it_is_seen_again()
    {
        long failed = -1;
        Exception e = Assert.ThrowsAny<AggregateException>(() => RandomCases.ForEach(1, seed =>
        {
            Volatile.Write(ref failed, seed);
            throw new InvalidOperationException("wrong");
        })).InnerExceptions[0];
        Assert.Equal(FormattableString.Invariant($"wrong To see it again: INKLING_SEED={failed} INKLING_CASES=1"), e.Message);
    }

    [Fact]
    public void A_program_that_no_machine_has_skips_the_test_with_its_name()
    {
        string? reason = null;
        try
        {
            Tools.Require("inkling-no-such-program");
        }
        catch (Exception skip) // Assert.Throws would let it through, and this test would be skipped
        {
            reason = skip.Message;
        }

        Assert.Contains("This test needs inkling-no-such-program", reason, StringComparison.Ordinal);
    }
}
