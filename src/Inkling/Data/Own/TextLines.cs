namespace Inkling.Data.Own;

/// <summary>The lines of a text, as bytes, in bounded memory.</summary>
/// <param name="stream">The text, in UTF-8.</param>
/// <param name="name">Its name in error messages.</param>
internal sealed class TextLines(Stream stream, string name)
{
    /// <summary>Longest line, in bytes: an image of 1,000 × 1,000 pixels.</summary>
    private const int MostBytes = 1 << 22;

    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end;
    private bool _isAtEnd;

    /// <summary>The number of the line that was read last, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line without its end; valid until the next is read.</param>
    /// <returns>False at the end of the text.</returns>
    /// <exception cref="InklingException">A line is too long for a table of images.</exception>
    public bool Next(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0 || (_isAtEnd && _end > _start))
            {
                length = length >= 0 ? searched + length : _end - _start;
                line = _buffer.AsSpan(_start, length).TrimEnd((byte)'\r');
                _start = Math.Min(_end, _start + length + 1);
                if (++Number == 1 && line.StartsWith("\uFEFF"u8))
                    line = line[3..];
                return true;
            }

            line = default;
            if (_isAtEnd)
                return false;
            searched = _end - _start;
            Fill();
        }
    }

    private void Fill()
    {
        int kept = _end - _start;
        if (kept >= MostBytes)
            throw new InklingException(
                $"{name}: line {Number + 1} is longer than {MostBytes / 1_000_000} MB: not a table of images.");
        if (kept == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        _buffer.AsSpan(_start, kept).CopyTo(_buffer);
        (_start, _end) = (0, kept);
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _isAtEnd = read == 0;
        _end += read;
    }
}
