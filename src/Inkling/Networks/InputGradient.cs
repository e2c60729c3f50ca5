using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// How one output of a network answers to its input and to all that it computes on the way: the true gradient of that output,
/// before its activation, by one pass forward and one back. Plain loops, for looking at one example.
/// </summary>
/// <remarks>Simonyan, Vedaldi and Zisserman, arXiv 1312.6034, section 3: the class saliency.</remarks>
public sealed class InputGradient
{
    private InputGradient(IReadOnlyList<float[]> values, IReadOnlyList<float[]> gradients, int output)
    {
        Values = values;
        Gradients = gradients;
        Output = output;
    }

    /// <summary>Which output's weighted input z this is the gradient of.</summary>
    public int Output { get; }

    /// <summary>The input and what comes out of each layer, [channels, height, width] each; dropout does nothing.</summary>
    public IReadOnlyList<float[]> Values { get; }

    /// <summary>∂z/∂v for each number of <see cref="Values"/>; behind the last weights it ends.</summary>
    public IReadOnlyList<float[]> Gradients { get; }

    /// <summary>The gradient of an output for an input.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="input">As many numbers as the input's shape has; of an image [channels, height, width].</param>
    /// <param name="output">Which output; null for the largest.</param>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    public static InputGradient Of(Network network, ReadOnlySpan<float> input, int? output = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Architecture architecture = network.Architecture;
        if (input.Length != architecture.Input.Size)
            throw new ArgumentException($"The network has {architecture.Input.Size} inputs; the input has {input.Length} numbers.", nameof(input));
        if (output is < 0 || output >= architecture.Output.Size)
            throw new ArgumentOutOfRangeException(nameof(output), output, $"The network has {architecture.Output.Size} outputs.");
        int count = architecture.Layers.Count;
        float[][] values = new float[count + 1][];
        values[0] = input.ToArray();
        for (int l = 0; l < count; l++)
            values[l + 1] = Forward(network, l, values[l]);

