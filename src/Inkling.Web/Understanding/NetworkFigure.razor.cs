using System.Globalization;
using System.Text;
using Inkling.Layers;
using Inkling.Web.Reading;
using Inkling.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Inkling.Web.Understanding;

/// <summary>
/// A drawing of 784-30-10 that shows, for the digit drawn beside it, what flows through it: activations as filled circles, the
/// products of weights and activations as lines. It can be broken, and its accuracy is measured again.
/// </summary>
public sealed partial class NetworkFigure
{
    private const int Side = MnistNormalisation.Side, Hidden = ChapterOneNetwork.Hidden;

    private const int Width = 440, Height = 460, InputLeft = 6, InputTop = 150, InputSide = 140, HiddenX = 256, OutputX = 366;

    /// <summary>Lines drawn from the input to each hidden neuron, the strongest ones; and levels of strength.</summary>
    private const int LinesPerNeuron = 5, Strengths = 4;

    private readonly NewestOnly _work = new();
    private readonly PageScript<NetworkFigure> _script = new();
    private ElementReference _canvas;
    private TrainedNetwork? _trained;
    private Network? _broken;
    private Damage _damage = new();
    private IReadOnlySet<int> _off = new HashSet<int>();
    private readonly float[] _x = new float[Side * Side];
    private bool _isBlank = true;
    private ForwardTrace? _trace;
    private List<(string Path, int Strength, bool IsPositive)> _wires = [];
    private int? _digit, _neuron;
    private double _accuracy, _intact;
    private string _inkPicture = "", _weightsPicture = "", _productPicture = "";
    private string? _problem;

    [CascadingParameter] private Language T { get; set; } = null!;

    [Inject] private IJSRuntime Script { get; set; } = null!;

    [Inject] private ChapterOneNetwork Source { get; set; } = null!;

    [Inject] private ReadingQueue Queue { get; set; } = null!;

    [Inject] private Visitor Visitor { get; set; } = null!;

    /// <summary>Shows the drawing in the network; called by the script.</summary>
    /// <param name="strokes">Each x, y, x, y, …</param>
    [JSInvokable]
    public void Draw(int[][] strokes)
    {
        Sketch sketch = new(strokes);
        if (!sketch.IsSound)
            return;
        GreyImage picture = sketch.ToPicture();
        float[] ink = new float[picture.Pixels.Length];
        for (int i = 0; i < ink.Length; i++)
            ink[i] = 1 - picture.Pixels[i] / 255f;
        Show(MnistNormalisation.Normalise(ink, picture.Width, picture.Height));
        StateHasChanged();
    }

    public async ValueTask DisposeAsync()
    {
        _work.Dispose();
        await _script.DisposeAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        if (!await _script.StartAsync(Script, "pad.js", this, _canvas, Sketch.PenWidth))
            return;
        try
        {
            _trained = await Source.LoadAsync();
            await BreakAsync(_damage);
            Show(_trained.Test.Pixels(_trained.Samples[3]));
        }
        catch (InklingException e)
        {
            _problem = e.Message;
        }

        StateHasChanged();
    }

    private static double HiddenY(int neuron) => 16 + neuron * (Height - 32.0) / (Hidden - 1);

    private static double OutputY(int neuron) => 20 + neuron * (Height - 40.0) / 9;

    private async Task ShowAsync(int sample)
    {
        await ClearAsync();
        Show(_trained!.Test.Pixels(sample));
    }

    private async Task ClearAsync()
    {
        await _script.CallAsync("clear");
        Show(new byte[Side * Side]);
    }

    private void Show(ReadOnlySpan<byte> glyph)
    {
        _isBlank = glyph.IndexOfAnyExcept((byte)0) < 0;
        for (int i = 0; i < glyph.Length; i++)
            _x[i] = glyph[i] / 255f;
        _inkPicture = Pictures.Ink(glyph, Side, Side);
        Trace();
    }

