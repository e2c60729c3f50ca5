using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>
/// Kernels that compute each number by itself, in a loop over the grid; maps are [items, height, width, channels]. Their formulas
/// are those of the processor's stages.
/// </summary>
internal static class ElementKernels
{
    /// <summary>The first number of a thread, and the distance to its next.</summary>
    private static int First => Grid.IdxX * Group.DimX + Group.IdxX;

    private static int Step => Grid.DimX * Group.DimX;

    /// <summary>Writes the inputs of a mini-batch.</summary>
    /// <param name="inputs">All examples.</param>
    /// <param name="order">Which examples, from <paramref name="place"/> on.</param>
    /// <param name="place">The first in the order.</param>
    /// <param name="x">Receives [items, inputs].</param>
    public static void Gather(DeviceInputs inputs, ArrayView<int> order, int place, Floats x)
    {
        for (int i = First; i < x.IntLength; i += Step)
        {
            long at = (long)order[place + i / inputs.Size] * inputs.Size + i % inputs.Size;
            float value = inputs.IsGrey != 0 ? inputs.ValueOf[(int)inputs.Levels[at]] : inputs.Values[at];
            x[i] = value;
        }
    }

    /// <summary>∂C/∂a, or ∂C/∂z where the cost's and the last layer's derivatives cancel: scale · (a - y).</summary>
    /// <param name="targets">[examples, outputs].</param>
    /// <param name="order">Which examples.</param>
    /// <param name="place">The first in the order.</param>
    /// <param name="scale">1 over the number of items.</param>
    /// <param name="size">Outputs of an item.</param>
    /// <param name="outputs">[items, outputs]: a.</param>
    /// <param name="errors">Receives [items, outputs].</param>
    /// <param name="kept">Receives a copy of the outputs.</param>
    public static void CostErrors(
        Floats targets,
        ArrayView<int> order,
        int place,
        float scale,
        int size,
        Floats outputs,
        Floats errors,
        Floats kept)
    {
        for (int i = First; i < outputs.IntLength; i += Step)
        {
            float a = outputs[i];
            errors[i] = scale * (a - targets[(long)order[place + i / size] * size + i % size]);
            kept[i] = a;
        }
    }

    /// <summary>Adds the sums of a divided product in their order, then biases and ReLU where asked for.</summary>
    /// <param name="parts">[splits, numbers].</param>
    /// <param name="product">How it was divided.</param>
    /// <param name="biases">[columns]; not read where there are none.</param>
    /// <param name="columns">Columns of the product.</param>
    /// <param name="y">Receives [numbers].</param>
    public static void AddSplits(Floats parts, Product product, Floats biases, int columns, Floats y)
    {
        int numbers = y.IntLength;
        for (int i = First; i < numbers; i += Step)
        {
            float sum = parts[i];
            for (int split = 1; split < product.Splits; split++)
                sum += parts[(long)split * numbers + i];
            if (product.HasBias != 0)
                sum += biases[i % columns];
            if (product.IsRectified != 0)
                sum = sum < 0 ? 0 : sum;
            y[i] = sum;
        }
    }

    /// <summary>a = f(a) for sigmoid, tanh and ReLU.</summary>
    public static void Activate(int function, Floats a)
    {
        for (int i = First; i < a.IntLength; i += Step)
        {
            float z = a[i];
            if (function == (int)ActivationFunction.Relu)
                z = z < 0 ? 0 : z;
            else if (function == (int)ActivationFunction.Sigmoid)
                z = DeviceSigmoid<CompilerMath>.Of(z);
            else
                z = 2 * DeviceSigmoid<CompilerMath>.Of(2 * z) - 1;
            a[i] = z;
        }
    }

    /// <summary>errors *= f'(z), computed from a = f(z).</summary>
    public static void ActivateBack(int function, Floats a, Floats errors)
    {
        for (int i = First; i < errors.IntLength; i += Step)
        {
            float value = a[i], error = errors[i];
            if (function == (int)ActivationFunction.Relu)
                error = value <= 0 ? 0 : error;
            else if (function == (int)ActivationFunction.Sigmoid)
                error = DeviceSigmoid<CompilerMath>.TimesDerivative(value, error);
            else
                error *= 1 - value * value;
            errors[i] = error;
        }
    }

