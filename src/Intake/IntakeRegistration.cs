using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Swath.Configuration;
using Swath.Endpoints.Aws;
using Swath.Imaging;
using Swath.Intake.Measuring;
using Swath.Intake.Sqs;

namespace Swath.Intake;

/// <summary>Puts the Intake room into a process.</summary>
public static class IntakeRegistration
{
    public static IServiceCollection AddSwathIntake(this IServiceCollection services)
    {
        services.AddSwathOptions<IntakeOptions>();
        services.AddSwathImaging();
        services.AddSingleton<ImageMeasurer>();
        services.AddSingleton<IntakeMetrics>();
        services.AddSwathOptions<SqsGatewayOptions>();
        services.AddSwathAwsMessaging();
        services.AddSingleton<MessageHandling>();
        services.AddHostedService<QueueGateway>();
        return services;
    }

    public static IBusRegistrationConfigurator AddIntakeConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<CalculateRegionsConsumer, CalculateRegionsConsumerDefinition>();
        bus.AddConsumer<RequestConsumer>().ExcludeFromConfigureEndpoints();
        return bus;
    }
}
