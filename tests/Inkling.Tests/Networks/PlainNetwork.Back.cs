using Inkling.Layers;

namespace Inkling.Tests;

/// <summary>Backpropagation: the chain rule, layer by layer.</summary>
internal sealed partial class PlainNetwork
{
    /// <summary>The gradient of the mean cost of a mini-batch; batch normalisation uses the mini-batch's statistics.</summary>
    public PlainGradient Back(PlainPass pass, IReadOnlyList<float[]> targets)
    {
        // For softmax with log-likelihood and for sigmoid with cross-entropy, ∂C/∂z is a - y.
        int from = Architecture.Cost == Inkling.Cost.Quadratic ? Architecture.Layers.Count : Architecture.Layers.Count - 1;
        Numbers output = new(targets.Count, pass.Output.Size);
        for (int i = 0; i < targets.Count; i++)
        {
            double sum = Architecture.Cost == Inkling.Cost.LogLikelihood ? targets[i].Sum(y => (double)y) : 1;
            for (int j = 0; j < output.Size; j++)
            {
                output.Value[i][j] = (pass.Output.Value[i][j] * sum - targets[i][j]) / targets.Count;
                output.Error[i][j] =
                    (pass.Output.Error[i][j] + Numbers.U * (Math.Abs(pass.Output.Value[i][j]) + Math.Abs(targets[i][j])))
                    / targets.Count;
            }
        }

        return Back(pass, from, output);
    }

    /// <summary>
    /// The gradient of any function, given its gradient <paramref name="output"/> with respect to the input of layer
    /// <paramref name="from"/>.
    /// </summary>
    public PlainGradient Back(PlainPass pass, int from, Numbers output)
    {
        PlainGradient gradient = new(Architecture.Layers.Count, this);
        gradient.Values[from] = output;
        for (int l = from - 1; l >= 0; l--)
        {
            Numbers x = pass.Values[l], y = pass.Values[l + 1], dy = gradient.Values[l + 1]!,
                dx = gradient.Values[l] = x.Like();
            Shape shape = Architecture.ShapeBefore(l);
            switch (Architecture.Layers[l])
            {
                case Layer.Dense:
                    // equivalent to a convolution of one pixel
                    Layer.Convolution one = new(Architecture.ShapeBefore(l + 1).Size, 1);
                    ConvolutionBack(x, dy, dx, l, pass, one, gradient);
                    break;
                case Layer.Convolution spec:
                    ConvolutionBack(x, dy, dx, l, pass, spec, gradient);
                    break;
                case Layer.BatchNormalisation:
                    NormalisationBack(x, dy, dx, shape, pass.Statistics[l]!, Parameters[l], gradient);
                    break;
                default:
                    for (int i = 0; i < x.Items; i++)
                        Back(
                            l, (pass.Shapes[i][l], pass.Shapes[i][l + 1]),
                            x.Value[i], x.Error[i], y.Value[i], y.Error[i], dy.Value[i], dy.Error[i], dx.Value[i],
                            dx.Error[i], pass.Masks?.Invoke(l, i));
                    break;
            }

            for (int end = l + 1; end < from; end++)
            {
                if (Architecture.Layers[end] is Layer.Add add && end - add.Layers == l)
                    AddBack(gradient.Values[end + 1]!, dx);
            }
        }

        return gradient;
    }

    /// <summary>Adds the errors of a residual connection's end where it begins.</summary>
    private static void AddBack(Numbers end, Numbers begin)
    {
        for (int i = 0; i < end.Items; i++)
        {
            for (int k = 0; k < end.Value[i].Length; k++)
            {
                begin.Value[i][k] += end.Value[i][k];
                begin.Error[i][k] += end.Error[i][k] + Numbers.U * Math.Abs(begin.Value[i][k]);
            }
        }
    }

