using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics;

/// <summary>
/// The products that a dense layer is made of. Weights lie in panels, [panels, inputs, 16]: one input's weights to 16
/// neurons fill a cache line and the lanes of vectors, and an input of 0 skips its lines.
/// </summary>
/// <remarks>docs/kernels.md tells how they are blocked, and what they cost.</remarks>
internal static class Rows
{
    /// <summary>Neurons of a panel: a cache line of floats, whatever the vector width, so that results do not depend on the machine.</summary>
    public const int Panel = 16;

    /// <summary>The number of floats that a vector of <paramref name="n"/> numbers takes, padded to whole panels.</summary>
    public static int StrideOf(int n) => (n + Panel - 1) / Panel * Panel;

    /// <summary>Where the weight from input k to neuron j lies.</summary>
    public static int IndexOf(int j, int k, int inputs) => (j / Panel * inputs + k) * Panel + j % Panel;

    /// <summary>z[j] = bias[j] + Σ_k values[k] · w[j, columns[k]]: what a layer does with its input.</summary>
    /// <param name="columns">[nonZeros], the inputs that are not 0.</param>
    /// <param name="values">[nonZeros], their values.</param>
    /// <param name="weights">[panels, inputs, 16].</param>
    /// <param name="bias">[stride].</param>
    /// <param name="z">Receives [stride]; overwritten.</param>
    /// <remarks>
    /// Four partial sums a neuron (inputs 0, 4, 8…; 1, 5, 9…) keep both multiply-add units busy, whose result is ready
    /// only 4 cycles later; they are added as (0+1)+(2+3).
    /// </remarks>
    public static void WeightedSum(
        ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> z)
    {
        if (Vector512.IsHardwareAccelerated)
            WeightedSum<Simd512, Vector512<float>>(columns, values, weights, bias, z);
        else if (Vector256.IsHardwareAccelerated)
            WeightedSum<Simd256, Vector256<float>>(columns, values, weights, bias, z);
        else
            WeightedSum<Simd128, Vector128<float>>(columns, values, weights, bias, z);
    }

    /// <summary>w[j, columns[k]] += values[k] · delta[j]: the outer product that a layer's weights learn by.</summary>
    /// <param name="columns">[nonZeros], the inputs that are not 0.</param>
    /// <param name="values">[nonZeros], their values.</param>
    /// <param name="delta">[stride].</param>
    /// <param name="weights">[panels, inputs, 16]; added to.</param>
    public static void AddOuterProduct(
        ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ReadOnlySpan<float> delta, Span<float> weights)
    {
        if (Vector512.IsHardwareAccelerated)
            AddOuterProduct<Simd512, Vector512<float>>(columns, values, delta, weights);
        else if (Vector256.IsHardwareAccelerated)
            AddOuterProduct<Simd256, Vector256<float>>(columns, values, delta, weights);
        else
            AddOuterProduct<Simd128, Vector128<float>>(columns, values, delta, weights);
    }

