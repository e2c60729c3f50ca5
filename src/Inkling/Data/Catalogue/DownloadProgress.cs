namespace Inkling;

/// <summary>How far a download has come.</summary>
/// <param name="File">Which file.</param>
/// <param name="Bytes">How much of it is here, what an earlier try had fetched included.</param>
/// <param name="Total">Its whole length, where the server tells.</param>
public sealed record DownloadProgress(string File, long Bytes, long? Total);
