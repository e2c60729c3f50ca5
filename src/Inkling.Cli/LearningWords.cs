using System.Globalization;

namespace Inkling.Cli;

/// <summary>
/// Optimisers and schedules as words with numbers behind colons, as in the text of an architecture: <c>sgd:0.9:nesterov</c>,
/// <c>stepped:10:0.5</c>. A name alone takes the library's defaults.
/// </summary>
internal static class LearningWords
{
    public const string Optimisers = "sgd, sgd:MOMENTUM, sgd:MOMENTUM:nesterov, adam or adam:WEIGHT-DECAY";

    public const string Schedules =
        "constant, cosine, one-cycle, stepped:EPOCHS:FACTOR or halve-on-stall:EPOCHS";

    /// <summary>The optimiser that the text names; null if it names none, or a number is out of range.</summary>
    public static Optimiser? ParseOptimiser(string text) => Within(() => text.ToLowerInvariant().Split(':') switch
    {
        ["sgd"] => new Optimiser.Sgd(),
        ["sgd", var momentum] => new Optimiser.Sgd(Number(momentum)),
        ["sgd", var momentum, "nesterov"] => new Optimiser.Sgd(Number(momentum), nesterov: true),
        ["adam"] => new Optimiser.Adam(),
        ["adam", var decay] => new Optimiser.Adam(weightDecay: Number(decay)),
        _ => (Optimiser?)null,
    });

    /// <summary>The schedule that the text names; null if it names none, or a number is out of range.</summary>
    public static Schedule? ParseSchedule(string text) => Within(() => text.ToLowerInvariant().Split(':') switch
    {
        ["constant"] => new Schedule.Constant(),
        ["cosine"] => new Schedule.Cosine(),
        ["one-cycle"] => new Schedule.OneCycle(),
        ["stepped", var every, var by] => new Schedule.Stepped(Whole(every), Number(by)),
        ["halve-on-stall"] => new Schedule.HalveOnStall(),
        ["halve-on-stall", var patience] => new Schedule.HalveOnStall(Whole(patience)),
        _ => (Schedule?)null,
    });

    private static T? Within<T>(Func<T?> parse)
        where T : class
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static int Whole(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
