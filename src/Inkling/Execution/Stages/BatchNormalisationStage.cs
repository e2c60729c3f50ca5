using System.Numerics;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Stages;

/// <summary>
/// Batch normalisation. Sums are computed for each example and then added in shards (<see cref="Shards"/>), so that the result
/// does not depend on the number of threads.
/// </summary>
internal sealed class BatchNormalisationStage : Stage
{
    public const float Epsilon = 1e-5f;

    private const float Momentum = 0.1f;

    private readonly ParameterBuffer _parameters;
    private readonly int _layer, _pitch;
    private readonly Shards _shards;
    private readonly AlignedBuffer _sums; // [miniBatch, 2, pitch]

    // [pitch] each
    private readonly AlignedBuffer _mean, _inverseDeviation, _scale, _shift,
        _errorSum, _errorTimesNormalised, _meanError, _meanProduct;

    private double[] _shared = []; // [shards, 2 or 1, pitch]: the sums that ranks exchange
    private double _pixels; // of all items together in the last forward pass of training

    private readonly Action<int, int, int> _sumValues, _sumSquares, _apply, _sumErrors, _back, _backOutsideTraining;

    public BatchNormalisationStage(
        Activations input, ParameterBuffer parameters, int layer, bool goesBack, int miniBatchSize, Shards shards)
        : base(input, new Activations(input.Layout, miniBatchSize), goesBack)
    {
        _parameters = parameters;
        _layer = layer;
        _shards = shards;
        _pitch = input.Layout.Pitch;
        if (Learned.FlattenedPixels != input.Layout.FlattenedPixels)
            throw new ArgumentException(
                $"A normalisation of {Learned.FlattenedPixels} flattened pixels does not fit {input.Layout}.", nameof(input));
        _sums = new AlignedBuffer(checked(miniBatchSize * 2 * _pitch));
        _mean = new AlignedBuffer(_pitch);
        _inverseDeviation = new AlignedBuffer(_pitch);
        _scale = new AlignedBuffer(_pitch);
        _shift = new AlignedBuffer(_pitch);
        _errorSum = new AlignedBuffer(_pitch);
        _errorTimesNormalised = new AlignedBuffer(_pitch);
        _meanError = new AlignedBuffer(_pitch);
        _meanProduct = new AlignedBuffer(_pitch);
        _sumValues = ForItems(SumValues);
        _sumSquares = ForItems(SumSquares);
        _apply = ForItems(Apply);
        _sumErrors = ForItems(SumErrors);
        _back = ForItems(Back);
        _backOutsideTraining = ForItems(BackOutsideTraining);
    }

    private BatchNormalisation Learned => (BatchNormalisation)_parameters.All[_layer]!;

    public override void Forward(in StageWork work)
    {
        BatchNormalisation learned = Learned;
        if (work.IsTraining)
        {
            double n = _pixels = PixelsOf(work);
            work.ForEachItem(Output.Layout.Stride, _sumValues);
            AddUp(work, 0, 1 / n, _mean.Span);
            work.ForEachItem(Output.Layout.Stride, _sumSquares);
            AddUp(work, 1, 1 / n, _inverseDeviation.Span);
            Span<float> mean = _mean.Span,
                variance = _inverseDeviation.Span,
                runningMean = learned.PaddedRunningMean,
                runningVariance = learned.PaddedRunningVariance;
            for (int c = 0; c < _pitch; c++)
            {
                runningMean[c] += Momentum * (mean[c] - runningMean[c]);
                runningVariance[c] += Momentum * (variance[c] * (float)(n / Math.Max(1, n - 1)) - runningVariance[c]);
            }
        }
        else
        {
            learned.PaddedRunningMean.CopyTo(_mean.Span);
            learned.PaddedRunningVariance.CopyTo(_inverseDeviation.Span);
        }

        for (int c = 0; c < _pitch; c++)
        {
            _inverseDeviation.Span[c] = 1 / MathF.Sqrt(_inverseDeviation.Span[c] + Epsilon);
            _scale.Span[c] = learned.PaddedScale[c] * _inverseDeviation.Span[c];
            _shift.Span[c] = learned.PaddedShift[c] - _mean.Span[c] * _scale.Span[c];
        }

        work.ForEachItem(Output.Layout.Stride, _apply);
    }

