using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Swath.Endpoints.Aws.Sns;
using Swath.Endpoints.Aws.Sqs;

namespace Swath.Endpoints.Aws;

/// <summary>Offers SQS and SNS.</summary>
public static class AwsMessaging
{
    // SQS answers a long poll after 20 s at most.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(5);

    /// <summary>Adds <see cref="ISqsClient"/> and <see cref="ISnsClient"/>; they are made, and credentials looked for, when they are first asked for.</summary>
    public static IServiceCollection AddSwathAwsMessaging(this IServiceCollection services)
    {
        services.TryAddSingleton<ISqsClient>(_ => new SqsClient(new SqsConfig { Timeout = LongestAnswer, ConnectTimeout = LongestConnect }));
        services.TryAddSingleton<ISnsClient>(_ => new SnsClient(new SnsConfig { Timeout = LongestAnswer, ConnectTimeout = LongestConnect }));
        return services;
    }
}
