using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>
/// Batch normalisation of [rows, channels], a row being a pixel of an item. Sums over rows are formed in chunks of rows, one for
/// each block, and the chunks' sums are added in their order, so that they are the same bits in each run.
/// </summary>
internal static class NormalisationKernels
{
    /// <summary>Channels that a block works on side by side.</summary>
    public const int Lanes = 32;

    private const int MostThreads = 256, Momentum = 10; // a tenth of the new statistics

    /// <summary>Each chunk's means, and sums of squared differences from them.</summary>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="chunk">Rows in a chunk.</param>
    /// <param name="x">[rows, channels].</param>
    /// <param name="parts">Receives [chunks, 2, channels].</param>
    public static void Moments(int rows, int channels, int chunk, Floats x, Floats parts)
    {
        Floats sums = SharedMemory.Allocate<float>(MostThreads);
        int channel = Grid.IdxY * Lanes + Group.IdxX % Lanes, line = Group.IdxX / Lanes, lines = Group.DimX / Lanes;
        int start = Grid.IdxX * chunk, end = Math.Min(rows, start + chunk);
        float sum = 0;
        for (int row = start + line; row < end && channel < channels; row += lines)
            sum += x[row * channels + channel];
        float mean = AddLines(sums, sum, lines) / (end - start);
        float squares = 0;
        for (int row = start + line; row < end && channel < channels; row += lines)
        {
            float difference = x[row * channels + channel] - mean;
            squares += difference * difference;
        }

        squares = AddLines(sums, squares, lines);
        if (line == 0 && channel < channels)
        {
            parts[2 * Grid.IdxX * channels + channel] = mean;
            parts[(2 * Grid.IdxX + 1) * channels + channel] = squares;
        }
    }

    /// <summary>
    /// Mean and variance over the mini-batch from those of the chunks (Chan, Golub and LeVeque 1983), and with them the running
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
        for (int c = Grid.IdxX * Group.DimX + Group.IdxX; c < channels; c += Grid.DimX * Group.DimX)
        {
            float mean = parts[c], squares = parts[channels + c];
            int seen = Math.Min(chunk, rows);
            for (int i = 1; i * chunk < rows; i++)
            {
                int more = Math.Min(chunk, rows - i * chunk);
                float difference = parts[2 * i * channels + c] - mean, share = (float)more / (seen + more);
                mean += difference * share;
                squares += parts[(2 * i + 1) * channels + c] + difference * difference * seen * share;
                seen += more;
            }

            if (own < rows)
            {
                float all = mean * rows;
                squares = Math.Max(0, squares + mean * all - all / own * all);
                mean = all / own;
            }

            float variance = squares / own;
            running[c] += (mean - running[c]) / Momentum;
            running[channels + c] += (squares / Math.Max(1, own - 1) - running[channels + c]) / Momentum;
            SetFactors(c, channels, mean, variance, epsilon, learned, factors);
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
        for (int i = Grid.IdxX * Group.DimX + Group.IdxX; i < y.IntLength; i += Grid.DimX * Group.DimX)
        {
            int c = i % channels;
            float value = x[i] * factors[2 * channels + c] + factors[3 * channels + c];
            if (isRectified != 0)
                value = value < 0 ? 0 : value;
            y[i] = value;
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
        Floats shared = SharedMemory.Allocate<float>(MostThreads);
        int channel = Grid.IdxY * Lanes + Group.IdxX % Lanes, line = Group.IdxX / Lanes, lines = Group.DimX / Lanes;
        int start = Grid.IdxX * chunk, end = Math.Min(rows, start + chunk);
        float sum = 0, products = 0;
        for (int row = start + line; row < end && channel < channels; row += lines)
        {
            int at = row * channels + channel;
            float error = ErrorAt(at, isRectified, y, errors);
            sum += error;
            products += error * ((x[at] - factors[channel]) * factors[channels + channel]);
        }

        sum = AddLines(shared, sum, lines);
        products = AddLines(shared, products, lines);
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
        for (int c = Grid.IdxX * Group.DimX + Group.IdxX; c < channels; c += Grid.DimX * Group.DimX)
        {
            float sum = 0, products = 0;
            for (int i = 0; i < chunks; i++)
            {
                sum += parts[2 * i * channels + c];
                products += parts[(2 * i + 1) * channels + c];
            }

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
        for (int i = Grid.IdxX * Group.DimX + Group.IdxX; i < inputErrors.IntLength; i += Grid.DimX * Group.DimX)
        {
            int c = i % channels;
            float normalised = (x[i] - factors[c]) * factors[channels + c];
            float error = ErrorAt(i, isRectified, y, errors);
            inputErrors[i] = factors[2 * channels + c]
                * (error - gradient[channels + c] / own - normalised * (gradient[c] / own));
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

    /// <summary>The sum over a channel's lines of threads, in their order, for all of them.</summary>
    private static float AddLines(Floats sums, float own, int lines)
    {
        Group.Barrier(); // the sums before these have been read
        sums[Group.IdxX] = own;
        Group.Barrier();
        float sum = sums[Group.IdxX % Lanes];
        for (int line = 1; line < lines; line++)
            sum += sums[line * Lanes + Group.IdxX % Lanes];
        return sum;
    }
}
