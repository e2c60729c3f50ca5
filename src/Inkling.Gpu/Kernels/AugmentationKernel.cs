using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>What is drawn for an image before its elastic fields.</summary>
internal struct ImageDraw
{
    public ImageMovement Movement;

    /// <summary>Thicker strokes above 0, thinner below: -1 to 1.</summary>
    public float Thickness;

    /// <summary>The stream from which the rest is drawn.</summary>
    public DeviceRandom Random;
}

/// <summary>What augmentation is the same for all images.</summary>
internal struct AugmentationShape
{
    public int Height, Width;

    /// <summary>Of noise from -32767.5 to 32767.5, in pixels; 0 for no elastic distortion.</summary>
    public float Elastic;

    /// <summary>The Gaussian reaches so many pixels to each side.</summary>
    public int Radius;

    /// <summary>The probability that a rectangle is erased.</summary>
    public double Erasing;
}

/// <summary>Augments images as <see cref="Augmentation"/> does, with the same random numbers: a thread block an image.</summary>
internal static class AugmentationKernel
{
    /// <summary>The largest side of an image: its fields must fit into shared memory.</summary>
    public const int MostSide = 32;

    private const int MostPixels = MostSide * MostSide;

    /// <summary>Augments images.</summary>
    /// <param name="shape">What is the same for all.</param>
    /// <param name="inputs">All images.</param>
    /// <param name="order">Which of them.</param>
    /// <param name="draws">[images]: what is drawn for each.</param>
    /// <param name="gaussian">[2 × radius + 1].</param>
    /// <param name="to">Receives [images, height, width].</param>
    public static void Augment(
        AugmentationShape shape,
        DeviceInputs inputs,
        ArrayView<int> order,
        ArrayView<ImageDraw> draws,
        Floats gaussian,
        Floats to)
    {
        Floats source = SharedMemory.Allocate<float>((MostSide + 2) * (MostSide + 2)), // with a pixel of paper around
            noise = SharedMemory.Allocate<float>(MostPixels),
            smooth = SharedMemory.Allocate<float>(MostPixels),
            fieldX = SharedMemory.Allocate<float>(MostPixels),
            fieldY = SharedMemory.Allocate<float>(MostPixels);
        ArrayView<int> erased = SharedMemory.Allocate<int>(4), // top, bottom, left, right
            inkWidth = SharedMemory.Allocate<int>(1);
        int image = Grid.IdxX, pixels = shape.Height * shape.Width, pitch = shape.Width + 2;
        ImageDraw draw = draws[image];
        DeviceRandom random = draw.Random;
        for (int i = Group.IdxX; i < pitch * (shape.Height + 2); i += Group.DimX)
            source[i] = 0;
        for (int i = Group.IdxX; i < pixels; i += Group.DimX)
            noise[i] = inputs.ValueOf[(int)inputs.Levels[(long)order[image] * pixels + i]];
        Group.Barrier();
        for (int i = Group.IdxX; i < pixels; i += Group.DimX)
            source[(i / shape.Width + 1) * pitch + i % shape.Width + 1] = WithThickness(shape, noise, i, draw.Thickness);
        Group.Barrier();
        if (Group.IdxX == 0 && draw.Movement.InkWidth > 0)
            inkWidth[0] = InkWidth(shape, source);
        if (shape.Elastic > 0)
        {
            random = FillNoise(shape, random, noise);
            Smooth(shape, noise, smooth, gaussian, fieldX);
            random = FillNoise(shape, random, noise);
            Smooth(shape, noise, smooth, gaussian, fieldY);
        }

        if (Group.IdxX == 0)
            ChooseErased(shape, random, erased);
        Group.Barrier();
        double widen = draw.Movement.InkWidth > 0
            ? draw.Movement.InkWidth / Math.Max(Augmentation.LeastInkWidth, inkWidth[0])
            : 1;
        double xx = draw.Movement.XX / widen, xy = draw.Movement.XY / widen;
        double centreX = (shape.Width - 1) / 2.0, centreY = (shape.Height - 1) / 2.0;
        for (int i = Group.IdxX; i < pixels; i += Group.DimX)
        {
            int x = i % shape.Width, y = i / shape.Width;
            double fromX = x - centreX - draw.Movement.DX, fromY = y - centreY - draw.Movement.DY;
            double sourceX = xx * fromX + xy * fromY + centreX + 1,
                sourceY = draw.Movement.YX * fromX + draw.Movement.YY * fromY + centreY + 1;
            if (shape.Elastic > 0)
            {
                sourceX += fieldX[i];
                sourceY += fieldY[i];
            }

            float value = Between(shape, source, sourceX, sourceY);
            if (y >= erased[0] && y < erased[1] && x >= erased[2] && x < erased[3])
                value = 0;
            to[image * pixels + i] = value;
        }
    }

