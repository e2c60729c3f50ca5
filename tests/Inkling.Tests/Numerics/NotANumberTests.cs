using System.Runtime.Intrinsics;
using Inkling.Execution.Stages;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Tests.Numerics;

/// <summary>Kernels propagate NaN to their outputs, where training checks for it.</summary>
public class NotANumberTests
{
    private const int Length = 48;

    private delegate void InPlace(Span<float> values);

    private static readonly Dictionary<string, InPlace> Maps = new(StringComparer.Ordinal)
    {
        ["sigmoid, 128 bits"] = x => SigmoidKernels.Apply<Simd128, Vector128<float>>(x, x),
        ["sigmoid, 256 bits"] = x => SigmoidKernels.Apply<Simd256, Vector256<float>>(x, x),
        ["sigmoid, 512 bits"] = x => SigmoidKernels.Apply<Simd512, Vector512<float>>(x, x),
        ["exponential"] = x => SigmoidKernels.Exp(x, x),
        ["ReLU"] = Elementwise.Relu,
        ["tanh"] = x => ActivationStage.Apply(ActivationFunction.Tanh, x),
        ["product"] = x => Elementwise.Multiply(x, new float[Length], x),
        ["errors times the sigmoid's slope"] = x => SigmoidKernels.TimesDerivative(new float[Length], x),
        ["the sigmoid's slope"] = x => TimesOnes(x, SigmoidKernels.TimesDerivative),
        ["errors times tanh's slope"] = x => Elementwise.TimesTanhSlope(new float[Length], x),
        ["tanh's slope"] = x => TimesOnes(x, Elementwise.TimesTanhSlope),
        ["SiLU's slope"] = x => Elementwise.TimesSiluSlope(x, x, new float[Length], x),
        ["largest of four, 128 bits"] = x => LargestOfFour<Simd128, Vector128<float>>(x),
        ["largest of four, 256 bits"] = x => LargestOfFour<Simd256, Vector256<float>>(x),
        ["largest of four, 512 bits"] = x => LargestOfFour<Simd512, Vector512<float>>(x),
        ["largest of three"] = x => Pooled(x, places: 3, isMax: true),
        ["mean of four"] = x => Pooled(x, places: 4, isMax: false),
    };

    public static TheoryData<string> Names => [.. Maps.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_NaN_goes_through_wherever_it_is(string map)
    {
        for (int i = 0; i < Length; i++)
        {
            float[] values = [.. Enumerable.Range(0, Length).Select(j => j == i ? float.NaN : j / 100f)];
            Maps[map](values);
            Assert.True(float.IsNaN(values[i]), $"number {i} became {values[i]}");
            Assert.Equal(1, values.Count(float.IsNaN));
        }
    }

    [Fact]
    public void Softmax_of_what_is_not_finite_is_no_distribution()
    {
        foreach (float odd in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float[] z = [1, 2, odd, 4, .. new float[12]];
            Elementwise.Softmax(z, 4);
            Assert.All(z[..4], share => Assert.True(float.IsNaN(share)));
            Assert.All(z[4..], padding => Assert.Equal(0, padding));
        }
    }

    [Fact]
    public void The_answer_among_outputs_is_the_first_NaN_as_in_numpy()
    {
        Assert.Equal(2, Vectors.Argmax([0.1f, 0.9f, float.NaN, 0.5f, float.NaN]));
        Assert.Equal(0, Vectors.Argmax([float.NaN, float.PositiveInfinity]));
        Assert.Equal(1, Vectors.Argmax([0, 3, 3, float.NegativeInfinity]));
    }

    private delegate void Slope(ReadOnlySpan<float> outputs, Span<float> errors);

    private static void TimesOnes(Span<float> x, Slope slope)
    {
        float[] errors = [.. Enumerable.Repeat(1f, Length)];
        slope(x, errors);
        errors.CopyTo(x);
    }

    /// <summary>Max-pools each number with three smaller ones, in each of the four positions.</summary>
    private static void LargestOfFour<TSimd, TVector>(Span<float> x)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        for (int place = 0; place < 4; place++)
        {
            float[] map = [.. Enumerable.Repeat(-1f, 4 * Length)], y = new float[Length];
            x.CopyTo(map.AsSpan(place * Length));
            Pooling.Forward<TSimd, TVector>(map, [0], [0, Length, 2 * Length, 3 * Length], Length, isMax: true, y);
            y.CopyTo(x);
        }
    }

    private static void Pooled(Span<float> x, int places, bool isMax)
    {
        for (int place = 0; place < places; place++)
        {
            float[] map = [.. Enumerable.Repeat(-1f, places * Length)], y = new float[Length];
            x.CopyTo(map.AsSpan(place * Length));
            Pooling.Forward(map, [0], [.. Enumerable.Range(0, places).Select(p => p * Length)], Length, isMax, y);
            y.CopyTo(x);
        }
    }
}
