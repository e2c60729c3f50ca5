using System.Diagnostics;
using ILGPU;
using Inkling.Gpu;
using Inkling.Gpu.Kernels;
using Inkling.Gpu.Stages;
using Inkling.Layers;

namespace Inkling.Benchmarks.Gpu;

/// <summary>The matrix products of convolutions, each launched again and again.</summary>
internal static class Products
{
    /// <summary>Square maps without padding: those of conv32-conv64, and the largest work of <c>best</c>.</summary>
    private static readonly (int Side, int Channels, int Outputs, int Items)[] Shapes =
        [(13, 32, 64, 128), (20, 64, 96, 64), (14, 128, 128, 64)];

    public static void Time(Bench bench)
    {
        foreach ((int side, int channels, int outputs, int items) in Shapes)
        {
            if (bench.Sizes.IsTiny)
                Time(bench, side: 5, channels: 3, outputs: 2, items: 1);
            else
                Time(bench, side, channels, outputs, items);
        }
    }

    private static void Time(Bench bench, int side, int channels, int outputs, int items)
    {
        const int kernel = 3;
        int small = side - kernel + 1;
        ConvolutionShape shape = ConvolutionShape.Of(
            new Layer.Convolution(outputs, kernel), new Shape(channels, side, side), new Shape(outputs, small, small));
        shape.Items = items;
        int pixels = items * small * small, inner = shape.Inputs;
        using DeviceSession session = new(bench.Device.Open());
        using DeviceMemory memory = new(session.Accelerator);
        Random random = new(1);
        ArrayView<float> x = Numbers(items * side * side * channels),
            w = Numbers(inner * outputs),
            y = Numbers(pixels * outputs);
        ProductLaunches forward = ProductLaunches.Forward(session, outputs),
            back = ProductLaunches.InputErrors(session, channels),
            gradient = ProductLaunches.Gradient(session, outputs);
        int splits = gradient.SplitsFor(inner, pixels);
        ArrayView<float> sums = memory.Allocate<float>(splits * inner * outputs), errors = memory.Allocate<float>(x.Length);
        double tera = 2.0 * pixels * inner * outputs / 1e12;
        double forth = tera / Seconds(() => forward.Launch(shape, new Product { Splits = 1 }, pixels, inner, x, w, y));
        double backwards = tera / Seconds(() => back.Launch(
            shape, new Product { Splits = 1 }, items * side * side, kernel * kernel * outputs, y, w, errors));
        double gradients = tera / Seconds(() => gradient.Launch(
            shape, new Product { Splits = splits }, inner, pixels, x, y, sums));
        bench.Row(
            "product of a convolution",
            $"{forth:0.0} TFLOP/s",
            $"{items}×{channels}×{side}×{side} to {outputs} maps; errors {backwards:0.0}, gradient {gradients:0.0} TFLOP/s");

        ArrayView<float> Numbers(int count)
        {
            float[] numbers = new float[count];
            foreach (ref float number in numbers.AsSpan())
                number = random.NextSingle() - 0.5f;
            return memory.Copy<float>(numbers);
        }

        double Seconds(Action launch)
        {
            launch(); // compiles
            session.Accelerator.Synchronize();
            long before = Stopwatch.GetTimestamp();
            for (int i = 0; i < bench.Sizes.Repetitions; i++)
                launch();
            session.Accelerator.Synchronize();
            return Stopwatch.GetElapsedTime(before).TotalSeconds / bench.Sizes.Repetitions;
        }
    }
}
