// Reads the numbers in a PGM picture, as one native program without .NET beside it.
// Publish it with: dotnet publish -c Release samples/aot -o FOLDER
// Run it with: FOLDER/read-digits samples/aot/42.pgm
using System.Globalization;
using Inkling;
using Inkling.Samples;

if (args is not [string file])
{
    Console.Error.WriteLine("usage: read-digits PICTURE.pgm");
    return 2;
}

using DigitReader reader = new(BundledModels.Load("tiny"));
Reading reading = reader.Read(Pgm.Load(file));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{reading.Text}, {reading.Confidence:P1} sure"));
TimeSpan time = DateTime.UtcNow - System.Diagnostics.Process.GetCurrentProcess().StartTime.ToUniversalTime();
Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"read {time.TotalMilliseconds:0} ms after the start"));
return 0;
