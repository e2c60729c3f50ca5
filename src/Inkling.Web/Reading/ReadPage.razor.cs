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
    private readonly PageScript<ReadPage> _script = new();
    private ElementReference _canvas;
    private InputFile? _input;
    private int _revision;
    private bool _isBlank = true, _keepsCorrections, _showsStages;
    private ReadingStages? _stages;
    private GreyImage? _picture, _drawing;
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
                (_stages, _problem) = (null, null);
            else
                _drawing = await ReadAsync(sketch.ToPicture, isLarge: false, token);
            _revision = revision;
            _corrected = null;
            StateHasChanged();
        });
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
            return;
        if (await _script.StartAsync(Script, "ink.js", this, _canvas, _input!.Element, Sketch.PenWidth))
            StateHasChanged(); // the canvas is ready
    }

    public async ValueTask DisposeAsync()
    {
        _work.Dispose();
        await _script.DisposeAsync();
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
            Refuse(e is InklingException ? T.Format("read.failed", e.Message) : T["read.busy"]);
            return null;
        }
    }

    /// <summary>Shows why something was not read, in place of what was read before.</summary>
    private void Refuse(string why) => (_problem, _stages) = (why, null);

    private Task TakePictureAsync(InputFileChangeEventArgs e) => _work.RunAsync(async token =>
    {
        GreyImage? read = null;
        try
        {
            if (e.FileCount != 1)
                Refuse(T["read.one"]);
            else if (e.File.Size > Settings.MaxUploadBytes)
                Refuse(T.Format("read.toolong", Settings.MaxUploadBytes / 1_000_000));
            else
                read = await ReadUploadAsync(e.File, token);
        }
        catch (Exception problem) when (problem is BusyException or IOException or TimeoutException or JSException)
        {
            Refuse(T[problem is BusyException ? "read.busy" : "read.lost"]);
        }

        (_picture, _photo, _corrected) = (read, read is null ? null : Pictures.Photo(read), null);
    });

    private async Task<GreyImage?> ReadUploadAsync(IBrowserFile chosen, CancellationToken cancellationToken)
    {
        await using Stream file = chosen.OpenReadStream(Settings.MaxUploadBytes, cancellationToken);
        using Upload upload = await Room.TakeAsync(file, chosen.Size, chosen.Name, Visitor.Address, cancellationToken);
        return await ReadAsync(
            () => PictureFile.Load(upload.Open(), chosen.Name, Settings.MaxPixels),
            isLarge: upload.PromisedPixels() > Settings.LargePixels,
            cancellationToken);
    }

    private async Task LeavePictureAsync()
    {
        (_picture, _photo, _stages, _problem) = (null, null, null, null);
        await _script.CallAsync("read");
    }

    private async Task UndoAsync() => await _script.CallAsync("undo");

    private async Task ShowSampleAsync(string sample) =>
        await _script.CallAsync("show", (object)SampleDrawings.StrokesOf(sample)); // one argument, not one for each stroke

    private async Task ClearAsync() => await _script.CallAsync("clear");

    private async Task ChooseModel(ChangeEventArgs e)
    {
        ModelName = (string?)e.Value;
        await _script.CallAsync("say", "model", ModelName);
        if (_picture is { } picture)
            await _work.RunAsync(token => ReadAsync(() => picture, picture.Pixels.Length > Settings.LargePixels, token));
        else
            await _script.CallAsync("read");
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
            _problem = T.Format("server.says", e.Message);
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
            builder.SetKey(i);
            builder.AddAttribute(1, "class", DigitBox.ClassOf(digit, i));
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
            builder.AddContent(12, DigitBox.LabelOf(digit));
            builder.CloseElement();
            builder.CloseElement();
            i++;
        }
    };
}
