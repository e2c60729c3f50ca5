using System.Net;
using Inkling.Web.Api;
using Inkling.Web.Learning;
using Inkling.Web.Reading;
using Inkling.Web.Shell;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inkling.Web;

/// <summary>The page and the API as one process.</summary>
public static class WebServer
{
    private const int MaxMessageBytes = 512 * 1024; // a drawing of many strokes is one message

    /// <summary>The server, ready to run.</summary>
    public static WebApplication Create(WebSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(WebServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // whoever asks is told
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // keys for sessions only; they may die with the process
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, settings));

        IServiceCollection services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<ReadingDesk>();
        services.AddSingleton<ModelShelf>();
        services.AddSingleton<Corrections>();
        services.AddSingleton<RunFolder>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<TrainingData>();
        services.AddSingleton<RunBook>();
        services.AddHostedService(provider => provider.GetRequiredService<RunBook>());
        services.AddSingleton<WarmUp>();
        services.AddHostedService(provider => provider.GetRequiredService<WarmUp>());
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAntiforgery(antiforgery => antiforgery.Cookie.SameSite = SameSiteMode.Strict);
        services.AddProblemDetails();
        services.AddOpenApi(ApiDescription.Configure);
        services.AddSingleton<ApiDocument>();
        services.AddHealthChecks().AddCheck<WarmUp>("readers", tags: ["ready"]);
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        services.Configure<FormOptions>(form =>
        {
            form.MultipartBodyLengthLimit = settings.MaxUploadBytes;
            form.MemoryBufferThreshold = (int)settings.MaxUploadBytes; // pictures do not touch the disk
        });
        services.AddRazorComponents().AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitMaxRetained = 20)
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxMessageBytes);
        Telemetry.Add(services);

        WebApplication app = builder.Build();
        app.UseMiddleware<ResponseHeaders>();
        app.UseExceptionHandler(Problems.OnException);
        app.UseMiddleware<SiteGuard>();
        app.UseWhen(IsForPrograms, programs => programs.UseStatusCodePages(Problems.OnStatusCode));
        app.UseWhen(context => !IsForPrograms(context), people => people.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseMiddleware<HomeLanguage>();
        app.UseRouting();
        app.UseAntiforgery();
        app.MapAssets();
        app.MapApi();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null); // ResponseHeaders says it
        return app;
    }

    private static bool IsForPrograms(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    private static void Configure(KestrelServerOptions kestrel, WebSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.MaxUploadBytes;
        kestrel.Limits.MaxConcurrentConnections = 1000;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(5));
        if (settings.Address == "localhost")
            kestrel.ListenLocalhost(settings.Port);
        else
            kestrel.Listen(IPAddress.Parse(settings.Address), settings.Port);
    }
}
