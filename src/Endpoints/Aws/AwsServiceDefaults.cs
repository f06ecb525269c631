using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Swath.Endpoints.Aws;

/// <summary>The defaults that a generated client carries along; one set, whatever AWS_DEFAULTS_MODE says.</summary>
internal sealed class AwsServiceDefaults : IDefaultConfigurationProvider
{
    public IDefaultConfiguration GetDefaultConfiguration(RegionEndpoint clientRegion, DefaultConfigurationMode? requestedConfigurationMode) =>
        new DefaultConfiguration { Name = requestedConfigurationMode ?? DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard };
}