    private Task BreakAsync(Damage damage)
    {
        if (_trained is not { } trained)
            return Task.CompletedTask;
        _damage = damage;
        _off = damage.NeuronsOff(Hidden);
        _broken = damage.ApplyTo(trained.Network);
        Trace();
        Network network = _broken;
        return _work.RunAsync(async token =>
        {
            try
            {
                Score score = await Queue.RunAsync(
                    _ => network.Evaluate(trained.Test, threads: 1), "page", Visitor.Address, isLarge: false, token);
                _accuracy = (double)score.Correct / score.Total;
                if (damage.IsNone)
                    _intact = _accuracy;
                _problem = null;
            }
            catch (Exception e) when (e is TimeoutException or BusyException)
            {
                _problem = T["read.busy"];
            }
        });
    }

    private void Choose(int? neuron)
    {
        _neuron = neuron == _neuron ? null : neuron;
        DrawNeuron();
    }

    private void ChooseNeuron(ChangeEventArgs e) =>
        Choose(Query.Number(e.Value as string) is { } neuron and >= 0 and < Hidden ? neuron : null);

    private void Trace()
    {
        _trace = _broken is null || _isBlank ? null : _broken.Trace(_x);
        _digit = _trace is null ? null : Array.IndexOf(_trace.Activations[2], _trace.Activations[2].Max());
        _wires = _trace is null ? [] : [.. Wires(_broken!, _trace)];
        DrawNeuron();
    }

    private void DrawNeuron()
    {
        if (_neuron is not { } neuron || _broken is null)
            return;
        float[] weights = [.. Enumerable.Range(0, Side * Side).Select(k => _broken.WeightedLayers[0][neuron, k])];
        _weightsPicture = Pictures.Maps(weights, 1, Side, Side, 1);
        _productPicture = Pictures.Maps([.. weights.Select((weight, k) => weight * _x[k])], 1, Side, Side, 1);
    }

    /// <summary>The products w·a as lines: the strongest from the input to each hidden neuron, and all from there to the
    /// outputs. Those of one strength and sign are one path.</summary>
    private IEnumerable<(string Path, int Strength, bool IsPositive)> Wires(Network network, ForwardTrace trace)
    {
        List<(double Product, double X1, double Y1, double X2, double Y2)> first = [], second = [];
        WeightedLayer hidden = network.WeightedLayers[0], outputs = network.WeightedLayers[1];
        int[] ink = [.. Enumerable.Range(0, _x.Length).Where(k => _x[k] > 0.2f)];
        for (int j = 0; j < Hidden; j++)
        {
            if (_off.Contains(j))
                continue;
            foreach (int k in ink.OrderByDescending(k => Math.Abs(hidden[j, k] * _x[k])).Take(LinesPerNeuron))
            {
                const double Pixel = (double)InputSide / Side;
                first.Add((
                    hidden[j, k] * _x[k],
                    InputLeft + (k % Side + 0.5) * Pixel,
                    InputTop + (k / Side + 0.5) * Pixel,
                    HiddenX - 6,
                    HiddenY(j)));
            }

            for (int d = 0; d < 10; d++)
                second.Add((outputs[d, j] * trace.Activations[1][j], HiddenX + 6, HiddenY(j), OutputX - 13, OutputY(d)));
        }

        return Paths(first).Concat(Paths(second));
    }

    private static IEnumerable<(string Path, int Strength, bool IsPositive)> Paths(
        List<(double Product, double X1, double Y1, double X2, double Y2)> lines)
    {
        double most = lines.Select(line => Math.Abs(line.Product)).DefaultIfEmpty(0).Max();
        if (!(most > 0))
            return [];
        return lines
            .GroupBy(line => (Strength: (int)Math.Min(Strengths - 1, Strengths * Math.Abs(line.Product) / most),
                IsPositive: line.Product > 0))
            .OrderBy(group => group.Key.Strength)
            .Select(group =>
            {
                StringBuilder path = new();
                foreach ((_, double x1, double y1, double x2, double y2) in group)
                    path.Append(CultureInfo.InvariantCulture, $"M{x1:0.#} {y1:0.#}L{x2:0.#} {y2:0.#}");
                return (path.ToString(), group.Key.Strength, group.Key.IsPositive);
            });
    }
}
