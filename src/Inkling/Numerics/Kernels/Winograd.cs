using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Inkling.Numerics.Kernels;

/// <summary>
/// Winograd's minimal filtering F(4×4, 3×3): sixteen outputs of a 3×3 convolution from 36 products in place of 144 (Lavin and
/// Gray, arXiv 1509.09308). Patches and kernels are transformed to a domain where convolution is an element-wise product, and
/// the product is transformed back. Summed over the channels, each of the 36 elements is a matrix product of its own (a
/// "plane").
/// </summary>
/// <remarks>
/// y = Aᵀ[(G g Gᵀ) ∘ (Bᵀ d B)]A. Errors and gradients are propagated by the transpose of each transform, so that the gradient
/// is that of what was computed. Channels lie in the lanes.
/// </remarks>
/// <exception cref="ArgumentException">
/// The number of channels is not a multiple of 16, or the image or a plane is shorter than the arguments require.
/// </exception>
internal static partial class Winograd
{
    /// <summary>The side of a tile of outputs, and of the patch of inputs that it depends on.</summary>
    public const int Tile = 4, Patch = 6;

    /// <summary>The number of planes.</summary>
    public const int Planes = Patch * Patch;

    /// <summary>
    /// The plane to which a bias is added, because it reaches every output of a tile with factor 1: there Aᵀ is all ones.
    /// </summary>
    public const int BiasPlane = Patch + 1;

    private const int Line = Rows.Panel;

    /// <summary>A transform, defined by its effect on a line of numbers.</summary>
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

    /// <summary>Transforms a patch of an image to planes; pixels outside the image are zero.</summary>
    /// <param name="map"><see cref="Map.Input"/>, <see cref="Map.Error"/> or <see cref="Map.Kernel"/>.</param>
    /// <param name="image">The image that is read.</param>
    /// <param name="at">The position of the patch.</param>
    /// <param name="planes">Receives [36, plane]; overwritten from <paramref name="row"/> on.</param>
    /// <param name="plane">Floats from one plane to the next.</param>
    /// <param name="row">The offset in a plane at which the patch's channels go.</param>
    public static void ToPlanes(Map map, ReadOnlySpan<float> image, in Place at, Span<float> planes, int plane, int row)
    {
        if (Vector512.IsHardwareAccelerated)
            ToPlanes<Simd512, Vector512<float>>(map, image, at, planes, plane, row);
        else if (Vector256.IsHardwareAccelerated)
            ToPlanes<Simd256, Vector256<float>>(map, image, at, planes, plane, row);
        else
            ToPlanes<Simd128, Vector128<float>>(map, image, at, planes, plane, row);
    }

    /// <summary>Transforms planes to a patch of an image; pixels outside the image are dropped.</summary>
    /// <param name="map">
    /// <see cref="Map.Output"/> (overwrites), <see cref="Map.InputError"/> or <see cref="Map.KernelGradient"/> (add).
    /// </param>
    /// <param name="planes">[36, plane].</param>
    /// <param name="plane">Floats from one plane to the next.</param>
    /// <param name="row">The offset in a plane of the patch's channels.</param>
    /// <param name="image">The image that is written.</param>
    /// <param name="at">The position of the patch.</param>
    public static void FromPlanes(Map map, ReadOnlySpan<float> planes, int plane, int row, Span<float> image, in Place at)
    {
        if (Vector512.IsHardwareAccelerated)
            FromPlanes<Simd512, Vector512<float>>(map, planes, plane, row, image, at);
        else if (Vector256.IsHardwareAccelerated)
            FromPlanes<Simd256, Vector256<float>>(map, planes, plane, row, image, at);
        else
            FromPlanes<Simd128, Vector128<float>>(map, planes, plane, row, image, at);
    }

