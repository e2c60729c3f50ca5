using System.Runtime.Intrinsics;
using CsCheck;
using Inkling.Numerics;

namespace Inkling.Tests.Numerics;

public class RowsTests
{
    private static readonly Gen<Case> Cases =
        from inputs in Gen.Int[1, 90]
        from neurons in Gen.Int[1, 150]
        from seed in Gen.Int
        select new Case(inputs, neurons, seed);

    [Fact]
    public void A_weighted_sum_equals_the_sum_written_out()
    {
        Cases.Sample(c =>
        {
            float[] z = new float[c.Stride];
            Rows.WeightedSum(c.Columns, c.Values, c.Weights, c.Bias, z);
            for (int j = 0; j < c.Stride; j++)
            {
                double sum = c.Bias[j];
                for (int k = 0; k < c.Values.Length; k++)
                    sum += (double)c.Values[k] * c.Weights[Rows.IndexOf(j, c.Columns[k], c.Inputs)];
                Assert.Equal(sum, z[j], 1e-4);
            }
        });
    }

    [Fact]
    public void An_outer_product_is_added_to_the_rows_of_the_inputs_that_are_not_zero_and_to_no_other()
    {
        Cases.Sample(c =>
        {
            float[] weights = [.. c.Weights];
            Rows.AddOuterProduct(c.Columns, c.Values, c.Bias, weights);
            for (int k = 0; k < c.Inputs; k++)
            {
                int at = Array.IndexOf(c.Columns, (ushort)k);
                for (int j = 0; j < c.Stride; j++)
                {
                    int place = Rows.IndexOf(j, k, c.Inputs);
                    if (at < 0)
                        Assert.Equal(c.Weights[place], weights[place]);
                    else
                        Assert.Equal(c.Weights[place] + (double)c.Values[at] * c.Bias[j], weights[place], 1e-5);
                }
            }
        });
    }

    [Fact]
    public void Every_vector_width_gives_the_same_bits()
    {
        Assert.SkipUnless(System.Runtime.Intrinsics.X86.Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported, "This processor has no fused multiply-add.");
        Cases.Sample(c =>
        {
            float[] narrow = new float[c.Stride], middle = new float[c.Stride], wide = new float[c.Stride];
            Rows.WeightedSum<Simd128, Vector128<float>>(c.Columns, c.Values, c.Weights, c.Bias, narrow);
            Rows.WeightedSum<Simd256, Vector256<float>>(c.Columns, c.Values, c.Weights, c.Bias, middle);
            Rows.WeightedSum<Simd512, Vector512<float>>(c.Columns, c.Values, c.Weights, c.Bias, wide);
            Assert.Equal(narrow, middle);
            Assert.Equal(narrow, wide);

            float[] narrowWeights = [.. c.Weights], middleWeights = [.. c.Weights], wideWeights = [.. c.Weights];
            Rows.AddOuterProduct<Simd128, Vector128<float>>(c.Columns, c.Values, c.Bias, narrowWeights);
            Rows.AddOuterProduct<Simd256, Vector256<float>>(c.Columns, c.Values, c.Bias, middleWeights);
            Rows.AddOuterProduct<Simd512, Vector512<float>>(c.Columns, c.Values, c.Bias, wideWeights);
            Assert.Equal(narrowWeights, middleWeights);
            Assert.Equal(narrowWeights, wideWeights);
        });
    }

    [Fact]
    public void Transposing_twice_gives_the_weights_back()
    {
        Cases.Sample(c =>
        {
            float[] once = new float[c.Neurons * Rows.StrideOf(c.Inputs)], twice = new float[c.Weights.Length];
            for (int panel = 0; panel < c.Stride / Rows.Panel; panel++)
                Rows.TransposePanel(c.Weights, c.Inputs, c.Neurons, panel, once);
            for (int panel = 0; panel < Rows.StrideOf(c.Inputs) / Rows.Panel; panel++)
                Rows.TransposePanel(once, c.Neurons, c.Inputs, panel, twice);
            for (int k = 0; k < c.Inputs; k++)
            {
                for (int j = 0; j < c.Neurons; j++)
                {
                    Assert.Equal(c.Weights[Rows.IndexOf(j, k, c.Inputs)], once[Rows.IndexOf(k, j, c.Neurons)]);
                    Assert.Equal(c.Weights[Rows.IndexOf(j, k, c.Inputs)], twice[Rows.IndexOf(j, k, c.Inputs)]);
                }
            }
        });
    }

    /// <summary>Random numbers of the shapes of a layer, about a third of the inputs being 0.</summary>
    private sealed class Case
    {
        public Case(int inputs, int neurons, int seed)
        {
            RandomStream random = new(seed);
            Inputs = inputs;
            Neurons = neurons;
            Stride = Rows.StrideOf(neurons);
            Columns = [.. Enumerable.Range(0, inputs).Where(_ => random.NextDouble() < 0.67).Select(k => (ushort)k)];
            Values = [.. Columns.Select(_ => (float)random.NextDouble())];
            Weights = [.. Enumerable.Range(0, inputs * Stride).Select(_ => (float)random.NextGaussian())];
            Bias = [.. Enumerable.Range(0, Stride).Select(_ => (float)random.NextGaussian())];
        }

        public int Inputs { get; }

        public int Neurons { get; }

        public int Stride { get; }

        public ushort[] Columns { get; }

        public float[] Values { get; }

        public float[] Weights { get; }

        public float[] Bias { get; }

        public override string ToString() => $"{Inputs} inputs, {Neurons} neurons";
    }
}
