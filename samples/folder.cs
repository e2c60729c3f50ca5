#:project ../src/Inkling/Inkling.csproj
#:project ../src/Inkling.Imaging/Inkling.Imaging.csproj
// Reads each picture that is put into a folder, by a scanner or a camera, and adds a line to numbers.csv there.
// Run it with: dotnet run samples/folder.cs FOLDER
using System.Globalization;
using Inkling;
using Inkling.Imaging;

if (args is not [string folder])
{
    Console.Error.WriteLine("usage: dotnet run samples/folder.cs FOLDER");
    return 2;
}

string table = Path.Combine(folder, "numbers.csv");
HashSet<string> read = File.Exists(table) ? [.. File.ReadLines(table).Select(line => line.Split(',')[0])] : [];
DigitReader reader = DigitReader.Load();
using CancellationTokenSource stopped = new();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stopped.Cancel();
};
Console.WriteLine($"Reading what is put into {folder}; Ctrl-C ends it.");
// Looked at anew every second: network drives and cameras do not tell of new files reliably.
while (!stopped.IsCancellationRequested)
{
    foreach (string picture in Directory.EnumerateFiles(folder).Where(IsNewPicture).Order(StringComparer.Ordinal).ToArray())
    {
        string name = Path.GetFileName(picture).Replace(',', '_'), result;
        try
        {
            ReadingResult reading = reader.Read(picture);
            string text = reading.Text.ReplaceLineEndings("/");
            result = string.Create(CultureInfo.InvariantCulture, $"{text},{reading.Confidence:0.000}");
        }
        catch (InklingException e)
        {
            Console.Error.WriteLine(e.Message);
            result = ",0";
        }

        File.AppendAllText(table, $"{name},{result}\n");
        Console.WriteLine($"{name}: {result}");
        read.Add(name);
    }

    stopped.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(1));
}

return 0;

// A file that was written to in the last second may not be complete.
bool IsNewPicture(string file) =>
    Path.GetExtension(file).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg" or ".tif" or ".tiff"
        && !read.Contains(Path.GetFileName(file).Replace(',', '_'))
        && DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > TimeSpan.FromSeconds(1);