    internal static void ToPlanes<TSimd, TVector>(
        Map map, ReadOnlySpan<float> image, in Place at, Span<float> planes, int plane, int row)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(at.IsWithin(image.Length) && ArePlanesWithin(planes.Length, plane, row, at.Channels));
        if (map == Map.Input)
            ToPlanes<InputLine<TSimd, TVector>, TSimd, TVector>(image, at, planes, plane, row);
        else if (map == Map.Error)
            ToPlanes<ErrorLine<TSimd, TVector>, TSimd, TVector>(image, at, planes, plane, row);
        else
            ToPlanes<KernelLine<TSimd, TVector>, TSimd, TVector>(image, at, planes, plane, row);
    }

    internal static void FromPlanes<TSimd, TVector>(
        Map map, ReadOnlySpan<float> planes, int plane, int row, Span<float> image, in Place at)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        KernelArguments.Require(at.IsWithin(image.Length) && ArePlanesWithin(planes.Length, plane, row, at.Channels));
        if (map == Map.Output)
            FromPlanes<OutputLine<TSimd, TVector>, TSimd, TVector>(planes, plane, row, image, at);
        else if (map == Map.InputError)
            FromPlanes<InputErrorLine<TSimd, TVector>, TSimd, TVector>(planes, plane, row, image, at);
        else
            FromPlanes<KernelGradientLine<TSimd, TVector>, TSimd, TVector>(planes, plane, row, image, at);
    }

    private static bool ArePlanesWithin(int length, int plane, int row, int channels) =>
        plane >= 0 && row >= 0 && (Planes - 1L) * plane + row + channels <= length;

    [MethodImpl(Hot.Method)]
    [SkipLocalsInit]
    private static void ToPlanes<TLine, TSimd, TVector>(
        ReadOnlySpan<float> image, in Place at, Span<float> planes, int plane, int row)
        where TLine : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        Span<float> space = stackalloc float[(Planes + 1) * Line];
        ref float patch = ref Aligned(space);
        bool isInside = at.IsInside(TLine.Inputs);
        int firstRow = at.FirstRow, endRow = at.EndRow(TLine.Inputs),
            firstColumn = at.FirstColumn, endColumn = at.EndColumn(TLine.Inputs);
        for (int place = 0; place < TLine.Inputs * TLine.Inputs && !isInside; place++)
            TSimd.Store(default, ref patch, (nuint)(place * Line));
        for (int c = 0; c < at.Channels; c += TSimd.Lanes)
        {
            ref float to = ref planes[row + c];
            if (isInside)
            {
                ref float from = ref Unsafe.Add(ref MemoryMarshal.GetReference(image), at.IndexOf(0, 0) + c);
                Transform<TLine, TSimd, TVector>(
                    ref from, (nuint)at.RowPitch, (nuint)at.Pitch, ref to, (nuint)(Patch * plane), (nuint)plane);
                continue;
            }

            for (int y = firstRow; y < endRow; y++) // the pixels outside stay zero for all channels
            {
                ref float pixel = ref Unsafe.Add(ref MemoryMarshal.GetReference(image), at.IndexOf(y, firstColumn) + c);
                ref float copy = ref Unsafe.Add(ref patch, (y * TLine.Inputs + firstColumn) * Line);
                for (int x = firstColumn; x < endColumn; x++)
                {
                    TSimd.Store(TSimd.Load(in pixel, 0), ref copy, 0);
                    pixel = ref Unsafe.Add(ref pixel, at.Pitch);
                    copy = ref Unsafe.Add(ref copy, Line);
                }
            }

            Transform<TLine, TSimd, TVector>(
                ref patch, (nuint)(TLine.Inputs * Line), Line, ref to, (nuint)(Patch * plane), (nuint)plane);
        }
    }

    [MethodImpl(Hot.Method)]
    [SkipLocalsInit]
    private static void FromPlanes<TLine, TSimd, TVector>(
        ReadOnlySpan<float> planes, int plane, int row, Span<float> image, in Place at)
        where TLine : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        Span<float> space = stackalloc float[(Planes + 1) * Line];
        ref float patch = ref Aligned(space);
        bool isInside = at.IsInside(TLine.Outputs);
        int firstRow = at.FirstRow, endRow = at.EndRow(TLine.Outputs),
            firstColumn = at.FirstColumn, endColumn = at.EndColumn(TLine.Outputs);
        for (int c = 0; c < at.Channels; c += TSimd.Lanes)
        {
            ref float from = ref Unsafe.AsRef(in planes[row + c]);
            if (isInside)
            {
                ref float to = ref image[at.IndexOf(0, 0) + c];
                Transform<TLine, TSimd, TVector>(
                    ref from, (nuint)(Patch * plane), (nuint)plane, ref to, (nuint)at.RowPitch, (nuint)at.Pitch);
                continue;
            }

            for (int place = 0; place < TLine.Outputs * TLine.Outputs && TLine.Adds; place++)
                TSimd.Store(default, ref patch, (nuint)(place * Line));
            Transform<TLine, TSimd, TVector>(
                ref from, (nuint)(Patch * plane), (nuint)plane, ref patch, (nuint)(TLine.Outputs * Line), Line);
            for (int y = firstRow; y < endRow; y++)
            {
                ref float pixel = ref Unsafe.Add(ref MemoryMarshal.GetReference(image), at.IndexOf(y, firstColumn) + c);
                ref float copy = ref Unsafe.Add(ref patch, (y * TLine.Outputs + firstColumn) * Line);
                for (int x = firstColumn; x < endColumn; x++)
                {
                    TVector value = TSimd.Load(in copy, 0);
                    TSimd.Store(TLine.Adds ? TSimd.Add(TSimd.Load(in pixel, 0), value) : value, ref pixel, 0);
                    pixel = ref Unsafe.Add(ref pixel, at.Pitch);
                    copy = ref Unsafe.Add(ref copy, Line);
                }
            }
        }
    }

    /// <summary>Transforms columns, then rows, two rows at a time, so that intermediate values stay in registers.</summary>
    [MethodImpl(Hot.Inline)]
    private static void Transform<TLine, TSimd, TVector>(
        ref float from, nuint row, nuint column, ref float to, nuint toRow, nuint toColumn)
        where TLine : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TwoRows<Pair0, TLine, TSimd, TVector>(ref from, row, column, ref to, toRow, toColumn);
        TwoRows<Pair1, TLine, TSimd, TVector>(ref from, row, column, ref to, toRow, toColumn);
        if (TLine.Outputs == Patch)
            TwoRows<Pair2, TLine, TSimd, TVector>(ref from, row, column, ref to, toRow, toColumn);
    }

    /// <summary>Compiled once for each pair: a single method would be too large for the JIT to inline what it calls.</summary>
    [MethodImpl(Hot.Method)]
    private static void TwoRows<TPair, TLine, TSimd, TVector>(
        ref float from, nuint row, nuint column, ref float to, nuint toRow, nuint toColumn)
        where TPair : IPair
        where TLine : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        int pair = TPair.Index;
        TVector a3 = default, a4 = default, a5 = default, b3 = default, b4 = default, b5 = default;
        Column<TLine, TSimd, TVector>(pair, ref from, row, out TVector a0, out TVector b0);
        Column<TLine, TSimd, TVector>(pair, ref Unsafe.Add(ref from, column), row, out TVector a1, out TVector b1);
        Column<TLine, TSimd, TVector>(pair, ref Unsafe.Add(ref from, 2 * column), row, out TVector a2, out TVector b2);
        if (TLine.Inputs > 3)
            Column<TLine, TSimd, TVector>(pair, ref Unsafe.Add(ref from, 3 * column), row, out a3, out b3);
        if (TLine.Inputs > 4)
        {
            Column<TLine, TSimd, TVector>(pair, ref Unsafe.Add(ref from, 4 * column), row, out a4, out b4);
            Column<TLine, TSimd, TVector>(pair, ref Unsafe.Add(ref from, 5 * column), row, out a5, out b5);
        }

        (int first, int second) = TLine.OutputsOf(pair);
        Row<TLine, TSimd, TVector>(a0, a1, a2, a3, a4, a5, ref Unsafe.Add(ref to, (nuint)first * toRow), toColumn);
        if (second < TLine.Outputs)
            Row<TLine, TSimd, TVector>(b0, b1, b2, b3, b4, b5, ref Unsafe.Add(ref to, (nuint)second * toRow), toColumn);
    }

    [MethodImpl(Hot.Inline)]
    private static void Column<TLine, TSimd, TVector>(int pair, ref float at, nuint row, out TVector first, out TVector second)
        where TLine : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TVector x0 = TSimd.Load(in at, 0), x1 = TSimd.Load(in at, row), x2 = TSimd.Load(in at, 2 * row);
        TVector x3 = TLine.Inputs > 3 ? TSimd.Load(in at, 3 * row) : default;
        TVector x4 = TLine.Inputs > 4 ? TSimd.Load(in at, 4 * row) : default,
            x5 = TLine.Inputs > 4 ? TSimd.Load(in at, 5 * row) : default;
        TLine.Pair(pair, x0, x1, x2, x3, x4, x5, out first, out second);
    }

    [MethodImpl(Hot.Inline)]
    private static void Row<TLine, TSimd, TVector>(
        TVector x0, TVector x1, TVector x2, TVector x3, TVector x4, TVector x5, ref float to, nuint step)
        where TLine : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TLine.Pair(0, x0, x1, x2, x3, x4, x5, out TVector a, out TVector b);
        Store<TLine, TSimd, TVector>(0, a, b, ref to, step);
        TLine.Pair(1, x0, x1, x2, x3, x4, x5, out a, out b);
        Store<TLine, TSimd, TVector>(1, a, b, ref to, step);
        if (TLine.Outputs < Patch)
            return;
        TLine.Pair(2, x0, x1, x2, x3, x4, x5, out a, out b);
        Store<TLine, TSimd, TVector>(2, a, b, ref to, step);
    }

    [MethodImpl(Hot.Inline)]
    private static void Store<TLine, TSimd, TVector>(int pair, TVector a, TVector b, ref float to, nuint step)
        where TLine : ILine<TVector>
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        (int first, int second) = TLine.OutputsOf(pair);
        nuint place = (nuint)first * step, other = (nuint)second * step;
        TSimd.Store(TLine.Adds ? TSimd.Add(TSimd.Load(in to, place), a) : a, ref to, place);
        if (second < TLine.Outputs)
            TSimd.Store(TLine.Adds ? TSimd.Add(TSimd.Load(in to, other), b) : b, ref to, other);
    }

    /// <summary>
    /// The first number at a cache line: the stack is aligned to less, and a vector across two lines takes twice as long.
    /// </summary>
    [MethodImpl(Hot.Inline)]
    private static unsafe ref float Aligned(Span<float> space)
    {
        ref float start = ref MemoryMarshal.GetReference(space);
        nuint past = (nuint)Unsafe.AsPointer(ref start) % (Line * sizeof(float));
        return ref Unsafe.AddByteOffset(ref start, (Line * sizeof(float) - past) % (Line * sizeof(float)));
    }

    /// <summary>
    /// The position of a patch in an image [height, width, pitch]: its first row is <paramref name="Top"/> and its first column
    /// <paramref name="Left"/>, which may lie outside the image.
    /// </summary>
    public readonly record struct Place(int Height, int Width, int Pitch, int Channels, int Top, int Left)
    {
        public int RowPitch => Width * Pitch;

        /// <summary>The first row of the patch that lies in the image.</summary>
        public int FirstRow => Math.Max(0, -Top);

        public int FirstColumn => Math.Max(0, -Left);

        public int EndRow(int size) => Math.Min(size, Height - Top);

        public int EndColumn(int size) => Math.Min(size, Width - Left);

        public bool IsInside(int size) => Top >= 0 && Left >= 0 && Top + size <= Height && Left + size <= Width;

        /// <summary>Whether all pixels of the image, in whole vectors of channels, lie within a span of this length.</summary>
        public bool IsWithin(int length) =>
            Height >= 1 && Width >= 1 && Channels >= 1 && KernelArguments.IsWholePanels(Channels) && Pitch >= Channels
            && ((long)Height * Width - 1) * Pitch + Channels <= length
            && Math.Abs((long)Top) <= length && Math.Abs((long)Left) <= length;

        public int IndexOf(int y, int x) => ((Top + y) * Width + Left + x) * Pitch;
    }
}
