using System.Net;
using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Inkling.Web.Api;
using Inkling.Web.Learning;
using Inkling.Web.Reading;
using Inkling.Web.Shell;
using Inkling.Web.Storage;
using Inkling.Web.Understanding;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inkling.Web;

/// <summary>The page and the API as one process.</summary>
public static class WebServer
{
    private const int MaxMessageBytes = 512 * 1024; // a drawing of many strokes is one message
    private const int MaxBodyBytes = 64 * 1024; // except pictures, whose endpoint has its own limit

    /// <summary>The server, ready to run.</summary>
    public static WebApplication Create(WebSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(WebServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        bool hasStarted = false; // before that, failures are thrown to the caller, who reports them
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter((category, level) => level >= LogLevel.Warning
            && (hasStarted || category?.StartsWith("Inkling.", StringComparison.Ordinal) == true));
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // the response tells it
        // Its keys are for sessions only, and may be lost with the process.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // Nor is it of interest that a visitor's cookie is of an earlier process, or of another replica.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Critical);
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, settings));

        IServiceCollection services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<ReadingQueue>();
        services.AddSingleton<UploadRoom>();
        services.AddScoped<Visitor>();
        services.AddRateLimiter(limiter => Admission.LimitRequests(limiter, settings));
        services.AddSingleton<ModelCache>();
        services.AddSingleton<Corrections>();
        services.AddSingleton<RunFolder>();
        if (settings.Database is null)
        {
            services.AddSingleton<RunStore, LocalRunStore>();
        }
        else
        {
            services.AddSingleton<PostgresDatabase>();
            services.AddSingleton<SharedRunStore>();
            services.AddSingleton<RunStore>(provider => provider.GetRequiredService<SharedRunStore>());
            services.AddSingleton<SharedFiles>();
        }

        services.AddSingleton<TrainingData>();
        services.AddSingleton<MnistDownload>();
        services.AddSingleton<ChapterOneNetwork>();
        services.AddSingleton<RunBook>();
        services.AddHostedService(provider => provider.GetRequiredService<RunBook>());
        IHealthChecksBuilder health = services.AddHealthChecks().AddCheck<WarmUp>("readers", tags: ["ready"]);
        if (settings.Database is not null)
        {
            services.AddSingleton<Replica>();
            services.AddHostedService(provider => provider.GetRequiredService<Replica>());
            health.AddCheck<Replica>("database", tags: ["ready"]);
        }

        services.AddSingleton<WarmUp>();
        services.AddHostedService(provider => provider.GetRequiredService<WarmUp>());
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAntiforgery(antiforgery => antiforgery.Cookie.SameSite = SameSiteMode.Strict);
        services.AddCors(cors => ApiRoutes.AllowOtherSites(cors, settings));
        services.AddProblemDetails();
        services.AddOpenApi(ApiDescription.Configure);
        services.AddSingleton<ApiDocument>();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, AnswerJson.Default);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict; // so that OpenAPI does not say "number or string"
            json.SerializerOptions.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });
        services.AddRazorComponents().AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitMaxRetained = 20)
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxMessageBytes);
        Telemetry.Add(services);

        WebApplication app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => hasStarted = true);
        WarmUp warmUp = app.Services.GetRequiredService<WarmUp>();
        app.Use((context, next) =>
        {
            if (!warmUp.HasBegun)
                context.Response.OnCompleted(() =>
                {
                    warmUp.Begin();
                    return Task.CompletedTask;
                });
            return next(context);
        });
        if (settings.BehindProxy || settings.Proxies.Count > 0)
            app.UseForwardedHeaders(Forwarded(settings));
        if (settings.PathPrefix.Length > 0)
            app.UseMiddleware<PathPrefix>();
        app.UseMiddleware<ResponseHeaders>();
        app.UseExceptionHandler(Problems.OnException);
        app.UseWebSockets();
        app.UseMiddleware<SiteGuard>();
        app.UseWhen(IsForPrograms, programs => programs.UseStatusCodePages(Problems.OnStatusCode));
        app.UseWhen(
            context => !IsForPrograms(context),
            people => people.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseMiddleware<HomeLanguage>();
        app.UseRouting();
        app.UseCors();
        app.UseRateLimiter();
        app.UseWhen(IsPollForPage, poll => poll.Run(context =>
            Problems.WriteAsync(context, StatusCodes.Status426UpgradeRequired, "Pages are served over WebSockets only.")));
        app.UseAntiforgery();
        app.MapAssets();
        app.MapApi();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null) // in ResponseHeaders
            .Add(endpoint =>
            {
                foreach (HttpConnectionDispatcherOptions options in endpoint.Metadata.OfType<HttpConnectionDispatcherOptions>())
                    options.Transports = HttpTransportType.WebSockets;
            });
        return app;
    }

    /// <summary>
    /// Trusted from this machine and the proxies that the settings name, and only the last value, which the proxy itself adds. A
    /// proxy may pass on a host that the visitor sent, so that only names that the server was given are taken; the prefix is a
    /// setting, not the visitor's choice.
    /// </summary>
    private static ForwardedHeadersOptions Forwarded(WebSettings settings)
    {
        ForwardedHeadersOptions options = new()
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | (settings.Hosts.Count > 0 ? ForwardedHeaders.XForwardedHost : ForwardedHeaders.None), // none would admit any
            AllowedHosts = [.. settings.Hosts],
        };
        if (!settings.BehindProxy)
        {
            options.KnownIPNetworks.Clear(); // this machine's, which are trusted by default
            options.KnownProxies.Clear();
        }

        foreach (string proxy in settings.Proxies)
            options.KnownIPNetworks.Add(WebSettings.NetworkOf(proxy)!.Value);
        return options;
    }

    private static bool IsForPrograms(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether this is long polling: between two of its requests a page would count towards no limit. Routing ignores a
    /// slash at the path's end, and so does this.</summary>
    private static bool IsPollForPage(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase, out PathString rest)
        && rest.Value.AsSpan().Trim('/').IsEmpty
        && !context.WebSockets.IsWebSocketRequest;

    private static void Configure(KestrelServerOptions kestrel, WebSettings settings)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = settings.Connections;
        limits.MaxConcurrentUpgradedConnections = settings.InProgress;
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(15);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MaxRequestBodySize = MaxBodyBytes;
        limits.MaxRequestBufferSize = MaxBodyBytes; // the part of a body that is buffered before it is read
        PartitionedRateLimiter<ConnectionContext> perAddress = Admission.ConnectionsPerAddress(settings);
        if (settings.Address != "localhost")
            kestrel.Listen(
                IPAddress.Parse(settings.Address), settings.Port, listen => Admission.LimitConnections(listen, perAddress));
        else if (settings.Port == 0) // Kestrel cannot choose one port that is free on both of localhost's addresses
            kestrel.Listen(IPAddress.Loopback, 0, listen => Admission.LimitConnections(listen, perAddress));
        else
            kestrel.ListenLocalhost(settings.Port, listen => Admission.LimitConnections(listen, perAddress));
    }
}
