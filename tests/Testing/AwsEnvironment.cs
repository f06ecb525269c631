namespace Swath.Testing;

/// <summary>Variables of the process, set for as long as one test runs; such tests share a collection that runs alone.</summary>
public sealed class AwsEnvironment : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];

    /// <param name="variables">A value of null takes the variable away.</param>
    public AwsEnvironment(params (string Name, string? Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            _before[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    /// <summary>Sets what was before.</summary>
    public void Dispose()
    {
        foreach (var (name, value) in _before)
            Environment.SetEnvironmentVariable(name, value);
    }
}
