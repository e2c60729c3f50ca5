using Inkling.Numerics;

namespace Inkling.Training;

/// <summary>The state of a training, apart from the weights.</summary>
internal sealed class TrainingState
{
    /// <summary>Epochs finished.</summary>
    public int Epoch { get; private set; }

    /// <summary>Examples trained on in the current epoch.</summary>
    public int ExamplesDone { get; set; }

    /// <summary>Steps made, over all epochs.</summary>
    public long Steps { get; set; }

    /// <summary>Sum of the examples' costs in the current epoch.</summary>
    public double CostSum { get; set; }

    /// <summary>The network's random stream before the epoch's shuffle, from which the order can be reproduced.</summary>
    public RandomStream? OrderRandom { get; set; }

    /// <summary>The seed for whatever is random in the epoch's steps, such as augmentation.</summary>
    public long EpochSeed { get; set; }

    /// <summary>The most correct answers on validation data so far.</summary>
    public int BestValidation { get; private set; } = -1;

    /// <summary>Epochs since the best validation result.</summary>
    public int EpochsSinceBest { get; private set; }

    /// <summary>Epochs since the best validation result or the last halving of the learning rate, whichever is later.</summary>
    public int EpochsStalled { get; private set; }

    /// <summary>How often the learning rate was halved.</summary>
    public int Stalls { get; private set; }

    /// <summary>Whether training ended before its last epoch because validation accuracy had stopped improving.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The finished epochs, where they are needed again; to save memory, only the best keeps its network.</summary>
    public List<EpochResult> Past { get; } = [];

    /// <summary>
    /// The network of the epoch that was best on validation data, the first of equal ones; without such data, of the last epoch.
    /// </summary>
    public Network? Best { get; private set; }

    /// <summary>The epoch of <see cref="Best"/>, from 0.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>
    /// The network's history before this training first began, even if it was resumed since; this training's description is
    /// appended.
    /// </summary>
    public string? History { get; set; }

    /// <summary>Whether nothing is left to train.</summary>
    public bool IsDone(TrainingOptions options) => HasEnded || Epoch >= options.Epochs;

    /// <summary>The best network so far if training keeps the best; null if it keeps the last.</summary>
    public Network? Kept(TrainingOptions options) => options.StopsEarly ? Best : null;

    /// <summary>Restores the state at the end of these epochs by replaying them from the initial state.</summary>
    /// <param name="past">The epochs from the first on, without networks.</param>
    /// <param name="best">The network of the best of them.</param>
    /// <param name="options">How they were trained.</param>
    public void Repeat(IReadOnlyList<EpochResult> past, Network best, TrainingOptions options)
    {
        foreach (EpochResult result in past)
            Finish(result, options);
        Best = best;
        Past[BestEpoch] = Past[BestEpoch].With(best);
    }

    /// <summary>Ends an epoch and updates what depends on its validation result.</summary>
    /// <param name="result">Its result; null where it is evaluated beside the next epoch.</param>
    /// <param name="options">How the network is trained.</param>
    public void Finish(EpochResult? result, TrainingOptions options)
    {
        Epoch++;
        ExamplesDone = 0;
        if (result is null)
            return;
        bool isBest = result.Validation is not { } score || score.Correct > BestValidation;
        BestValidation = Math.Max(BestValidation, result.Validation?.Correct ?? -1);
        if (isBest)
        {
            if (Past.Count > 0)
                Past[BestEpoch] = Past[BestEpoch].With(network: null);
            (Best, BestEpoch) = (result.Network, Past.Count);
        }

        Past.Add(isBest ? result : result.With(network: null));
        EpochsSinceBest = isBest ? 0 : EpochsSinceBest + 1;
        EpochsStalled = isBest ? 0 : EpochsStalled + 1;
        if (options.Schedule is Schedule.HalveOnStall halve && EpochsStalled >= halve.Patience)
        {
            HasEnded = Stalls == halve.Halvings;
            Stalls++;
            EpochsStalled = 0;
        }

        HasEnded |= options.Patience > 0 && EpochsSinceBest >= options.Patience;
    }
}
