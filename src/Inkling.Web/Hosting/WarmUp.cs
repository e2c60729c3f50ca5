using Inkling.Web.Reading;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Inkling.Web;

/// <summary>Reads a drawing when the server starts, so that the first request is not slow. Ready when that is done.</summary>
internal sealed class WarmUp(ModelCache models) : BackgroundService, IHealthCheck
{
    private volatile bool _isDone;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isDone ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The reader is being loaded."));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(
        () =>
        {
            Sketch sketch = new([[100, 60, 240, 60, 170, 260], [330, 60, 330, 260]]);
            for (int i = 0; i < 8 && !stoppingToken.IsCancellationRequested; i++) // enough for the JIT compiler's second tier
                models.ReaderOf(BundledModels.Names[0]).Explain(sketch.ToPicture());
            _isDone = true;
        },
        stoppingToken);
}
