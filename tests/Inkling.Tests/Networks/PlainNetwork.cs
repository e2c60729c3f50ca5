using Inkling.Layers;

namespace Inkling.Tests;

/// <summary>
/// The reference that the engine must equal: any architecture in double precision, with one plain loop for each index and
/// images as [channels][height][width].
/// </summary>
internal sealed partial class PlainNetwork
{
    private const double Epsilon = 1e-5;

    public PlainNetwork(Network network)
    {
        Architecture = network.Architecture;
        Weights = [.. network.WeightedLayers.Select(layer => Doubles(layer.CopyWeights()))];
        Biases = [.. network.WeightedLayers.Select(layer => Doubles(layer.Biases))];
        Scales = [.. network.Normalisations.Select(layer => Doubles(layer.Ordered(layer.Scale)))];
        Shifts = [.. network.Normalisations.Select(layer => Doubles(layer.Ordered(layer.Shift)))];
        Means = [.. network.Normalisations.Select(layer => Doubles(layer.Ordered(layer.RunningMean)))];
        Variances = [.. network.Normalisations.Select(layer => Doubles(layer.Ordered(layer.RunningVariance)))];
        int weighted = 0, normalised = 0;
        Parameters = [.. Architecture.Layers.Select(layer => layer switch
        {
            Layer.Dense or Layer.Convolution => weighted++,
            Layer.BatchNormalisation => normalised++,
            _ => -1,
        })];

        static double[] Doubles(ReadOnlySpan<float> values) => [.. values.ToArray().Select(x => (double)x)];
    }

    public Architecture Architecture { get; }

    /// <summary>For each layer with weights: [neurons, inputs], in PyTorch's order.</summary>
    public double[][] Weights { get; }

    public double[][] Biases { get; }

    public double[][] Scales { get; }

    public double[][] Shifts { get; }

    public double[][] Means { get; }

    public double[][] Variances { get; }

    /// <summary>For each layer, its index in the lists above.</summary>
    private int[] Parameters { get; }

    /// <summary>Mean cost over a mini-batch; batch normalisation uses the mini-batch's statistics.</summary>
    public double Cost(IReadOnlyList<(float[] X, float[] Y)> batch) =>
        CostOf(
            Forward(Numbers.Exact([.. batch.Select(example => example.X)]), isTraining: true),
            [.. batch.Select(example => example.Y)]).Value;

    public double[][] Outputs(IReadOnlyList<(float[] X, float[] Y)> batch, bool isTraining) =>
        Forward(Numbers.Exact([.. batch.Select(example => example.X)]), isTraining).Output.Value;

    /// <summary>The forward pass through all layers.</summary>
    /// <param name="inputs">[items][channels, height, width].</param>
    /// <param name="isTraining">Whether batch normalisation uses the mini-batch's statistics and dropout is active.</param>
    /// <param name="masks">What a dropout layer multiplies an item's numbers by; null where nothing is dropped.</param>
    public PlainPass Forward(Numbers inputs, bool isTraining, Func<int, int, float[]>? masks = null)
    {
        PlainPass pass = new(Architecture.Layers.Count)
        {
            Masks = isTraining ? masks : null,
            Shapes = [.. inputs.Value.Select(x => Architecture.ShapesFor(x.Length / Architecture.Input.Size))],
        };
        pass.Values[0] = inputs;
        for (int l = 0; l < Architecture.Layers.Count; l++)
        {
            Numbers x = pass.Values[l],
                y = pass.Values[l + 1] = new Numbers([.. pass.Shapes.Select(shapes => shapes[l + 1].Size)]);
            if (Architecture.Layers[l] is Layer.BatchNormalisation)
            {
                pass.Statistics[l] = Normalise(x, y, Architecture.ShapeBefore(l), Parameters[l], isTraining);
                continue;
            }

            for (int i = 0; i < x.Items; i++)
            {
                if (Architecture.Layers[l] is Layer.Add add)
                    AddForward(x, pass.Values[l - add.Layers], y, i);
                else
                    Forward(
                        l,
                        (pass.Shapes[i][l], pass.Shapes[i][l + 1]),
                        x.Value[i],
                        x.Error[i],
                        y.Value[i],
                        y.Error[i],
                        pass.Masks?.Invoke(l, i));
            }
        }

        return pass;
    }

