using System.Collections.Concurrent;
using Swath.Imaging;

namespace Swath.Worker.Regions;

/// <summary>
/// Locators for whoever has an answer in hand. One costs up to 55 ms to make and serves one thread at a time; no more are made
/// than answers are located at the same moment.
/// </summary>
internal sealed class LocatorPool(Func<ImageFile> open) : IDisposable
{
    private readonly ConcurrentBag<PlacedImage> _free = [];

    /// <exception cref="ImageException">The image can't be opened any more, or its georeferencing not be used.</exception>
    public PlacedImage Rent() => _free.TryTake(out var image) ? image : new PlacedImage(open());

    public void Return(PlacedImage image) => _free.Add(image);

    public void Dispose()
    {
        while (_free.TryTake(out var image))
            image.Dispose();
    }

    /// <summary>An open image with its locator (null: not georeferenced).</summary>
    internal sealed class PlacedImage : IDisposable
    {
        private readonly ImageFile _file;

        public PlacedImage(ImageFile file)
        {
            _file = file;
            try
            {
                Locator = ImageLocator.For(file);
            }
            catch (ImageException)
            {
                file.Dispose();
                throw;
            }
        }

        public ImageLocator? Locator { get; }

        public void Dispose()
        {
            Locator?.Dispose();
            _file.Dispose();
        }
    }
}
