using Inkling.Numerics;
using Inkling.Numerics.Kernels;

namespace Inkling.Tests.Numerics;

/// <summary>Element-wise and pixel-wise kernels.</summary>
internal static partial class KernelComparison<TSimd, TVector>
{
    private static void MultiplyAdd(KernelCase c)
    {
        Span<float> a = c.Output(TSimd.Lanes), b = c.Output(TSimd.Lanes), sum = c.Output(TSimd.Lanes),
            result = c.Output(TSimd.Lanes);
        float[] expected = new float[TSimd.Lanes];
        for (int i = 0; i < a.Length; i++)
        {
            (a[i], b[i], sum[i]) = (c.AnyBits(), c.AnyBits(), c.AnyBits());
            if (c.Coin()) // close to minus the product, so that leading digits cancel
                sum[i] = MathF.FusedMultiplyAdd(a[i], -b[i], c.Coin() ? 0 : MathF.ScaleB(a[i] * b[i], -c.Size(20, 30)));
            expected[i] = MathF.FusedMultiplyAdd(a[i], b[i], sum[i]);
        }

        TSimd.Store(
            TSimd.MultiplyAdd(TSimd.Load(in a[0], 0), TSimd.Load(in b[0], 0), TSimd.Load(in sum[0], 0)), ref result[0], 0);
        KernelCase.AssertSame(expected, result);
        for (int i = 0; i < a.Length && typeof(TSimd) == typeof(Simd128); i++)
            result[i] = SoftwareMultiplyAdd.Fused(
                System.Runtime.Intrinsics.Vector128.Create(a[i]),
                System.Runtime.Intrinsics.Vector128.Create(b[i]),
                System.Runtime.Intrinsics.Vector128.Create(sum[i]))[i];
        KernelCase.AssertSame(expected, result);
    }

    private static void Sigmoid(KernelCase c)
    {
        ReadOnlySpan<float> z = c.Numbers(16 * c.Size(1, 5));
        Span<float> a = c.Output(z.Length);
        SigmoidKernels.Apply<TSimd, TVector>(z, a);
        for (int i = 0; i < a.Length; i++)
            KernelCase.AssertNear(1 / (1 + Math.Exp(-(double)z[i])), a[i], 5e-7);
    }

    private static void Exponential(KernelCase c)
    {
        ReadOnlySpan<float> x = c.Numbers(16 * c.Size(1, 5));
        Span<float> e = c.Output(x.Length);
        SigmoidKernels.Exp<TSimd, TVector>(x, e);
        for (int i = 0; i < e.Length; i++)
            KernelCase.AssertNear(Math.Exp(x[i]), e[i], 5e-7 * Math.Exp(x[i]));
    }

    private static void SigmoidSlope(KernelCase c)
    {
        ReadOnlySpan<float> a = c.Numbers(16 * c.Size(1, 5));
        Span<float> errors = c.Numbers(a.Length), expected = errors.ToArray();
        errors[0] = expected[0] = 1e-30f;
        for (int i = 0; i < a.Length; i++)
        {
            expected[i] *= a[i] * (1 - a[i]);
            expected[i] = Math.Abs(expected[i]) < 1e-30f ? 0 : expected[i];
        }

        SigmoidKernels.TimesDerivative<TSimd, TVector>(a, errors);
        KernelCase.AssertSame(expected, errors);
    }

    private static void Activations(KernelCase c)
    {
        ReadOnlySpan<float> x = c.Coin() ? c.Levels(16 * c.Size(1, 5)) : c.Numbers(16 * c.Size(1, 5)),
            s = c.Numbers(x.Length), e = c.Numbers(x.Length);
        Check(c, x, e, (a, _) => Elementwise.Relu(a), (a, _) => Math.Max(a, 0));
        Check(c, x, e, (a, _) => Elementwise.TanhOfSigmoid(a), (a, _) => a + a - 1);
        Check(c, e, x, (error, a) => Elementwise.TimesReluSlope(a, error), (error, a) => a > 0 ? error : 0);
        Check(c, e, x, (error, a) => Elementwise.TimesTanhSlope(a, error), (error, a) => error * (1 - a * a));
        Span<float> product = c.Output(x.Length), slope = c.Output(x.Length), expectedProduct = new float[x.Length],
            expectedSlope = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            expectedProduct[i] = x[i] * s[i];
            expectedSlope[i] = e[i] * (s[i] * (1 + x[i] * (1 - s[i])));
        }

