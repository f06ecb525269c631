using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Swath.Configuration;

/// <summary>Makes <typeparamref name="TOptions"/> follow the configuration: filled when first asked for, and again after every reload.</summary>
internal sealed class SettingOptions<TOptions>(SettingReader reader, IConfiguration? configuration)
    : IConfigureOptions<TOptions>, IOptionsChangeTokenSource<TOptions>
    where TOptions : class
{
    public string Name => Options.DefaultName;

    public void Configure(TOptions options) => reader.Fill(options);

    public IChangeToken GetChangeToken() => configuration?.GetReloadToken() ?? new CancellationChangeToken(CancellationToken.None);
}
