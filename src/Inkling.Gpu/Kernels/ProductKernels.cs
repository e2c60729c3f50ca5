using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>
/// The three matrix products of a convolution, whose large matrices are never stored: an element is read from the maps where it
/// is needed. A block of 64 threads computes a tile of 64 rows and up to 64 columns, from tiles of both factors in shared
/// memory; each thread keeps eight rows of sums in registers. A dense layer is a convolution of one pixel.
/// </summary>
/// <remarks>
/// Maps are [items, height, width, channels], weights [kernel height, kernel width, channels, outputs]. Where a product has too
/// few tiles to keep the device busy, its inner dimension is divided among the blocks of the grid's third dimension
/// (<see cref="Product.Splits"/>), each of which writes its own sums, and another kernel adds them in their order.
/// </remarks>
/// <typeparam name="TColumns">The columns of a thread.</typeparam>
internal static class ProductKernels<TColumns>
    where TColumns : struct, IColumns<TColumns>
{
    private const int Depth = RegisterTile.Depth, Pitch = RegisterTile.Pitch;

    /// <summary>y = x·w, then biases and ReLU where asked for.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="product">How the inner dimension is divided.</param>
    /// <param name="x">[items, height, width, channels].</param>
    /// <param name="weights">[kernel height, kernel width, channels, outputs], behind them the biases.</param>
    /// <param name="y">Receives [splits, items, output height, output width, outputs].</param>
    public static void Forward(
        ConvolutionShape shape, Product product, Floats x, Floats weights, Floats y)
    {
        ArrayView<Quad> tileA = RegisterTile.Allocate(), tileB = RegisterTile.Allocate();
        Floats a = tileA.Cast<float>(), b = tileB.Cast<float>();
        ArrayView<int> places = SharedMemory.Allocate<int>(RegisterTile.Rows),
            tops = SharedMemory.Allocate<int>(RegisterTile.Rows),
            lefts = SharedMemory.Allocate<int>(RegisterTile.Rows);
        int t = Group.IdxX, width = default(TColumns).Width;
        int rows = shape.Items * shape.OutputHeight * shape.OutputWidth, inner = shape.Inputs;
        int firstColumn = Grid.IdxY * width;
        int row = Grid.IdxX * RegisterTile.Rows + t;
        int pixel = row % (shape.OutputHeight * shape.OutputWidth), item = row / (shape.OutputHeight * shape.OutputWidth);
        int top = pixel / shape.OutputWidth * shape.StrideY - shape.PaddingY,
            left = pixel % shape.OutputWidth * shape.StrideX - shape.PaddingX;
        places[t] = ((item * shape.Height + top) * shape.Width + left) * shape.Channels;
        tops[t] = row < rows ? top : Outside;
        lefts[t] = left;
        Group.Barrier();
        int start = Grid.IdxZ * product.Share, end = Math.Min(inner, start + product.Share);
        int lane = t % Depth, line = t / Depth;
        RegisterTile<TColumns> sums = default;
        WindowWalk walk = WindowWalk.From(start + lane, shape.Channels, shape.KernelWidth);
        for (int k0 = start; k0 < end; k0 += Depth)
        {
            int right = walk.Right, down = k0 + lane < end ? walk.Down : Outside;
            int offset = (walk.Down * shape.Width + right) * shape.Channels + walk.Channel;
            walk = walk.Next(shape.Channels, shape.KernelWidth);
            for (int r = line; r < RegisterTile.Rows; r += 16)
            {
                float v0 = Pixel(shape, x, places, tops, lefts, r, down, right, offset),
                    v1 = Pixel(shape, x, places, tops, lefts, r + 4, down, right, offset),
                    v2 = Pixel(shape, x, places, tops, lefts, r + 8, down, right, offset),
                    v3 = Pixel(shape, x, places, tops, lefts, r + 12, down, right, offset);
                int at = lane * Pitch + r;
                a[at] = v0;
                a[at + 4] = v1;
                a[at + 8] = v2;
                a[at + 12] = v3;
            }

            LoadRows(weights, k0, end, shape.Outputs, firstColumn, b);
            Group.Barrier();
            sums = MultiplyTiles(sums, tileA, tileB);
            Group.Barrier();
        }

        Ending ending = new()
        {
            Biases = weights,
            FirstBias = inner * shape.Outputs,
            Columns = shape.Outputs,
            HasBias = product.HasBias,
            IsRectified = product.IsRectified,
        };
        Floats own = y.SubView(Grid.IdxZ * rows * shape.Outputs, rows * shape.Outputs);
        sums.Store(own, rows, Grid.IdxX * RegisterTile.Rows, firstColumn, ending);
    }

    /// <summary>∂C/∂x = ∂C/∂y · wᵀ: each pixel's error from the windows that it is in.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="product">How the inner dimension is divided.</param>
    /// <param name="errors">[items, output height, output width, outputs].</param>
    /// <param name="weights">[kernel height, kernel width, channels, outputs].</param>
    /// <param name="inputErrors">Receives [splits, items, height, width, channels].</param>
    public static void InputErrors(
        ConvolutionShape shape,
        Product product,
        Floats errors,
        Floats weights,
        Floats inputErrors)
    {
        ArrayView<Quad> tileA = RegisterTile.Allocate(), tileB = RegisterTile.Allocate();
        Floats a = tileA.Cast<float>(), b = tileB.Cast<float>();
        ArrayView<int> places = SharedMemory.Allocate<int>(RegisterTile.Rows),
            tops = SharedMemory.Allocate<int>(RegisterTile.Rows),
            lefts = SharedMemory.Allocate<int>(RegisterTile.Rows);
        int t = Group.IdxX, width = default(TColumns).Width;
        int rows = shape.Items * shape.Height * shape.Width;
        int inner = shape.KernelHeight * shape.KernelWidth * shape.Outputs;
        int firstColumn = Grid.IdxY * width;
        int row = Grid.IdxX * RegisterTile.Rows + t;
        int pixel = row % (shape.Height * shape.Width), item = row / (shape.Height * shape.Width);
        places[t] = item * shape.OutputHeight;
        tops[t] = row < rows ? pixel / shape.Width + shape.PaddingY : Outside;
        lefts[t] = pixel % shape.Width + shape.PaddingX;
        Group.Barrier();
        int start = Grid.IdxZ * product.Share, end = Math.Min(inner, start + product.Share);
        int lane = t % Depth, line = t / Depth;
        RegisterTile<TColumns> sums = default;
        WindowWalk walk = WindowWalk.From(start + lane, shape.Outputs, shape.KernelWidth);
        for (int k0 = start; k0 < end; k0 += Depth)
        {
            bool isInside = k0 + lane < end;
            int right = walk.Right, down = isInside ? walk.Down : -Outside, output = walk.Channel;
            int position = walk.Down * shape.KernelWidth + right;
            walk = walk.Next(shape.Outputs, shape.KernelWidth);
            for (int r = line; r < RegisterTile.Rows; r += 16)
            {
                float v0 = Error(shape, errors, places, tops, lefts, r, down, right, output),
                    v1 = Error(shape, errors, places, tops, lefts, r + 4, down, right, output),
                    v2 = Error(shape, errors, places, tops, lefts, r + 8, down, right, output),
                    v3 = Error(shape, errors, places, tops, lefts, r + 12, down, right, output);
                int at = lane * Pitch + r;
                a[at] = v0;
                a[at + 4] = v1;
                a[at + 8] = v2;
                a[at + 12] = v3;
            }

            for (int n = line; n < width; n += 8)
            {
                float v0 = Weight(shape, weights, position, output, firstColumn + n, isInside),
                    v1 = Weight(shape, weights, position, output, firstColumn + n + 4, isInside);
                b[lane * Pitch + n] = v0;
                b[lane * Pitch + n + 4] = v1;
            }

            Group.Barrier();
            sums = MultiplyTiles(sums, tileA, tileB);
            Group.Barrier();
        }

        Floats own = inputErrors.SubView(Grid.IdxZ * rows * shape.Channels, rows * shape.Channels);
        Ending ending = new() { Biases = own, Columns = shape.Channels };
        sums.Store(own, rows, Grid.IdxX * RegisterTile.Rows, firstColumn, ending);
    }

    /// <summary>∂C/∂w = xᵀ · ∂C/∂y and, with one row of ones more in xᵀ, ∂C/∂b.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="product">How the output's pixels, the inner dimension, are divided.</param>
    /// <param name="x">[items, height, width, channels].</param>
    /// <param name="errors">[items, output height, output width, outputs].</param>
    /// <param name="gradient">
    /// Receives [splits, kernel height × kernel width × channels (+ 1 where there are biases), outputs].
    /// </param>
    public static void Gradient(
        ConvolutionShape shape, Product product, Floats x, Floats errors, Floats gradient)
    {
        ArrayView<Quad> tileA = RegisterTile.Allocate(), tileB = RegisterTile.Allocate();
        Floats a = tileA.Cast<float>(), b = tileB.Cast<float>();
        int t = Group.IdxX, width = default(TColumns).Width;
        int rows = shape.Inputs + product.HasBias, inner = shape.Items * shape.OutputHeight * shape.OutputWidth;
        int firstColumn = Grid.IdxY * width;
        int row = Grid.IdxX * RegisterTile.Rows + t, position = row / shape.Channels, channel = row % shape.Channels;
        int down = position / shape.KernelWidth - shape.PaddingY, right = position % shape.KernelWidth - shape.PaddingX;
        float constant = row == shape.Inputs && product.HasBias != 0 ? 1 : 0;
        if (row >= shape.Inputs)
            down = Outside;
        int start = Grid.IdxZ * product.Share, end = Math.Min(inner, start + product.Share);
        Walk walk = new()
        {
            Item = start / (shape.OutputHeight * shape.OutputWidth),
            Y = start / shape.OutputWidth % shape.OutputHeight,
            X = start % shape.OutputWidth,
        };
        RegisterTile<TColumns> sums = default;
        for (int m0 = start; m0 < end; m0 += Depth)
        {
            for (int m = 0; m < Depth; m += 4)
            {
                float v0 = Pixel(shape, x, walk, down, right, channel, constant);
                walk = walk.Next(shape);
                float v1 = Pixel(shape, x, walk, down, right, channel, constant);
                walk = walk.Next(shape);
                float v2 = Pixel(shape, x, walk, down, right, channel, constant);
                walk = walk.Next(shape);
                float v3 = Pixel(shape, x, walk, down, right, channel, constant);
                walk = walk.Next(shape);
                int at = m * Pitch + t;
                a[at] = v0;
                a[at + Pitch] = v1;
                a[at + 2 * Pitch] = v2;
                a[at + 3 * Pitch] = v3;
            }

            LoadRows(errors, m0, end, shape.Outputs, firstColumn, b);
            Group.Barrier();
            sums = MultiplyTiles(sums, tileA, tileB);
            Group.Barrier();
        }

        Floats own = gradient.SubView(Grid.IdxZ * rows * shape.Outputs, rows * shape.Outputs);
        Ending ending = new() { Biases = own, Columns = shape.Outputs };
        sums.Store(own, rows, Grid.IdxX * RegisterTile.Rows, firstColumn, ending);
    }

    private const int Outside = -(1 << 28); // far from every map

    /// <summary>Adds the products of two tiles in shared memory.</summary>
    private static RegisterTile<TColumns> MultiplyTiles(
        RegisterTile<TColumns> sums, ArrayView<Quad> a, ArrayView<Quad> b)
    {
        for (int k = 0; k < Depth; k += 4)
        {
            ArrayView<Quad> ownA = a.SubView(k * Pitch / 4), ownB = b.SubView(k * Pitch / 4);
            sums = sums.AddProducts(ownA, ownB, 0);
            sums = sums.AddProducts(ownA, ownB, Pitch);
            sums = sums.AddProducts(ownA, ownB, 2 * Pitch);
            sums = sums.AddProducts(ownA, ownB, 3 * Pitch);
        }

        return sums;
    }

    /// <summary>Copies a tile of a matrix whose rows are contiguous; zeros beyond its end and its columns.</summary>
    private static void LoadRows(Floats from, int first, int end, int columns, int firstColumn, Floats tile)
    {
        int width = default(TColumns).Width;
        for (int i = Group.IdxX; i < Depth * width; i += 2 * RegisterTile.Threads)
        {
            int j = i + RegisterTile.Threads;
            float v0 = Element(from, first + i / width, end, columns, firstColumn + i % width),
                v1 = Element(from, first + j / width, end, columns, firstColumn + j % width);
            tile[i / width * Pitch + i % width] = v0;
            tile[j / width * Pitch + j % width] = v1;
        }
    }

    private static float Element(Floats from, int row, int end, int columns, int column)
    {
        float value = 0;
        if (row < end && column < columns)
            value = from[row * columns + column];
        return value;
    }

    private static float Pixel(
        ConvolutionShape shape,
        Floats x,
        ArrayView<int> places,
        ArrayView<int> tops,
        ArrayView<int> lefts,
        int row,
        int down,
        int right,
        int offset)
    {
        float value = 0;
        if ((uint)(tops[row] + down) < (uint)shape.Height && (uint)(lefts[row] + right) < (uint)shape.Width)
            value = x[places[row] + offset];
        return value;
    }

    private static float Pixel(
        ConvolutionShape shape, Floats x, Walk walk, int down, int right, int channel, float otherwise)
    {
        int top = walk.Y * shape.StrideY + down, left = walk.X * shape.StrideX + right;
        if ((uint)top < (uint)shape.Height && (uint)left < (uint)shape.Width && walk.Item < shape.Items)
            otherwise = x[((walk.Item * shape.Height + top) * shape.Width + left) * shape.Channels + channel];
        return otherwise;
    }

    private static float Error(
        ConvolutionShape shape,
        Floats errors,
        ArrayView<int> places,
        ArrayView<int> tops,
        ArrayView<int> lefts,
        int row,
        int down,
        int right,
        int output)
    {
        int top = tops[row] - down, left = lefts[row] - right;
        float value = 0;
        if (top >= 0 && left >= 0)
        {
            int y = top, x = left;
            if (shape.StrideY != 1 || shape.StrideX != 1)
            {
                y = top / shape.StrideY;
                x = left / shape.StrideX;
            }

            if (y < shape.OutputHeight && x < shape.OutputWidth && y * shape.StrideY == top && x * shape.StrideX == left)
                value = errors[((places[row] + y) * shape.OutputWidth + x) * shape.Outputs + output];
        }

        return value;
    }

    private static float Weight(
        ConvolutionShape shape, Floats weights, int position, int output, int channel, bool isInside)
    {
        float value = 0;
        if (isInside && channel < shape.Channels)
            value = weights[(position * shape.Channels + channel) * shape.Outputs + output];
        return value;
    }

    /// <summary>A walk over a window's numbers, [kernel height, kernel width, channels], a tile's depth at a time.</summary>
    private struct WindowWalk
    {
        public int Down, Right, Channel;

        public static WindowWalk From(int number, int channels, int kernelWidth) => new()
        {
            Down = number / channels / kernelWidth,
            Right = number / channels % kernelWidth,
            Channel = number % channels,
        };

        /// <summary>Goes on without a division, which takes a device as long as twenty products.</summary>
        public readonly WindowWalk Next(int channels, int kernelWidth)
        {
            WindowWalk next = this;
            next.Channel += Depth;
            while (next.Channel >= channels)
            {
                next.Channel -= channels;
                next.Right++;
                if (next.Right == kernelWidth)
                {
                    next.Right = 0;
                    next.Down++;
                }
            }

            return next;
        }
    }

    /// <summary>A walk over an output's pixels, item by item and row by row.</summary>
    private struct Walk
    {
        public int Item, Y, X;

        public readonly Walk Next(ConvolutionShape shape)
        {
            Walk next = this;
            next.X++;
            if (next.X == shape.OutputWidth)
            {
                next.X = 0;
                next.Y++;
                if (next.Y == shape.OutputHeight)
                {
                    next.Y = 0;
                    next.Item++;
                }
            }

            return next;
        }
    }
}