    private void Back(
        int l, (Shape From, Shape To) shapes,
        double[] x, double[] ex, double[] y, double[] ey, double[] dy, double[] edy, double[] dx, double[] edx,
        float[]? mask)
    {
        (Shape from, Shape to) = shapes;
        switch (Architecture.Layers[l])
        {
            case Layer.MaxPool pool:
                ForEachWindow(from, to, pool.Size, pool.Stride, (at, window) =>
                {
                    int largest = LargestOf(x, window);
                    dx[largest] += dy[at];
                    edx[largest] += edy[at] + Numbers.U * Math.Abs(dy[at]);
                    foreach (int k in window)
                    {
                        // Where two inputs are this close, single precision may choose the other as the maximum.
                        if (k != largest && x[largest] - x[k] <= Numbers.Slack * (ex[largest] + ex[k]) && ex[largest] + ex[k] > 0)
                        {
                            edx[k] += Math.Abs(dy[at]);
                            edx[largest] += Math.Abs(dy[at]);
                        }
                    }
                });
                break;
            case Layer.AveragePool pool:
                ForEachWindow(from, to, pool.Size, pool.Stride, Share);
                break;
            case Layer.GlobalAveragePool:
                ForEachWindow(from, to, new Sides(from.Height, from.Width), 1, Share);
                break;
            case Layer.Activation activation:
                for (int k = 0; k < x.Length; k++)
                {
                    (double slope, double error) = SlopeOf(activation.Function, x[k], ex[k], y[k], ey[k]);
                    dx[k] = slope * dy[k];
                    edx[k] = Math.Abs(slope) * edy[k] + error * (Math.Abs(dy[k]) + edy[k]) + 3 * Numbers.U * Math.Abs(dx[k]);
                }

                break;
            case Layer.Dropout when mask is not null:
                for (int k = 0; k < x.Length; k++)
                    (dx[k], edx[k]) = (dy[k] * mask[k], edy[k] * mask[k] + Numbers.U * Math.Abs(dy[k] * mask[k]));
                break;
            default:
                dy.CopyTo(dx, 0);
                edy.CopyTo(edx, 0);
                break;
        }

        void Share(int at, int[] window)
        {
            foreach (int k in window)
            {
                dx[k] += dy[at] / window.Length;
                edx[k] += (edy[at] + 4 * Numbers.U * Math.Abs(dy[at])) / window.Length;
            }
        }
    }

    private static (double Slope, double Error) SlopeOf(ActivationFunction function, double z, double ez, double a, double ea)
    {
        double s = 1 / (1 + Math.Exp(-z));
        return function switch
        {
            ActivationFunction.Sigmoid => (a * (1 - a), Math.Abs(1 - 2 * a) * ea + Numbers.Slack * ea * ea + 2 * Numbers.U * a),
            ActivationFunction.Tanh => (1 - a * a, 2 * Math.Abs(a) * ea + Numbers.Slack * ea * ea + 2 * Numbers.U),
            ActivationFunction.Relu => (z > 0 ? 1 : 0, ez > 0 && Math.Abs(z) <= Numbers.Slack * ez ? 1 : 0),
            _ => (s * (1 + z * (1 - s)), ez + 8 * Numbers.U * (1 + Math.Abs(z))), // the second derivative is less than 1
        };
    }

    private void ConvolutionBack(
        Numbers x, Numbers dy, Numbers dx, int l, PlainPass pass, Layer.Convolution spec, PlainGradient gradient)
    {
        int which = Parameters[l];
        double[] w = Weights[which], dw = gradient.Weights[which], db = gradient.Biases[which];
        int places = spec.Kernel.Height * spec.Kernel.Width, size = Architecture.ShapeBefore(l).Channels * places;
        double[] weightCarried = new double[dw.Length], weightAlike = new double[dw.Length],
            biasAlike = new double[db.Length], weightSquares = new double[dw.Length],
            biasCarried = new double[db.Length], biasSquares = new double[db.Length];
        bool isByWinograd = IsByWinograd(l);
        double count = 0;
        double weightNorm = isByWinograd ? Math.Sqrt(w.Sum(v => v * v)) : 0, norms = 0;
        for (int i = 0; i < x.Items; i++)
        {
            (Shape from, Shape to) = (pass.Shapes[i][l], pass.Shapes[i][l + 1]);
            int pixels = to.Height * to.Width;
            count += pixels;
            double[] a = x.Value[i], ea = x.Error[i], g = dy.Value[i], eg = dy.Error[i], to0 = dx.Value[i],
                carried = new double[a.Length], alike = new double[a.Length], squares = new double[a.Length];
            for (int o = 0; o < to.Channels; o++)
            {
                for (int at = 0; at < pixels; at++)
                {
                    double error = g[o * pixels + at], own = eg[o * pixels + at];
                    db[o] += error;
                    biasCarried[o] += own * own;
                    biasAlike[o] += own;
                    biasSquares[o] += error * error;
                    if (error == 0 && own == 0)
                        continue;
                    ForEachTap(from, to, spec, at, (k, source) =>
                    {
                        int weight = o * size + k;
                        double term = w[weight] * error, product = a[source] * error;
                        to0[source] += term;
                        squares[source] += term * term;
                        carried[source] += w[weight] * w[weight] * own * own;
                        alike[source] += Math.Abs(w[weight]) * own;
                        dw[weight] += product;
                        weightSquares[weight] += product * product;
                        weightAlike[weight] += Math.Abs(a[source]) * own + ea[source] * (Math.Abs(error) + own);
                        weightCarried[weight] +=
                            a[source] * a[source] * own * own + ea[source] * ea[source] * (error * error + own * own);
                    });
                }
            }

            double errorNorm = isByWinograd ? Math.Sqrt(g.Sum(v => v * v)) : 0;
            norms += isByWinograd ? a.Sum(v => v * v) * errorNorm * errorNorm : 0;
            for (int k = 0; k < a.Length; k++)
                dx.Error[i][k] = Numbers.OfSum(carried[k], alike[k], squares[k], (double)to.Channels * places)
                    + Numbers.Winograd * Numbers.U * weightNorm * errorNorm;
        }

        for (int k = 0; k < dw.Length; k++)
            gradient.WeightErrors[which][k] = Numbers.OfSum(weightCarried[k], weightAlike[k], weightSquares[k], count)
                + Numbers.Winograd * Numbers.U * Math.Sqrt(norms);
        for (int o = 0; o < db.Length; o++)
            gradient.BiasErrors[which][o] = Numbers.OfSum(biasCarried[o], biasAlike[o], biasSquares[o], count);
    }