    /// <summary>The mean cost of a mini-batch and its error.</summary>
    public (double Value, double Error) CostOf(PlainPass pass, IReadOnlyList<float[]> targets)
    {
        double value = 0, error = 0;
        for (int i = 0; i < targets.Count; i++)
        {
            for (int j = 0; j < targets[i].Length; j++)
            {
                double a = pass.Output.Value[i][j], e = pass.Output.Error[i][j], y = targets[i][j];
                switch (Architecture.Cost)
                {
                    case Inkling.Cost.Quadratic:
                        value += 0.5 * (a - y) * (a - y);
                        error += Math.Abs(a - y) * (e + Numbers.U * (Math.Abs(a) + Math.Abs(a - y))) + e * e * Numbers.Slack;
                        break;
                    case Inkling.Cost.CrossEntropy:
                        value -= y * Math.Log(Math.Max(1e-30, a)) + (1 - y) * Math.Log(Math.Max(1e-30, 1 - a));
                        error += y * Log(a, e) + (1 - y) * Log(1 - a, e + Numbers.U);
                        break;
                    default:
                        value -= y == 0 ? 0 : y * Math.Log(Math.Max(1e-30, a));
                        error += y == 0 ? 0 : y * Log(a, e);
                        break;
                }
            }
        }

        return (value / targets.Count, error / targets.Count);

        // The error of ln a; the logarithm's argument is at least 1e-30.
        static double Log(double a, double e) => e == 0 ? 0 : Math.Min(75 / Numbers.Slack, e / Math.Max(1e-30, a));
    }

    private static void AddForward(Numbers x, Numbers around, Numbers y, int i)
    {
        for (int k = 0; k < y.Value[i].Length; k++)
        {
            y.Value[i][k] = x.Value[i][k] + around.Value[i][k];
            y.Error[i][k] = x.Error[i][k] + around.Error[i][k] + Numbers.U * Math.Abs(y.Value[i][k]);
        }
    }

    private void Forward(
        int l, (Shape From, Shape To) shapes, double[] x, double[] ex, double[] y, double[] ey, float[]? mask)
    {
        (Shape from, Shape to) = shapes;
        switch (Architecture.Layers[l])
        {
            case Layer.Dense:
                DenseForward(x, ex, y, ey, Weights[Parameters[l]], Biases[Parameters[l]]);
                break;
            case Layer.Convolution spec:
                ConvolutionForward(x, ex, y, ey, from, to, spec, IsByWinograd(l), Weights[Parameters[l]], Biases[Parameters[l]]);
                break;
            case Layer.MaxPool pool:
                ForEachWindow(from, to, pool.Size, pool.Stride, (at, window) =>
                {
                    int largest = LargestOf(x, window);
                    y[at] = x[largest];
                    ey[at] = window.Max(k => ex[k]);
                });
                break;
            case Layer.AveragePool pool:
                ForEachWindow(from, to, pool.Size, pool.Stride, Mean);
                break;
            case Layer.GlobalAveragePool:
                ForEachWindow(from, to, new Sides(from.Height, from.Width), 1, Mean);
                break;
            case Layer.Activation activation:
                for (int k = 0; k < x.Length; k++)
                    (y[k], ey[k]) = Activate(activation.Function, x[k], ex[k]);
                break;
            case Layer.Softmax:
                for (int column = 0; column < from.Width; column++)
                    SoftmaxForward(x, ex, y, ey, [.. Enumerable.Range(0, from.Channels).Select(c => c * from.Width + column)]);
                break;
            case Layer.Dropout when mask is not null:
                for (int k = 0; k < x.Length; k++)
                    (y[k], ey[k]) = (x[k] * mask[k], ex[k] * mask[k] + Numbers.U * Math.Abs(x[k] * mask[k]));
                break;
            default: // flatten, and dropout when it is inactive
                x.CopyTo(y, 0);
                ex.CopyTo(ey, 0);
                break;
        }

        void Mean(int at, int[] window)
        {
            y[at] = window.Average(k => x[k]);
            ey[at] = window.Average(k => ex[k]) + Numbers.U * Math.Sqrt(window.Length) * window.Average(k => Math.Abs(x[k]));
        }
    }

    /// <summary>Softmax of some of the numbers.</summary>
    private static void SoftmaxForward(double[] x, double[] ex, double[] y, double[] ey, int[] of)
    {
        double largest = of.Max(k => x[k]), sum = of.Sum(k => Math.Exp(x[k] - largest));
        foreach (int k in of)
            y[k] = Math.Exp(x[k] - largest) / sum;
        double mean = of.Sum(k => y[k] * (ex[k] + Numbers.U * Math.Abs(x[k] - largest)));
        foreach (int k in of)
            ey[k] = y[k] * (ex[k] + mean + Numbers.U * (8 + Math.Abs(x[k] - largest)));
    }

