using System.Globalization;
using Inkling.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace Inkling.Web.Learning;

/// <summary>Trains networks and shows their progress. The server owns the runs; the page polls them 8 times a second.</summary>
public sealed partial class LearnPage : IDisposable
{
    private const int MostShown = 12, Colours = 6;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(125);

    private readonly CancellationTokenSource _gone = new();
    /// <summary>Mini-batches a second; the last is as fast as it can.</summary>
    private static readonly double?[] Speeds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, null];

    private bool _isDataChosen;
    private string _data = "", _device = "", _maps = "", _hidden = "30";
    private ActivationFunction _activation = ActivationFunction.Sigmoid;
    private Cost _cost = Cost.Quadratic;
    private Regularisation _regularisation;
    private int _examples, _miniBatch = 10, _epochs = 30, _seed = 1;
    private int _speed = Array.IndexOf(Speeds, 2000);
    private double _eta = 3, _strength;
    private string? _wrong, _missing, _saved;
    private Run? _selected;
    private float[]? _drawnWeights;
    private string _weights = "";

    [CascadingParameter] private Language T { get; set; } = null!;

    /// <summary>A run's number, where the address has one. It is text, since a user may have typed anything.</summary>
    [SupplyParameterFromQuery(Name = "run")] private string? RunNumber { get; set; }

    /// <summary>The lesson whose settings are filled in, a name in <see cref="RunSettings.Lessons"/>.</summary>
    [SupplyParameterFromQuery(Name = "try")] private string? Lesson { get; set; }

    [Inject] private RunBook Book { get; set; } = null!;

    [Inject] private TrainingData Data { get; set; } = null!;

    [Inject] private WebSettings Server { get; set; } = null!;

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    private IReadOnlyList<Run> Shown => [.. Book.Runs.Take(MostShown)];

    private RunSettings Settings => new()
    {
        Data = _data,
        Examples = _examples,
        Maps = RunSettings.ParseHidden(_maps),
        Hidden = RunSettings.ParseHidden(_hidden),
        Activation = _activation,
        Cost = _cost,
        Regularisation = _regularisation,
        Strength = _strength,
        MiniBatch = _miniBatch,
        Eta = _eta,
        Epochs = _epochs,
        Seed = _seed,
        Device = _device.Length > 0 ? _device : null,
    };

    /// <summary>The accuracies published for MNIST, where a run shown is on MNIST.</summary>
    private IReadOnlyList<(double Y, string Name)> Published =>
        Shown.Any(run => run.Settings.Data == "mnist") ? [(94.89, "94.89"), (96, "96")] : [];

    private IReadOnlyList<CurveOfRun> AccuracyOf =>
        CurvesOf(epoch => 100 * epoch.Accuracy, moment => 100 * moment.Accuracy);

    private IReadOnlyList<CurveOfRun> CostOf => CurvesOf(epoch => epoch.Cost, moment => moment.Cost);

    private string SpeedText => Speeds[_speed] is { } speed
        ? T.Format("learn.speed.value", speed.ToString("N0", CultureInfo.InvariantCulture))
        : T["learn.speed.full"];

    protected override void OnInitialized()
    {
        SuggestData();
        if (RunSettings.Lessons.TryGetValue(Lesson ?? "", out RunSettings? lesson))
            Choose(lesson);
        Look();
    }

    protected override void OnParametersSet() => Look();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            _ = WatchAsync();
    }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private IReadOnlyList<CurveOfRun> CurvesOf(Func<RunEpoch, double> ofEpoch, Func<RunMoment, double> ofMoment) =>
        [.. Shown.Take(Colours).Select(run => new CurveOfRun(
            ColourOf(run),
            $"{run.Id}",
            run == _selected,
            [.. run.Epochs.Select(epoch => (epoch.Epoch + 1.0, ofEpoch(epoch))).Where(point => double.IsFinite(point.Item2))],
            run == _selected
                ? [.. run.Moments.Select(moment => (moment.Epoch, ofMoment(moment))).Where(p => double.IsFinite(p.Item2))]
                : []))];

    private void Look()
    {
        Run? before = _selected;
        Run? named = Book.Find(Query.Number(RunNumber));
        _missing = named is null && !string.IsNullOrEmpty(RunNumber)
            ? T.Format("learn.missing", RunNumber[..Math.Min(RunNumber.Length, 20)])
            : null;
        _selected = named ?? (Book.Runs is [var newest, ..] ? newest : null);
        bool mayHaveChanged = before != _selected || _selected?.IsElsewhere == true;
        if (_selected is not null && mayHaveChanged && RendererInfo.IsInteractive) // not when prerendering each request
            _ = _selected.LoadResultAsync();
    }

    /// <summary>Renders the page again where a run has changed.</summary>
    private async Task WatchAsync()
    {
        CancellationToken gone = _gone.Token;
        using PeriodicTimer timer = new(BetweenLooks);
        long drawn = -1;
        try
        {
            while (await timer.WaitForNextTickAsync(gone))
            {
                WatchRun();
                long now = Book.Runs.Sum(run => (long)run.Version + 1) + Book.Looks;
                if (now == drawn)
                    continue;
                drawn = now;
                await InvokeAsync(() =>
                {
                    Look();
                    StateHasChanged();
                });
            }
        }
        catch (OperationCanceledException)
        {
            // the page is closed; the runs go on
        }
    }

    /// <summary>Passes the slider's speed to the run that is shown, for as long as the page is open.</summary>
    private void WatchRun() => _selected?.Watch(this, Speeds[_speed]);

    private void ChangeSpeed(ChangeEventArgs e)
    {
        if (Query.Number(e.Value as string) is not { } speed || speed < 0 || speed >= Speeds.Length)
            return;
        _speed = speed;
        WatchRun();
    }

    private void SuggestData()
    {
        if (!_isDataChosen)
            _data = Data.Available()[0].Name;
    }

    private void SuggestEta() => _eta = Settings.SuggestedEta;

    private void SuggestStrength() => _strength = _regularisation switch
    {
        Regularisation.None => 0,
        Regularisation.Dropout => 0.5,
        Regularisation.L2 => 5,
        _ => 1,
    };

    private bool IsChosen(RunSettings preset) =>
        (preset.Sizes, preset.Differences, preset.Eta, preset.MiniBatch, preset.Epochs)
        == (Settings.Sizes, Settings.Differences, _eta, _miniBatch, _epochs);

    private void Choose(RunSettings preset)
    {
        (_maps, _hidden) = (string.Join(", ", preset.Maps), string.Join(", ", preset.Hidden));
        (_activation, _cost, _regularisation, _strength) =
            (preset.Activation, preset.Cost, preset.Regularisation, preset.Strength);
        (_examples, _miniBatch, _eta, _epochs) = (preset.Examples, preset.MiniBatch, preset.Eta, preset.Epochs);
    }

    private void Begin(bool isPaused) => Try(() =>
    {
        RunRefusal? refusal = Book.Begin(Settings, isPaused, out Run? run, Speeds[_speed]);
        if (run is not null)
            Select(run);
        return refusal;
    });

    /// <summary>Runs a command and shows why it was refused or has failed.</summary>
    private void Try(Func<RunRefusal?> command)
    {
        try
        {
            _wrong = command() is { } refusal ? T.Format($"learn.wrong.{refusal.Key}", refusal.Values) : null;
        }
        catch (InklingException e)
        {
            _wrong = T.Format("server.says", e.Message);
        }
    }

    /// <summary>The three experiments side by side, on the chosen data.</summary>
    private void BeginAll()
    {
        foreach (RunSettings preset in RunSettings.Presets)
        {
            Choose(preset);
            Begin(false);
            if (_wrong is not null)
                return;
        }
    }

    private void Select(Run run)
    {
        (RunNumber, _saved) = (run.Id.ToString(CultureInfo.InvariantCulture), null);
        Look();
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("run", run.Id), replace: true);
    }

    private void Remove(Run run) => Try(() =>
    {
        Book.Remove(run);
        RunNumber = null;
        Look();
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("run", (int?)null), replace: true);
        return null;
    });

    private void Save(Run run) => Try(() =>
    {
        _saved = Book.Save(run);
        return null;
    });

    private static int ColourOf(Run run) => (run.Id - 1) % Colours;

    private string WeightsOf(float[] weights, int side)
    {
        if (ReferenceEquals(weights, _drawnWeights))
            return _weights;
        _drawnWeights = weights;
        int neurons = Math.Min(weights.Length / (side * side), 100);
        _weights = Pictures.Maps(weights, neurons, side, side, columns: neurons <= 30 ? 6 : 10);
        return _weights;
    }
}