    /// <summary>
    /// With x̂ = (x - μ)/σ: ∂C/∂γ = Σ e x̂, ∂C/∂β = Σ e, ∂C/∂x = γ/σ (e - mean(e) - x̂ mean(e x̂)); in inference, ∂C/∂x = γ/σ e.
    /// </summary>
    private void NormalisationBack(
        Numbers x, Numbers dy, Numbers dx, Shape shape, Statistics seen, int which, PlainGradient gradient)
    {
        double n = x.Value.Sum(item => item.Length) / shape.Channels;
        bool isReading = ReferenceEquals(seen.Mean, Means[which]);
        for (int c = 0; c < shape.Channels; c++)
        {
            double mean = seen.Mean[c], deviation = seen.Deviation(c), relative = seen.DeviationError(c), sum = 0,
                sumError = 0, products = 0, productsError = 0;
            ForEach((i, p) =>
            {
                (double hat, double hatError) = Hat(i, p);
                double e = dy.Value[i][p], own = dy.Error[i][p];
                sum += e;
                sumError += own + Numbers.U * Math.Abs(e);
                products += e * hat;
                productsError += own * Math.Abs(hat) + (Math.Abs(e) + own) * hatError + 2 * Numbers.U * Math.Abs(e * hat);
            });
            gradient.Shifts[which][c] = sum;
            gradient.ShiftErrors[which][c] = sumError;
            gradient.Scales[which][c] = products;
            gradient.ScaleErrors[which][c] = productsError;
            double scale = Scales[which][c] / deviation, shares = isReading ? 0 : 1;
            ForEach((i, p) =>
            {
                (double hat, double hatError) = Hat(i, p);
                double e = dy.Value[i][p], own = dy.Error[i][p], meanError = shares * sum / n,
                    meanProduct = shares * products / n;
                double rest = e - meanError - hat * meanProduct,
                    size = Math.Abs(e) + Math.Abs(meanError) + Math.Abs(hat * meanProduct);
                dx.Value[i][p] = scale * rest;
                dx.Error[i][p] = Math.Abs(scale) * (own
                    + shares * (sumError + Math.Abs(hat) * productsError) / n
                    + hatError * Math.Abs(meanProduct)
                    + relative * Math.Abs(rest)
                    + 4 * Numbers.U * size);
            });

            (double Value, double Error) Hat(int i, int p)
            {
                double hat = (x.Value[i][p] - mean) / deviation;
                return (hat, (x.Error[i][p] + seen.MeanError[c]) / deviation + Math.Abs(hat) * (relative + 3 * Numbers.U));
            }

            void ForEach(Action<int, int> action)
            {
                for (int i = 0; i < x.Items; i++)
                {
                    int pixels = x.Value[i].Length / shape.Channels;
                    for (int p = c * pixels; p < (c + 1) * pixels; p++)
                        action(i, p);
                }
            }
        }
    }
}

/// <summary>Gradients and their errors, in the layout of <see cref="PlainNetwork"/>'s parameters.</summary>
internal sealed class PlainGradient(int layers, PlainNetwork of)
{
    /// <summary>The gradients with respect to each layer's input; null for layers that backpropagation does not reach.</summary>
    public Numbers?[] Values { get; } = new Numbers?[layers + 1];

    public double[][] Weights { get; } = Like(of.Weights);

    public double[][] WeightErrors { get; } = Like(of.Weights);

    public double[][] Biases { get; } = Like(of.Biases);

    public double[][] BiasErrors { get; } = Like(of.Biases);

    public double[][] Scales { get; } = Like(of.Scales);

    public double[][] ScaleErrors { get; } = Like(of.Scales);

    public double[][] Shifts { get; } = Like(of.Shifts);

    public double[][] ShiftErrors { get; } = Like(of.Shifts);

    private static double[][] Like(double[][] numbers) => [.. numbers.Select(row => new double[row.Length])];
}
