using ILGPU;
using ILGPU.Runtime;
using Inkling.Gpu.Kernels;
using Inkling.Gpu.Stages;
using Inkling.Layers;

namespace Inkling.Gpu;

/// <summary>Computes the outputs of a network for many examples on a device.</summary>
internal static class DeviceReading
{
    private const int BatchSize = 256;

    /// <summary>[count][outputs].</summary>
    public static float[][] OutputsOf(DeviceSession session, ParameterBuffer parameters, Examples examples)
    {
        if (examples.Count == 0)
            return [];
        using DeviceMemory memory = new(session.Accelerator);
        DeviceParameters own = new(memory, parameters);
        int batchSize = Math.Min(BatchSize, examples.Count), size = examples.OutputSize;
        if (examples is LineExamples lines)
            return OutputsOf(session, memory, parameters, own, lines);
        DevicePass pass = new(
            session, memory, parameters, own, batchSize, parameters.Architecture.Input.Width, plan: null);
        DeviceInputs inputs = DeviceExamples.Inputs(memory, examples, parameters.Architecture);
        ArrayView<int> order = memory.Copy<int>([.. Enumerable.Range(0, examples.Count)]);
        Floats outputs = memory.Allocate<float>((long)examples.Count * size);
        own.Write(parameters);
        for (int start = 0; start < examples.Count; start += batchSize)
        {
            int items = Math.Min(batchSize, examples.Count - start);
            pass.TakeInputs(inputs, order, start, items);
            pass.Forward(new DeviceWork(items, IsTraining: false));
            pass.Output.ValuesOf(items).CopyTo(outputs.SubView(start * size, items * size));
        }

        float[] all = new float[examples.Count * size];
        DeviceMemory.Read(outputs, all.AsSpan());
        return [.. all.Chunk(size)];
    }

    /// <summary>[count][columns, outputs].</summary>
    private static float[][] OutputsOf(
        DeviceSession session, DeviceMemory memory, ParameterBuffer parameters, DeviceParameters own, LineExamples lines)
    {
        const int LinesAtOnce = 64;
        DevicePass pass = new(session, memory, parameters, own, LinesAtOnce, lines.MaxWidth, plan: null);
        DeviceLines some = new(pass, lines, parameters.Architecture, LinesAtOnce, threads: 1);
        own.Write(parameters);
        List<float[]> outputs = [];
        foreach (int[] batch in Enumerable.Range(0, lines.Count).Chunk(LinesAtOnce))
        {
            some.Take(batch);
            pass.Forward(new DeviceWork(batch.Length, IsTraining: false));
            some.Read(batch.Length);
            for (int i = 0; i < batch.Length; i++)
                outputs.Add(some.OutputsOf(i).ToArray());
        }

        return [.. outputs];
    }
}
