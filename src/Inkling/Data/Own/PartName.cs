using System.Text.RegularExpressions;

namespace Inkling.Data.Own;

/// <summary>What images are for.</summary>
internal enum DataPart
{
    Training,
    Validation,
    Test,
}

/// <summary>
/// What a file's or a folder's name says about what is in it: <c>emnist-digits-train-images-idx3-ubyte.gz</c> holds the training
/// images of the set <c>emnist-digits</c>.
/// </summary>
/// <param name="Set">What is left of the name; files of one set have the same. Often empty.</param>
/// <param name="Part">The part; null where the name does not say.</param>
/// <param name="HoldsImages">Whether the name says that it holds images.</param>
/// <param name="HoldsLabels">Whether it says that it holds labels.</param>
internal sealed partial record PartName(string Set, DataPart? Part, bool HoldsImages, bool HoldsLabels)
{
    /// <summary>Whether the name is a part's and nothing else: <c>train</c>, <c>testing</c>.</summary>
    public bool IsPartAlone => Set.Length == 0 && Part is not null && !HoldsImages && !HoldsLabels;

    public static PartName Of(string path)
    {
        DataPart? part = null;
        bool images = false, labels = false;
        List<string> set = [];
        foreach (string word in Separators().Split(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)).ToLowerInvariant()))
        {
            switch (word)
            {
                case "train" or "training":
                    part = DataPart.Training;
                    break;
                case "val" or "valid" or "validation":
                    part = DataPart.Validation;
                    break;
                case "t10k" or "test" or "testing":
                    part = DataPart.Test;
                    break;
                case "image" or "images":
                    images = true;
                    break;
                case "label" or "labels":
                    labels = true;
                    break;
                case "" or "idx" or "idx1" or "idx2" or "idx3" or "ubyte" or "int" or "gz" or "csv":
                    break;
                default:
                    set.Add(word);
                    break;
            }
        }

        return new PartName(string.Join('-', set), part, images, labels);
    }

    [GeneratedRegex("[^\\p{L}\\p{N}]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Separators();
}
