using Inkling.Execution.Costs;
using Inkling.Gpu.Kernels;
using Inkling.Layers;

namespace Inkling.Gpu;

/// <summary>Examples in a device's memory: images as grey levels, other inputs as numbers.</summary>
internal static class DeviceExamples
{
    /// <summary>Copies the inputs of all examples.</summary>
    /// <param name="memory">Where they are allocated.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="architecture">The network that takes them, whose order they are put into.</param>
    public static DeviceInputs Inputs(DeviceMemory memory, Examples examples, Architecture architecture)
    {
        int size = examples.InputSize;
        if (examples is LabelledImages images)
        {
            return new()
            {
                Levels = memory.Copy(images.AllPixels),
                ValueOf = memory.Copy<float>(images.SparseInputs.Values),
                Values = memory.Allocate<float>(0),
                Size = size,
                IsGrey = 1,
            };
        }

        Layout layout = architecture.Layers[0] is Layer.Flatten
            ? Layout.Padded(architecture.ShapeBefore(1), Layout.FlattenedPixelsOf(architecture)[1])
            : Layout.Packed(architecture.Input);
        float[] values = new float[checked(examples.Count * size)], input = new float[size];
        for (int i = 0; i < examples.Count; i++)
        {
            examples.CopyInput(i, input);
            for (int k = 0; k < size; k++)
                values[i * size + layout.OffsetOf(k)] = input[k];
        }

        return OfNumbers(memory, memory.Copy<float>(values), size);
    }

    /// <summary>Inputs that are numbers on the device already.</summary>
    public static DeviceInputs OfNumbers(DeviceMemory memory, Floats values, int size) => new()
    {
        Levels = memory.Allocate<byte>(0),
        ValueOf = memory.Allocate<float>(0),
        Values = values,
        Size = size,
    };

    /// <summary>The targets of all examples, [examples, outputs].</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="smoothing">The share of each that is spread evenly over all outputs.</param>
    public static float[] Targets(Examples examples, double smoothing)
    {
        int size = examples.OutputSize;
        float[] targets = new float[checked(examples.Count * size)];
        for (int i = 0; i < examples.Count; i++)
        {
            Span<float> target = targets.AsSpan(i * size, size);
            examples.CopyTarget(i, target);
            if (smoothing > 0)
                CostFunctions.Smooth(target, smoothing);
        }

        return targets;
    }
}
