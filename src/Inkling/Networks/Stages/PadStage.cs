namespace Inkling;

/// <summary>Brings an input into the engine's layout, where a layer other than dense and convolution looks at it first.</summary>
internal sealed class PadStage(Activations input, int miniBatchSize)
    : Stage(input, new Activations(Layout.Of(new Shape(input.Layout.Channels, input.Layout.Height, input.Layout.Width)), miniBatchSize))
{
    public override void Forward(in StageWork work)
    {
        for (int i = 0; i < work.Items; i++)
        {
            for (int p = 0; p < Input.Layout.Pixels; p++)
                Input.ValuesOf(i).Slice(p * Input.Layout.Pitch, Input.Layout.Channels).CopyTo(Output.ValuesOf(i)[(p * Output.Layout.Pitch)..]);
        }
    }

    public override void PropagateBack(in StageWork work) => throw new NotSupportedException("Nothing is learned before the input.");
}
