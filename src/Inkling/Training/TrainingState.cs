using Inkling.Numerics;

namespace Inkling.Training;

/// <summary>Where a training stands, apart from the weights.</summary>
internal sealed class TrainingState
{
    /// <summary>Epochs finished.</summary>
    public int Epoch { get; private set; }

    /// <summary>Examples learned from in the epoch under way.</summary>
    public int ExamplesDone { get; set; }

    /// <summary>Steps made, over all epochs.</summary>
    public long Steps { get; set; }

    /// <summary>Sum of the costs in the epoch under way.</summary>
    public double CostSum { get; set; }

    /// <summary>The network's stream as it was before the epoch's shuffle: with it, its order can be made again.</summary>
    public RandomStream? OrderRandom { get; set; }

    /// <summary>Of what is drawn for each example of the epoch.</summary>
    public long EpochSeed { get; set; }

    /// <summary>The most correct answers on validation data so far.</summary>
    public int BestValidation { get; private set; } = -1;

    /// <summary>Epochs since then.</summary>
    public int EpochsSinceBest { get; private set; }

    /// <summary>Epochs since the learning rate was halved, or since the best.</summary>
    public int EpochsStalled { get; private set; }

    /// <summary>How often the learning rate was halved.</summary>
    public int Stalls { get; private set; }

    /// <summary>Training ended before its last epoch, since validation had stopped improving.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The epochs finished, where they are needed again; only the best has its network: those of all would fill the memory.</summary>
    public List<EpochResult> Past { get; } = [];

    /// <summary>The network of the epoch that was best on validation data, the first of equal ones; of the last, without such data.</summary>
    public Network? Best { get; private set; }

    /// <summary>Which epoch that is, from 0.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>The history of the network before this training, also where it was interrupted: what is told of the training follows it.</summary>
    public string? History { get; set; }

    /// <summary>Whether nothing is left to train.</summary>
    public bool IsDone(TrainingOptions options) => HasEnded || Epoch >= options.Epochs;

    /// <summary>The best network so far, where training ends with that; null where it ends with the last.</summary>
    public Network? Kept(TrainingOptions options) => options.StopsEarly ? Best : null;

    /// <summary>Comes to where these epochs end, from the beginning.</summary>
    /// <param name="past">The epochs, without networks.</param>
    /// <param name="best">The network of the best of them.</param>
    /// <param name="options">How they were trained.</param>
    public void Repeat(IReadOnlyList<EpochResult> past, Network best, TrainingOptions options)
    {
        foreach (EpochResult result in past)
            Finish(result, options);
        Best = best;
        Past[BestEpoch] = Past[BestEpoch] with { Network = best };
    }

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
                Past[BestEpoch] = Past[BestEpoch] with { Network = null };
            (Best, BestEpoch) = (result.Network, Past.Count);
        }

        Past.Add(isBest ? result : result with { Network = null });
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
