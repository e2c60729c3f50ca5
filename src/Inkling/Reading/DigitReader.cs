using Inkling.Reading;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Lines;

namespace Inkling;

/// <summary>
/// Reads handwritten numbers in pictures: finds the ink, its lines and numbers, cuts touching digits apart, and puts together
/// what its networks find likeliest. Safe from several threads at once.
/// </summary>
/// <remarks>
/// Time and memory are bounded by the picture's pixels, whatever it shows (docs/reading.md): what would take more is a texture,
/// and not read.
/// </remarks>
/// <example>
/// <code>
/// DigitReader reader = DigitReader.Load();
/// ReadingResult reading = reader.Read("cheque.jpg");            // with Inkling.Imaging
/// Console.WriteLine($"{reading.Text}, {reading.Confidence:P0}");
/// </code>
/// </example>
public sealed class DigitReader
{
    private readonly SegmentJudge _judge;
    private readonly LineNetwork _lines;
    private readonly ReaderConstants _constants = ReaderConstants.Default;

    /// <summary>Whether the network that tells digits apart is in memory: given, or loaded when first asked.</summary>
    internal bool IsDigitNetworkLoaded => _judge.IsSecondLoaded;

    /// <summary>
    /// A reader that asks the bundled networks. Each is loaded when a picture first asks it: a clear digit needs the small ones
    /// only.
    /// </summary>
    /// <param name="name">Which network tells digits apart: one of <see cref="BundledModels.Names"/>.</param>
    /// <exception cref="InklingException">There is no such network.</exception>
    public static DigitReader Load(string name = "best")
    {
        ArgumentNullException.ThrowIfNull(name);
        BundledModels.RequireName(name);
        return new DigitReader(new SegmentJudge(() => BundledModels.Load(name)), new LineNetwork(), ReaderConstants.Default);
    }

    /// <summary>
    /// A reader that asks a network of one's own which digit it sees; a bundled one tells what is a digit at all.
    /// </summary>
    /// <param name="network">Reads 28×28 pixels as ten digits; as it is now.</param>
    /// <exception cref="ArgumentException">The network does not read 28×28 pixels as ten digits.</exception>
    public DigitReader(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        const int side = MnistNormalisation.Side;
        if (!network.Architecture.Input.IsGreyImage(side, side) || network.Architecture.Output.Size != 10)
        {
            throw new ArgumentException(
                $"A network that reads digits takes one image of {side}×{side} pixels in shades of grey and has 10 outputs; "
                + $"this one is {network}.",
                nameof(network));
        }

        _judge = new SegmentJudge(network);
        _lines = new LineNetwork();
    }

    private DigitReader(SegmentJudge judge, LineNetwork lines, ReaderConstants constants) =>
        (_judge, _lines, _constants) = (judge, lines, constants);

    /// <summary>A reader with the same networks that goes by other constants.</summary>
    internal DigitReader With(ReaderConstants constants) => new(_judge, _lines, constants);

    /// <summary>The numbers in a picture, dark on light or light on dark.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">What is known about the numbers; null for nothing.</param>
    /// <param name="cancellationToken">Ends the reading, between its steps and within long ones.</param>
    /// <returns>What was read; its text is empty where there is nothing to read.</returns>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public ReadingResult Read(GreyImage picture, ReadingOptions? options = null, CancellationToken cancellationToken = default) =>
        Explain(picture, options, cancellationToken).Reading;

    /// <summary>The same, with everything there is to see on the way.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="options">What is known about the numbers; null for nothing.</param>
    /// <param name="cancellationToken">Ends the reading, between its steps and within long ones.</param>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public ReadingStages Explain(GreyImage picture, ReadingOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(picture);
        return ReadingPipeline.Read(picture, _judge, _lines, options ?? new ReadingOptions(), _constants, cancellationToken);
    }
}
