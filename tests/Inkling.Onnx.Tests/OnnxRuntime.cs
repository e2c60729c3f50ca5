using Microsoft.ML.OnnxRuntime;

namespace Inkling.Onnx.Tests;

/// <summary>Runs graphs in ONNX Runtime.</summary>
internal static class OnnxRuntime
{
    /// <summary>Returns the outputs, one image after the other.</summary>
    /// <param name="model">The bytes of the whole file.</param>
    /// <param name="inputs">The images, one after the other, in the graph's order of dimensions.</param>
    /// <param name="shape">The graph's shape of one image.</param>
    public static float[] Run(byte[] model, float[] inputs, params long[] shape) => Run<float>(model, inputs, shape);

    /// <summary>The same, with pixels of another type.</summary>
    public static float[] Run<T>(byte[] model, T[] inputs, params long[] shape)
        where T : unmanaged
    {
        using SessionOptions options = new()
        {
            IntraOpNumThreads = 2,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR
        };
        using InferenceSession session = new(model, options);
        return Run(session, inputs, shape);
    }

    /// <summary>The same of a file, whose weights may be in others beside it.</summary>
    public static float[] RunFile(string path, float[] inputs, params long[] shape)
    {
        using SessionOptions options = new()
        {
            IntraOpNumThreads = 2,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR
        };
        using InferenceSession session = new(path, options);
        return Run(session, inputs, shape);
    }

    private static float[] Run<T>(InferenceSession session, T[] inputs, long[] shape)
        where T : unmanaged
    {
        long count = inputs.Length / shape.Aggregate(1L, (size, side) => size * side);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(inputs, [count, .. shape]);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> outputs =
            session.Run(run, session.InputNames, [input], [session.OutputNames[0]]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>The metadata that a graph carries.</summary>
    public static IReadOnlyDictionary<string, string> MetadataOf(byte[] model)
    {
        using InferenceSession session = new(model);
        return session.ModelMetadata.CustomMetadataMap;
    }
}
