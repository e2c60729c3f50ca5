namespace Inkling.Tests;

/// <summary>
/// Any architecture as plainly as it can be written, in double precision, one loop for each index, images as
/// [channels][height][width]: what the engine must equal.
/// </summary>
internal sealed class PlainNetwork
{
    private readonly Network _network;

    public PlainNetwork(Network network)
    {
        _network = network;
        Weights = [.. network.WeightedLayers.Select(layer => layer.CopyWeights().Select(w => (double)w).ToArray())];
        Biases = [.. network.WeightedLayers.Select(layer => layer.Biases.ToArray().Select(b => (double)b).ToArray())];
        Scales = [.. network.Normalisations.Select(layer => layer.Scale.ToArray().Select(x => (double)x).ToArray())];
        Shifts = [.. network.Normalisations.Select(layer => layer.Shift.ToArray().Select(x => (double)x).ToArray())];
    }

    /// <summary>For each layer with weights [neurons, inputs] in PyTorch's order.</summary>
    public double[][] Weights { get; }

    public double[][] Biases { get; }

    public double[][] Scales { get; }

    public double[][] Shifts { get; }

    /// <summary>Mean cost over a mini-batch, batch normalisation looking at it.</summary>
    public double Cost(IReadOnlyList<(float[] X, float[] Y)> batch)
    {
        double[][] outputs = Outputs(batch, isTraining: true);
        return batch.Select((example, i) => CostOf(outputs[i], example.Y)).Average();
    }

    public double[][] Outputs(IReadOnlyList<(float[] X, float[] Y)> batch, bool isTraining)
    {
        Shape shape = _network.Architecture.Input;
        double[][] a = [.. batch.Select(example => example.X.Select(x => (double)x).ToArray())];
        int weighted = 0, normalised = 0;
        foreach (Layer layer in _network.Architecture.Layers)
        {
            switch (layer)
            {
                case Layer.Dense dense:
                    a = [.. a.Select(x => DenseOf(x, dense.Neurons, Weights[weighted], Biases[weighted]))];
                    shape = new Shape(dense.Neurons);
                    weighted++;
                    break;
                case Layer.Convolution convolution:
                    Shape before = shape;
                    shape = new Shape(convolution.Channels, (before.Height + 2 * convolution.Padding - convolution.Kernel) / convolution.Stride + 1, (before.Width + 2 * convolution.Padding - convolution.Kernel) / convolution.Stride + 1);
                    a = [.. a.Select(x => ConvolutionOf(x, before, convolution, Weights[weighted], Biases[weighted]))];
                    weighted++;
                    break;
                case Layer.MaxPool pool:
                    (a, shape) = Pool(a, shape, pool.Size, pool.Stride == 0 ? pool.Size : pool.Stride, window => window.Max());
                    break;
                case Layer.AveragePool pool:
                    (a, shape) = Pool(a, shape, pool.Size, pool.Stride == 0 ? pool.Size : pool.Stride, window => window.Average());
                    break;
                case Layer.GlobalAveragePool:
                    a = [.. a.Select(x => x.Chunk(shape.Height * shape.Width).Select(map => map.Average()).ToArray())];
                    shape = new Shape(shape.Channels);
                    break;
                case Layer.Flatten:
                    shape = new Shape(shape.Size);
                    break;
                case Layer.Activation activation:
                    a = [.. a.Select(x => x.Select(z => Of(activation.Function, z)).ToArray())];
                    break;
                case Layer.Softmax:
                    a = [.. a.Select(x => x.Select(z => Math.Exp(z) / x.Sum(Math.Exp)).ToArray())];
                    break;
            }

            if (layer is Layer.BatchNormalisation)
                a = Normalise(a, shape, normalised++, isTraining);
        }

        return a;
    }