    /// <summary>
    /// A pixel moved towards the darkest (thicker) or lightest (thinner) of itself and its four neighbours.
    /// </summary>
    private static float WithThickness(AugmentationShape shape, Floats before, int at, float amount)
    {
        float own = before[at];
        int x = at % shape.Width, y = at / shape.Width;
        float up = 0, down = 0, left = 0, right = 0;
        if (y > 0)
            up = before[at - shape.Width];
        if (y < shape.Height - 1)
            down = before[at + shape.Width];
        if (x > 0)
            left = before[at - 1];
        if (x < shape.Width - 1)
            right = before[at + 1];
        float extreme = amount > 0
            ? Math.Max(own, Math.Max(Math.Max(up, down), Math.Max(left, right)))
            : Math.Min(own, Math.Min(Math.Min(up, down), Math.Min(left, right)));
        return own + Math.Abs(amount) * (extreme - own);
    }

    private static int InkWidth(AugmentationShape shape, Floats source)
    {
        int left = shape.Width, right = -1, pitch = shape.Width + 2;
        for (int y = 0; y < shape.Height; y++)
        {
            for (int x = 0; x < shape.Width; x++)
            {
                if (source[(y + 1) * pitch + x + 1] > 0)
                {
                    left = Math.Min(left, x);
                    right = Math.Max(right, x);
                }
            }
        }

        return Math.Max(0, right - left + 1);
    }

    /// <summary>Fills the noise of a field, by the first thread, whose stream it returns.</summary>
    private static DeviceRandom FillNoise(AugmentationShape shape, DeviceRandom random, Floats noise)
    {
        if (Group.IdxX == 0)
        {
            for (int y = 0; y < shape.Height; y++)
            {
                ulong bits = 0;
                for (int x = 0; x < shape.Width; x++)
                {
                    if (x % 4 == 0)
                    {
                        random = random.Next();
                        bits = random.Number;
                    }

                    noise[y * shape.Width + x] = ((int)(bits & 0xFFFF) - 32767.5f) * shape.Elastic;
                    bits >>= 16;
                }
            }
        }

        Group.Barrier();
        return random;
    }

    /// <summary>Convolves rows and then columns with the Gaussian; values beyond the edges count as 0.</summary>
    private static void Smooth(
        AugmentationShape shape, Floats noise, Floats smooth, Floats gaussian, Floats field)
    {
        int pixels = shape.Height * shape.Width;
        for (int i = Group.IdxX; i < pixels; i += Group.DimX)
        {
            int x = i % shape.Width, first = Math.Max(0, x - shape.Radius), end = Math.Min(shape.Width, x + shape.Radius + 1);
            float sum = 0;
            for (int other = first; other < end; other++)
                sum += noise[i - x + other] * gaussian[other - x + shape.Radius];
            smooth[i] = sum;
        }

        Group.Barrier();
        for (int i = Group.IdxX; i < pixels; i += Group.DimX)
        {
            int x = i % shape.Width, y = i / shape.Width;
            int first = Math.Max(0, y - shape.Radius), end = Math.Min(shape.Height, y + shape.Radius + 1);
            float sum = 0;
            for (int other = first; other < end; other++)
                sum += smooth[other * shape.Width + x] * gaussian[other - y + shape.Radius];
            field[i] = sum;
        }

        Group.Barrier();
    }

    /// <summary>Chooses the rectangle that is erased; an empty one for none.</summary>
    private static void ChooseErased(AugmentationShape shape, DeviceRandom random, ArrayView<int> erased)
    {
        int top = 0, left = 0, height = 0, width = 0;
        if (shape.Erasing > 0)
        {
            random = random.Next();
            if (random.Share < shape.Erasing)
            {
                random = random.NextUnder(7);
                height = Math.Min(shape.Height, 2 + (int)random.Number);
                random = random.NextUnder(7);
                width = Math.Min(shape.Width, 2 + (int)random.Number);
                random = random.NextUnder((uint)(shape.Height - height + 1));
                top = (int)random.Number;
                random = random.NextUnder((uint)(shape.Width - width + 1));
                left = (int)random.Number;
            }
        }

        erased[0] = top;
        erased[1] = top + height;
        erased[2] = left;
        erased[3] = left + width;
    }

    /// <summary>Bilinear interpolation; paper beyond the image.</summary>
    private static float Between(AugmentationShape shape, Floats source, double x, double y)
    {
        float value = 0;
        int pitch = shape.Width + 2;
        if (x >= 0 && y >= 0 && x < shape.Width + 1 && y < shape.Height + 1)
        {
            int left = (int)x, top = (int)y, at = top * pitch + left;
            float shareX = (float)(x - left), shareY = (float)(y - top);
            float upper = source[at] + shareX * (source[at + 1] - source[at]),
                lower = source[at + pitch] + shareX * (source[at + pitch + 1] - source[at + pitch]);
            value = upper + shareY * (lower - upper);
        }

        return value;
    }
}
