using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Inkling.Files;

namespace Inkling.Data.Catalogue;

/// <summary>Timeouts for connecting and for each chunk of data.</summary>
internal sealed record DownloadTimeouts(TimeSpan Connect, TimeSpan Idle)
{
    public static DownloadTimeouts Default { get; } = new(Connect: TimeSpan.FromSeconds(5), Idle: TimeSpan.FromSeconds(30));
}

/// <summary>
/// Downloads a file from the first mirror that delivers it. The part received so far is kept beside the destination as
/// <c>.partial</c>, where the next try resumes; it is renamed only when it is complete and its checksum is right.
/// </summary>
internal sealed class Download : IDisposable
{
    private const int TriesPerMirror = 3;

    private readonly HttpClient _client;
    private readonly TimeSpan _idle;

    public Download(DownloadTimeouts timeouts)
    {
        _idle = timeouts.Idle;
        _client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = timeouts.Connect })
        {
            Timeout = Timeout.InfiniteTimeSpan
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("inkling", null));
    }

    public void Dispose() => _client.Dispose();

    /// <param name="mirrors">The file's address on each mirror, the preferred one first.</param>
    /// <param name="destination">Path of the file. Nothing is done if it exists.</param>
    /// <param name="mostBytes">
    /// Maximum length of the file, in bytes; a mirror that sends more is abandoned, so that it cannot fill the disk.
    /// </param>
    /// <param name="verify">Returns what is wrong with the complete file at a path, or null.</param>
    /// <param name="progress">Receives the progress after every chunk.</param>
    /// <param name="cancellationToken">Stops the download; the part received is kept.</param>
    /// <exception cref="DataUnavailableException">No mirror delivered the file.</exception>
    /// <exception cref="InklingException">The file cannot be written: the disk is full, or permission is denied.</exception>
    public async Task FetchAsync(
        IReadOnlyList<Uri> mirrors,
        string destination,
        long mostBytes,
        Func<string, string?> verify,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(destination))!);
            // Another process downloading the same file holds the lock; the system releases it if that process is killed.
            using FileLock held = await LockAsync(destination, cancellationToken).ConfigureAwait(false);
            if (File.Exists(destination))
                return;
            await FetchFromAnyAsync(mirrors, destination, mostBytes, verify, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InklingException(
                $"{destination}: may not be written here. "
                + $"Set XDG_CACHE_HOME to a folder of yours, or put the files into a folder and name it with --data.",
                e);
        }
        catch (IOException e)
        {
            throw new InklingException(
                $"{destination}: cannot be written: {e.Message} "
                + $"Set XDG_CACHE_HOME to another folder, or put the files into a folder and name it with --data.",
                e);
        }
    }

    private async Task FetchFromAnyAsync(
        IReadOnlyList<Uri> mirrors,
        string destination,
        long mostBytes,
        Func<string, string?> verify,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        string partial = destination + ".partial";
        List<string> failures = [];
        foreach (Uri mirror in mirrors)
        {
            string failure = "";
            for (int tries = TriesPerMirror; tries > 0; tries--)
            {
                bool isResumed = File.Exists(partial);
                Outcome outcome = await TryAsync(mirror, partial, mostBytes, progress, cancellationToken).ConfigureAwait(false);
                failure = outcome.Failure ?? verify(partial) ?? "";
                if (failure.Length == 0)
                {
                    File.Move(partial, destination, overwrite: true);
                    return;
                }

                if (outcome.Failure is null)
                {
                    // Wrong checksum: the part left by an earlier try may be bad, so download once more from the start.
                    File.Delete(partial);
                    if (isResumed)
                        continue;
                    break;
                }

                if (!outcome.IsWorthAnotherTry)
                    break;
            }

            failures.Add($"{mirror.Host}: {failure}");
        }

        throw new DataUnavailableException(
            $"{Path.GetFileName(destination)} cannot be downloaded ({string.Join("; ", failures)}). "
            + $"Try again later, or put the files into a folder and name it with --data.");
    }

    /// <summary>Makes one request, resuming at the end of the partial file.</summary>
    private async Task<Outcome> TryAsync(
        Uri address,
        string partial,
        long mostBytes,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(_idle);
        try
        {
            long begin = File.Exists(partial) ? new FileInfo(partial).Length : 0;
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            if (begin > 0)
                request.Headers.Range = new RangeHeaderValue(begin, null);
            using HttpResponseMessage response = await _client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, idle.Token)
                .ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                File.Delete(partial); // longer than the file on the server, so not a part of it
                return new Outcome("416 Range Not Satisfiable", IsWorthAnotherTry: true);
            }

            if (!response.IsSuccessStatusCode)
                return new Outcome($"{(int)response.StatusCode} {response.ReasonPhrase}", IsWorthAnotherTry: false);
            bool goesOn = response.StatusCode == HttpStatusCode.PartialContent
                && response.Content.Headers.ContentRange?.From == begin;
            return await ReceiveAsync(response, partial, goesOn ? begin : 0, mostBytes, progress, idle).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Outcome("timed out", IsWorthAnotherTry: false);
        }
        catch (HttpRequestException e)
        {
            return new Outcome(
                e.InnerException is SocketException socket
                    ? socket.SocketErrorCode.ToString()
                    : e.Message,
                IsWorthAnotherTry: false);
        }
    }

    private async Task<Outcome> ReceiveAsync(
        HttpResponseMessage response,
        string partial,
        long begin,
        long mostBytes,
        IProgress<DownloadProgress>? progress,
        CancellationTokenSource idle)
    {
        long? total = begin + response.Content.Headers.ContentLength;
        if (total > mostBytes)
        {
            if (begin > 0)
                File.Delete(partial); // the part belongs to another file: continued, it would be too long
            // With begin 0 the response is not the file (such as a login page), and the partial file may be valid.
            return TooLong(mostBytes);
        }

        string name = Path.GetFileNameWithoutExtension(partial);
        Stream body = await response.Content.ReadAsStreamAsync(idle.Token).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
        {
            using FileStream file = Open(partial, begin, total);
            byte[] chunk = new byte[1 << 16];
            long have = begin;
            while (true)
            {
                idle.CancelAfter(_idle); // the timeout applies to each chunk, not to the whole download
                int read;
                try
                {
                    read = await body.ReadAsync(chunk, idle.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or HttpRequestException)
                {
                    read = 0; // the connection broke: the part received is kept
                }

                if (read == 0)
                    return total is null || have == total
                        ? Outcome.Whole
                        : new Outcome(
                            FormattableString.Invariant($"the connection ended after {have:N0} of {total:N0} bytes"),
                            IsWorthAnotherTry: true);
                have += read;
                if (have > mostBytes)
                {
                    file.Dispose();
                    File.Delete(partial); // the part belongs to another file
                    return TooLong(mostBytes);
                }

                Write(file, chunk.AsSpan(0, read), partial, total);
                progress?.Report(new DownloadProgress(name, have, total));
            }
        }
    }

    private static Outcome TooLong(long mostBytes) =>
        new(FormattableString.Invariant($"more than the {mostBytes:N0} bytes that it should have"), IsWorthAnotherTry: false);

    private static FileStream Open(string partial, long begin, long? total)
    {
        try
        {
            return new FileStream(
                partial,
                begin == 0 ? FileMode.Create : FileMode.Append,
                FileAccess.Write,
                FileShare.None,
                bufferSize: 0);
        }
        catch (IOException e)
        {
            throw CannotWrite(partial, total, e);
        }
    }

    private static void Write(FileStream file, ReadOnlySpan<byte> bytes, string partial, long? total)
    {
        try
        {
            file.Write(bytes);
        }
        catch (IOException e)
        {
            throw CannotWrite(partial, total, e);
        }
    }

    private static InklingException CannotWrite(string partial, long? total, IOException e) =>
        new(
            $"{Path.GetDirectoryName(partial)}: {e.Message.TrimEnd('.')}: "
            + FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(partial)} needs {total:N0} bytes there.")
            + " Free some, or set XDG_CACHE_HOME to another disk.",
            e);

    private static async Task<FileLock> LockAsync(string destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (FileLock.TryTake(destination) is { } held)
                return held;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record Outcome(string? Failure, bool IsWorthAnotherTry)
    {
        public static Outcome Whole { get; } = new(null, IsWorthAnotherTry: false);
    }
}
