using MassTransit;

namespace Swath.Host.Composition.Transports;

/// <summary>
/// A message whose consumer was cut short because the process stops, or the connection broke, has not failed: it goes back to the
/// broker for another process. Without this it would be a fault, and the job would fail.
/// </summary>
internal sealed class GiveBackWhenStopping : IFilter<ExceptionReceiveContext>
{
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next) =>
        context.CancellationToken.IsCancellationRequested
            ? Task.FromException(new OperationCanceledException("The consumer was stopped; the message is given back.", context.Exception, context.CancellationToken))
            : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("giveBackWhenStopping");
}
