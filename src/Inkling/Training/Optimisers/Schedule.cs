namespace Inkling;

/// <summary>How the learning rate changes: a factor applied to <see cref="TrainingOptions.LearningRate"/>.</summary>
public abstract record Schedule
{
    private Schedule()
    {
    }

    private const int MaxEpochs = int.MaxValue;

    /// <summary>Epochs of linear warm-up from 0 at the beginning; 0 for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is under 0 or not a number.</exception>
    public double WarmUpEpochs { get; init => field = OptionRange.Epochs(value); }

    /// <summary>The factor at a point of the training.</summary>
    /// <param name="epoch">Epochs done, including the fraction of the current one.</param>
    /// <param name="epochs">Epochs in total.</param>
    /// <param name="stalls">How often validation stalled, for <see cref="HalveOnStall"/>.</param>
    internal double FactorAt(double epoch, int epochs, int stalls) =>
        (WarmUpEpochs > 0 ? Math.Min(1, epoch / WarmUpEpochs) : 1) * Factor(epoch, epochs, stalls);

    private protected abstract double Factor(double epoch, int epochs, int stalls);

    /// <summary>The rate does not change.</summary>
    public sealed record Constant : Schedule
    {
        private protected override double Factor(double epoch, int epochs, int stalls) => 1;
    }

    /// <summary>Multiplied by a factor every few epochs.</summary>
    /// <param name="Every">Epochs between two changes, at least 1.</param>
    /// <param name="By">The factor, over 0 and at most 1.</param>
    public sealed record Stepped(int Every, double By) : Schedule
    {
        /// <summary>Epochs between two changes, at least 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is under 1.</exception>
        public int Every { get; init => field = OptionRange.From(1, MaxEpochs, value); } = OptionRange.From(1, MaxEpochs, Every);

        /// <summary>The factor, over 0 and at most 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double By { get; init => field = OptionRange.OverZero(1, value); } = OptionRange.OverZero(1, By);

        private protected override double Factor(double epoch, int epochs, int stalls) =>
            Numerics.PortableMath.Power(By, (long)(epoch / Every));
    }

    /// <summary>Falls along half a cosine, to a fraction of the rate (Loshchilov and Hutter, arXiv 1608.03983).</summary>
    /// <param name="Final">The fraction of the rate to end with, from 0 to 1.</param>
    public sealed record Cosine(double Final = 0) : Schedule
    {
        /// <summary>The fraction of the rate to end with, from 0 to 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double Final { get; init => field = OptionRange.From(0, 1, value); } = OptionRange.From(0, 1, Final);

        private protected override double Factor(double epoch, int epochs, int stalls) =>
            Final + (1 - Final) * Fall(epoch / epochs);
    }

    /// <summary>Rises to the full rate and falls again, both along half a cosine (Smith and Topin, arXiv 1708.07120).</summary>
    /// <param name="Rise">The fraction of the training in which the rate rises, from 0 to 1.</param>
    /// <param name="Start">The fraction of the rate to begin with, from 0 to 1.</param>
    /// <param name="Final">The fraction of the rate to end with, from 0 to 1.</param>
    public sealed record OneCycle(double Rise = 0.3, double Start = 0.04, double Final = 0.0004) : Schedule
    {
        /// <summary>The fraction of the training in which the rate rises, from 0 to 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double Rise { get; init => field = OptionRange.From(0, 1, value); } = OptionRange.From(0, 1, Rise);

        /// <summary>The fraction of the rate to begin with, from 0 to 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double Start { get; init => field = OptionRange.From(0, 1, value); } = OptionRange.From(0, 1, Start);

        /// <summary>The fraction of the rate to end with, from 0 to 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double Final { get; init => field = OptionRange.From(0, 1, value); } = OptionRange.From(0, 1, Final);

        private protected override double Factor(double epoch, int epochs, int stalls)
        {
            double t = epoch / epochs;
            return t < Rise ? Start + (1 - Start) * (1 - Fall(t / Rise)) : Final + (1 - Final) * Fall((t - Rise) / (1 - Rise));
        }
    }

    /// <summary>
    /// Halved each time accuracy on validation data has not improved for some epochs; the stall after the last halving (by
    /// default to 1/128 of the rate) ends the training (Nielsen, chapter 3, exercise).
    /// </summary>
    /// <param name="Patience">Epochs without improvement, at least 1.</param>
    /// <param name="Halvings">The number of halvings after which the next stall ends the training, from 0 to 1,000.</param>
    public sealed record HalveOnStall(int Patience = 10, int Halvings = 7) : Schedule
    {
        private const int MaxHalvings = 1000; // 2⁻¹⁰⁰⁰ is still a normal double

        /// <summary>Epochs without improvement, at least 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is under 1.</exception>
        public int Patience { get; init => field = OptionRange.From(1, MaxEpochs, value); } =
            OptionRange.From(1, MaxEpochs, Patience);

        /// <summary>The number of halvings after which the next stall ends the training, from 0 to 1,000.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public int Halvings { get; init => field = OptionRange.From(0, MaxHalvings, value); } =
            OptionRange.From(0, MaxHalvings, Halvings);

        private protected override double Factor(double epoch, int epochs, int stalls) => Math.ScaleB(1, -stalls);
    }

    /// <summary>Half a cosine from 1 at t = 0 to 0 at t = 1.</summary>
    private protected static double Fall(double t) => 0.5 * (1 + Numerics.PortableMath.Cos(Math.PI * Math.Clamp(t, 0, 1)));
}
