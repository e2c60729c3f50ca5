using ILGPU;

namespace Inkling.Gpu;

/// <summary>
/// Stochastic gradient descent of many small networks, one in each thread block: an epoch is one launch. Every sum is formed in
/// the order of <see cref="Execution.TwoLayerDescent"/>, so that a network ends in the CPU's bits.
/// </summary>
/// <remarks>
/// A sum has one thread, so its order does not depend on how many threads a block has. In the forward pass a thread computes a
/// neuron's weighted input for an image from the pixels that are not 0; threads of a warp have neighbouring neurons, whose
/// weights are neighbours in memory. In the backward pass a thread owns a weight and adds all images' products to it one after
/// the other, so that images need no barrier between them.
/// </remarks>
/// <typeparam name="TMath">The device's arithmetic.</typeparam>
internal static class SweepKernels<TMath>
    where TMath : struct, IDeviceMath
{
    private const int MostInMiniBatch = SweepLimits.MiniBatch, Panel = Numerics.Rows.Panel;

    /// <summary>Trains each network for an epoch.</summary>
    /// <param name="shape">What the networks have in common.</param>
    /// <param name="images">The training images.</param>
    /// <param name="parameters">[networks, parameters].</param>
    /// <param name="scales">[networks, 2]: -η/m for a whole mini-batch, and for the last one.</param>
    /// <param name="random">[networks, 4]: the states of the streams that shuffle the images.</param>
    /// <param name="order">[networks, examples]: overwritten.</param>
    public static void TrainEpoch(
        SweepShape shape,
        SweepImages images,
        ArrayView<float> parameters,
        ArrayView<float> scales,
        ArrayView<ulong> random,
        ArrayView<int> order)
    {
        ArrayView<float> own = parameters.SubView((long)Grid.IdxX * shape.Parameters, shape.Parameters);
        ArrayView<int> ownOrder = order.SubView((long)Grid.IdxX * shape.Examples, shape.Examples);
        ArrayView<float> activations = SharedMemory.Allocate<float>(MostInMiniBatch * SweepLimits.Stride),
            deltas = SharedMemory.Allocate<float>(MostInMiniBatch * SweepLimits.Stride),
            contributions = SharedMemory.Allocate<float>(SweepLimits.Stride * MostInMiniBatch),
            errors = SharedMemory.Allocate<float>(MostInMiniBatch * Panel);
        ArrayView<uint> fourLevels = SharedMemory.Allocate<uint>(SweepLimits.Inputs * MostInMiniBatch / sizeof(uint));
        ArrayView<byte> levels = fourLevels.Cast<byte>(); // aligned for whole words
        for (int i = Group.IdxX; i < shape.Examples; i += Group.DimX)
            ownOrder[i] = i;
        Group.Barrier();
        if (Group.IdxX == 0)
            Shuffle(ownOrder, random.SubView(4 * Grid.IdxX, 4));
        Group.Barrier();
        for (int start = 0; start < shape.Examples; start += shape.MiniBatch)
        {
            int count = Math.Min(shape.MiniBatch, shape.Examples - start);
            float scale = scales[2 * Grid.IdxX + (count == shape.MiniBatch ? 0 : 1)];
            ArrayView<int> miniBatch = ownOrder.SubView(start, count);
            GatherLevels(shape, images, miniBatch, levels);
            FeedForward(shape, images, miniBatch, own, activations, contributions);
            FindErrors(shape, images, miniBatch, own, contributions, errors, scale);
            PropagateBack(shape, count, own, activations, errors, deltas);
            UpdateUpper(shape, count, own, activations, errors);
            UpdateLower(shape, images, count, own, deltas, fourLevels);
            Group.Barrier();
        }
    }

    /// <summary>Counts the images that each network reads rightly.</summary>
    /// <param name="shape">What the networks have in common; its examples are those of <paramref name="images"/>.</param>
    /// <param name="images">The images.</param>
    /// <param name="parameters">[networks, parameters].</param>
    /// <param name="right">[networks]: added to.</param>
    public static void CountRight(SweepShape shape, SweepImages images, ArrayView<float> parameters, ArrayView<int> right)
    {
        ArrayView<float> own = parameters.SubView((long)Grid.IdxX * shape.Parameters, shape.Parameters);
        ArrayView<float> activations = SharedMemory.Allocate<float>(MostInMiniBatch * SweepLimits.Stride),
            contributions = SharedMemory.Allocate<float>(SweepLimits.Stride * MostInMiniBatch);
        ArrayView<int> batch = SharedMemory.Allocate<int>(MostInMiniBatch);
        for (int start = 0; start < shape.Examples; start += MostInMiniBatch)
        {
            int count = Math.Min(MostInMiniBatch, shape.Examples - start);
            for (int i = Group.IdxX; i < count; i += Group.DimX)
                batch[i] = start + i;
            Group.Barrier();
            FeedForward(shape, images, batch.SubView(0, count), own, activations, contributions);
            for (int r = Group.IdxX; r < count; r += Group.DimX)
            {
                int best = 0;
                float most = OutputOf(shape, own, contributions, r, 0);
                for (int o = 1; o < shape.Outputs; o++)
                {
                    float output = OutputOf(shape, own, contributions, r, o);
                    if (output > most)
                        (best, most) = (o, output);
                }

                if (best == images.Labels[start + r])
                    Atomic.Add(ref right[Grid.IdxX], 1);
            }

            Group.Barrier();
        }
    }

    /// <summary><see cref="Numerics.RandomStream.Shuffle"/> with the stream's state.</summary>
    private static void Shuffle(ArrayView<int> items, ArrayView<ulong> state)
    {
        ulong s0 = state[0], s1 = state[1], s2 = state[2], s3 = state[3];
        for (int i = (int)items.Length - 1; i > 0; i--)
        {
            uint bound = (uint)i + 1, threshold = (uint)-(int)bound % bound;
            ulong product;
            do
            {
                ulong next = RotateLeft(s0 + s3, 23) + s0, t = s1 << 17;
                s2 ^= s0;
                s3 ^= s1;
                s1 ^= s2;
                s0 ^= s3;
                s2 ^= t;
                s3 = RotateLeft(s3, 45);
                product = (next >> 32) * bound;
            }
            while ((uint)product < threshold);
            int j = (int)(product >> 32), swapped = items[i];
            items[i] = items[j];
            items[j] = swapped;
        }

        // The trainer takes one more number, the epoch's seed of augmentation.
        ulong last = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= last;
        s3 = RotateLeft(s3, 45);
        state[0] = s0;
        state[1] = s1;
        state[2] = s2;
        state[3] = s3;
    }

    private static ulong RotateLeft(ulong value, int by) => (value << by) | (value >> (64 - by));

    /// <summary>Writes the mini-batch's grey levels as [inputs, 16 images].</summary>
    private static void GatherLevels(SweepShape shape, SweepImages images, ArrayView<int> miniBatch, ArrayView<byte> levels)
    {
        for (int i = Group.IdxX; i < miniBatch.Length * shape.Inputs; i += Group.DimX)
        {
            int r = i / shape.Inputs, k = i % shape.Inputs;
            levels[k * MostInMiniBatch + r] = images.Levels[(long)miniBatch[r] * shape.Inputs + k];
        }
    }

    /// <summary>
    /// The hidden neurons' activations, and each panel's contribution to the weighted inputs of the output layer, whose biases
    /// are part of panel 0's.
    /// </summary>
    private static void FeedForward(
        SweepShape shape,
        SweepImages images,
        ArrayView<int> miniBatch,
        ArrayView<float> parameters,
        ArrayView<float> activations,
        ArrayView<float> contributions)
    {
        for (int i = Group.IdxX; i < miniBatch.Length * shape.Stride; i += Group.DimX)
        {
            int r = i / shape.Stride, j = i % shape.Stride;
            int weights = shape.LowerWeights + j / Panel * shape.Inputs * Panel + j % Panel;
            float a = parameters[shape.LowerWeights - shape.Stride + j], b = 0, c = 0, d = 0;
            int end = images.Starts[miniBatch[r] + 1];
            for (int entry = images.Starts[miniBatch[r]]; entry < end; entry += 4)
            {
                ulong four = images.Entries[entry / 4];
                weights += ToNext(four, 0);
                a = default(TMath).MultiplyAdd(ValueOf(images, four, 0), parameters[weights], a);
                weights += ToNext(four, 1);
                b = default(TMath).MultiplyAdd(ValueOf(images, four, 1), parameters[weights], b);
                weights += ToNext(four, 2);
                c = default(TMath).MultiplyAdd(ValueOf(images, four, 2), parameters[weights], c);
                weights += ToNext(four, 3);
                d = default(TMath).MultiplyAdd(ValueOf(images, four, 3), parameters[weights], d);
            }

            activations[i] = DeviceSigmoid<TMath>.Of(default(TMath).Add(default(TMath).Add(a, b), default(TMath).Add(c, d)));
        }

        Group.Barrier();
        for (int i = Group.IdxX; i < shape.Stride * miniBatch.Length; i += Group.DimX)
        {
            int o = i % Panel, r = i / Panel % (int)miniBatch.Length, panel = i / Panel / (int)miniBatch.Length;
            float sum = panel == 0 ? parameters[shape.UpperWeights - Panel + o] : 0;
            int first = panel * Panel, next = Math.Min(first + Panel, shape.Hidden);
            for (int j = first; j < next; j++)
            {
                sum = default(TMath).MultiplyAdd(
                    activations[r * shape.Stride + j], parameters[shape.UpperWeights + j * Panel + o], sum);
            }

            contributions[(panel * MostInMiniBatch + r) * Panel + o] = sum;
        }

        Group.Barrier();
    }

    private static int ToNext(ulong four, int k) => (int)((four >> (16 * k + 8)) & 0xFF) * 2; // eighths of a line of 16 weights

    private static float ValueOf(SweepImages images, ulong four, int k) => images.ValueOf[(int)((four >> (16 * k)) & 0xFF)];

    private static float OutputOf(
        SweepShape shape, ArrayView<float> parameters, ArrayView<float> contributions, int r, int o)
    {
        float z = contributions[r * Panel + o];
        for (int panel = 1; panel < shape.Stride / Panel; panel++)
            z = default(TMath).Add(contributions[(panel * MostInMiniBatch + r) * Panel + o], z);
        return DeviceSigmoid<TMath>.Of(z);
    }

    /// <summary>BP1: the output layer's errors, scaled by -η/m.</summary>
    private static void FindErrors(
        SweepShape shape,
        SweepImages images,
        ArrayView<int> miniBatch,
        ArrayView<float> parameters,
        ArrayView<float> contributions,
        ArrayView<float> errors,
        float scale)
    {
        for (int i = Group.IdxX; i < miniBatch.Length * Panel; i += Group.DimX)
        {
            int r = i / Panel, o = i % Panel;
            float error = 0;
            if (o < shape.Outputs)
            {
                float a = OutputOf(shape, parameters, contributions, r, o);
                error = default(TMath).Multiply(scale, default(TMath).Subtract(a, images.Labels[miniBatch[r]] == o ? 1 : 0));
                error = DeviceSigmoid<TMath>.TimesDerivative(a, error); // of the quadratic cost
            }

            errors[i] = error;
        }

        Group.Barrier();
    }

    /// <summary>BP2: the hidden layer's errors.</summary>
    private static void PropagateBack(
        SweepShape shape,
        int count,
        ArrayView<float> parameters,
        ArrayView<float> activations,
        ArrayView<float> errors,
        ArrayView<float> deltas)
    {
        for (int i = Group.IdxX; i < count * shape.Stride; i += Group.DimX)
        {
            int r = i / shape.Stride, j = i % shape.Stride;
            float delta = 0;
            for (int o = 0; o < shape.Outputs && j < shape.Hidden; o++)
                delta = default(TMath).MultiplyAdd(errors[r * Panel + o], parameters[shape.UpperWeights + j * Panel + o], delta);
            deltas[i] = DeviceSigmoid<TMath>.TimesDerivative(activations[i], delta);
        }

        Group.Barrier();
    }

    /// <summary>BP3 and BP4 of the output layer.</summary>
    private static void UpdateUpper(
        SweepShape shape,
        int count,
        ArrayView<float> parameters,
        ArrayView<float> activations,
        ArrayView<float> errors)
    {
        for (int i = Group.IdxX; i < (shape.Hidden + 1) * Panel; i += Group.DimX)
        {
            int j = i / Panel - 1, o = i % Panel; // the biases lie before the weights
            float parameter = parameters[shape.UpperWeights - Panel + i];
            for (int r = 0; r < count; r++)
            {
                parameter = j < 0
                    ? default(TMath).Add(errors[r * Panel + o], parameter)
                    : default(TMath).MultiplyAdd(activations[r * shape.Stride + j], errors[r * Panel + o], parameter);
            }

            parameters[shape.UpperWeights - Panel + i] = parameter;
        }
    }

    /// <summary>BP3 and BP4 of the hidden layer.</summary>
    private static void UpdateLower(
        SweepShape shape,
        SweepImages images,
        int count,
        ArrayView<float> parameters,
        ArrayView<float> deltas,
        ArrayView<uint> fourLevels)
    {
        for (int i = Group.IdxX; i < shape.Inputs * shape.Stride; i += Group.DimX)
        {
            int k = i / shape.Stride, j = i % shape.Stride;
            int at = shape.LowerWeights + (j / Panel * shape.Inputs + k) * Panel + j % Panel;
            float weight = parameters[at];
            for (int first = 0; first < count; first += 4)
            {
                uint four = fourLevels[(k * MostInMiniBatch + first) / 4];
                for (int r = first; r < Math.Min(first + 4, count) && four != 0; r++, four >>= 8)
                {
                    float delta = deltas[r * shape.Stride + j];
                    if ((four & 0xFF) != 0)
                        weight = default(TMath).MultiplyAdd(images.ValueOf[(int)(four & 0xFF)], delta, weight);
                }
            }

            parameters[at] = weight;
        }

        for (int j = Group.IdxX; j < shape.Stride; j += Group.DimX)
        {
            float bias = parameters[shape.LowerWeights - shape.Stride + j];
            for (int r = 0; r < count; r++)
                bias = default(TMath).Add(deltas[r * shape.Stride + j], bias);
            parameters[shape.LowerWeights - shape.Stride + j] = bias;
        }
    }
}
