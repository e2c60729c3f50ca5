namespace Inkling;

/// <summary>How the learning rate changes: a factor applied to <see cref="TrainingOptions.LearningRate"/>.</summary>
public abstract class Schedule
{
    private Schedule()
    {
    }

    private const int MaxEpochs = int.MaxValue;

    /// <summary>Epochs of linear warm-up from 0 at the beginning; 0 for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is under 0 or not a number.</exception>
    public double WarmUpEpochs { get; init => field = OptionRange.Epochs(value); }

    /// <summary>Whether the factor at a point depends on how many epochs there are in total.</summary>
    internal virtual bool DependsOnEpochs => false;

    /// <summary>The factor at a point of the training.</summary>
    /// <param name="epoch">Epochs done, including the fraction of the current one.</param>
    /// <param name="epochs">Epochs in total.</param>
    /// <param name="stalls">How often validation stalled, for <see cref="HalveOnStall"/>.</param>
    internal double FactorAt(double epoch, int epochs, int stalls) =>
        (WarmUpEpochs > 0 ? Math.Min(1, epoch / WarmUpEpochs) : 1) * Factor(epoch, epochs, stalls);

    /// <summary>Its name and its settings: <c>Cosine { WarmUpEpochs = 2, Final = 0.1 }</c>.</summary>
    public sealed override string ToString() =>
        FormattableString.Invariant($"{GetType().Name} {{ WarmUpEpochs = {WarmUpEpochs}")
        + (Settings is { } settings ? $", {FormattableString.Invariant(settings)} }}" : " }");

    /// <summary>Its settings, by name; null for none but the warm-up.</summary>
    private protected virtual FormattableString? Settings => null;

    private protected abstract double Factor(double epoch, int epochs, int stalls);

    /// <summary>The rate does not change.</summary>
    public sealed class Constant : Schedule
    {
        private protected override double Factor(double epoch, int epochs, int stalls) => 1;
    }

    /// <summary>Multiplied by a factor every few epochs.</summary>
    /// <param name="every">Epochs between two changes, at least 1.</param>
    /// <param name="by">The factor, over 0 and at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public sealed class Stepped(int every, double by) : Schedule
    {
        /// <summary>Epochs between two changes.</summary>
        public int Every { get; } = OptionRange.From(1, MaxEpochs, every);

        /// <summary>The factor.</summary>
        public double By { get; } = OptionRange.OverZero(1, by);

        private protected override FormattableString Settings => $"Every = {Every}, By = {By}";

        private protected override double Factor(double epoch, int epochs, int stalls) =>
            Numerics.PortableMath.Power(By, (long)(epoch / Every));
    }

    /// <summary>Falls along half a cosine, to a fraction of the rate (Loshchilov and Hutter, arXiv 1608.03983).</summary>
    /// <param name="final">The fraction of the rate to end with, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public sealed class Cosine(double final = 0) : Schedule
    {
        /// <summary>The fraction of the rate to end with.</summary>
        public double Final { get; } = OptionRange.From(0, 1, final);

        internal override bool DependsOnEpochs => true;

        private protected override FormattableString Settings => $"Final = {Final}";

        private protected override double Factor(double epoch, int epochs, int stalls) =>
            Final + (1 - Final) * Fall(epoch / epochs);
    }

    /// <summary>Rises to the full rate and falls again, both along half a cosine (Smith and Topin, arXiv 1708.07120).</summary>
    /// <param name="rise">The fraction of the training in which the rate rises, from 0 to 1.</param>
    /// <param name="start">The fraction of the rate to begin with, from 0 to 1.</param>
    /// <param name="final">The fraction of the rate to end with, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public sealed class OneCycle(double rise = 0.3, double start = 0.04, double final = 0.0004) : Schedule
    {
        /// <summary>The fraction of the training in which the rate rises.</summary>
        public double Rise { get; } = OptionRange.From(0, 1, rise);

        /// <summary>The fraction of the rate to begin with.</summary>
        public double Start { get; } = OptionRange.From(0, 1, start);

        /// <summary>The fraction of the rate to end with.</summary>
        public double Final { get; } = OptionRange.From(0, 1, final);

        internal override bool DependsOnEpochs => true;

        private protected override FormattableString Settings => $"Rise = {Rise}, Start = {Start}, Final = {Final}";

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
    /// <param name="patience">Epochs without improvement, at least 1.</param>
    /// <param name="halvings">The number of halvings after which the next stall ends the training, from 0 to 1,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public sealed class HalveOnStall(int patience = 10, int halvings = 7) : Schedule
    {
        private const int MaxHalvings = 1000; // 2⁻¹⁰⁰⁰ is still a normal double

        /// <summary>Epochs without improvement.</summary>
        public int Patience { get; } = OptionRange.From(1, MaxEpochs, patience);

        /// <summary>The number of halvings after which the next stall ends the training.</summary>
        public int Halvings { get; } = OptionRange.From(0, MaxHalvings, halvings);

        private protected override FormattableString Settings => $"Patience = {Patience}, Halvings = {Halvings}";

        private protected override double Factor(double epoch, int epochs, int stalls) => Math.ScaleB(1, -stalls);
    }

    /// <summary>Half a cosine from 1 at t = 0 to 0 at t = 1.</summary>
    private protected static double Fall(double t) => 0.5 * (1 + Numerics.PortableMath.Cos(Math.PI * Math.Clamp(t, 0, 1)));
}
