using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Swath.Configuration;
using Swath.Imaging;
using Swath.Intake.Measuring;

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
        return services;
    }

    public static IBusRegistrationConfigurator AddIntakeConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<CalculateRegionsConsumer, CalculateRegionsConsumerDefinition>();
        return bus;
    }
}
