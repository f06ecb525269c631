using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Swath.Access;
using Swath.Configuration;

namespace Swath.Intake.Submitting;

/// <summary>Puts the door into a process: all that it needs is the database.</summary>
public static class SubmissionRegistration
{
    /// <summary>Offers <see cref="Submission"/>. Needs an <c>NpgsqlDataSource</c> and the outbox (<c>AddSwathOutbox</c>), and no bus.</summary>
    public static IServiceCollection AddSwathSubmission(this IServiceCollection services)
    {
        services.AddSwathOptions<SubmissionOptions>();
        services.AddSwathAccess();
        services.TryAddSingleton<IGrantIssuer, SettledGrants>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ISubmissionRule, AccessRule>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IntakeMetrics>();
        services.TryAddSingleton<QueueRoom>();
        services.TryAddSingleton<SubmissionStore>();
        services.TryAddSingleton<UnknownMemberLog>();
        services.TryAddSingleton(provider => new Submission(
            provider.GetRequiredService<SubmissionStore>(), provider.GetRequiredService<IGrantIssuer>(), provider.GetServices<ISubmissionRule>(),
            provider.GetRequiredService<IOptionsMonitor<SubmissionOptions>>(), provider.GetRequiredService<QueueRoom>(), provider.GetRequiredService<IntakeMetrics>()));
        return services;
    }
}
