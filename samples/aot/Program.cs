// Reads the numbers in a PGM picture, or one digit of 28×28 pixels, as a native program that needs no .NET runtime.
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

GreyImage picture = Pgm.Load(file);
if (picture is { Width: 28, Height: 28 }) // one digit, cut out as in MNIST: nothing to segment
{
    float[] ink = [.. picture.Pixels.ToArray().Select(pixel => 1 - pixel / 255f)];
    float[] likelihoods = BundledModels.Load("tiny").FeedForward(ink);
    Print(Array.IndexOf(likelihoods, likelihoods.Max()).ToString(CultureInfo.InvariantCulture), likelihoods.Max());
}
else
{
    DigitReader reader = DigitReader.Load("tiny");
    ReadingResult reading = reader.Read(picture);
    Print(reading.Text, reading.Confidence);
}

return 0;

static void Print(string text, double confidence) =>
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{text}, {confidence:P1} sure"));