    /// <summary>
    /// ∂C/∂x = γ/σ (e - mean(e) - x̂ mean(e x̂)), with e = ∂C/∂y (Ioffe and Szegedy, section 3). Outside training, mean and
    /// deviation do not depend on x, and ∂C/∂x = γ/σ e.
    /// </summary>
    public override void PropagateBack(in StageWork work)
    {
        if (!work.IsTraining)
        {
            work.ForEachItem(Output.Layout.Stride, _backOutsideTraining);
            return;
        }

        AddUpErrors(work);
        double n = _pixels;
        for (int c = 0; c < _pitch; c++)
        {
            _meanError.Span[c] = (float)(_errorSum.Span[c] / n);
            _meanProduct.Span[c] = (float)(_errorTimesNormalised.Span[c] / n);
        }

        work.ForEachItem(Output.Layout.Stride, _back);
    }

    public override void AddGradient(in StageWork work, ParameterBuffer destination)
    {
        if (!GoesBack)
            AddUpErrors(work);
        BatchNormalisation to = (BatchNormalisation)destination.All[_layer]!;
        Vectors.Add(_errorTimesNormalised.Span, to.PaddedScale);
        Vectors.Add(_errorSum.Span, to.PaddedShift);
    }

    private void AddUpErrors(in StageWork work)
    {
        work.ForEachItem(Output.Layout.Stride, _sumErrors);
        AddUp(work, 0, 1, _errorSum.Span, _errorTimesNormalised.Span);
    }

    private static Action<int, int, int> ForItems(Action<int> body) => (_, start, end) =>
    {
        for (int i = start; i < end; i++)
            body(i);
    };

    /// <summary>Pixels of all items together: how many numbers each channel has.</summary>
    private double PixelsOf(in StageWork work)
    {
        long pixels = 0;
        for (int i = 0; i < work.Items; i++)
            pixels += (long)Input.Layout.Height * Input.WidthOf(i);
        if (work.Share is null)
            return pixels;
        if (!_parameters.Architecture.Input.HasAnyWidth)
            return (double)Input.Layout.Pixels * work.MiniBatch;
        Span<double> counts = stackalloc double[_shards.Count]; // whole numbers: exact in any order
        counts.Clear();
        (int first, int end) = work.OwnShards(_shards);
        if (first < end)
            counts[first] = pixels;
        work.Share.Gather(counts);
        return _shards.Add(counts);
    }

    /// <summary>Adds up the items' sums: in each shard, then along the tree of shards.</summary>
    /// <param name="work">The mini-batch.</param>
    /// <param name="which">Which of an item's two sums.</param>
    /// <param name="scale">The factor by which the results are multiplied.</param>
    /// <param name="result">[pitch].</param>
    /// <param name="second">[pitch]: receives the total of the next of an item's sums; empty where it is not wanted.</param>
    private void AddUp(in StageWork work, int which, double scale, Span<float> result, Span<float> second = default)
    {
        if (work.Share is not null)
        {
            AddUpShared(work, which, scale, result, second);
            return;
        }

        Span<double> sums = stackalloc double[_shards.Count];
        for (int c = 0; c < result.Length; c++)
        {
            for (int shard = 0; shard < sums.Length; shard++)
                sums[shard] = ShardSum(work, shard, which, c);
            result[c] = (float)(_shards.Add(sums) * scale);
        }

        if (!second.IsEmpty)
            AddUp(work, which + 1, scale, second);
    }

    /// <summary>The same among ranks, in one exchange.</summary>
    private void AddUpShared(in StageWork work, int which, double scale, Span<float> result, Span<float> second)
    {
        int width = result.Length + second.Length;
        if (_shared.Length < _shards.Count * width)
            _shared = new double[_shards.Count * width];
        Span<double> all = _shared.AsSpan(0, _shards.Count * width), sums = stackalloc double[_shards.Count];
        (int first, int end) = work.OwnShards(_shards);
        for (int shard = first; shard < end; shard++)
        {
            for (int c = 0; c < width; c++)
                all[shard * width + c] = ShardSum(work, shard, which + c / _pitch, c % _pitch);
        }

        work.Share!.Gather(all);
        for (int c = 0; c < width; c++)
        {
            for (int shard = 0; shard < sums.Length; shard++)
                sums[shard] = all[shard * width + c];
            (c < _pitch ? result : second)[c % _pitch] = (float)(_shards.Add(sums) * scale);
        }
    }

