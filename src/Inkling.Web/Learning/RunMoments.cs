using Inkling.Training;

namespace Inkling.Web.Learning;

/// <summary>What was measured between two mini-batches.</summary>
/// <param name="Epoch">Epochs trained, with the part of the current one.</param>
/// <param name="Cost">Mean cost of the examples since the measurement before.</param>
/// <param name="Accuracy">On a sample of the test data, 0 to 1.</param>
internal readonly record struct RunMoment(double Epoch, double Cost, double Accuracy);

/// <summary>
/// A run's figures between its epochs, for the curves: in memory only. Where there are many, every other one is dropped, and new
/// ones are taken half as often.
/// </summary>
internal sealed class RunMoments
{
    private const int Most = 240, MostSampled = 500, LeastSampled = 50;

    private const long MostMultiplyAdds = 30_000_000;

    private readonly Lock _gate = new();
    private readonly List<RunMoment> _all = [];
    private double _apart;
    private (int Epoch, int Examples, double Cost) _before;

    public IReadOnlyList<RunMoment> All
    {
        get
        {
            lock (_gate)
                return [.. _all];
        }
    }

    /// <summary>The first test images, fewer for a large network, so that measuring takes a few milliseconds.</summary>
    public static LabelledImages SampleOf(LabelledImages test, Network network)
    {
        long count = Math.Clamp(MostMultiplyAdds / Math.Max(1, network.Architecture.MultiplyAdds), LeastSampled, MostSampled);
        return test.Slice(0, (int)Math.Min(count, test.Count));
    }

    /// <summary>Adds a measurement, unless the one before was only a moment ago.</summary>
    /// <param name="moment">The training between two mini-batches.</param>
    /// <param name="examples">Examples in an epoch.</param>
    /// <param name="sample">Test images.</param>
    public void Measure(TrainingMoment moment, int examples, LabelledImages sample)
    {
        double epoch = moment.Epoch + (double)moment.Examples / examples;
        lock (_gate)
        {
            while (_all.Count > 0 && _all[^1].Epoch > epoch)
                _all.RemoveAt(_all.Count - 1); // it was resumed from an earlier checkpoint
            if (_all.Count > 0 && epoch - _all[^1].Epoch <= _apart)
                return;
        }

        (int seen, double sum) = _before.Epoch == moment.Epoch && _before.Examples < moment.Examples
            ? (moment.Examples - _before.Examples, moment.Cost * moment.Examples - _before.Cost * _before.Examples)
            : (moment.Examples, moment.Cost * moment.Examples);
        _before = (moment.Epoch, moment.Examples, moment.Cost);
        Score score = moment.Network.Evaluate(sample, threads: 1);
        lock (_gate)
        {
            _all.Add(new RunMoment(
                epoch, seen == 0 ? double.NaN : Math.Max(0, sum / seen), (double)score.Correct / score.Total));
            if (_all.Count < Most)
                return;
            for (int i = _all.Count - 2; i > 0; i -= 2)
                _all.RemoveAt(i);
            _apart = Math.Max(2 * _apart, (_all[^1].Epoch - _all[0].Epoch) / _all.Count);
        }
    }
}
