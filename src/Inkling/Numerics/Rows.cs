using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inkling.Numerics;

/// <summary>
/// The memory layout of weights: panels, [panels, inputs, 16]. The weights from one input to 16 neurons fill one cache line and
/// the lanes of whole vectors, and an input of 0 skips its cache lines (docs/kernels.md).
/// </summary>
internal static class Rows
{
    /// <summary>
    /// Neurons in a panel: one cache line of floats, whatever the vector width, so that results do not depend on the machine.
    /// </summary>
    public const int Panel = 16;

    /// <summary>The number of floats that a vector of <paramref name="n"/> numbers takes, padded to whole panels.</summary>
    public static int StrideOf(int n) => (n + Panel - 1) / Panel * Panel;

    /// <summary><see cref="StrideOf"/> for sums of sizes that may exceed an <see cref="int"/>.</summary>
    public static long LongStrideOf(long n) => (n + Panel - 1) / Panel * Panel;

    /// <summary>The index of the weight from input k to neuron j.</summary>
    public static int IndexOf(int j, int k, int inputs) => (j / Panel * inputs + k) * Panel + j % Panel;

    /// <summary>
    /// Transposes one panel of weights, so that backpropagation through a layer is the forward product with wᵀ.
    /// </summary>
    /// <param name="weights">[panels of outputs, inputs, 16].</param>
    /// <param name="inputs">Inputs of the layer.</param>
    /// <param name="outputs">Neurons of the layer.</param>
    /// <param name="panel">Which panel of <paramref name="weights"/>.</param>
    /// <param name="transposed">Receives its part of [panels of inputs, outputs, 16]; the padding is left unchanged.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    [MethodImpl(Hot.Method)]
    public static void TransposePanel(ReadOnlySpan<float> weights, int inputs, int outputs, int panel, Span<float> transposed)
    {
        KernelArguments.Require(inputs >= 0 && panel >= 0 && (long)panel * Panel < outputs);
        KernelArguments.Require(
            (panel + 1L) * Panel * inputs <= weights.Length && PanelsLength(inputs, outputs) <= transposed.Length);
        ref float from = ref MemoryMarshal.GetReference(weights);
        ref float to = ref MemoryMarshal.GetReference(transposed);
        int first = panel * Panel, end = Math.Min(Panel, outputs - first);
        for (int k = 0; k < inputs; k++)
        {
            ref float line = ref Unsafe.Add(ref from, IndexOf(first, k, inputs));
            ref float column = ref Unsafe.Add(ref to, IndexOf(k, first, outputs));
            for (int j = 0; j < end; j++)
                Unsafe.Add(ref column, j * Panel) = Unsafe.Add(ref line, j);
        }
    }

    /// <summary>Rotates a convolution's kernels by 180° and exchanges input and output channels, for backpropagation.</summary>
    /// <param name="weights">[panels of outputs, positions × channels, 16].</param>
    /// <param name="positions">Positions in the kernel: height × width.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="flipped">Receives [panels of channels, positions × outputs, 16]; the padding is left unchanged.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    [MethodImpl(Hot.Method)]
    public static void Flip(ReadOnlySpan<float> weights, int positions, int channels, int outputs, Span<float> flipped)
    {
        KernelArguments.Require(positions >= 1 && channels >= 1 && outputs >= 1);
        KernelArguments.Require(PanelsLength(outputs, (long)positions * channels) <= weights.Length);
        KernelArguments.Require(PanelsLength(channels, (long)positions * outputs) <= flipped.Length);
        ref float from = ref MemoryMarshal.GetReference(weights);
        ref float to = ref MemoryMarshal.GetReference(flipped);
        for (int first = 0; first < outputs; first += Panel)
        {
            int end = Math.Min(Panel, outputs - first);
            for (int k = 0; k < positions * channels; k++)
            {
                int place = positions - 1 - k / channels, channel = k % channels;
                ref float line = ref Unsafe.Add(ref from, IndexOf(first, k, positions * channels));
                ref float column = ref Unsafe.Add(ref to, IndexOf(channel, place * outputs + first, positions * outputs));
                for (int j = 0; j < end; j++)
                    Unsafe.Add(ref column, j * Panel) = Unsafe.Add(ref line, j);
            }
        }
    }

    /// <summary>The length of [panels of neurons, inputs, 16].</summary>
    private static long PanelsLength(int neurons, long inputs) => (neurons + Panel - 1L) / Panel * Panel * inputs;

    /// <summary>
    /// sum[j] += Σ_r rows[r, j], the gradient of a layer's biases: with one shard row by row, with several each shard's sum
    /// first.
    /// </summary>
    /// <param name="rows">[count, stride].</param>
    /// <param name="shards">How the rows are divided.</param>
    /// <param name="sums">[shards, stride]; overwritten.</param>
    /// <param name="sum">[stride]; added to.</param>
    public static void AddRows(ReadOnlySpan<float> rows, Shards shards, Span<float> sums, Span<float> sum)
    {
        int stride = sum.Length;
        KernelArguments.Require(stride > 0 && rows.Length % stride == 0 && sums.Length == shards.Count * stride);
        if (shards.Count == 1)
        {
            AddRows(rows, sum);
            return;
        }

        sums.Clear();
        for (int shard = 0; shard < shards.Count; shard++)
        {
            (int start, int end) = shards.ItemsOf(shard, rows.Length / stride);
            AddRows(rows[(start * stride)..(end * stride)], sums.Slice(shard * stride, stride));
        }

        Vectors.Add(shards.Add(sums), sum);
    }

    /// <summary>sum[j] += Σ_r rows[r, j].</summary>
    /// <param name="rows">[count, stride].</param>
    /// <param name="sum">[stride]; added to.</param>
    public static void AddRows(ReadOnlySpan<float> rows, Span<float> sum)
    {
        KernelArguments.Require(!sum.IsEmpty && rows.Length % sum.Length == 0);
        for (int start = 0; start < rows.Length; start += sum.Length)
            Vectors.Add(rows.Slice(start, sum.Length), sum);
    }
}
