using System.Numerics;

namespace Inkling;

/// <summary>The largest or the mean of each window of a feature map.</summary>
internal sealed class PoolingStage : Stage
{
    private readonly int _height, _width, _stride;
    private readonly bool _isMax;
    private readonly Action<int, int, int> _forward, _back;

    /// <param name="input">What comes in.</param>
    /// <param name="output">The shape that goes out.</param>
    /// <param name="window">Height and width of the window.</param>
    /// <param name="stride">Pixels between two windows.</param>
    /// <param name="isMax">Largest, or mean.</param>
    /// <param name="miniBatchSize">The most examples.</param>
    public PoolingStage(Activations input, Shape output, (int Height, int Width) window, int stride, bool isMax, int miniBatchSize)
        : base(input, new Activations(new Layout(output.Height, output.Width, output.Channels, input.Layout.Pitch), miniBatchSize))
    {
        (_height, _width) = window;
        _stride = stride;
        _isMax = isMax;
        _forward = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
                ForwardItem(Input.ValuesOf(i), Output.ValuesOf(i));
        };
        _back = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
                BackItem(Input.ValuesOf(i), Output.ErrorsOf(i), Input.ErrorsOf(i));
        };
    }

    public override void Forward(in StageWork work) => work.ForEachItem(_forward);

    public override void PropagateBack(in StageWork work) => work.ForEachItem(_back);

    private void ForwardItem(ReadOnlySpan<float> x, Span<float> y)
    {
        int pitch = Input.Layout.Pitch, places = _height * _width;
        for (int pixel = 0; pixel < Output.Layout.Pixels; pixel++)
        {
            int corner = Corner(pixel);
            Span<float> to = y.Slice(pixel * pitch, pitch);
            for (int c = 0; c < pitch; c += Vector<float>.Count)
            {
                Vector<float> value = new(x[(corner + c)..]);
                for (int p = 1; p < places; p++)
                {
                    Vector<float> next = new(x[(corner + c + Place(p))..]);
                    value = _isMax ? Vector.MaxNative(value, next) : value + next;
                }

                (_isMax ? value : value / places).CopyTo(to[c..]);
            }
        }
    }

    /// <summary>Each window's error goes to its largest number, the first of equal ones; or, for the mean, in equal parts to all.</summary>
    private void BackItem(ReadOnlySpan<float> x, ReadOnlySpan<float> errors, Span<float> inputErrors)
    {
        int pitch = Input.Layout.Pitch, places = _height * _width;
        inputErrors.Clear();
        for (int pixel = 0; pixel < Output.Layout.Pixels; pixel++)
        {
            int corner = Corner(pixel);
            ReadOnlySpan<float> from = errors.Slice(pixel * pitch, pitch);
            for (int c = 0; c < pitch; c += Vector<float>.Count)
            {
                Vector<float> error = new(from[c..]), largest = new(x[(corner + c)..]), share = error / places;
                for (int p = 1; p < places && _isMax; p++)
                    largest = Vector.MaxNative(largest, new Vector<float>(x[(corner + c + Place(p))..]));
                for (int p = 0; p < places; p++)
                {
                    Span<float> to = inputErrors[(corner + c + Place(p))..];
                    if (_isMax)
                    {
                        Vector<int> isLargest = Vector.Equals(largest, new Vector<float>(x[(corner + c + Place(p))..]));
                        share = Vector.ConditionalSelect(isLargest, error, Vector<float>.Zero);
                        error = Vector.ConditionalSelect(isLargest, Vector<float>.Zero, error);
                    }

                    (new Vector<float>(to) + share).CopyTo(to);
                }
            }
        }
    }

    private int Corner(int pixel)
    {
        int y = pixel / Output.Layout.Width * _stride, x = pixel % Output.Layout.Width * _stride;
        return (y * Input.Layout.Width + x) * Input.Layout.Pitch;
    }

    private int Place(int p) => (p / _width * Input.Layout.Width + p % _width) * Input.Layout.Pitch;
}
