#:project ../src/Inkling/Inkling.csproj
#:project ../src/Inkling.Imaging/Inkling.Imaging.csproj
// Reads one picture of a digit with a network that "inkling train --out digits.safetensors" left.
// Run it with: dotnet run samples/read.cs digits.safetensors my-digit.jpg
using Inkling;
using Inkling.Imaging;

if (args is not [string model, string picture])
{
    Console.Error.WriteLine("usage: dotnet run samples/read.cs NETWORK PICTURE");
    return 2;
}

DigitReader reader = new(Network.Load(model));
DigitReading reading = reader.Read(picture);
Console.WriteLine($"{reading.Digit}, {reading.Confidence:P1} sure; otherwise {string.Join(", ", reading.RunnersUp.Take(2))}");
return 0;
