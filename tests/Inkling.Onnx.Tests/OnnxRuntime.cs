using Microsoft.ML.OnnxRuntime;

namespace Inkling.Onnx.Tests;

/// <summary>What ONNX Runtime makes of a graph.</summary>
internal static class OnnxRuntime
{
    /// <summary>The outputs, one image after the other.</summary>
    /// <param name="model">The whole file.</param>
    /// <param name="inputs">One image after the other, in the graph's order.</param>
    /// <param name="shape">Of one image, as the graph has it.</param>
    public static float[] Run(byte[] model, float[] inputs, params long[] shape) => Run<float>(model, inputs, shape);

    /// <summary>The same with pixels of another type.</summary>
    public static float[] Run<T>(byte[] model, T[] inputs, params long[] shape)
        where T : unmanaged
    {
        using SessionOptions options = new() { IntraOpNumThreads = 2, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(model, options);
        long count = inputs.Length / shape.Aggregate(1L, (size, side) => size * side);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(inputs, [count, .. shape]);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>The metadata that a graph carries.</summary>
    public static IReadOnlyDictionary<string, string> MetadataOf(byte[] model)
    {
        using InferenceSession session = new(model);
        return session.ModelMetadata.CustomMetadataMap;
    }
}
