using System.Globalization;
using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;
using SkiaSharp;

namespace Inkling.Imaging;

/// <summary>
/// Decodes the pages of a TIFF file with LibTiff.NET: grey, colours, palettes and black and white, in strips or tiles,
/// uncompressed or with the methods of <see cref="IsRead"/>.
/// </summary>
internal sealed class TiffFile
{
    private readonly byte[] _file;
    private readonly string _name;
    private readonly long _mostPixels, _mostHeld;
    private readonly TiffDirectory[] _pages;

    /// <summary>LibTiff's handler of messages is static, and prints them unless it is replaced.</summary>
    static TiffFile() => Messages.Others = Tiff.SetErrorHandler(new Messages());

    /// <exception cref="InklingException">The file's list of pages is damaged, or there is none.</exception>
    public TiffFile(byte[] file, string name, long mostPixels, long mostHeld)
    {
        (_file, _name, _mostPixels, _mostHeld) = (file, name, mostPixels, mostHeld);
        if (TiffDirectory.IsBigTiff(file))
            throw new InklingException($"{name}: a BigTIFF file, which is not read. Save it as TIFF, PNG or JPEG.");
        try
        {
            _pages = [.. TiffDirectory.AllOf(file).Where(page => !page.IsPreview)];
        }
        catch (InvalidDataException e)
        {
            throw new InklingException(
                $"{name}: damaged, so it cannot be read as TIFF ({e.Message}). Copy or download it again, or save it as PNG.", e);
        }

        if (_pages.Length == 0)
            throw new InklingException($"{name}: a TIFF file without a picture (a raw photo?). Save it as PNG or JPEG.");
    }

    public int Count => _pages.Length;

    /// <summary>Decodes a page, upright.</summary>
    /// <exception cref="InklingException">The page is damaged, too large, or compressed with another method.</exception>
    public GreyImage Load(int index)
    {
        TiffDirectory page = _pages[index];
        string name = Count == 1 ? _name : string.Create(CultureInfo.InvariantCulture, $"{_name}, page {index + 1}");
        long held = (page.HeldBytes + PictureFile.BytesPerPixel - 1) / PictureFile.BytesPerPixel;
        PictureFile.RequireSize(name, page.Width, page.Height, page.Pixels, held, _mostPixels, _mostHeld);
        if (!IsRead((Compression)page.Compression))
            throw new InklingException(
                $"{name}: TIFF compressed with method {page.Compression}, which is not read. "
                    + "Save it as PNG, or as TIFF with LZW.");
        int[] pixels;
        try
        {
            pixels = Decode(page);
        }
        catch (Exception e) when (e is not OutOfMemoryException) // LibTiff.NET throws whatever damage leads to
        {
            string reason = e is InvalidDataException ? e.Message : e.GetType().Name;
            throw new InklingException(
                $"{name}: damaged or cut short, so it cannot be read as TIFF ({reason}). Copy or download it again.", e);
        }

        SKImageInfo info = new((int)page.Width, (int)page.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        GCHandle pinned = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            using SKBitmap bitmap = new();
            bitmap.InstallPixels(info, pinned.AddrOfPinnedObject());
            return Greys.Of(bitmap, PictureFile.FactorFor(info.Size), info.Size).Upright((SKEncodedOrigin)page.Orientation);
        }
        finally
        {
            pinned.Free();
        }
    }

    /// <summary>The methods that scanners and programs write; LibTiff's others are rare, and less well tested.</summary>
    private static bool IsRead(Compression method) => method is Compression.NONE or Compression.LZW or Compression.PACKBITS
        or Compression.DEFLATE or Compression.ADOBE_DEFLATE or Compression.JPEG
        or Compression.CCITTRLE or Compression.CCITTFAX3 or Compression.CCITTFAX4;

    /// <summary>Decodes a page to RGBA, not premultiplied, in the file's order of rows and columns.</summary>
    /// <exception cref="InvalidDataException">LibTiff reports an error.</exception>
    private int[] Decode(TiffDirectory page)
    {
        using Source source = new(_file);
        using Tiff tiff = Tiff.ClientOpen("", "r", source, source) ?? throw Error("no first page");
        if (!tiff.SetSubDirectory(page.Offset))
            throw Error("no page");
        TiffRgbaImage image = TiffRgbaImage.Create(tiff, stopOnError: true, out string reason) ?? throw Error(reason);
        if (image.Width != page.Width || image.Height != page.Height)
            throw Error("two sizes");
        image.ReqOrientation = image.Orientation; // as it is in the file: LibTiff mirrors, but does not rotate
        int[] pixels = new int[image.Width * image.Height];
        source.Error = null; // errors in tags that are not needed do not matter
        if (!image.GetRaster(pixels, 0, image.Width, image.Height) || source.Error is not null)
            throw Error("the pixels");
        if (image.Alpha != ExtraSample.UNSPECIFIED)
            Unpremultiply(MemoryMarshal.AsBytes(pixels.AsSpan()));
        return pixels;

        InvalidDataException Error(string otherwise) => new(source.Error ?? otherwise);
    }

    private static void Unpremultiply(Span<byte> rgba)
    {
        for (int i = 0; i < rgba.Length; i += 4)
        {
            int alpha = rgba[i + 3];
            for (int k = 0; alpha is > 0 and < 255 && k < 3; k++)
                rgba[i + k] = (byte)Math.Min(255, (255 * rgba[i + k] + alpha / 2) / alpha);
        }
    }

    /// <summary>The file's bytes for LibTiff, and the first error in them.</summary>
    private sealed class Source(byte[] file) : TiffStream, IDisposable
    {
        private readonly MemoryStream _stream = new(file, writable: false);

        public string? Error { get; set; }

        public override int Read(object clientData, byte[] buffer, int offset, int count) => _stream.Read(buffer, offset, count);

        public override void Write(object clientData, byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(object clientData, long offset, SeekOrigin origin)
            => offset is < 0 or > int.MaxValue ? -1 : _stream.Seek(offset, origin);

        public override long Size(object clientData) => _stream.Length;

        public override void Close(object clientData)
        {
        }

        public void Dispose() => _stream.Dispose();
    }

    /// <summary>Keeps the first error of our files; messages about others go where they went before.</summary>
    private sealed class Messages : TiffErrorHandler
    {
        public static TiffErrorHandler? Others { get; set; }

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is not Source)
                Others?.ErrorHandler(tif, method, format, args);
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is Source source)
                source.Error ??= OneLine.Of(string.Format(CultureInfo.InvariantCulture, format, args));
            else
                Others?.ErrorHandlerExt(tif, clientData, method, format, args);
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is not Source)
                Others?.WarningHandler(tif, method, format, args);
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is not Source)
                Others?.WarningHandlerExt(tif, clientData, method, format, args);
        }
    }
}