        int chosen = output ?? Argmax.Of(values[count]);
        int last = architecture.Layers[^1] is Layer.Softmax or Layer.Activation ? count - 1 : count; // where z is
        float[][] gradients = new float[last + 1][];
        gradients[last] = new float[values[last].Length];
        gradients[last][chosen] = 1;
        for (int l = last - 1; l >= 0; l--)
            gradients[l] = Back(network, l, values[l], values[l + 1], gradients[l + 1]);
        return new InputGradient(values, gradients, chosen);
    }

    private static float[] Forward(Network network, int l, float[] x)
    {
        Shape from = network.Architecture.ShapeBefore(l), to = network.Architecture.ShapeBefore(l + 1);
        float[] y = new float[to.Size];
        switch (network.Architecture.Layers[l])
        {
            case Layer.Dense:
                WeightedLayer dense = WeightsOf(network, l);
                float[] w = dense.CopyWeights();
                for (int j = 0; j < y.Length; j++)
                {
                    float z = dense.Biases[j];
                    for (int k = 0; k < x.Length; k++)
                        z += w[j * x.Length + k] * x[k];
                    y[j] = z;
                }

                break;
            case Layer.Convolution convolution:
                WeightedLayer kernels = WeightsOf(network, l);
                for (int c = 0; c < to.Channels; c++)
                    y.AsSpan(c * to.Height * to.Width, to.Height * to.Width).Fill(kernels.Biases[c]);
                ForEachRow(convolution, from, to, kernels.CopyWeights(), (weight, xStart, step, yStart, length) =>
                {
                    for (int j = 0; j < length; j++)
                        y[yStart + j] += weight * x[xStart + j * step];
                });
                break;
            case Layer.BatchNormalisation:
                (float[] scale, float[] shift) = AffineOf(network, l, from);
                for (int i = 0; i < y.Length; i++)
                    y[i] = scale[i] * x[i] + shift[i];
                break;
            case Layer.MaxPool pool:
                ForEachWindow(from, to, pool.Size, pool.Size, pool.Step, (i, window) => y[i] = x[LargestOf(x, window)]);
                break;
            case Layer.AveragePool pool:
                ForEachWindow(from, to, pool.Size, pool.Size, pool.Step, (i, window) => y[i] = window.Average(k => x[k]));
                break;
            case Layer.GlobalAveragePool:
                ForEachWindow(from, to, from.Height, from.Width, 1, (i, window) => y[i] = window.Average(k => x[k]));
                break;
            case Layer.Activation activation:
                for (int i = 0; i < y.Length; i++)
                    y[i] = (float)ValueOf(activation.Function, x[i]);
                break;
            case Layer.Softmax:
                float largest = x.Max();
                double sum = x.Sum(z => Math.Exp(z - largest));
                for (int i = 0; i < y.Length; i++)
                    y[i] = (float)(Math.Exp(x[i] - largest) / sum);
                break;
            default: // flatten, dropout
                x.CopyTo(y);
                break;
        }

        return y;
    }

    private static float[] Back(Network network, int l, float[] x, float[] y, float[] dy)
    {
        Shape from = network.Architecture.ShapeBefore(l), to = network.Architecture.ShapeBefore(l + 1);
        float[] dx = new float[x.Length];
        switch (network.Architecture.Layers[l])
        {
            case Layer.Dense:
                float[] w = WeightsOf(network, l).CopyWeights();
                for (int j = 0; j < dy.Length; j++)
                {
                    for (int k = 0; k < x.Length; k++)
                        dx[k] += w[j * x.Length + k] * dy[j];
                }

                break;
            case Layer.Convolution convolution:
                ForEachRow(convolution, from, to, WeightsOf(network, l).CopyWeights(), (weight, xStart, step, yStart, length) =>
                {
                    for (int j = 0; j < length; j++)
                        dx[xStart + j * step] += weight * dy[yStart + j];
                });
                break;
            case Layer.BatchNormalisation:
                float[] slopes = AffineOf(network, l, from).Scale;
                for (int i = 0; i < dx.Length; i++)
                    dx[i] = slopes[i] * dy[i];
                break;
            case Layer.MaxPool pool:
                ForEachWindow(from, to, pool.Size, pool.Size, pool.Step, (i, window) => dx[LargestOf(x, window)] += dy[i]);
                break;
            case Layer.AveragePool pool:
                ForEachWindow(from, to, pool.Size, pool.Size, pool.Step, Share);
                break;
            case Layer.GlobalAveragePool:
                ForEachWindow(from, to, from.Height, from.Width, 1, Share);
                break;
            case Layer.Activation activation:
                for (int i = 0; i < dx.Length; i++)
                    dx[i] = (float)(SlopeOf(activation.Function, x[i], y[i]) * dy[i]);
                break;
            default: // flatten, dropout; softmax comes last and is left out
                dy.CopyTo(dx);
                break;
        }

        return dx;

        void Share(int i, int[] window)
        {
            foreach (int k in window)
                dx[k] += dy[i] / window.Length;
        }
    }

    private static WeightedLayer WeightsOf(Network network, int l) => (WeightedLayer)network.Parameters.All[l]!;

    /// <summary>What batch normalisation does when it reads, for each number: y = scale·x + shift.</summary>
    private static (float[] Scale, float[] Shift) AffineOf(Network network, int l, Shape shape)
    {
        BatchNormalisation seen = (BatchNormalisation)network.Parameters.All[l]!;
        float[] gamma = seen.Ordered(seen.Scale), beta = seen.Ordered(seen.Shift), mean = seen.Ordered(seen.RunningMean), variance = seen.Ordered(seen.RunningVariance);
        float[] scale = new float[shape.Size], shift = new float[shape.Size];
        int positions = shape.Height * shape.Width;
        for (int i = 0; i < scale.Length; i++)
        {
            int c = i / positions;
            scale[i] = gamma[c] / MathF.Sqrt(variance[c] + BatchNormalisationStage.Epsilon);
            shift[i] = beta[c] - scale[i] * mean[c];
        }

        return (scale, shift);
    }

    private delegate void RowAction(float weight, int xStart, int step, int yStart, int length);

    /// <summary>A convolution row by row: which weight takes which stretch of the input to which row of the output.</summary>
    private static void ForEachRow(Layer.Convolution spec, Shape from, Shape to, float[] weights, RowAction action)
    {
        int kernel = spec.Kernel, stride = spec.Stride;
        for (int o = 0, k = 0; o < to.Channels; o++)
        {
            for (int c = 0; c < from.Channels; c++)
            {
                for (int u = 0; u < kernel; u++)
                {
                    for (int v = 0; v < kernel; v++, k++)
                    {
                        int first = Math.Max(0, (spec.Padding - v + stride - 1) / stride);
                        int reach = from.Width - 1 + spec.Padding - v; // under 0 where the weight sees nothing but padding
                        int end = reach < 0 ? 0 : Math.Min(to.Width, reach / stride + 1);
                        if (end <= first)
                            continue;
                        for (int i = 0; i < to.Height; i++)
                        {
                            int row = i * stride + u - spec.Padding;
                            if (row >= 0 && row < from.Height)
                                action(weights[k], (c * from.Height + row) * from.Width + first * stride + v - spec.Padding, stride, (o * to.Height + i) * to.Width + first, end - first);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Each output of a pooling with the inputs that it looks at.</summary>
    private static void ForEachWindow(Shape from, Shape to, int height, int width, int step, Action<int, int[]> action)
    {
        int[] window = new int[height * width];
        for (int i = 0; i < to.Size; i++)
        {
            int c = i / (to.Height * to.Width), row = i / to.Width % to.Height * step, column = i % to.Width * step;
            for (int k = 0; k < window.Length; k++)
                window[k] = (c * from.Height + row + k / width) * from.Width + column + k % width;
            action(i, window);
        }
    }

    private static int LargestOf(float[] x, int[] window)
    {
        int largest = window[0];
        foreach (int k in window)
            largest = x[k] > x[largest] ? k : largest;
        return largest;
    }

    private static double ValueOf(ActivationFunction function, double z) => function switch
    {
        ActivationFunction.Sigmoid => 1 / (1 + Math.Exp(-z)),
        ActivationFunction.Tanh => Math.Tanh(z),
        ActivationFunction.Relu => Math.Max(0, z),
        _ => z / (1 + Math.Exp(-z)),
    };

    private static double SlopeOf(ActivationFunction function, double z, double a) => function switch
    {
        ActivationFunction.Sigmoid => a * (1 - a),
        ActivationFunction.Tanh => 1 - a * a,
        ActivationFunction.Relu => z > 0 ? 1 : 0,
        _ => a + (1 - a) / (1 + Math.Exp(-z)),
    };
}