    private double CostOf(double[] a, float[] y) => _network.Architecture.Cost switch
    {
        Inkling.Cost.Quadratic => a.Zip(y, (output, wish) => 0.5 * (output - wish) * (output - wish)).Sum(),
        Inkling.Cost.CrossEntropy => a.Zip(y, (output, wish) => -wish * Math.Log(output) - (1 - wish) * Math.Log(1 - output)).Sum(),
        _ => a.Zip(y, (output, wish) => -wish * Math.Log(output)).Sum(),
    };

    private static double Of(ActivationFunction function, double z) => function switch
    {
        ActivationFunction.Sigmoid => 1 / (1 + Math.Exp(-z)),
        ActivationFunction.Tanh => Math.Tanh(z),
        ActivationFunction.Relu => Math.Max(0, z),
        _ => z / (1 + Math.Exp(-z)),
    };

    private static double[] DenseOf(double[] x, int neurons, double[] weights, double[] biases) =>
        [.. Enumerable.Range(0, neurons).Select(j => biases[j] + Enumerable.Range(0, x.Length).Sum(k => weights[j * x.Length + k] * x[k]))];

    private static double[] ConvolutionOf(double[] x, Shape input, Layer.Convolution spec, double[] weights, double[] biases)
    {
        int height = (input.Height + 2 * spec.Padding - spec.Kernel) / spec.Stride + 1, width = (input.Width + 2 * spec.Padding - spec.Kernel) / spec.Stride + 1;
        double[] y = new double[spec.Channels * height * width];
        for (int o = 0; o < spec.Channels; o++)
        {
            for (int row = 0; row < height; row++)
            {
                for (int column = 0; column < width; column++)
                {
                    double sum = biases[o];
                    for (int c = 0; c < input.Channels; c++)
                    {
                        for (int i = 0; i < spec.Kernel; i++)
                        {
                            for (int j = 0; j < spec.Kernel; j++)
                            {
                                int fromRow = row * spec.Stride + i - spec.Padding, fromColumn = column * spec.Stride + j - spec.Padding;
                                if (fromRow >= 0 && fromRow < input.Height && fromColumn >= 0 && fromColumn < input.Width)
                                    sum += weights[((o * input.Channels + c) * spec.Kernel + i) * spec.Kernel + j] * x[(c * input.Height + fromRow) * input.Width + fromColumn];
                            }
                        }
                    }

                    y[(o * height + row) * width + column] = sum;
                }
            }
        }

        return y;
    }

    private static (double[][] A, Shape Shape) Pool(double[][] a, Shape input, int size, int stride, Func<IEnumerable<double>, double> of)
    {
        Shape output = new(input.Channels, (input.Height - size) / stride + 1, (input.Width - size) / stride + 1);
        double[][] pooled = [.. a.Select(x => Enumerable.Range(0, output.Size).Select(at =>
        {
            int channel = at / (output.Height * output.Width), row = at / output.Width % output.Height, column = at % output.Width;
            return of(Enumerable.Range(0, size * size).Select(p => x[(channel * input.Height + row * stride + p / size) * input.Width + column * stride + p % size]));
        }).ToArray())];
        return (pooled, output);
    }

    private double[][] Normalise(double[][] a, Shape shape, int which, bool isTraining)
    {
        int pixels = shape.Height * shape.Width;
        double[][] y = [.. a.Select(x => new double[x.Length])];
        for (int c = 0; c < shape.Channels; c++)
        {
            double[] values = [.. a.SelectMany(x => x.Skip(c * pixels).Take(pixels))];
            double mean = isTraining ? values.Average() : _network.Normalisations[which].RunningMean[c];
            double variance = isTraining ? values.Average(v => (v - mean) * (v - mean)) : _network.Normalisations[which].RunningVariance[c];
            for (int i = 0; i < a.Length; i++)
            {
                for (int p = c * pixels; p < (c + 1) * pixels; p++)
                    y[i][p] = Scales[which][c] * (a[i][p] - mean) / Math.Sqrt(variance + 1e-5) + Shifts[which][c];
            }
        }

        return y;
    }
}