        Elementwise.Multiply(x, s, product);
        Elementwise.TimesSiluSlope(x, s, e, slope);
        KernelCase.AssertSame(expectedProduct, product);
        KernelCase.AssertSame(expectedSlope, slope);
    }

    private static void Softmax(KernelCase c)
    {
        int count = c.Size(1, 70);
        Span<float> z = c.Numbers(Rows.StrideOf(count));
        double[] e = [.. z[..count].ToArray().Select(x => Math.Exp(x))];
        Elementwise.Softmax(z, count);
        for (int j = 0; j < z.Length; j++)
            KernelCase.AssertNear(j < count ? e[j] / e.Sum() : 0, z[j], 1e-6);
    }

    /// <summary>Kernels that take vectors of any length.</summary>
    private static void AnyLength(KernelCase c)
    {
        int length = c.Size(1, 70), rows = c.Size(1, 5);
        float share = c.Numbers(1)[0];
        ReadOnlySpan<float> y = c.Numbers(length), many = c.Numbers(rows * length);
        Check(c, c.Numbers(length), y, (x, _) => Vectors.Scale(x, share), (x, _) => x * share);
        Check(c, c.Numbers(length), y, (x, other) => Vectors.Add(other, x), (x, other) => x + other);
        Check(c, c.Numbers(length), y, (x, other) => Vectors.MoveTowards(other, share, x), (x, other) => x + share * (other - x));
        Span<float> sum = c.Numbers(length), expected = sum.ToArray();
        for (int i = 0; i < many.Length; i++)
            expected[i % length] += many[i];
        Rows.AddRows(many, sum);
        KernelCase.AssertSame(expected, sum);
        Assert.Equal(y.ToArray().Index().MaxBy(item => item.Item).Index, Vectors.Argmax(y));
    }

    private static void SquaredDistance(KernelCase c)
    {
        int length = 16 * c.Size(1, 10);
        ReadOnlySpan<float> x = c.Numbers(length), y = c.Numbers(length);
        Span<float> mask = c.Output(16), difference = c.Output(length), expected = new float[length];
        mask.Clear();
        mask[..c.Size(1, 16)].Fill(1);
        double sum = 0;
        for (int i = 0; i < length; i++)
        {
            float d = mask[i % 16] * (x[i] - y[i]);
            expected[i] = -0.3f * d;
            sum += (double)d * d;
        }

        double squares = Vectors.SquaredDistance<TSimd, TVector>(x, y, mask, -0.3f, difference);
        KernelCase.AssertSame(expected, difference);
        KernelCase.AssertNear(sum, (float)squares, 1e-5 * sum);
    }

    private static void Pool(KernelCase c)
    {
        (int[] corners, int[] places, int pitch, int length, _) = Windows(c);
        bool isMax = c.Coin();
        ReadOnlySpan<float> x = c.Coin() ? c.Levels(length) : c.Numbers(length);
        Span<float> y = c.Output(corners.Length * pitch), expected = new float[y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            float value = x[corners[i / pitch] + i % pitch];
            foreach (int place in places[1..])
            {
                float next = x[corners[i / pitch] + place + i % pitch];
                value = isMax ? Math.Max(value, next) : value + next;
            }

            expected[i] = isMax ? value : value / places.Length;
        }

        Pooling.Forward<TSimd, TVector>(x, c.Copy<int>(corners), c.Copy<int>(places), pitch, isMax, y);
        KernelCase.AssertSame(expected, y);
    }

    private static void PoolBack(KernelCase c)
    {
        (int[] corners, int[] places, int pitch, int length, bool overlap) = Windows(c);
        bool isMax = c.Coin(), isRectified = Pooling.IsNonOverlappingMaxOfFour(places.Length, isMax, overlap) && c.Coin();
        ReadOnlySpan<float> x = c.Levels(length), errors = c.Numbers(corners.Length * pitch);
        Span<float> inputErrors = c.Output(length), expected = new float[length];
        for (int i = 0; i < errors.Length; i++)
        {
            int corner = corners[i / pitch] + i % pitch, largest = places[0];
            foreach (int place in places)
                largest = x[corner + place] > x[corner + largest] ? place : largest;
            foreach (int place in places)
            {
                if (!isMax)
                    expected[corner + place] += errors[i] / places.Length;
                else if (place == largest && !(isRectified && x[corner + place] == 0))
                    expected[corner + place] += errors[i];
            }
        }

        Pooling.Back<TSimd, TVector>(
            x, errors, c.Copy<int>(corners), c.Copy<int>(places), pitch, isMax, overlap, isRectified, inputErrors);
        for (int i = 0; i < length; i++)
            KernelCase.AssertNear(expected[i], inputErrors[i], tolerance: 0);
    }

    /// <summary>Windows over a map, as in a pooling layer.</summary>
    private static (int[] Corners, int[] Places, int Pitch, int Length, bool Overlap) Windows(KernelCase c)
    {
        int size = c.Size(1, 3), step = c.Size(1, 3), height = c.Size(size, 9), width = c.Size(size, 9),
            pitch = 16 * c.Size(1, 4);
        int rows = (height - size) / step + 1, columns = (width - size) / step + 1;
        int[] corners =
            [.. Enumerable.Range(0, rows * columns).Select(i => (i / columns * step * width + i % columns * step) * pitch)];
        int[] places = [.. Enumerable.Range(0, size * size).Select(i => (i / size * width + i % size) * pitch)];
        return (corners, places, pitch, height * width * pitch, step < size);
    }

    private delegate void Kernel(Span<float> changed, ReadOnlySpan<float> other);

    private static void Check(
        KernelCase c, ReadOnlySpan<float> before, ReadOnlySpan<float> other, Kernel kernel, Func<float, float, float> plain)
    {
        Span<float> changed = c.Copy(before), expected = new float[before.Length];
        for (int i = 0; i < expected.Length; i++)
            expected[i] = plain(before[i], other[i]);
        kernel(changed, other);
        KernelCase.AssertSame(expected, changed);
    }
}
