using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>
/// Batch normalisation of [rows, channels], a row being a pixel of an item. Sums over rows are formed in chunks of rows, one for
/// each block, and the chunks' sums are added in their order, so that they are the same bits in each run.
/// </summary>
internal static class NormalisationKernels
{
    private const int Momentum = 10; // a tenth of the new statistics

    /// <summary>Each chunk's means, and sums of squared differences from them.</summary>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="chunk">Rows in a chunk.</param>
    /// <param name="x">[rows, channels].</param>
    /// <param name="parts">Receives [chunks, 2, channels].</param>
    public static void Moments(int rows, int channels, int chunk, Floats x, Floats parts)
    {
        Floats shared = ColumnSums.Allocate();
        int channel = ColumnSums.Column(Grid.IdxY), line = ColumnSums.Line, lines = ColumnSums.Lines;
        int start = Grid.IdxX * chunk, end = Math.Min(rows, start + chunk);
        float sum = 0;
        for (int row = start + line; row < end && channel < channels; row += lines)
            sum += x[row * channels + channel];
        float mean = ColumnSums.OfLines(shared, sum) / (end - start);
        float squares = 0;
        for (int row = start + line; row < end && channel < channels; row += lines)
        {
            float difference = x[row * channels + channel] - mean;
            squares += difference * difference;
        }

        squares = ColumnSums.OfLines(shared, squares);
        if (line == 0 && channel < channels)
        {
            parts[2 * Grid.IdxX * channels + channel] = mean;
            parts[(2 * Grid.IdxX + 1) * channels + channel] = squares;
        }
    }

    /// <summary>
    /// Mean and variance over the mini-batch from those of the chunks, and with them the running
    /// statistics and the factors of <see cref="Apply"/>. Rows that belong to no item are zeros, and are taken out again.
    /// </summary>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="own">How many of them belong to an item.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="chunk">Rows in a chunk.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="parts">[chunks, 2, channels].</param>
    /// <param name="learned">[2, channels]: scale and shift.</param>
    /// <param name="running">[2, channels]: the running mean and variance; updated.</param>
    /// <param name="factors">Receives [4, channels]: mean, 1/deviation, and the factor and the summand of an input.</param>
    public static void TakeMoments(
        int rows,
        int own,
        int channels,
        int chunk,
        float epsilon,
        Floats parts,
        Floats learned,
        Floats running,
        Floats factors)
    {
        Floats shared = ColumnSums.Allocate();
        int channel = ColumnSums.Column(Grid.IdxX), c = Math.Min(channel, channels - 1);
        float sum = 0;
        for (int i = ColumnSums.Line; i * chunk < rows; i += ColumnSums.Lines)
            sum += Math.Min(chunk, rows - i * chunk) * parts[2 * i * channels + c];
        sum = ColumnSums.OfLines(shared, sum);
        float mean = sum / rows, squares = 0;
        for (int i = ColumnSums.Line; i * chunk < rows; i += ColumnSums.Lines)
        {
            float difference = parts[2 * i * channels + c] - mean;
            squares += parts[(2 * i + 1) * channels + c] + Math.Min(chunk, rows - i * chunk) * difference * difference;
        }

        squares = ColumnSums.OfLines(shared, squares);
        if (channel < channels && ColumnSums.Line == 0)
        {
            if (own < rows)
            {
                squares = Math.Max(0, squares + mean * sum - sum / own * sum);
                mean = sum / own;
            }

            running[c] += (mean - running[c]) / Momentum;
            running[channels + c] += (squares / Math.Max(1, own - 1) - running[channels + c]) / Momentum;
            SetFactors(c, channels, mean, squares / own, epsilon, learned, factors);
        }
    }

    /// <summary>The factors of <see cref="Apply"/> outside training: from the running statistics.</summary>
    /// <inheritdoc cref="TakeMoments"/>
    public static void TakeRunning(
        int channels, float epsilon, Floats learned, Floats running, Floats factors)
    {
        for (int c = Grid.IdxX * Group.DimX + Group.IdxX; c < channels; c += Grid.DimX * Group.DimX)
            SetFactors(c, channels, running[c], running[channels + c], epsilon, learned, factors);
    }

    /// <summary>y = x · factor + summand, then ReLU where asked for.</summary>
    public static void Apply(int channels, int isRectified, Floats factors, Floats x, Floats y)
    {
        int c = ColumnSums.Column(Grid.IdxY), rows = y.IntLength / channels;
        if (c >= channels)
            return;
        float factor = factors[2 * channels + c], summand = factors[3 * channels + c];
        for (int row = Grid.IdxX * ColumnSums.Lines + ColumnSums.Line; row < rows; row += Grid.DimX * ColumnSums.Lines)
        {
            float value = x[row * channels + c] * factor + summand;
            if (isRectified != 0)
                value = value < 0 ? 0 : value;
            y[row * channels + c] = value;
        }
    }

