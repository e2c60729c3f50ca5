using Inkling.Execution.Costs;

namespace Inkling.Gpu;

/// <summary>
/// Lines, of any width, on their way to a device, and the CTC of their strings, which the processor computes on all threads from
/// outputs that it reads for each mini-batch.
/// </summary>
internal sealed class DeviceLines
{
    private readonly DevicePass _pass;
    private readonly LineExamples _lines;
    private readonly Architecture _architecture;
    private readonly ParallelOptions _threads;
    private readonly float[][] _rooms; // an item each
    private readonly int[] _widths;
    private readonly float[] _inputs, _outputs, _errors;
    private readonly double[] _costs;

    /// <param name="pass">The pass on the device.</param>
    /// <param name="lines">The examples.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="miniBatchSize">The most lines in a mini-batch.</param>
    /// <param name="threads">The most threads of the processor.</param>
    public DeviceLines(DevicePass pass, LineExamples lines, Architecture architecture, int miniBatchSize, int threads)
    {
        (_pass, _lines, _architecture) = (pass, lines, architecture);
        _threads = new ParallelOptions { MaxDegreeOfParallelism = threads };
        int room = checked(lines.Height * lines.MaxWidth);
        _rooms = [.. Enumerable.Range(0, miniBatchSize).Select(_ => new float[room])];
        _widths = new int[miniBatchSize];
        _costs = new double[miniBatchSize];
        _inputs = new float[checked(miniBatchSize * room)];
        _outputs = new float[checked(miniBatchSize * architecture.ShapesFor(lines.MaxWidth)[^1].Size)];
        _errors = new float[_outputs.Length];
    }

    /// <summary>Copies a mini-batch to the device.</summary>
    public void Take(ArraySegment<int> miniBatch)
    {
        InParallel(
            miniBatch.Count, i => _widths[i] = _lines.CopyLineOf(miniBatch[i], _rooms[i], _architecture.MinWidth));
        ReadOnlySpan<int> widths = _widths.AsSpan(0, miniBatch.Count);
        int widest = 0, height = _lines.Height;
        foreach (int width in widths)
            widest = Math.Max(widest, width);
        Span<float> inputs = _inputs.AsSpan(0, miniBatch.Count * height * widest);
        inputs.Clear();
        for (int i = 0; i < miniBatch.Count; i++)
        {
            for (int y = 0; y < height; y++)
                _rooms[i].AsSpan(y * widths[i], widths[i]).CopyTo(inputs[((i * height + y) * widest)..]);
        }

        _pass.TakeLines(inputs, widths);
    }

    /// <summary>The outputs of an item, [columns, outputs], in the mini-batch that was read last.</summary>
    public ReadOnlySpan<float> OutputsOf(int item)
    {
        Shape shape = _pass.Output.Shape;
        return _outputs.AsSpan(item * shape.Size, _pass.ColumnsOf(_architecture.Layers.Count, item) * shape.Channels);
    }

    /// <summary>Reads the outputs of a mini-batch.</summary>
    public void Read(int items) =>
        DeviceMemory.Read(_pass.Output.ValuesOf(items), _outputs.AsSpan(0, items * _pass.Output.Shape.Size));

    /// <summary>Computes the costs of a mini-batch that was computed forward, and writes its outputs' errors.</summary>
    /// <returns>The sum of the costs.</returns>
    public double FindErrors(ArraySegment<int> miniBatch)
    {
        Read(miniBatch.Count);
        Shape shape = _pass.Output.Shape;
        Array.Clear(_errors, 0, miniBatch.Count * shape.Size);
        InParallel(miniBatch.Count, i =>
        {
            CtcAlignments alignments = new(shape.Channels, shape.Channels);
            ReadOnlySpan<float> outputs = OutputsOf(i);
            _costs[i] = alignments.CostOf(outputs, outputs.Length / shape.Channels, _lines.LabelOf(miniBatch[i]), miniBatch[i]);
            alignments.WriteErrors(outputs, 1f / miniBatch.Count, _errors.AsSpan(i * shape.Size, shape.Size));
        });
        DeviceMemory.Write<float>(_pass.Output.ErrorsOf(miniBatch.Count), _errors.AsSpan(0, miniBatch.Count * shape.Size));
        double sum = 0;
        foreach (double cost in _costs.AsSpan(0, miniBatch.Count))
            sum += cost;
        return sum;
    }

    private void InParallel(int count, Action<int> body) => Threading.For(count, _threads, body);
}
