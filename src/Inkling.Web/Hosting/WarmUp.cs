using Inkling.Web.Reading;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Inkling.Web;

/// <summary>
/// Reads a drawing soon after the server has started, so that the first request is not slow. Ready when that is done. It begins
/// behind the first response, so that the first page does not share the processor with it; at once where someone asks whether the
/// server is ready; and after two seconds where nobody comes.
/// </summary>
internal sealed class WarmUp(ModelCache models) : BackgroundService, IHealthCheck
{
    private readonly TaskCompletionSource _isWanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDone;

    /// <summary>How long it waits for somebody to come.</summary>
    internal TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether it has begun, or is about to.</summary>
    public bool HasBegun => _isWanted.Task.IsCompleted;

    /// <summary>Begins, unless it has begun already.</summary>
    public void Begin() => _isWanted.TrySetResult();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Begin();
        return Task.FromResult(
            _isDone ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The reader is being loaded."));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAny(_isWanted.Task, Task.Delay(MaxWait, stoppingToken));
        await Task.Run(() => Read(stoppingToken), stoppingToken);
    }

    private void Read(CancellationToken stoppingToken)
    {
        Sketch sketch = new([[100, 60, 240, 60, 170, 260], [330, 60, 330, 260]]);
        for (int i = 0; i < 8; i++) // enough for the JIT compiler's second tier
            models.ReaderOf(BundledModels.Names[0]).Explain(sketch.ToPicture(), cancellationToken: stoppingToken);
        _isDone = true;
    }
}
