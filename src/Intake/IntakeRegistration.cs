using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Swath.Access;
using Swath.Configuration;
using Swath.Endpoints.Aws;
using Swath.Imaging;
using Swath.Intake.Broker;
using Swath.Intake.Measuring;
using Swath.Intake.Notifications;
using Swath.Intake.Sqs;
using Swath.Intake.Submitting;
using Swath.Persistence.Notifications;

namespace Swath.Intake;

/// <summary>Puts the Intake room into a process.</summary>
public static class IntakeRegistration
{
    public static IServiceCollection AddSwathIntake(this IServiceCollection services)
    {
        services.AddSwathOptions<IntakeOptions>();
        services.AddSwathAccess();
        services.AddSwathImaging();
        services.AddSingleton<ImageMeasurer>();
        services.TryAddSingleton<IOutputProbe, UnknownOutputs>();
        services.AddSwathSubmission();
        services.AddSwathOptions<SqsGatewayOptions>();
        services.AddSwathAwsMessaging();
        services.AddSingleton<MessageHandling>();
        services.AddSwathOptions<StatusTopicOptions>();
        services.AddSingleton<StatusNotificationOutbox>();
        services.AddSingleton<StatusTopics>();

        // In this order: what begins with a request must be noticed.
        services.AddHostedService<StatusNotifier>();
        services.AddHostedService<QueueGateway>();
        return services;
    }

    public static IBusRegistrationConfigurator AddIntakeConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<CalculateRegionsConsumer>();
        bus.AddConsumer<ImageRequestedConsumer, ImageRequestedConsumerDefinition>();
        bus.AddConsumer<RequestConsumer>().ExcludeFromConfigureEndpoints();
        return bus;
    }
}
