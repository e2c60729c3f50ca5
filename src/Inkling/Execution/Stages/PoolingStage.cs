using Inkling.Layers;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Stages;

/// <summary>Max or average pooling: the largest number or the mean of each window of a feature map.</summary>
internal sealed class PoolingStage : Stage
{
    private readonly Sides _window, _stride;
    private readonly Offsets[] _offsets; // one for each thread
    private readonly Action<int, int, int> _forward, _back;
    private readonly bool _mayTakeSlope;
    private bool _takesSlope;

    /// <param name="input">The feature maps.</param>
    /// <param name="output">The output's shape.</param>
    /// <param name="window">Height and width of the window.</param>
    /// <param name="stride">Pixels from one window to the next, down and across.</param>
    /// <param name="isMax">Whether to take the largest number; otherwise the mean.</param>
    /// <param name="goesBack">Whether anything before it learns.</param>
    /// <param name="miniBatchSize">The most examples.</param>
    /// <param name="threads">The most threads.</param>
    public PoolingStage(
        Activations input,
        Shape output,
        Sides window,
        Sides stride,
        bool isMax,
        bool goesBack,
        int miniBatchSize,
        int threads)
        : base(input, new Activations(Layout.Padded(output, input.Layout.FlattenedPixels), miniBatchSize), goesBack)
    {
        (_window, _stride) = (window, stride);
        int pitch = input.Layout.Pitch;
        bool overlap = stride.Height < window.Height || stride.Width < window.Width;
        _mayTakeSlope = Pooling.IsNonOverlappingMaxOfFour(window.Area, isMax, overlap);
        _offsets = [.. Enumerable.Range(0, threads).Select(_ => new Offsets(Output.Layout.Pixels, window.Area))];
        _forward = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                Offsets offsets = OffsetsFor(worker, i);
                Pooling.Forward(Input.ValuesOf(i), offsets.Corners, offsets.Places, pitch, isMax, Output.ValuesOf(i));
            }
        };
        _back = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                Offsets offsets = OffsetsFor(worker, i);
                Pooling.Back(
                    Input.ValuesOf(i),
                    Output.ErrorsOf(i),
                    offsets.Corners,
                    offsets.Places,
                    pitch,
                    isMax,
                    overlap,
                    _takesSlope,
                    Input.ErrorsOf(i));
            }
        };
    }

    /// <summary>
    /// Makes the backward pass multiply by the derivative of a ReLU before this stage too, where it can, which saves one pass
    /// over all numbers.
    /// </summary>
    /// <returns>Whether it does.</returns>
    public bool TryFuseReluBackward() => _takesSlope = _mayTakeSlope;

    public override void Forward(in StageWork work) => work.ForEachItem(Input.Layout.Stride, _forward);

    public override void PropagateBack(in StageWork work) => work.ForEachItem(Input.Layout.Stride, _back);

    private Offsets OffsetsFor(int worker, int item)
    {
        _offsets[worker].SetWidth(Input.LayoutOf(item), Output.LayoutOf(item), _window, _stride);
        return _offsets[worker];
    }

    /// <summary>One thread's offsets of windows and of a window's pixels: for the width of the item it saw last.</summary>
    private sealed class Offsets(int mostWindows, int windowArea)
    {
        private readonly int[] _corners = new int[mostWindows], _places = new int[windowArea];
        private int _width, _count;

        public ReadOnlySpan<int> Corners => _corners.AsSpan(0, _count);

        public ReadOnlySpan<int> Places => _places;

        public void SetWidth(Layout from, Layout to, Sides window, Sides stride)
        {
            if (from.Width == _width)
                return;
            (_width, _count) = (from.Width, to.Pixels);
            PixelOffsets.Fill(_corners.AsSpan(0, _count), to.Width, stride, from.Width, from.Pitch);
            PixelOffsets.Fill(_places, window.Width, stride: 1, from.Width, from.Pitch);
        }
    }
}