    private double ShardSum(in StageWork work, int shard, int which, int channel)
    {
        double sum = 0;
        (int start, int end) = work.ItemsOf(_shards, shard);
        for (int i = start; i < end; i++)
            sum += _sums.Span[(i * 2 + which) * _pitch + channel];
        return sum;
    }

    private void SumValues(int item)
    {
        Span<Vector<float>> sums = Elementwise.Wide(_sums.Slice(item * 2 * _pitch, _pitch));
        ReadOnlySpan<Vector<float>> x = Elementwise.Wide(Input.ValuesOf(item));
        sums.Clear();
        for (int at = 0; at < x.Length;)
        {
            for (int c = 0; c < sums.Length; c++, at++)
                sums[c] += x[at];
        }
    }

    private void SumSquares(int item)
    {
        Span<Vector<float>> sums = Elementwise.Wide(_sums.Slice((item * 2 + 1) * _pitch, _pitch)),
            mean = Elementwise.Wide(_mean.Span);
        ReadOnlySpan<Vector<float>> x = Elementwise.Wide(Input.ValuesOf(item));
        sums.Clear();
        for (int at = 0; at < x.Length;)
        {
            for (int c = 0; c < sums.Length; c++, at++)
                sums[c] += (x[at] - mean[c]) * (x[at] - mean[c]);
        }
    }

    private void Apply(int item)
    {
        Span<Vector<float>> scale = Elementwise.Wide(_scale.Span),
            shift = Elementwise.Wide(_shift.Span),
            y = Elementwise.Wide(Output.ValuesOf(item));
        ReadOnlySpan<Vector<float>> x = Elementwise.Wide(Input.ValuesOf(item));
        for (int at = 0; at < x.Length;)
        {
            for (int c = 0; c < scale.Length; c++, at++)
                y[at] = x[at] * scale[c] + shift[c];
        }
    }

    private void SumErrors(int item)
    {
        Span<Vector<float>> sums = Elementwise.Wide(_sums.Slice(item * 2 * _pitch, _pitch)),
            products = Elementwise.Wide(_sums.Slice((item * 2 + 1) * _pitch, _pitch));
        ReadOnlySpan<Vector<float>> x = Elementwise.Wide(Input.ValuesOf(item)),
            errors = Elementwise.Wide(Output.ErrorsOf(item)),
            mean = Elementwise.Wide(_mean.Span),
            inverse = Elementwise.Wide(_inverseDeviation.Span);
        sums.Clear();
        products.Clear();
        for (int at = 0; at < x.Length;)
        {
            for (int c = 0; c < sums.Length; c++, at++)
            {
                sums[c] += errors[at];
                products[c] += errors[at] * ((x[at] - mean[c]) * inverse[c]);
            }
        }
    }

    private void Back(int item)
    {
        ReadOnlySpan<Vector<float>> x = Elementwise.Wide(Input.ValuesOf(item)),
            errors = Elementwise.Wide(Output.ErrorsOf(item)),
            mean = Elementwise.Wide(_mean.Span),
            inverse = Elementwise.Wide(_inverseDeviation.Span);
        ReadOnlySpan<Vector<float>> scale = Elementwise.Wide(_scale.Span),
            meanError = Elementwise.Wide(_meanError.Span),
            meanProduct = Elementwise.Wide(_meanProduct.Span);
        Span<Vector<float>> to = Elementwise.Wide(Input.ErrorsOf(item));
        for (int at = 0; at < x.Length;)
        {
            for (int c = 0; c < scale.Length; c++, at++)
                to[at] = scale[c] * (errors[at] - meanError[c] - (x[at] - mean[c]) * inverse[c] * meanProduct[c]);
        }
    }

    private void BackOutsideTraining(int item)
    {
        ReadOnlySpan<Vector<float>> errors = Elementwise.Wide(Output.ErrorsOf(item)), scale = Elementwise.Wide(_scale.Span);
        Span<Vector<float>> to = Elementwise.Wide(Input.ErrorsOf(item));
        for (int at = 0; at < errors.Length;)
        {
            for (int c = 0; c < scale.Length; c++, at++)
                to[at] = scale[c] * errors[at];
        }
    }
}
