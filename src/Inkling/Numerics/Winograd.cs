using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics;

/// <summary>
/// Winograd's minimal filtering F(4×4, 3×3): sixteen outputs of a 3×3 convolution from 36 products in place of 144 (Lavin and
/// Gray, arXiv 1509.09308). Patches and kernels are carried into a space where convolution is a product place by place, and
/// back; summed over the channels, each of the 36 places is a matrix product of its own ("plane").
/// </summary>
/// <remarks>
/// y = Aᵀ[(G g Gᵀ) ∘ (Bᵀ d B)]A. What carries errors and gradients back is the transpose of each map, so that the
/// gradient is that of what was computed. Channels lie in the lanes.
/// </remarks>
internal static class Winograd
{
    /// <summary>The side of a tile of outputs, and of the patch of inputs it looks at.</summary>
    public const int Tile = 4, Patch = 6;

    /// <summary>How many planes there are.</summary>
    public const int Planes = Patch * Patch;

    /// <summary>The plane in which a bias reaches every output of a tile alike: there Aᵀ is all ones.</summary>
    public const int BiasPlane = Patch + 1;

    private const int Line = Rows.Panel;

    /// <summary>Which of the maps is meant; each is given by what it does to a line of numbers.</summary>
    public enum Map
    {
        /// <summary>Bᵀ: a patch of inputs to planes.</summary>
        Input,

        /// <summary>A: a tile of errors to planes.</summary>
        Error,

        /// <summary>Aᵀ: planes to a tile of outputs.</summary>
        Output,

        /// <summary>B: planes to the errors of a patch.</summary>
        InputError,

        /// <summary>G: a 3×3 kernel to planes.</summary>
        Kernel,

        /// <summary>Gᵀ: planes to the gradient of a kernel.</summary>
        KernelGradient,
    }

    /// <summary>From places of an image to planes; what lies outside the image is zero.</summary>
    /// <param name="map">Input, error or kernel.</param>
    /// <param name="image">What is looked at.</param>
    /// <param name="at">Which patch of it.</param>
    /// <param name="planes">Receives [36, plane]; overwritten from <paramref name="row"/> on.</param>
    /// <param name="plane">Floats from one plane to the next.</param>
    /// <param name="row">Where in a plane the patch's channels go.</param>
    public static void ToPlanes(Map map, ReadOnlySpan<float> image, in Place at, Span<float> planes, int plane, int row)
    {
        if (Vector512.IsHardwareAccelerated)
            ToPlanes<Simd512, Vector512<float>>(map, image, at, planes, plane, row);
        else if (Vector256.IsHardwareAccelerated)
            ToPlanes<Simd256, Vector256<float>>(map, image, at, planes, plane, row);
        else
            ToPlanes<Simd128, Vector128<float>>(map, image, at, planes, plane, row);
    }

    /// <summary>From planes to places of an image; what lies outside the image is dropped.</summary>
    /// <param name="map">Output (overwrites), input error or kernel gradient (add).</param>
    /// <param name="planes">[36, plane].</param>
    /// <param name="plane">Floats from one plane to the next.</param>
    /// <param name="row">Where in a plane the patch's channels are.</param>
    /// <param name="image">What is written.</param>
    /// <param name="at">Which patch of it.</param>
    public static void FromPlanes(Map map, ReadOnlySpan<float> planes, int plane, int row, Span<float> image, in Place at)
    {
        if (Vector512.IsHardwareAccelerated)
            FromPlanes<Simd512, Vector512<float>>(map, planes, plane, row, image, at);
        else if (Vector256.IsHardwareAccelerated)
            FromPlanes<Simd256, Vector256<float>>(map, planes, plane, row, image, at);
        else
            FromPlanes<Simd128, Vector128<float>>(map, planes, plane, row, image, at);
    }

