#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
// Draws the packages' icon: a handwritten 7 on the grid of pixels that a network sees, with a drop of ink for a full stop.
// Run it with: dotnet run eng/icon.cs
using SkiaSharp;

const int Side = 256;
SKColor paper = new(0xFFFBF7EC), ink = new(0xFF1D2B53), line = new(0xFFD9E2EC), drop = new(0xFFC8402F);
using SKBitmap bitmap = new(Side, Side);
using SKCanvas canvas = new(bitmap);
canvas.Clear(SKColors.Transparent);
using SKPath card = new();
card.AddRoundRect(new SKRect(8, 8, Side - 8, Side - 8), 40, 40);
canvas.ClipPath(card, antialias: true);
canvas.Clear(paper);

using SKPaint thin = new() { Color = line, StrokeWidth = 2, IsAntialias = true };
for (int i = 1; i < 8; i++)
{
    canvas.DrawLine(i * Side / 8f, 0, i * Side / 8f, Side, thin);
    canvas.DrawLine(0, i * Side / 8f, Side, i * Side / 8f, thin);
}

using SKPaint pen = new()
{
    Color = ink,
    Style = SKPaintStyle.Stroke,
    StrokeWidth = 26,
    StrokeCap = SKStrokeCap.Round,
    StrokeJoin = SKStrokeJoin.Round,
    IsAntialias = true
};
using SKPath seven = new();
seven.MoveTo(62, 74);
seven.CubicTo(98, 66, 142, 82, 178, 62);
seven.CubicTo(150, 104, 124, 146, 112, 206);
canvas.DrawPath(seven, pen);
pen.StrokeWidth = 20;
using SKPath bar = new();
bar.MoveTo(92, 140);
bar.CubicTo(112, 130, 140, 142, 164, 130);
canvas.DrawPath(bar, pen);
using SKPaint full = new() { Color = drop, IsAntialias = true };
canvas.DrawCircle(180, 198, 19, full);

using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
File.WriteAllBytes(
    Path.Combine(Path.GetDirectoryName(AppContext.GetData("EntryPointFilePath") as string)!, "icon.png"), png.ToArray());
