namespace Inkling;

/// <summary>The connected pieces of ink in a map (each pixel touches its eight neighbours), and which of them are the digit.</summary>
internal sealed class InkComponents
{
    /// <summary>A piece with less than this share of the digit's main piece is a speck.</summary>
    private const double SpeckShare = 0.05;

    /// <summary>A piece inside the picture with at least this share of the largest one's ink can be the digit.</summary>
    private const double DigitShare = 0.1;

    /// <summary>A piece is a frame or a shadow where it lies along the picture's edge for this share of the shorter side.</summary>
    private const double FrameShare = 0.2;

    private readonly float[] _ink;
    private readonly int _width, _height;
    private readonly List<Component> _components = [];

    /// <param name="ink">[height, width], row-major; 0 is paper.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public InkComponents(float[] ink, int width, int height)
    {
        (_ink, _width, _height) = (ink, width, height);
        bool[] seen = new bool[ink.Length];
        for (int i = 0; i < ink.Length; i++)
        {
            if (ink[i] > 0 && !seen[i])
                _components.Add(Follow(i, seen));
        }
    }

    /// <summary>A piece of ink.</summary>
    /// <param name="Pixels">Where it lies.</param>
    /// <param name="Mass">The sum of its ink.</param>
    /// <param name="EdgePixels">How many of its pixels lie at the picture's edge.</param>
    private sealed record Component(List<int> Pixels, double Mass, int EdgePixels);

    /// <summary>Clears, in the map, the ink that is not the digit's.</summary>
    public void KeepDigit()
    {
        double largest = _components.Max(component => component.Mass);
        bool IsFrame(Component component) => component.EdgePixels > FrameShare * Math.Min(_width, _height);

        // Something at the edge is a frame or a shadow only if there is something else, off the edge, to be the digit:
        // a picture may be cut close to its digit.
        double inside = _components.Max(component => component.EdgePixels == 0 ? component.Mass : 0);
        bool isInside = inside >= DigitShare * largest;
        double main = isInside ? _components.Where(component => !IsFrame(component)).Max(component => component.Mass) : largest;
        foreach (Component component in _components)
        {
            if (component.Mass >= SpeckShare * main && !(isInside && IsFrame(component)))
                continue;
            foreach (int pixel in component.Pixels)
                _ink[pixel] = 0;
        }
    }

    private Component Follow(int start, bool[] seen)
    {
        List<int> pixels = [start];
        seen[start] = true;
        double mass = 0;
        int edgePixels = 0;
        for (int next = 0; next < pixels.Count; next++)
        {
            int pixel = pixels[next], row = pixel / _width, column = pixel % _width;
            mass += _ink[pixel];
            if (row == 0 || column == 0 || row == _height - 1 || column == _width - 1)
                edgePixels++;
            for (int i = Math.Max(0, row - 1); i <= Math.Min(_height - 1, row + 1); i++)
            {
                for (int j = Math.Max(0, column - 1); j <= Math.Min(_width - 1, column + 1); j++)
                {
                    int neighbour = i * _width + j;
                    if (_ink[neighbour] > 0 && !seen[neighbour])
                    {
                        seen[neighbour] = true;
                        pixels.Add(neighbour);
                    }
                }
            }
        }

        return new Component(pixels, mass, edgePixels);
    }
}