    internal static void ToPlanes<TSimd, TVector>(Map map, ReadOnlySpan<float> image, in Place at, Span<float> planes, int plane, int row)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (map == Map.Input)
            ToPlanes<InputLine<TSimd, TVector>, TSimd, TVector>(image, at, planes, plane, row);
        else if (map == Map.Error)
            ToPlanes<ErrorLine<TSimd, TVector>, TSimd, TVector>(image, at, planes, plane, row);
        else
            ToPlanes<KernelLine<TSimd, TVector>, TSimd, TVector>(image, at, planes, plane, row);
    }

    internal static void FromPlanes<TSimd, TVector>(Map map, ReadOnlySpan<float> planes, int plane, int row, Span<float> image, in Place at)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (map == Map.Output)
            FromPlanes<OutputLine<TSimd, TVector>, TSimd, TVector>(planes, plane, row, image, at, adds: false);
        else if (map == Map.InputError)
            FromPlanes<InputErrorLine<TSimd, TVector>, TSimd, TVector>(planes, plane, row, image, at, adds: true);
        else
            FromPlanes<KernelGradientLine<TSimd, TVector>, TSimd, TVector>(planes, plane, row, image, at, adds: true);
    }

    [MethodImpl(Hot.Method)]
    [SkipLocalsInit]
    private static void ToPlanes<TLine, TSimd, TVector>(ReadOnlySpan<float> image, in Place at, Span<float> planes, int plane, int row)
        where TLine : ILine
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        Span<float> space = stackalloc float[2 * Planes * Line];
        ref float patch = ref space[0], half = ref space[Planes * Line];
        bool isInside = at.IsInside(TLine.Inputs);
        for (int c = 0; c < at.Channels; c += TSimd.Lanes)
        {
            ref float from = ref patch;
            nuint fromRow = (nuint)(TLine.Inputs * Line), fromColumn = Line;
            if (isInside)
            {
                from = ref Unsafe.Add(ref MemoryMarshal.GetReference(image), at.IndexOf(0, 0) + c);
                fromRow = (nuint)at.RowPitch;
                fromColumn = (nuint)at.Pitch;
            }
            else
            {
                space.Slice(0, TLine.Inputs * TLine.Inputs * Line).Clear();
                for (int y = at.FirstRow; y < at.EndRow(TLine.Inputs); y++)
                {
                    for (int x = at.FirstColumn; x < at.EndColumn(TLine.Inputs); x++)
                        TSimd.Store(TSimd.Load(in image[at.IndexOf(y, x) + c], 0), ref patch, (nuint)((y * TLine.Inputs + x) * Line));
                }
            }

            for (int x = 0; x < TLine.Inputs; x++)
                TLine.Apply(ref Unsafe.Add(ref from, (nuint)x * fromColumn), fromRow, ref Unsafe.Add(ref half, x * Line), (nuint)(TLine.Inputs * Line));
            ref float to = ref planes[row + c];
            for (int y = 0; y < Patch; y++)
                TLine.Apply(ref Unsafe.Add(ref half, y * TLine.Inputs * Line), Line, ref Unsafe.Add(ref to, y * Patch * plane), (nuint)plane);
        }
    }

    [MethodImpl(Hot.Method)]
    [SkipLocalsInit]
    private static void FromPlanes<TLine, TSimd, TVector>(ReadOnlySpan<float> planes, int plane, int row, Span<float> image, in Place at, bool adds)
        where TLine : ILine
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        Span<float> space = stackalloc float[2 * Planes * Line];
        ref float patch = ref space[0], half = ref space[Planes * Line];
        bool goesStraight = !adds && at.IsInside(TLine.Outputs);
        for (int c = 0; c < at.Channels; c += TSimd.Lanes)
        {
            ref float from = ref Unsafe.AsRef(in planes[row + c]);
            for (int x = 0; x < Patch; x++)
                TLine.Apply(ref Unsafe.Add(ref from, x * plane), (nuint)(Patch * plane), ref Unsafe.Add(ref half, x * Line), Patch * Line);
            ref float to = ref patch;
            nuint toRow = (nuint)(TLine.Outputs * Line), toColumn = Line;
            if (goesStraight)
            {
                to = ref image[at.IndexOf(0, 0) + c];
                toRow = (nuint)at.RowPitch;
                toColumn = (nuint)at.Pitch;
            }

            for (int y = 0; y < TLine.Outputs; y++)
                TLine.Apply(ref Unsafe.Add(ref half, y * Patch * Line), Line, ref Unsafe.Add(ref to, (nuint)y * toRow), toColumn);
            if (goesStraight)
                continue;
            for (int y = at.FirstRow; y < at.EndRow(TLine.Outputs); y++)
            {
                for (int x = at.FirstColumn; x < at.EndColumn(TLine.Outputs); x++)
                {
                    ref float pixel = ref image[at.IndexOf(y, x) + c];
                    TVector value = TSimd.Load(in patch, (nuint)((y * TLine.Outputs + x) * Line));
                    TSimd.Store(adds ? TSimd.Add(TSimd.Load(in pixel, 0), value) : value, ref pixel, 0);
                }
            }
        }
    }

    /// <summary>A patch of an image [height, width, pitch] whose first row and column are <paramref name="Top"/> and <paramref name="Left"/>, maybe outside it.</summary>
    public readonly record struct Place(int Height, int Width, int Pitch, int Channels, int Top, int Left)
    {
        public int RowPitch => Width * Pitch;

        /// <summary>The first row of the patch that lies in the image.</summary>
        public int FirstRow => Math.Max(0, -Top);

        public int FirstColumn => Math.Max(0, -Left);

        public int EndRow(int size) => Math.Min(size, Height - Top);

        public int EndColumn(int size) => Math.Min(size, Width - Left);

        public bool IsInside(int size) => Top >= 0 && Left >= 0 && Top + size <= Height && Left + size <= Width;

        public int IndexOf(int y, int x) => ((Top + y) * Width + Left + x) * Pitch;
    }

    /// <summary>One of the maps, on a line of numbers.</summary>
    private interface ILine
    {
        static abstract int Inputs { get; }

        static abstract int Outputs { get; }

        static abstract void Apply(ref float from, nuint step, ref float to, nuint toStep);
    }

    private readonly struct InputLine<TSimd, TVector> : ILine
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Patch;

        public static int Outputs => Patch;

        [MethodImpl(Hot.Inline)]
        public static void Apply(ref float from, nuint step, ref float to, nuint toStep)
        {
            TVector d0 = TSimd.Load(in from, 0), d1 = TSimd.Load(in from, step), d2 = TSimd.Load(in from, 2 * step);
            TVector d3 = TSimd.Load(in from, 3 * step), d4 = TSimd.Load(in from, 4 * step), d5 = TSimd.Load(in from, 5 * step);
            TVector minusFour = TSimd.Create(-4), four = TSimd.Create(4), minusFive = TSimd.Create(-5), two = TSimd.Create(2);
            TVector even = TSimd.MultiplyAdd(minusFour, d2, d4), odd = TSimd.MultiplyAdd(minusFour, d1, d3);
            TVector evens = TSimd.Subtract(d4, d2), odds = TSimd.Multiply(two, TSimd.Subtract(d3, d1));
            TSimd.Store(TSimd.MultiplyAdd(four, d0, TSimd.MultiplyAdd(minusFive, d2, d4)), ref to, 0);
            TSimd.Store(TSimd.Add(even, odd), ref to, toStep);
            TSimd.Store(TSimd.Subtract(even, odd), ref to, 2 * toStep);
            TSimd.Store(TSimd.Add(evens, odds), ref to, 3 * toStep);
            TSimd.Store(TSimd.Subtract(evens, odds), ref to, 4 * toStep);
            TSimd.Store(TSimd.MultiplyAdd(four, d1, TSimd.MultiplyAdd(minusFive, d3, d5)), ref to, 5 * toStep);
        }
    }

    private readonly struct InputErrorLine<TSimd, TVector> : ILine
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Patch;

        public static int Outputs => Patch;

        [MethodImpl(Hot.Inline)]
        public static void Apply(ref float from, nuint step, ref float to, nuint toStep)
        {
            TVector v0 = TSimd.Load(in from, 0), v1 = TSimd.Load(in from, step), v2 = TSimd.Load(in from, 2 * step);
            TVector v3 = TSimd.Load(in from, 3 * step), v4 = TSimd.Load(in from, 4 * step), v5 = TSimd.Load(in from, 5 * step);
            TVector minusFour = TSimd.Create(-4), four = TSimd.Create(4), minusFive = TSimd.Create(-5), two = TSimd.Create(2), minusTwo = TSimd.Create(-2);
            TVector near = TSimd.Add(v1, v2), far = TSimd.Add(v3, v4), nearDifference = TSimd.Subtract(v1, v2), farDifference = TSimd.Subtract(v3, v4);
            TSimd.Store(TSimd.Multiply(four, v0), ref to, 0);
            TSimd.Store(TSimd.MultiplyAdd(minusFour, nearDifference, TSimd.MultiplyAdd(minusTwo, farDifference, TSimd.Multiply(four, v5))), ref to, toStep);
            TSimd.Store(TSimd.MultiplyAdd(minusFive, v0, TSimd.Subtract(TSimd.Multiply(minusFour, near), far)), ref to, 2 * toStep);
            TSimd.Store(TSimd.MultiplyAdd(two, farDifference, TSimd.MultiplyAdd(minusFive, v5, nearDifference)), ref to, 3 * toStep);
            TSimd.Store(TSimd.Add(v0, TSimd.Add(near, far)), ref to, 4 * toStep);
            TSimd.Store(v5, ref to, 5 * toStep);
        }
    }

    private readonly struct OutputLine<TSimd, TVector> : ILine
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Patch;

        public static int Outputs => Tile;

        [MethodImpl(Hot.Inline)]
        public static void Apply(ref float from, nuint step, ref float to, nuint toStep)
        {
            TVector m1 = TSimd.Load(in from, step), m2 = TSimd.Load(in from, 2 * step), m3 = TSimd.Load(in from, 3 * step), m4 = TSimd.Load(in from, 4 * step);
            TVector near = TSimd.Add(m1, m2), far = TSimd.Add(m3, m4), nearDifference = TSimd.Subtract(m1, m2), farDifference = TSimd.Subtract(m3, m4);
            TSimd.Store(TSimd.Add(TSimd.Load(in from, 0), TSimd.Add(near, far)), ref to, 0);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Create(2), farDifference, nearDifference), ref to, toStep);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Create(4), far, near), ref to, 2 * toStep);
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Create(8), farDifference, TSimd.Add(nearDifference, TSimd.Load(in from, 5 * step))), ref to, 3 * toStep);
        }
    }

    private readonly struct ErrorLine<TSimd, TVector> : ILine
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Tile;

        public static int Outputs => Patch;

        [MethodImpl(Hot.Inline)]
        public static void Apply(ref float from, nuint step, ref float to, nuint toStep)
        {
            TVector e0 = TSimd.Load(in from, 0), e1 = TSimd.Load(in from, step), e2 = TSimd.Load(in from, 2 * step), e3 = TSimd.Load(in from, 3 * step);
            TVector even = TSimd.Add(e0, e2), odd = TSimd.Add(e1, e3);
            TVector evens = TSimd.MultiplyAdd(TSimd.Create(4), e2, e0), odds = TSimd.MultiplyAdd(TSimd.Create(8), e3, TSimd.Multiply(TSimd.Create(2), e1));
            TSimd.Store(e0, ref to, 0);
            TSimd.Store(TSimd.Add(even, odd), ref to, toStep);
            TSimd.Store(TSimd.Subtract(even, odd), ref to, 2 * toStep);
            TSimd.Store(TSimd.Add(evens, odds), ref to, 3 * toStep);
            TSimd.Store(TSimd.Subtract(evens, odds), ref to, 4 * toStep);
            TSimd.Store(e3, ref to, 5 * toStep);
        }
    }

    private readonly struct KernelLine<TSimd, TVector> : ILine
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => 3;

        public static int Outputs => Patch;

        [MethodImpl(Hot.Inline)]
        public static void Apply(ref float from, nuint step, ref float to, nuint toStep)
        {
            TVector g0 = TSimd.Load(in from, 0), g1 = TSimd.Load(in from, step), g2 = TSimd.Load(in from, 2 * step);
            TVector even = TSimd.Multiply(TSimd.Create(-1f / 6), TSimd.Add(g0, g2)), odd = TSimd.Multiply(TSimd.Create(-1f / 6), g1);
            TVector evens = TSimd.MultiplyAdd(TSimd.Create(1f / 24), g0, TSimd.Multiply(TSimd.Create(1f / 6), g2)), odds = TSimd.Multiply(TSimd.Create(1f / 12), g1);
            TSimd.Store(TSimd.Multiply(TSimd.Create(0.25f), g0), ref to, 0);
            TSimd.Store(TSimd.Add(even, odd), ref to, toStep);
            TSimd.Store(TSimd.Subtract(even, odd), ref to, 2 * toStep);
            TSimd.Store(TSimd.Add(evens, odds), ref to, 3 * toStep);
            TSimd.Store(TSimd.Subtract(evens, odds), ref to, 4 * toStep);
            TSimd.Store(g2, ref to, 5 * toStep);
        }
    }

    private readonly struct KernelGradientLine<TSimd, TVector> : ILine
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        public static int Inputs => Patch;

        public static int Outputs => 3;

        [MethodImpl(Hot.Inline)]
        public static void Apply(ref float from, nuint step, ref float to, nuint toStep)
        {
            TVector u1 = TSimd.Load(in from, step), u2 = TSimd.Load(in from, 2 * step), u3 = TSimd.Load(in from, 3 * step), u4 = TSimd.Load(in from, 4 * step);
            TVector near = TSimd.Multiply(TSimd.Create(-1f / 6), TSimd.Add(u1, u2)), far = TSimd.Add(u3, u4);
            TVector differences = TSimd.MultiplyAdd(TSimd.Create(1f / 6), TSimd.Subtract(u2, u1), TSimd.Multiply(TSimd.Create(1f / 12), TSimd.Subtract(u3, u4)));
            TSimd.Store(TSimd.MultiplyAdd(TSimd.Create(0.25f), TSimd.Load(in from, 0), TSimd.MultiplyAdd(TSimd.Create(1f / 24), far, near)), ref to, 0);
            TSimd.Store(differences, ref to, toStep);
            TSimd.Store(TSimd.Add(near, TSimd.MultiplyAdd(TSimd.Create(1f / 6), far, TSimd.Load(in from, 5 * step))), ref to, 2 * toStep);
        }
    }
}
