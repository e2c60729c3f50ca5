using Inkling.Layers;
using Inkling.Numerics.Kernels;

namespace Inkling.Execution.Stages;

/// <summary>Max or average pooling: the largest number or the mean of each window of a feature map.</summary>
internal sealed class PoolingStage : Stage
{
    private readonly Action<int, int, int> _forward, _back;
    private readonly bool _mayTakeSlope;
    private bool _takesSlope;

    /// <param name="input">The feature maps.</param>
    /// <param name="output">The output's shape.</param>
    /// <param name="window">Height and width of the window.</param>
    /// <param name="stride">Pixels from one window to the next.</param>
    /// <param name="isMax">Whether to take the largest number; otherwise the mean.</param>
    /// <param name="goesBack">Whether anything before it learns.</param>
    /// <param name="miniBatchSize">The most examples.</param>
    public PoolingStage(
        Activations input,
        Shape output,
        (int Height, int Width) window,
        int stride,
        bool isMax,
        bool goesBack,
        int miniBatchSize)
        : base(input, new Activations(Layout.Padded(output, input.Layout.FlattenedPixels), miniBatchSize), goesBack)
    {
        int pitch = input.Layout.Pitch;
        bool overlap = stride < Math.Max(window.Height, window.Width);
        _mayTakeSlope = Pooling.IsNonOverlappingMax2x2(window.Height * window.Width, isMax, overlap);
        int[] corners =
        [
            .. Enumerable.Range(0, Output.Layout.Pixels)
                .Select(pixel => At(pixel / output.Width * stride, pixel % output.Width * stride))
        ];
        int[] places =
        [
            .. Enumerable.Range(0, window.Height * window.Width)
                .Select(place => At(place / window.Width, place % window.Width))
        ];
        _forward = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
                Pooling.Forward(Input.ValuesOf(i), corners, places, pitch, isMax, Output.ValuesOf(i));
        };
        _back = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
                Pooling.Back(
                    Input.ValuesOf(i),
                    Output.ErrorsOf(i),
                    corners,
                    places,
                    pitch,
                    isMax,
                    overlap,
                    _takesSlope,
                    Input.ErrorsOf(i));
        };

        int At(int y, int x) => (y * input.Layout.Width + x) * pitch;
    }

    /// <summary>
    /// Makes the backward pass multiply by the derivative of a ReLU before this stage too, where it can, which saves one pass
    /// over all numbers.
    /// </summary>
    /// <returns>Whether it does.</returns>
    public bool TryFuseReluBackward() => _takesSlope = _mayTakeSlope;

    public override void Forward(in StageWork work) => work.ForEachItem(Input.Layout.Stride, _forward);

    public override void PropagateBack(in StageWork work) => work.ForEachItem(Input.Layout.Stride, _back);
}
