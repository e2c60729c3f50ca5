using System.Globalization;
using Inkling.Web.Shell;
using Microsoft.AspNetCore.Components;

namespace Inkling.Web.Learning;

/// <summary>Trains networks and shows their progress. The server owns the runs; the page polls them 4 times a second.</summary>
public sealed partial class LearnPage : IDisposable
{
    private const int MostShown = 12, Colours = 6;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _gone = new();
    private string _data = "", _hidden = "30";
    private Cost _cost = Cost.Quadratic;
    private int _miniBatch = 10, _epochs = 30, _seed = 1;
    private double _eta = 3;
    private string? _wrong, _missing, _saved;
    private Run? _selected;
    private float[]? _drawnWeights;
    private string _weights = "";

    [CascadingParameter] private Language T { get; set; } = null!;

    /// <summary>A run's number, where the address has one. It is text, since a user may have typed anything.</summary>
    [SupplyParameterFromQuery(Name = "run")] private string? RunNumber { get; set; }

    [Inject] private RunBook Book { get; set; } = null!;

    [Inject] private TrainingData Data { get; set; } = null!;

    [Inject] private NavigationManager Navigation { get; set; } = null!;

    private IReadOnlyList<Run> Shown => [.. Book.Runs.Take(MostShown)];

    private RunSettings Settings => new()
    {
        Data = _data,
        Hidden = RunSettings.ParseHidden(_hidden),
        Cost = _cost,
        MiniBatch = _miniBatch,
        Eta = _eta,
        Epochs = _epochs,
        Seed = _seed,
    };

    /// <summary>The accuracies published for MNIST, where a run shown is on MNIST.</summary>
    private IReadOnlyList<(double Y, string Name)> Published =>
        Shown.Any(run => run.Settings.Data == "mnist") ? [(94.89, "94.89"), (96, "96")] : [];

    private IReadOnlyList<CurveOfRun> AccuracyOf => [.. Shown.Take(Colours).Select(run => new CurveOfRun(
        ColourOf(run),
        $"{run.Id}",
        run == _selected,
        [.. run.Epochs.Select(epoch => ((double)epoch.Epoch, 100 * epoch.Accuracy))]))];

    private IReadOnlyList<CurveOfRun> CostOf => [.. Shown.Take(Colours).Select(run => new CurveOfRun(
        ColourOf(run),
        $"{run.Id}",
        run == _selected,
        [.. run.Epochs.Where(epoch => double.IsFinite(epoch.Cost)).Select(epoch => ((double)epoch.Epoch, epoch.Cost))]))];

    protected override void OnInitialized()
    {
        _data = Data.Available()[0].Name;
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

    private void Look()
    {
        Run? before = _selected;
        Run? named = Book.Find(Query.Number(RunNumber));
        _missing = named is null && !string.IsNullOrEmpty(RunNumber)
            ? T.Format("learn.missing", RunNumber[..Math.Min(RunNumber.Length, 20)])
            : null;
        _selected = named ?? (Book.Runs is [var newest, ..] ? newest : null);
        if (_selected is not null && before != _selected && RendererInfo.IsInteractive) // not when prerendering each request
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
                long now = Book.Runs.Sum(run => (long)run.Version + 1);
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

    private bool IsChosen(RunSettings preset) =>
        (preset.Sizes, preset.Eta, preset.Cost, preset.MiniBatch, preset.Epochs)
        == (Settings.Sizes, _eta, _cost, _miniBatch, _epochs);

    private void Choose(RunSettings preset) =>
        (_hidden, _eta, _cost, _miniBatch, _epochs)
        = (string.Join(", ", preset.Hidden), preset.Eta, preset.Cost, preset.MiniBatch, preset.Epochs);

    private void Begin(bool isPaused) => Try(() =>
    {
        RunRefusal? refusal = Book.Begin(Settings, isPaused, out Run? run);
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
            _wrong = e.Message;
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

    private string WeightsOf(float[] weights)
    {
        if (ReferenceEquals(weights, _drawnWeights))
            return _weights;
        _drawnWeights = weights;
        int neurons = Math.Min(weights.Length / 784, 100);
        _weights = Pictures.Maps(weights, neurons, 28, 28, columns: neurons <= 30 ? 6 : 10);
        return _weights;
    }
}
