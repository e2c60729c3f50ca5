using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace Inkling.Web;

/// <summary>
/// The server's metrics, for <c>dotnet-counters</c>, and for OpenTelemetry where OTEL_EXPORTER_OTLP_ENDPOINT names a collector.
/// </summary>
internal sealed class ServerMetrics
{
    public const string MeterName = "Inkling.Web";

    public ServerMetrics(IMeterFactory factory)
    {
        Meter = factory.Create(MeterName);
        Readings = Meter.CreateCounter<long>("inkling.readings", description: "Pictures read");
        Refusals = Meter.CreateCounter<long>("inkling.refusals", description: "Requests answered with 4xx, by status");
        ReadingTime = Meter.CreateHistogram<double>("inkling.reading.duration", "s", "From a picture's bytes to its reading");
        WaitingTime = Meter.CreateHistogram<double>("inkling.reading.wait", "s", "Waiting for a free core");
    }

    public Meter Meter { get; }

    public Counter<long> Readings { get; }

    public Counter<long> Refusals { get; }

    public Histogram<double> ReadingTime { get; }

    public Histogram<double> WaitingTime { get; }
}

internal static class Telemetry
{
    public static void Add(IServiceCollection services)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
            return; // nothing leaves the machine unless its owner names a collector
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(
                ServerMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddOtlpExporter());
    }
}
