using System.Diagnostics;
using Inkling.Web.Learning;
using Inkling.Web.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inkling.Web;

/// <summary>
/// Looks at the database that several servers share, about once a second. Not ready while it does not answer; readings, which do
/// not need it, go on.
/// </summary>
internal sealed partial class Replica(RunBook book, SharedFiles files, WebSettings settings, ILogger<Replica> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _patience = settings.LeaseTime;
    private bool _hasLooked;
    private long _lastLook = Stopwatch.GetTimestamp();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            book.Away is { } away ? HealthCheckResult.Unhealthy(away)
            : Volatile.Read(ref _hasLooked) && Stopwatch.GetElapsedTime(Volatile.Read(ref _lastLook)) < _patience
                ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The database has not answered for some seconds."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenSource looking = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        Task renewing = Task.Run(() => RenewAsync(looking.Token), CancellationToken.None);
        try
        {
            await Task.Run(() => LookAsync(stoppingToken), stoppingToken);
        }
        finally
        {
            await looking.CancelAsync(); // without looks the leases end too
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(BetweenLooks);
        do
        {
            try
            {
                if (!_hasLooked)
                    files.Clear();
                book.LookAtDatabase();
                files.Copy();
                Volatile.Write(ref _hasLooked, true);
                book.Away = null;
            }
            catch (Exception e) when (e is InklingException or IOException or UnauthorizedAccessException)
            {
                if (book.Away is null)
                    LogAway(e.Message);
                book.Away = e.Message;
            }

            Volatile.Write(ref _lastLook, Stopwatch.GetTimestamp());
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Renews the leases beside the looks, one of which may take longer than a lease.</summary>
    private async Task RenewAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(BetweenLooks);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                book.RenewLeases();
            }
            catch (InklingException)
            {
                // the looks find the same, and say so
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Why}")]
    private partial void LogAway(string why);
}
