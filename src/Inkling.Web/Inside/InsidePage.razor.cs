using Inkling.Layers;
using Inkling.Reading.Finding;
using Inkling.Web.Reading;
using Inkling.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace Inkling.Web.Inside;

/// <summary>
/// Shows every layer of a network for one input, and an output's gradient with respect to each of its values. All choices are in
/// the address.
/// </summary>
public sealed partial class InsidePage : IDisposable
{
    private const int Side = MnistNormalisation.Side, MostNeurons = 128, InStrip = 20, CellSide = 14, Samples = 200;

    private static readonly Lazy<LabelledImages> Generated = new(
        () => GeneratedDigits.Create(Samples, seed: 7, plainShapes: true));

    private readonly NewestOnly _work = new();
    private (string Model, byte[] Glyph, int? Output)? _looked;
    private Network? _network;
    private InputGradient? _look;
    private string[] _strips = [];
    private string _model = "", _inkPicture = "", _gradientPicture = "", _productPicture = "";
    private string? _problem;
    private byte[] _glyph = [];
    private int? _layer, _neuron;
    private bool _showsAll;

    [CascadingParameter] private Language T { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "model")] private string? ModelName { get; set; }

    [SupplyParameterFromQuery(Name = "x")] private string? Input { get; set; }

    [SupplyParameterFromQuery(Name = "sample")] private string? SampleText { get; set; }

    [SupplyParameterFromQuery(Name = "layer")] private string? LayerText { get; set; }

    [SupplyParameterFromQuery(Name = "neuron")] private string? NeuronText { get; set; }

    [SupplyParameterFromQuery(Name = "output")] private string? OutputText { get; set; }

    [Inject] private ModelCache Models { get; set; } = null!;

    [Inject] private ReadingQueue Queue { get; set; } = null!;

    [Inject] private Visitor Visitor { get; set; } = null!;

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    private int? Sample => Query.Number(SampleText);

    public void Dispose() => _work.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        _model = ModelName is { } name && Models.Has(name) ? name : "tiny";
        _glyph = Glyph.Parse(Input) ?? Generated.Value.Pixels((((Sample ?? 0) % Samples) + Samples) % Samples).ToArray();
        (_layer, _neuron) = (Query.Number(LayerText), Query.Number(NeuronText) is { } neuron and >= 0 ? neuron : null);
        int? output = Query.Number(OutputText) is { } number and >= 0 and < 10 ? number : null;
        if (_looked is { } looked
            && looked.Model == _model
            && looked.Output == output
            && looked.Glyph.AsSpan().SequenceEqual(_glyph))
            return;
        _looked = (_model, _glyph, output);
        await _work.RunAsync(token => LookAsync(output, token));
    }

    private async Task LookAsync(int? output, CancellationToken cancellationToken)
    {
        try
        {
            string model = _model;
            float[] x = [.. _glyph.Select(pixel => pixel / 255f)];
            (Network network, InputGradient look) = await Queue.RunAsync(
                _ =>
                {
                    Network network = Models.NetworkOf(model);
                    return (network, InputGradient.Of(network, x, output));
                },
                "page",
                Visitor.Address,
                isLarge: false,
                cancellationToken);
            (_network, _look, _problem) = (network, look, null);
            Draw(network, look, x);
        }
        catch (Exception e) when (e is InklingException or TimeoutException or BusyException)
        {
            _problem = e is InklingException ? e.Message : T["read.busy"];
            _looked = null; // so that the next request tries again
        }
    }

    private void Draw(Network network, InputGradient look, float[] x)
    {
        _inkPicture = Pictures.Ink(_glyph, Side, Side);
        _gradientPicture = Pictures.Maps(look.Gradients[0], 1, Side, Side, 1);
        _productPicture = Pictures.Maps([.. look.Gradients[0].Zip(x, (slope, value) => slope * value)], 1, Side, Side, 1);
        _strips = [.. look.Values.Select((values, l) =>
        {
            Shape shape = network.Architecture.ShapeBefore(l);
            return shape.IsVector
                ? Pictures.Maps(
                    [.. values.Take(InStrip * 2).SelectMany(value => Enumerable.Repeat(value, CellSide * CellSide))],
                    Math.Min(values.Length, InStrip * 2),
                    CellSide,
                    CellSide,
                    InStrip * 2,
                    isEachScaled: false)
                : Pictures.Maps(
                    values, Math.Min(shape.Channels, InStrip), shape.Height, shape.Width, InStrip, isEachScaled: false);
        })];
    }

    /// <summary>Puts a choice into the address; the page is updated from there.</summary>
    private void Go(string name, object? value)
    {
        Dictionary<string, object?> choice = new(StringComparer.Ordinal) { [name] = value };
        if (name is "layer" or "model")
            choice["neuron"] = null;
        if (name is "model")
            choice["layer"] = null;
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(choice), replace: true);
    }

    private void AnotherDigit() => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["x"] = null,
            ["output"] = null,
            ["sample"] = Input is null ? (Sample ?? 0) + 1 : Sample ?? 0
        }),
        replace: true);

    private int ShownOf(Shape shape) => _showsAll ? shape.Channels : Math.Min(shape.Channels, MostNeurons);

    /// <summary>The convolution that a layer's values come from, not those of the activation after it; otherwise null.</summary>
    private Layer.Convolution? ConvolutionAt(int layer) =>
        layer == 0 ? null : _network!.Architecture.Layers[layer - 1] as Layer.Convolution;

    private string NameOf(int layer) => _network!.Architecture.Layers[layer - 1] switch
    {
        Layer.Convolution convolution => T.Format("layer.convolution", convolution.Kernel.Height, convolution.Kernel.Width),
        Layer.Dense => T["layer.dense"],
        Layer.MaxPool pool => T.Format("layer.maxpool", pool.Size.Height, pool.Size.Width),
        Layer.AveragePool pool => T.Format("layer.averagepool", pool.Size.Height, pool.Size.Width),
        Layer.Add => T["layer.add"],
        Layer.GlobalAveragePool => T["layer.gap"],
        Layer.BatchNormalisation => T["layer.batchnorm"],
        Layer.Dropout => T["layer.dropout"],
        Layer.Flatten => T["layer.flatten"],
        Layer.Activation { Function: ActivationFunction.Relu } => "ReLU",
        Layer.Activation activation => activation.ToString(),
        { } other => other.ToString(),
    };

    private ReadOnlySpan<float> MapOf(IReadOnlyList<float[]> all, int layer, int channel)
    {
        Shape shape = _network!.Architecture.ShapeBefore(layer);
        int size = shape.Height * shape.Width;
        return all[layer].AsSpan(channel * size, size);
    }

    private float ValueOf(int layer, int channel)
    {
        float sum = 0;
        ReadOnlySpan<float> map = MapOf(_look!.Values, layer, channel);
        foreach (float value in map)
            sum += value;
        return sum / map.Length;
    }

    /// <summary>Σ ∂z/∂a over the map, or Σ ∂z/∂a · a.</summary>
    private float SlopeOf(int layer, int channel, bool withValue)
    {
        float sum = 0;
        ReadOnlySpan<float> slopes = MapOf(_look!.Gradients, layer, channel), values = MapOf(_look.Values, layer, channel);
        for (int i = 0; i < slopes.Length; i++)
            sum += withValue ? slopes[i] * values[i] : slopes[i];
        return sum;
    }

    private string PictureOf(int layer, int channel)
    {
        Shape shape = _network!.Architecture.ShapeBefore(layer);
        if (!shape.IsVector)
            return Pictures.Maps(MapOf(_look!.Values, layer, channel), 1, shape.Height, shape.Width, 1);
        float most = _look!.Values[layer].Max(Math.Abs), share = most > 0 ? _look.Values[layer][channel] / most : 0;
        return Pictures.Maps([share], 1, 1, 1, 1, isEachScaled: false, most: 1);
    }

    /// <summary>The weights that a layer's values come from: its own, or those of the layer that it follows.</summary>
    private WeightedLayer? WeightsBehind(int layer)
    {
        int channels = _network!.Architecture.ShapeBefore(layer).Channels;
        int weighted = _network.Architecture.Layers.Take(layer).Count(l => l is Layer.Dense or Layer.Convolution) - 1;
        return weighted >= 0 && _network.WeightedLayers[weighted].Neurons == channels ? _network.WeightedLayers[weighted] : null;
    }

    private string? WeightsPicture(int layer, int neuron)
    {
        if (WeightsBehind(layer) is not { } weights || neuron >= weights.Neurons)
            return null;
        int l = Enumerable.Range(0, layer).Last(i => _network!.Architecture.Layers[i] is Layer.Dense or Layer.Convolution);
        float[] all = weights.CopyWeights();
        ReadOnlySpan<float> own = all.AsSpan(neuron * weights.Inputs, weights.Inputs);
        if (_network!.Architecture.Layers[l] is Layer.Convolution convolution)
            return Pictures.Maps(
                own,
                weights.Inputs / (convolution.Kernel.Height * convolution.Kernel.Width),
                convolution.Kernel.Height,
                convolution.Kernel.Width,
                16,
                isEachScaled: false);
        int before = l;
        while (before > 0 && _network.Architecture.Layers[before - 1] is Layer.Flatten or Layer.Dropout)
            before--;
        Shape from = _network.Architecture.ShapeBefore(before);
        if (weights.Inputs == Side * Side)
            return Pictures.Maps(own, 1, Side, Side, 1);
        return from.IsVector
            ? Pictures.Maps(own, own.Length, 1, 1, 10, isEachScaled: false)
            : Pictures.Maps(own, from.Channels, from.Height, from.Width, 16, isEachScaled: false);
    }
}