    /// <summary>y = z·σ(z).</summary>
    public static void Silu(Floats z, Floats y)
    {
        for (int i = First; i < y.IntLength; i += Step)
            y[i] = z[i] * DeviceSigmoid<CompilerMath>.Of(z[i]);
    }

    /// <summary>The derivative of SiLU times the errors: σ(z) (1 + z (1 - σ(z))).</summary>
    public static void SiluBack(Floats z, Floats errors, Floats inputErrors)
    {
        for (int i = First; i < errors.IntLength; i += Step)
        {
            float s = DeviceSigmoid<CompilerMath>.Of(z[i]);
            inputErrors[i] = errors[i] * (s * (1 + z[i] * (1 - s)));
        }
    }

    /// <summary>Clears the columns of each item beyond its own width.</summary>
    /// <param name="shape">The shape of the widest item.</param>
    /// <param name="widths">Each item's width.</param>
    /// <param name="numbers">[items, height, width, channels].</param>
    public static void ClearBeyond(PixelShape shape, ArrayView<int> widths, Floats numbers)
    {
        for (int i = First; i < numbers.IntLength; i += Step)
        {
            int pixel = i / shape.Channels;
            if (pixel % shape.Width >= widths[pixel / shape.Width / shape.Height])
                numbers[i] = 0;
        }
    }

    /// <summary>y = a + b.</summary>
    public static void Add(Floats a, Floats b, Floats y)
    {
        for (int i = First; i < y.IntLength; i += Step)
            y[i] = a[i] + b[i];
    }

    /// <summary>y = a · b.</summary>
    public static void Multiply(Floats a, Floats b, Floats y)
    {
        for (int i = First; i < y.IntLength; i += Step)
            y[i] = a[i] * b[i];
    }

    /// <summary>
    /// Flattens maps to the users' order: [items, pixels, channels] to [items, channels, pixels]; with the two exchanged, back.
    /// </summary>
    public static void Transpose(Floats from, int pixels, int channels, Floats to)
    {
        for (int i = First; i < to.IntLength; i += Step)
        {
            int item = i / (pixels * channels), within = i % (pixels * channels);
            to[i] = from[item * pixels * channels + within % pixels * channels + within / pixels];
        }
    }

    /// <summary>Max or average pooling.</summary>
    public static void Pool(PoolShape shape, Floats x, Floats y)
    {
        for (int i = First; i < y.IntLength; i += Step)
        {
            int channel = i % shape.Channels, pixel = i / shape.Channels;
            int left = pixel % shape.OutputWidth, top = pixel / shape.OutputWidth % shape.OutputHeight;
            int item = pixel / shape.OutputWidth / shape.OutputHeight;
            y[i] = PooledAt(shape, x, item, top, left, channel);
        }
    }

    /// <summary>
    /// Each number's error: of max pooling from those windows whose largest it is, the first on ties; of average pooling in
    /// equal parts from those that it is in.
    /// </summary>
    public static void PoolBack(PoolShape shape, Floats x, Floats errors, Floats inputErrors)
    {
        for (int i = First; i < inputErrors.IntLength; i += Step)
        {
            int channel = i % shape.Channels, pixel = i / shape.Channels;
            int column = pixel % shape.Width, row = pixel / shape.Width % shape.Height;
            int item = pixel / shape.Width / shape.Height;
            int firstTop = Math.Max(0, (row - shape.WindowHeight + shape.StrideY) / shape.StrideY),
                firstLeft = Math.Max(0, (column - shape.WindowWidth + shape.StrideX) / shape.StrideX);
            int lastTop = Math.Min(shape.OutputHeight - 1, row / shape.StrideY),
                lastLeft = Math.Min(shape.OutputWidth - 1, column / shape.StrideX);
            if (row < shape.WindowHeight)
                firstTop = 0;
            if (column < shape.WindowWidth)
                firstLeft = 0;
            float sum = 0;
            for (int top = firstTop; top <= lastTop; top++)
            {
                for (int left = firstLeft; left <= lastLeft; left++)
                {
                    float error = errors[
                        ((item * shape.OutputHeight + top) * shape.OutputWidth + left) * shape.Channels + channel];
                    if (shape.IsMax == 0)
                        sum += error / (shape.WindowHeight * shape.WindowWidth);
                    else if (IsFirstLargest(shape, x, item, top, left, channel, row, column))
                        sum += error;
                }
            }

            inputErrors[i] = sum;
        }
    }

