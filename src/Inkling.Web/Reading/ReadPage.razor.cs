using Inkling.Evaluation;
using Inkling.Imaging;
using Inkling.Reading;
using Inkling.Web.Shell;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;

namespace Inkling.Web.Reading;

/// <summary>Draw a number, or choose a picture, and see it read.</summary>
public sealed partial class ReadPage : IAsyncDisposable
{
    private const int MostDigitsShown = 24;

    private readonly NewestOnly _work = new();
    private DotNetObjectReference<ReadPage>? _self;
    private IJSObjectReference? _script;
    private ElementReference _canvas;
    private InputFile? _input;
    private int _revision;
    private bool _isBlank = true, _keepsCorrections;
    private ReadingStages? _stages;
    private GreyImage? _picture;
    private string? _photo, _problem, _corrected;

    [CascadingParameter] private Language T { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "model")] private string? ModelName { get; set; }

    [Inject] private IJSRuntime Script { get; set; } = null!;

    [Inject] private ReadingQueue Queue { get; set; } = null!;

    [Inject] private Visitor Visitor { get; set; } = null!;

    [Inject] private ModelCache Models { get; set; } = null!;

    [Inject] private UploadRoom Room { get; set; } = null!;

    [Inject] private Corrections Corrections { get; set; } = null!;

    [Inject] private WebSettings Settings { get; set; } = null!;

    private string Model => ModelName is { } name && Models.Has(name) ? name : BundledModels.Names[0];

    private ReadingResult? _reading => _stages?.Reading;

    /// <summary>Reads the drawing as it is now; called by the script.</summary>
    /// <param name="revision">The script's count of drawings; shown when this one has been read.</param>
    /// <param name="strokes">Each x, y, x, y, …</param>
    [JSInvokable]
    public async Task ReadDrawing(int revision, int[][] strokes)
    {
        Sketch sketch = new(strokes);
        if (_picture is not null || !sketch.IsSound)
            return;
        await _work.RunAsync(async token =>
        {
            _isBlank = strokes.Length == 0;
            if (_isBlank)
                _stages = null;
            else
                await ReadAsync(sketch.ToPicture, isLarge: false, token);
            _revision = revision;
            _corrected = null;
            StateHasChanged();
        });
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        _self = DotNetObjectReference.Create(this);
        await using IJSObjectReference module =
            await Script.InvokeAsync<IJSObjectReference>("import", AssetFiles.AddressOf("ink.js"));
        _script = await module.InvokeAsync<IJSObjectReference>("start", _canvas, _input!.Element, _self, Sketch.PenWidth);
        StateHasChanged(); // the canvas is ready
    }

    public async ValueTask DisposeAsync()
    {
        _work.Dispose();
        try
        {
            if (_script is not null)
            {
                await _script.InvokeVoidAsync("stop");
                await _script.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the page is closed already
        }

        _self?.Dispose();
    }

    /// <returns>The picture, when it has been read; null where it could not be.</returns>
    private async Task<GreyImage?> ReadAsync(Func<GreyImage> picture, bool isLarge, CancellationToken cancellationToken)
    {
        _problem = null;
        try
        {
            string model = Model;
            (_stages, GreyImage read) = await Queue.RunAsync(
                token =>
                {
                    GreyImage image = picture();
                    return (Models.ReaderOf(model).Explain(image, cancellationToken: token), image);
                },
                "page",
                Visitor.Address,
                isLarge,
                cancellationToken);
            return read;
        }
        catch (Exception e) when (e is InklingException or TimeoutException or BusyException)
        {
            _problem = e is InklingException ? e.Message : T["read.busy"];
            return null;
        }
    }

    private Task TakePictureAsync(InputFileChangeEventArgs e) => _work.RunAsync(async token =>
    {
        _problem = e.FileCount != 1 ? T["read.one"]
            : e.File.Size > Settings.MaxUploadBytes ? T.Format("read.toolong", Settings.MaxUploadBytes / 1_000_000)
            : null;
        if (_problem is not null)
            return;
        try
        {
            await using Stream file = e.File.OpenReadStream(Settings.MaxUploadBytes, token);
            using Upload upload = await Room.TakeAsync(file, e.File.Size, e.File.Name, Visitor.Address, token);
            bool isLarge = upload.PromisedPixels() > Settings.LargePixels;
            GreyImage? read = await ReadAsync(
                () => PictureFile.Load(upload.Open(), e.File.Name, Settings.MaxPixels), isLarge, token);
            if (read is not null)
                (_picture, _photo) = (read, Pictures.Photo(read));
            _corrected = null;
        }
        catch (Exception problem) when (problem is BusyException or IOException or TimeoutException or JSException)
        {
            _problem = T[problem is BusyException ? "read.busy" : "read.lost"];
        }
    });

    private async Task LeavePictureAsync()
    {
        (_picture, _photo, _stages, _problem) = (null, null, null, null);
        await _script!.InvokeVoidAsync("read");
    }

    private async Task UndoAsync() => await _script!.InvokeVoidAsync("undo");

    private async Task ClearAsync() => await _script!.InvokeVoidAsync("clear");

    private async Task ChooseModel(ChangeEventArgs e)
    {
        ModelName = (string?)e.Value;
        await _script!.InvokeVoidAsync("say", "model", ModelName);
        if (_picture is { } picture)
            await _work.RunAsync(token => ReadAsync(() => picture, picture.Pixels.Length > Settings.LargePixels, token));
        else
            await _script!.InvokeVoidAsync("read");
    }

    private void Correct(ReadDigit digit, int truth)
    {
        if (!_keepsCorrections)
            return;
        try
        {
            _corrected = T.Format("read.corrected", truth, Corrections.Add(digit.Glyph, truth));
        }
        catch (InklingException e)
        {
            _problem = e.Message;
        }
    }

    /// <summary>A box around each digit, with the digit above it.</summary>
    private RenderFragment BoxesOf(int scale, int size) => builder =>
    {
        int i = 0;
        foreach (ReadDigit digit in _reading?.Digits ?? [])
        {
            PixelBox box = digit.Box;
            builder.OpenElement(0, "g");
            builder.SetKey(i++);
            builder.AddAttribute(1, "class", digit.Confidence >= 0.9 ? "box" : "box doubtful");
            builder.OpenElement(2, "rect");
            builder.AddAttribute(3, "x", Say.Number(box.Left * scale - 4));
            builder.AddAttribute(4, "y", Say.Number(box.Top * scale - 4));
            builder.AddAttribute(5, "width", Say.Number(box.Width * scale + 8));
            builder.AddAttribute(6, "height", Say.Number(box.Height * scale + 8));
            builder.AddAttribute(7, "rx", "6");
            builder.CloseElement();
            builder.OpenElement(8, "text");
            builder.AddAttribute(9, "x", Say.Number(box.Left * scale + box.Width * scale / 2.0));
            builder.AddAttribute(10, "y", Say.Number(Math.Max(size, box.Top * scale - 11)));
            builder.AddAttribute(11, "font-size", Say.Number(size));
            builder.AddContent(12, digit.Digit);
            builder.CloseElement();
            builder.CloseElement();
        }
    };
}
