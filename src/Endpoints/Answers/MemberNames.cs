namespace Swath.Endpoints;

/// <summary>The names of one JSON object's members so far: JSON lets a name come twice, but nobody can say which of the two is meant.</summary>
internal sealed class MemberNames
{
    private const int FewNames = 16;

    private readonly List<string> _few = [];
    private HashSet<string>? _many;

    /// <summary>False when the name was there before.</summary>
    public bool Add(string name)
    {
        if (_many is not null)
            return _many.Add(name);
        foreach (var known in _few)
        {
            if (known == name)
                return false;
        }

        _few.Add(name);
        if (_few.Count > FewNames)
            _many = new HashSet<string>(_few, StringComparer.Ordinal);
        return true;
    }
}
