#:project ../src/Inkling/Inkling.csproj
#:project ../src/Inkling.Imaging/Inkling.Imaging.csproj
// Reads the numbers in a picture with the best bundled network, or with one of your own.
// Run it with: dotnet run samples/read.cs my-number.jpg [digits.safetensors]
using Inkling;
using Inkling.Imaging;

if (args is not [string picture, .. var own] || own.Length > 1)
{
    Console.Error.WriteLine("usage: dotnet run samples/read.cs PICTURE [NETWORK]");
    return 2;
}

DigitReader reader = own is [string file] ? new DigitReader(Network.Load(file)) : DigitReader.Load();
ReadingResult reading = reader.Read(picture);
Console.WriteLine($"{reading.Text}, {reading.Confidence:P1} sure{(reading.IsUnsure ? ", which is not enough" : "")}");
return 0;
