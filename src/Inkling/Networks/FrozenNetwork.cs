using Inkling.Execution;
using Inkling.Execution.Frozen;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Threads;

namespace Inkling;

/// <summary>
/// A trained network that only reads: batch normalisation is folded into the weights before it, weights are converted once
/// to the form the kernels use, and after the first call nothing is allocated. Safe from several threads at once.
/// </summary>
/// <example>
/// <code>
/// FrozenNetwork reader = network.Freeze();
/// float[] outputs = new float[10];
/// reader.FeedForward(pixels, outputs);
/// </code>
/// </example>
public sealed class FrozenNetwork
{
    private const int MostAtOnce = 64, FloatsAtOnce = 1 << 17; // half a megabyte of activations stays in the L2 cache

    private readonly ParameterBuffer _parameters;
    private readonly int _atOnce, _stride;
    private readonly PassPool _passes;

    internal FrozenNetwork(Network network, bool takesMemory)
    {
        _parameters = Folding.Fold(network.Parameters, takesMemory);
        Architecture architecture = _parameters.Architecture;
        int largest = Enumerable.Range(0, architecture.Layers.Count + 1).Max(l => architecture.ShapeBefore(l).Size);
        _atOnce = architecture.Input.HasAnyWidth ? 1 : Math.Clamp(FloatsAtOnce / largest, 1, MostAtOnce);
        _stride = Rows.StrideOf(OutputSize);
        _passes = new PassPool(() => new Backpropagation(
            _parameters, _atOnce, purpose: PassPurpose.Reading, stages: FrozenStageFactory.Instance));
    }

    /// <summary>Numbers in one input; of a network for inputs of any width, in one column of an input.</summary>
    public int InputSize => _parameters.Architecture.Input.Size;

    /// <summary>Numbers in one output; of a network for inputs of any width, in one column of outputs.</summary>
    public int OutputSize => _parameters.Architecture.Output.Size;

    /// <summary>How many passes have been made so far: one for each of the calls that ran at once.</summary>
    internal int PassesMade => _passes.Made;

    /// <summary>How often the idle passes have made room for their inputs.</summary>
    internal int Builds => _passes.Builds;

    /// <inheritdoc cref="Architecture.ColumnsFor"/>
    public int ColumnsFor(int width) => _parameters.Architecture.ColumnsFor(width);

    /// <summary>Computes the outputs for one input or for many; of any width, for one.</summary>
    /// <param name="inputs">
    /// [count, <see cref="InputSize"/>]; of images [count, channels, height, width]. Of any width: [channels, height, width].
    /// </param>
    /// <param name="outputs">
    /// Receives [count, <see cref="OutputSize"/>]; of any width [<see cref="ColumnsFor"/>, <see cref="OutputSize"/>].
    /// </param>
    /// <exception cref="ArgumentException">The lengths do not fit each other or the network.</exception>
    public void FeedForward(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        if (_parameters.Architecture.Input.HasAnyWidth)
        {
            FeedForwardOne(inputs, outputs);
            return;
        }

        int count = CountOf(inputs.Length, outputs.Length);
        Backpropagation pass = _passes.Take();
        for (int start = 0; start < count; start += _atOnce)
        {
            int size = Math.Min(_atOnce, count - start);
            ReadOnlySpan<float> padded = pass.FeedForward(inputs.Slice(start * InputSize, size * InputSize));
            for (int i = 0; i < size; i++)
                padded.Slice(i * _stride, OutputSize).CopyTo(outputs[((start + i) * OutputSize)..]);
        }

        _passes.GiveBack(pass);
    }

    /// <summary>Computes the outputs for many inputs, divided among threads; of any width, for one, on one thread.</summary>
    /// <param name="inputs">[count, <see cref="InputSize"/>]; of images [count, channels, height, width].</param>
    /// <param name="outputs">Receives [count, <see cref="OutputSize"/>], the same numbers for any number of threads.</param>
    /// <param name="threads">The most threads, from 1 to 1,024; 0 for as many as the machine has cores.</param>
    /// <exception cref="ArgumentException">
    /// The lengths do not fit each other or the network, or there is no such number of threads.
    /// </exception>
    public void FeedForward(ReadOnlyMemory<float> inputs, Memory<float> outputs, int threads)
    {
        int most = Workers.CountFor(threads);
        if (_parameters.Architecture.Input.HasAnyWidth)
        {
            FeedForwardOne(inputs.Span, outputs.Span);
            return;
        }

        int count = CountOf(inputs.Length, outputs.Length), chunks = (count + _atOnce - 1) / _atOnce;
        if (most == 1 || chunks <= 1)
        {
            FeedForward(inputs.Span, outputs.Span);
            return;
        }

        Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = most }, chunk =>
        {
            int start = chunk * _atOnce, size = Math.Min(_atOnce, count - start);
            FeedForward(
                inputs.Slice(start * InputSize, size * InputSize).Span,
                outputs.Slice(start * OutputSize, size * OutputSize).Span);
        });
    }

    private void FeedForwardOne(ReadOnlySpan<float> input, Span<float> outputs)
    {
        int width = input.Length / InputSize;
        if (input.Length % InputSize != 0)
            throw new ArgumentException(
                $"The network takes inputs of {_parameters.Architecture.Input}; the input has {input.Length} numbers.",
                nameof(input));
        int columns = ColumnsFor(width);
        if (outputs.Length != columns * OutputSize)
            throw new ArgumentException(
                $"An input {width} wide gives {columns} columns of {OutputSize} numbers; there is room for {outputs.Length}.",
                nameof(outputs));
        Backpropagation pass = _passes.Take();
        ReadOnlySpan<float> rows = pass.FeedForward(input);
        for (int column = 0; column < columns; column++)
            rows.Slice(column * _stride, OutputSize).CopyTo(outputs[(column * OutputSize)..]);
        _passes.GiveBack(pass);
    }

    private int CountOf(int inputs, int outputs)
    {
        if (inputs % InputSize != 0 || outputs != inputs / InputSize * OutputSize)
            throw new ArgumentException(
                $"The network takes {InputSize} numbers for an input and gives {OutputSize}; "
                    + $"there are {inputs} for inputs and {outputs} for outputs.",
                nameof(inputs));
        return inputs / InputSize;
    }
}