    /// <summary>
    /// Masks of dropout: one thread for each item, whose random numbers are those of the processor's stage; a mask is 0, or the
    /// scale for numbers that are kept. The processor's numbers also cover channels' padding to whole panels of 16.
    /// </summary>
    /// <param name="numbers">What is random.</param>
    /// <param name="shape">The shape of an item.</param>
    /// <param name="widths">Each item's width; not read where all have the same.</param>
    /// <param name="masks">Receives the factors, [items, height, width, channels].</param>
    public static void DropoutMasks(DropoutNumbers numbers, PixelShape shape, ArrayView<int> widths, Floats masks)
    {
        int pitch = (shape.Channels + 15) / 16 * 16;
        for (int item = First; item < numbers.Items; item += Step)
        {
            DeviceRandom random = DeviceRandom.Of(numbers.Seed, numbers.Stream | (uint)(numbers.Place + item));
            int width = shape.Width;
            if (widths.Length > 0)
                width = widths[item];
            for (int i = 0; i < shape.Height * width * pitch; i += 4)
            {
                random = random.Next();
                ulong bits = random.Number;
                int pixel = i / pitch, channel = i % pitch;
                int at = ((item * shape.Height + pixel / width) * shape.Width + pixel % width) * shape.Channels + channel;
                for (int j = 0; j < 4; j++)
                {
                    if (channel + j < shape.Channels)
                        masks[at + j] = (bits & 0xFFFF) < numbers.Threshold ? 0 : numbers.Scale;
                    bits >>= 16;
                }
            }
        }
    }

    /// <summary>
    /// Softmax in place, a thread for each item, or for each column of each. If any number is NaN or infinite, all become NaN.
    /// </summary>
    public static void Softmax(int items, Floats z)
    {
        int size = z.IntLength / items;
        for (int item = First; item < items; item += Step)
        {
            int start = item * size;
            float largest = z[start], check = 0;
            for (int j = 0; j < size; j++)
            {
                largest = z[start + j] > largest ? z[start + j] : largest;
                check += z[start + j] - z[start + j]; // NaN for NaN and ±∞, otherwise 0
            }

            float sum = 0;
            for (int j = 0; j < size; j++)
            {
                float e = DeviceSigmoid<CompilerMath>.Exp(z[start + j] - largest);
                z[start + j] = e;
                sum += e;
            }

            float scale = 1 / sum + check;
            for (int j = 0; j < size; j++)
                z[start + j] *= scale;
        }
    }

    private static int PlaceOf(PoolShape shape, int item, int row, int column, int channel) =>
        ((item * shape.Height + row) * shape.Width + column) * shape.Channels + channel;

    private static float PooledAt(PoolShape shape, Floats x, int item, int top, int left, int channel)
    {
        int firstRow = top * shape.StrideY, firstColumn = left * shape.StrideX;
        float value = x[PlaceOf(shape, item, firstRow, firstColumn, channel)], sum = 0;
        for (int row = firstRow; row < firstRow + shape.WindowHeight; row++)
        {
            for (int column = firstColumn; column < firstColumn + shape.WindowWidth; column++)
            {
                float next = x[PlaceOf(shape, item, row, column, channel)];
                sum += next;
                value = next <= value || float.IsNaN(value) ? value : next;
            }
        }

        if (shape.IsMax == 0)
            value = sum / (shape.WindowHeight * shape.WindowWidth);
        return value;
    }

    /// <summary>Whether a number is the largest of its window, and none before it is as large.</summary>
    private static bool IsFirstLargest(
        PoolShape shape, Floats x, int item, int top, int left, int channel, int ownRow, int ownColumn)
    {
        float own = x[PlaceOf(shape, item, ownRow, ownColumn, channel)];
        bool isLargest = true;
        int firstRow = top * shape.StrideY, firstColumn = left * shape.StrideX;
        for (int row = firstRow; row < firstRow + shape.WindowHeight; row++)
        {
            for (int column = firstColumn; column < firstColumn + shape.WindowWidth; column++)
            {
                float other = x[PlaceOf(shape, item, row, column, channel)];
                bool isBefore = row < ownRow || (row == ownRow && column < ownColumn);
                isLargest &= isBefore ? other < own : other <= own;
            }
        }

        return isLargest;
    }
}