    private static void DenseForward(double[] x, double[] ex, double[] y, double[] ey, double[] w, double[] b)
    {
        for (int j = 0; j < y.Length; j++)
        {
            double z = b[j], carried = 0, alike = 0, squares = 0;
            for (int k = 0; k < x.Length; k++)
            {
                double weight = w[j * x.Length + k], term = weight * x[k];
                z += term;
                squares += term * term;
                carried += weight * weight * ex[k] * ex[k];
                alike += Math.Abs(weight) * ex[k];
            }

            y[j] = z;
            ey[j] = Numbers.OfSum(carried, alike, squares == 0 ? 0 : squares + b[j] * b[j], x.Length + 1);
        }
    }

    private static void ConvolutionForward(
        double[] x, double[] ex, double[] y, double[] ey, Shape from, Shape to, Layer.Convolution spec, bool isByWinograd,
        double[] w, double[] b)
    {
        double norm = isByWinograd ? Math.Sqrt(x.Sum(v => v * v)) : 0;
        int size = from.Channels * spec.Kernel.Height * spec.Kernel.Width;
        for (int o = 0; o < to.Channels; o++)
        {
            double weightNorm = 0;
            for (int k = 0; k < size && norm > 0; k++)
                weightNorm += w[o * size + k] * w[o * size + k];
            for (int at = 0; at < to.Height * to.Width; at++)
            {
                double z = b[o], carried = 0, alike = 0, squares = 0;
                ForEachTap(from, to, spec, at, (k, source) =>
                {
                    double weight = w[o * size + k], term = weight * x[source];
                    z += term;
                    squares += term * term;
                    carried += weight * weight * ex[source] * ex[source];
                    alike += Math.Abs(weight) * ex[source];
                });
                y[o * to.Height * to.Width + at] = z;
                ey[o * to.Height * to.Width + at] =
                    Numbers.OfSum(carried, alike, squares == 0 ? 0 : squares + b[o] * b[o], size + 1)
                    + (norm > 0 ? Numbers.Winograd * Numbers.U * (Math.Abs(b[o]) + norm * Math.Sqrt(weightNorm)) : 0);
            }
        }
    }

    /// <summary>For each product of a convolution's window: the weight's index in its filter, and the input's index.</summary>
    private static void ForEachTap(Shape from, Shape to, Layer.Convolution spec, int at, Action<int, int> action)
    {
        int top = at / to.Width * spec.Stride.Height - spec.Padding.Height,
            left = at % to.Width * spec.Stride.Width - spec.Padding.Width;
        for (int c = 0; c < from.Channels; c++)
        {
            for (int u = 0; u < spec.Kernel.Height; u++)
            {
                for (int v = 0; v < spec.Kernel.Width; v++)
                {
                    if (top + u >= 0 && top + u < from.Height && left + v >= 0 && left + v < from.Width)
                        action(
                            (c * spec.Kernel.Height + u) * spec.Kernel.Width + v,
                            (c * from.Height + top + u) * from.Width + left + v);
                }
            }
        }
    }

    /// <summary>Each output of a pooling layer, with the indices of the inputs in its window.</summary>
    private static void ForEachWindow(Shape from, Shape to, Sides size, Sides step, Action<int, int[]> action)
    {
        int[] window = new int[size.Height * size.Width];
        for (int at = 0; at < to.Size; at++)
        {
            int c = at / (to.Height * to.Width), top = at / to.Width % to.Height * step.Height,
                left = at % to.Width * step.Width;
            for (int p = 0; p < window.Length; p++)
                window[p] = (c * from.Height + top + p / size.Width) * from.Width + left + p % size.Width;
            action(at, window);
        }
    }

    private static int LargestOf(double[] x, int[] window)
    {
        int largest = window[0];
        foreach (int k in window)
            largest = x[k] > x[largest] ? k : largest;
        return largest;
    }

    /// <summary>Whether the engine computes a convolution by Winograd's method, which has larger rounding errors.</summary>
    private bool IsByWinograd(int l)
    {
        Shape from = Architecture.ShapeBefore(l), to = Architecture.ShapeBefore(l + 1);
        return Architecture.Layers[l] is Layer.Convolution spec && spec.Kernel == 3 && spec.Stride == 1
            && from.Channels >= 16 && to.Height >= 4 && (to.Width >= 4 || to.HasAnyWidth);
    }

