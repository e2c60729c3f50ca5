#:sdk Microsoft.NET.Sdk.Web
#:project ../src/Inkling.Imaging/Inkling.Imaging.csproj
#:property PublishAot=false
// An HTTP endpoint that reads the number in a picture.
// Run it with: dotnet run samples/endpoint.cs
// Ask it with: curl --data-binary @docs/images/number.png http://127.0.0.1:5000/read?digits=6
using Inkling;
using Inkling.Imaging;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = 10_000_000); // bytes of a picture file
builder.Services.AddSingleton(DigitReader.Load()); // once: it may be used by all requests at the same time
WebApplication app = builder.Build();
app.MapPost("/read", async (HttpRequest request, DigitReader reader, int? digits, CancellationToken cancelled) =>
{
    using MemoryStream file = new();
    await request.Body.CopyToAsync(file, cancelled);
    file.Position = 0;
    try
    {
        ReadingResult reading = reader.Read(file, new ReadingOptions { ExpectedDigits = digits }, cancelled);
        return Results.Ok(new { reading.Text, reading.Confidence, reading.IsUnsure });
    }
    catch (Exception e) when (e is InklingException or ArgumentOutOfRangeException) // no picture, or no number of digits
    {
        return Results.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest);
    }
});
app.Run();
