using MassTransit;
using Swath.Imaging;

namespace Swath.Intake.Measuring;

/// <summary>
/// Measures again what could not be reached: for about three minutes beyond the retries of single requests. A store that is away for longer
/// fails the job with that reason; it is never taken for an image that is wrong.
/// </summary>
internal sealed class CalculateRegionsConsumerDefinition : ConsumerDefinition<CalculateRegionsConsumer>
{
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<CalculateRegionsConsumer> consumerConfigurator, IRegistrationContext context) =>
        endpointConfigurator.UseMessageRetry(retry =>
        {
            retry.Handle<ImageException>(failed => failed.Kind == ImageErrorKind.Unavailable);
            retry.Exponential(8, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        });
}