    private static (double A, double Error) Activate(ActivationFunction function, double z, double e)
    {
        double s = 1 / (1 + Math.Exp(-z));
        return function switch
        {
            ActivationFunction.Sigmoid => (s, (s * (1 - s) + Numbers.Slack * e) * e + 4 * Numbers.U * s),
            // 2σ(2z) - 1
            ActivationFunction.Tanh => (Math.Tanh(z), (1 - Math.Tanh(z) * Math.Tanh(z) + Numbers.Slack * e) * e + 8 * Numbers.U),
            ActivationFunction.Relu => (Math.Max(0, z), z > -Numbers.Slack * e ? e : 0),
            _ => (z * s, (Math.Abs(s * (1 + z * (1 - s))) + Numbers.Slack * e) * e + 6 * Numbers.U * Math.Abs(z * s)),
        };
    }

    /// <summary>
    /// The statistics used by a batch normalisation, for each channel, with their errors; the deviation's error is relative.
    /// </summary>
    internal sealed record Statistics(double[] Mean, double[] MeanError, double[] Variance, double[] VarianceError)
    {
        public double Deviation(int c) => Math.Sqrt(Variance[c] + Epsilon);

        public double DeviationError(int c) => VarianceError[c] / (2 * (Variance[c] + Epsilon));
    }

    private Statistics Normalise(Numbers x, Numbers y, Shape shape, int which, bool isTraining)
    {
        Statistics seen = isTraining
            ? new(new double[shape.Channels], new double[shape.Channels], new double[shape.Channels], new double[shape.Channels])
            : new(Means[which], new double[shape.Channels], Variances[which], new double[shape.Channels]);
        for (int c = 0; c < shape.Channels; c++)
        {
            if (isTraining)
                Look(x, c, shape.Channels, seen);
            double mean = seen.Mean[c], deviation = seen.Deviation(c), gamma = Scales[which][c],
                beta = Shifts[which][c], scale = Math.Abs(gamma) / deviation;
            for (int i = 0; i < x.Items; i++)
            {
                int pixels = x.Value[i].Length / shape.Channels;
                for (int p = c * pixels; p < (c + 1) * pixels; p++)
                {
                    double difference = x.Value[i][p] - mean;
                    y.Value[i][p] = gamma * difference / deviation + beta;
                    y.Error[i][p] = scale * (x.Error[i][p] + seen.MeanError[c] + Math.Abs(difference) * seen.DeviationError(c))
                        + 3 * Numbers.U * (scale * (Math.Abs(x.Value[i][p]) + Math.Abs(mean)) + Math.Abs(beta));
                }
            }
        }

        return seen;
    }

    private static void Look(Numbers x, int c, int channels, Statistics seen)
    {
        double n = x.Value.Sum(item => item.Length) / channels, sum = 0, errors = 0, sizes = 0;
        double longest = x.Value.Max(item => item.Length) / channels;
        for (int i = 0; i < x.Items; i++)
        {
            int pixels = x.Value[i].Length / channels;
            for (int p = c * pixels; p < (c + 1) * pixels; p++)
                (sum, errors, sizes) = (sum + x.Value[i][p], errors + x.Error[i][p], sizes + Math.Abs(x.Value[i][p]));
        }

        double mean = seen.Mean[c] = sum / n;
        double meanError = seen.MeanError[c] = errors / n + Numbers.U * Math.Sqrt(longest) * sizes / n;
        (sum, errors) = (0, 0);
        for (int i = 0; i < x.Items; i++)
        {
            int pixels = x.Value[i].Length / channels;
            for (int p = c * pixels; p < (c + 1) * pixels; p++)
            {
                double difference = x.Value[i][p] - mean, e = x.Error[i][p] + meanError;
                sum += difference * difference;
                errors += 2 * Math.Abs(difference) * e + Numbers.Slack * e * e;
            }
        }

        seen.Variance[c] = sum / n;
        seen.VarianceError[c] = errors / n + Numbers.U * Math.Sqrt(longest + 4) * sum / n;
    }
}

/// <summary>The outputs of all layers.</summary>
internal sealed class PlainPass(int layers)
{
    /// <summary>The inputs, then the outputs of each layer.</summary>
    public Numbers[] Values { get; } = new Numbers[layers + 1];

    /// <summary>For each item, the shapes of its inputs and of the outputs of each layer.</summary>
    public required Shape[][] Shapes { get; init; }

    public PlainNetwork.Statistics?[] Statistics { get; } = new PlainNetwork.Statistics?[layers];

    public Func<int, int, float[]>? Masks { get; init; }

    public Numbers Output => Values[^1];
}