    /// <summary>The weights of wᵀ, for backpropagating through a layer by the same product as forward; one panel of neurons.</summary>
    /// <param name="weights">[panels of outputs, inputs, 16].</param>
    /// <param name="inputs">Inputs of the layer.</param>
    /// <param name="outputs">Neurons of the layer.</param>
    /// <param name="panel">Which panel of <paramref name="weights"/>.</param>
    /// <param name="transposed">Receives its part of [panels of inputs, outputs, 16]; the padding is left as it is.</param>
    [MethodImpl(Hot.Method)]
    public static void TransposePanel(ReadOnlySpan<float> weights, int inputs, int outputs, int panel, Span<float> transposed)
    {
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

    /// <summary>A convolution's weights turned by 180° and with inputs and outputs exchanged, for backpropagating through it.</summary>
    /// <param name="weights">[panels of outputs, positions × channels, 16].</param>
    /// <param name="positions">Places of the kernel.</param>
    /// <param name="channels">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="flipped">Receives [panels of channels, positions × outputs, 16]; the padding is left as it is.</param>
    [MethodImpl(Hot.Method)]
    public static void Flip(ReadOnlySpan<float> weights, int positions, int channels, int outputs, Span<float> flipped)
    {
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

    /// <summary>sum[j] += Σ_r rows[r, j].</summary>
    /// <param name="rows">[count, stride].</param>
    /// <param name="sum">[stride]; added to.</param>
    public static void AddRows(ReadOnlySpan<float> rows, Span<float> sum)
    {
        for (int start = 0; start < rows.Length; start += sum.Length)
            Vectors.Add(rows.Slice(start, sum.Length), sum);
    }

    internal static void WeightedSum<TSimd, TVector>(
        ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> z)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int panelLength = weights.Length / (z.Length / Panel), lanes = TSimd.Lanes;
        for (int j = 0; j < z.Length;)
        {
            ref readonly float panel = ref weights[j / Panel * panelLength + j % Panel];
            if (TSimd.HasManyRegisters && z.Length - j >= 4 * lanes)
            {
                WeightedSumOf4<TSimd, TVector>(columns, values, in panel, Offset(lanes, panelLength), Offset(2 * lanes, panelLength), Offset(3 * lanes, panelLength), in bias[j], ref z[j]);
                j += 4 * lanes;
            }
            else if (z.Length - j >= 2 * lanes)
            {
                WeightedSumOf2<TSimd, TVector>(columns, values, in panel, Offset(lanes, panelLength), in bias[j], ref z[j]);
                j += 2 * lanes;
            }
            else
            {
                WeightedSumOf1<TSimd, TVector>(columns, values, in panel, in bias[j], ref z[j]);
                j += lanes;
            }
        }
    }

    internal static void AddOuterProduct<TSimd, TVector>(
        ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ReadOnlySpan<float> delta, Span<float> weights)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int panelLength = weights.Length / (delta.Length / Panel), lanes = TSimd.Lanes;
        for (int j = 0; j < delta.Length;)
        {
            ref float panel = ref weights[j / Panel * panelLength + j % Panel];
            if (delta.Length - j >= 2 * lanes)
            {
                AddOuterProductOf2<TSimd, TVector>(columns, values, in delta[j], ref panel, Offset(lanes, panelLength));
                j += 2 * lanes;
            }
            else
            {
                AddOuterProductOf1<TSimd, TVector>(columns, values, in delta[j], ref panel);
                j += lanes;
            }
        }
    }