    /// <summary>Each chunk's sums of the errors e, and of e · x̂; behind ReLU of the errors that it lets through.</summary>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="chunk">Rows in a chunk.</param>
    /// <param name="isRectified">1 where ReLU follows.</param>
    /// <param name="factors">[4, channels].</param>
    /// <param name="x">[rows, channels].</param>
    /// <param name="y">[rows, channels].</param>
    /// <param name="errors">[rows, channels].</param>
    /// <param name="parts">Receives [chunks, 2, channels].</param>
    public static void SumErrors(
        int rows,
        int channels,
        int chunk,
        int isRectified,
        Floats factors,
        Floats x,
        Floats y,
        Floats errors,
        Floats parts)
    {
        Floats shared = ColumnSums.Allocate();
        int channel = ColumnSums.Column(Grid.IdxY), line = ColumnSums.Line, lines = ColumnSums.Lines;
        int start = Grid.IdxX * chunk, end = Math.Min(rows, start + chunk);
        float sum = 0, products = 0;
        for (int row = start + line; row < end && channel < channels; row += lines)
        {
            int at = row * channels + channel;
            float error = ErrorAt(at, isRectified, y, errors);
            sum += error;
            products += error * ((x[at] - factors[channel]) * factors[channels + channel]);
        }

        sum = ColumnSums.OfLines(shared, sum);
        products = ColumnSums.OfLines(shared, products);
        if (line == 0 && channel < channels)
        {
            parts[2 * Grid.IdxX * channels + channel] = sum;
            parts[(2 * Grid.IdxX + 1) * channels + channel] = products;
        }
    }

    /// <summary>Adds the chunks' sums: the gradient of the scale, Σ e·x̂, and of the shift, Σ e.</summary>
    /// <param name="chunks">How many chunks there are.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="parts">[chunks, 2, channels].</param>
    /// <param name="gradient">Receives [2, channels]: of the scale, of the shift.</param>
    public static void AddErrors(int chunks, int channels, Floats parts, Floats gradient)
    {
        Floats shared = ColumnSums.Allocate();
        int channel = ColumnSums.Column(Grid.IdxX), c = Math.Min(channel, channels - 1);
        float sum = 0, products = 0;
        for (int i = ColumnSums.Line; i < chunks; i += ColumnSums.Lines)
        {
            sum += parts[2 * i * channels + c];
            products += parts[(2 * i + 1) * channels + c];
        }

        sum = ColumnSums.OfLines(shared, sum);
        products = ColumnSums.OfLines(shared, products);
        if (channel < channels && ColumnSums.Line == 0)
        {
            gradient[c] = products;
            gradient[channels + c] = sum;
        }
    }

    /// <summary>∂C/∂x = γ/σ (e - mean(e) - x̂ mean(e x̂)) (Ioffe and Szegedy, section 3).</summary>
    /// <inheritdoc cref="SumErrors"/>
    public static void Back(
        int own,
        int channels,
        int isRectified,
        Floats factors,
        Floats gradient,
        Floats x,
        Floats y,
        Floats errors,
        Floats inputErrors)
    {
        int c = ColumnSums.Column(Grid.IdxY), rows = inputErrors.IntLength / channels;
        if (c >= channels)
            return;
        float mean = factors[c], inverse = factors[channels + c], factor = factors[2 * channels + c];
        float meanError = gradient[channels + c] / own, meanProduct = gradient[c] / own;
        for (int row = Grid.IdxX * ColumnSums.Lines + ColumnSums.Line; row < rows; row += Grid.DimX * ColumnSums.Lines)
        {
            int at = row * channels + c;
            float error = ErrorAt(at, isRectified, y, errors);
            inputErrors[at] = factor * (error - meanError - (x[at] - mean) * inverse * meanProduct);
        }
    }

    private static float ErrorAt(int at, int isRectified, Floats y, Floats errors)
    {
        float error = errors[at];
        if (isRectified != 0)
            error = y[at] <= 0 ? 0 : error;
        return error;
    }

    private static void SetFactors(
        int c, int channels, float mean, float variance, float epsilon, Floats learned, Floats factors)
    {
        float inverse = 1 / MathF.Sqrt(variance + epsilon), factor = learned[c] * inverse;
        factors[c] = mean;
        factors[channels + c] = inverse;
        factors[2 * channels + c] = factor;
        factors[3 * channels + c] = learned[channels + c] - mean * factor;
    }
}
