using Swath.Contracts;

namespace Swath.Imaging.Opening;

/// <summary>
/// Puts together what was split: a picture too large for one image segment is stored in several, each attached to another (IALVL) at a row and
/// column of it (ILOC). Segments of one structure that cover a rectangle without gap and overlap are one image.
/// </summary>
internal static class NitfPictures
{
    /// <summary>The images in the order of their first segments.</summary>
    public static IReadOnlyList<FileImage> Of(string resolved, NitfFile file)
    {
        var parents = Parents(file.Images);

        // A segment may stand before the one that it is attached to: which are joined is known when all were looked at.
        Dictionary<int, FileImage> joined = [];
        Dictionary<int, string> troubles = [];
        HashSet<int> used = [];
        foreach (var root in file.Images.Where(image => parents[image.Index] is null))
        {
            if (Placed(file.Images, parents, root) is not { Count: > 1 } members)
                continue;
            var parts = members.Where(member => member.Image.Structure == root.Structure).ToList();
            if (Covers(parts.ConvertAll(part => part.Window)))
            {
                used.UnionWith(parts.Select(part => part.Image.Index));
                joined[parts.Min(part => part.Image.Index)] = Joined(resolved, parts);
                continue;
            }

            var own = members[0].Window;
            if (members.TrueForAll(member => Within(own, member.Window)))
                continue;
            var trouble = Trouble(members.Count == parts.Count, members.Select(member => member.Image.Index));
            foreach (var (image, _) in members)
                troubles[image.Index] = trouble;
        }

        List<FileImage> images = [];
        foreach (var image in file.Images)
        {
            if (joined.TryGetValue(image.Index, out var picture))
                images.Add(picture);
            else if (!used.Contains(image.Index))
                images.Add(new FileImage([new ImagePart(Name(resolved, image), image.At(0, 0))], troubles.GetValueOrDefault(image.Index)));
        }

        return images;
    }

    private static string Trouble(bool sameStructure, IEnumerable<int> segments)
    {
        var why = sameStructure ? "leave gaps or overlap" : "differ in their samples or bands";
        return $"its image segments {string.Join(", ", segments.Order())} are attached to each other as parts of one picture (IALVL, ILOC), but {why}, so that they can't be joined";
    }

    private static FileImage Joined(string resolved, List<(NitfImage Image, PixelWindow Window)> parts)
    {
        int left = parts.Min(part => part.Window.X), top = parts.Min(part => part.Window.Y);
        return new FileImage([.. parts.Select(part => new ImagePart(
            Name(resolved, part.Image), part.Window with { X = part.Window.X - left, Y = part.Window.Y - top }))], null);
    }

    private static string Name(string resolved, NitfImage image) => FormattableString.Invariant($"NITF_IM:{image.Index}:{resolved}");

    private static NitfImage?[] Parents(IReadOnlyList<NitfImage> images)
    {
        var levels = images.Where(image => image.DisplayLevel > 0).GroupBy(image => image.DisplayLevel).ToDictionary(level => level.Key, level => level.First());
        return [.. images.Select(image => image.AttachmentLevel > 0 && levels.GetValueOrDefault(image.AttachmentLevel) is { } parent && parent != image ? parent : null)];
    }

    // The root comes first. Levels that run in a circle have no root, and so no members.
    private static List<(NitfImage Image, PixelWindow Window)> Placed(IReadOnlyList<NitfImage> images, NitfImage?[] parents, NitfImage root)
    {
        List<(NitfImage Image, PixelWindow Window)> placed = [(root, root.At(0, 0))];
        for (var i = 0; i < placed.Count; i++)
        {
            var (parent, at) = placed[i];
            placed.AddRange(images.Where(image => parents[image.Index] == parent).Select(image => (image, image.At(at.X + image.X, at.Y + image.Y))));
        }

        return placed;
    }

    private static bool Covers(List<PixelWindow> parts)
    {
        if (parts.Count < 2)
            return false;
        long width = parts.Max(part => (long)part.Right) - parts.Min(part => part.X), height = parts.Max(part => (long)part.Bottom) - parts.Min(part => part.Y);
        if (width > int.MaxValue || height > int.MaxValue || parts.Sum(part => (long)part.Width * part.Height) != width * height)
            return false;
        for (var i = 0; i < parts.Count; i++)
        {
            for (var other = i + 1; other < parts.Count; other++)
            {
                if (parts[i].Intersects(parts[other]))
                    return false;
            }
        }

        return true;
    }

    private static bool Within(PixelWindow whole, PixelWindow part) =>
        part.X >= whole.X && part.Y >= whole.Y && part.Right <= whole.Right && part.Bottom <= whole.Bottom;
}