    [MethodImpl(Hot.Method)]
    private static void WeightedSumOf4<TSimd, TVector>(
        ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ref readonly float panel, nuint second, nuint third, nuint fourth, ref readonly float bias, ref float z)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref readonly ushort column = ref MemoryMarshal.GetReference(columns);
        ref readonly float value = ref MemoryMarshal.GetReference(values);
        nuint n = (nuint)values.Length, lanes = (nuint)TSimd.Lanes, k = 0;
        TVector zero = TSimd.Create(0);
        TVector a0 = TSimd.Load(in bias, 0), a1 = TSimd.Load(in bias, lanes), a2 = TSimd.Load(in bias, 2 * lanes), a3 = TSimd.Load(in bias, 3 * lanes);
        TVector b0 = zero, b1 = zero, b2 = zero, b3 = zero;
        TVector c0 = zero, c1 = zero, c2 = zero, c3 = zero;
        TVector d0 = zero, d1 = zero, d2 = zero, d3 = zero;
        for (; k + 4 <= n; k += 4)
        {
            ref readonly float line = ref LineOf(in column, k, in panel);
            TVector x = TSimd.Create(At(in value, k));
            a0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), a0);
            a1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), a1);
            a2 = TSimd.MultiplyAdd(x, TSimd.Load(in line, third), a2);
            a3 = TSimd.MultiplyAdd(x, TSimd.Load(in line, fourth), a3);
            line = ref LineOf(in column, k + 1, in panel);
            x = TSimd.Create(At(in value, k + 1));
            b0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), b0);
            b1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), b1);
            b2 = TSimd.MultiplyAdd(x, TSimd.Load(in line, third), b2);
            b3 = TSimd.MultiplyAdd(x, TSimd.Load(in line, fourth), b3);
            line = ref LineOf(in column, k + 2, in panel);
            x = TSimd.Create(At(in value, k + 2));
            c0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), c0);
            c1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), c1);
            c2 = TSimd.MultiplyAdd(x, TSimd.Load(in line, third), c2);
            c3 = TSimd.MultiplyAdd(x, TSimd.Load(in line, fourth), c3);
            line = ref LineOf(in column, k + 3, in panel);
            x = TSimd.Create(At(in value, k + 3));
            d0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), d0);
            d1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), d1);
            d2 = TSimd.MultiplyAdd(x, TSimd.Load(in line, third), d2);
            d3 = TSimd.MultiplyAdd(x, TSimd.Load(in line, fourth), d3);
        }

        for (; k < n; k++)
        {
            ref readonly float line = ref LineOf(in column, k, in panel);
            TVector x = TSimd.Create(At(in value, k));
            a0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), a0);
            a1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), a1);
            a2 = TSimd.MultiplyAdd(x, TSimd.Load(in line, third), a2);
            a3 = TSimd.MultiplyAdd(x, TSimd.Load(in line, fourth), a3);
        }

        TSimd.Store(TSimd.Add(TSimd.Add(a0, b0), TSimd.Add(c0, d0)), ref z, 0);
        TSimd.Store(TSimd.Add(TSimd.Add(a1, b1), TSimd.Add(c1, d1)), ref z, lanes);
        TSimd.Store(TSimd.Add(TSimd.Add(a2, b2), TSimd.Add(c2, d2)), ref z, 2 * lanes);
        TSimd.Store(TSimd.Add(TSimd.Add(a3, b3), TSimd.Add(c3, d3)), ref z, 3 * lanes);
    }

    [MethodImpl(Hot.Method)]
    private static void WeightedSumOf2<TSimd, TVector>(
        ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ref readonly float panel, nuint second, ref readonly float bias, ref float z)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref readonly ushort column = ref MemoryMarshal.GetReference(columns);
        ref readonly float value = ref MemoryMarshal.GetReference(values);
        nuint n = (nuint)values.Length, lanes = (nuint)TSimd.Lanes, k = 0;
        TVector zero = TSimd.Create(0);
        TVector a0 = TSimd.Load(in bias, 0), a1 = TSimd.Load(in bias, lanes);
        TVector b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
        for (; k + 4 <= n; k += 4)
        {
            ref readonly float line = ref LineOf(in column, k, in panel);
            TVector x = TSimd.Create(At(in value, k));
            a0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), a0);
            a1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), a1);
            line = ref LineOf(in column, k + 1, in panel);
            x = TSimd.Create(At(in value, k + 1));
            b0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), b0);
            b1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), b1);
            line = ref LineOf(in column, k + 2, in panel);
            x = TSimd.Create(At(in value, k + 2));
            c0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), c0);
            c1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), c1);
            line = ref LineOf(in column, k + 3, in panel);
            x = TSimd.Create(At(in value, k + 3));
            d0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), d0);
            d1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), d1);
        }

        for (; k < n; k++)
        {
            ref readonly float line = ref LineOf(in column, k, in panel);
            TVector x = TSimd.Create(At(in value, k));
            a0 = TSimd.MultiplyAdd(x, TSimd.Load(in line, 0), a0);
            a1 = TSimd.MultiplyAdd(x, TSimd.Load(in line, second), a1);
        }

        TSimd.Store(TSimd.Add(TSimd.Add(a0, b0), TSimd.Add(c0, d0)), ref z, 0);
        TSimd.Store(TSimd.Add(TSimd.Add(a1, b1), TSimd.Add(c1, d1)), ref z, lanes);
    }

    [MethodImpl(Hot.Method)]
    private static void WeightedSumOf1<TSimd, TVector>(
        ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ref readonly float panel, ref readonly float bias, ref float z)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref readonly ushort column = ref MemoryMarshal.GetReference(columns);
        ref readonly float value = ref MemoryMarshal.GetReference(values);
        nuint n = (nuint)values.Length, k = 0;
        TVector zero = TSimd.Create(0);
        TVector a = TSimd.Load(in bias, 0), b = zero, c = zero, d = zero;
        for (; k + 4 <= n; k += 4)
        {
            a = TSimd.MultiplyAdd(TSimd.Create(At(in value, k)), TSimd.Load(in LineOf(in column, k, in panel), 0), a);
            b = TSimd.MultiplyAdd(TSimd.Create(At(in value, k + 1)), TSimd.Load(in LineOf(in column, k + 1, in panel), 0), b);
            c = TSimd.MultiplyAdd(TSimd.Create(At(in value, k + 2)), TSimd.Load(in LineOf(in column, k + 2, in panel), 0), c);
            d = TSimd.MultiplyAdd(TSimd.Create(At(in value, k + 3)), TSimd.Load(in LineOf(in column, k + 3, in panel), 0), d);
        }

        for (; k < n; k++)
            a = TSimd.MultiplyAdd(TSimd.Create(At(in value, k)), TSimd.Load(in LineOf(in column, k, in panel), 0), a);
        TSimd.Store(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), ref z, 0);
    }

    [MethodImpl(Hot.Method)]
    private static void AddOuterProductOf2<TSimd, TVector>(
        ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ref readonly float delta, ref float panel, nuint second)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref readonly ushort column = ref MemoryMarshal.GetReference(columns);
        ref readonly float value = ref MemoryMarshal.GetReference(values);
        TVector d0 = TSimd.Load(in delta, 0), d1 = TSimd.Load(in delta, (nuint)TSimd.Lanes);
        for (nuint k = 0; k < (nuint)values.Length; k++)
        {
            ref float line = ref Unsafe.AsRef(in LineOf(in column, k, in panel));
            TVector x = TSimd.Create(At(in value, k));
            TSimd.Store(TSimd.MultiplyAdd(x, d0, TSimd.Load(in line, 0)), ref line, 0);
            TSimd.Store(TSimd.MultiplyAdd(x, d1, TSimd.Load(in line, second)), ref line, second);
        }
    }

    [MethodImpl(Hot.Method)]
    private static void AddOuterProductOf1<TSimd, TVector>(ReadOnlySpan<ushort> columns, ReadOnlySpan<float> values, ref readonly float delta, ref float panel)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        ref readonly ushort column = ref MemoryMarshal.GetReference(columns);
        ref readonly float value = ref MemoryMarshal.GetReference(values);
        TVector d = TSimd.Load(in delta, 0);
        for (nuint k = 0; k < (nuint)values.Length; k++)
        {
            ref float line = ref Unsafe.AsRef(in LineOf(in column, k, in panel));
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Create(At(in value, k)), d, TSimd.Load(in line, 0)), ref line, 0);
        }
    }

    /// <summary>How far behind a neuron's weights those of the neuron <paramref name="neurons"/> further lie, within or across panels.</summary>
    private static nuint Offset(int neurons, int panelLength) => (nuint)(neurons / Panel * panelLength + neurons % Panel);

    [MethodImpl(Hot.Inline)]
    private static float At(ref readonly float values, nuint k) => Unsafe.Add(ref Unsafe.AsRef(in values), k);

    /// <summary>The weights from the k-th input that is not 0 to the neurons of a panel.</summary>
    [MethodImpl(Hot.Inline)]
    private static ref readonly float LineOf(ref readonly ushort columns, nuint k, ref readonly float panel) =>
        ref Unsafe.Add(ref Unsafe.AsRef(in panel), (nuint)Unsafe.Add(ref Unsafe.AsRef(in columns), k) * Panel);
}
