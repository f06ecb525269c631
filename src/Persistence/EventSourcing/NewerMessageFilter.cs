using MassTransit;

namespace Swath.Persistence.EventSourcing;

/// <summary>Leaves messages of newer releases alone, before anybody tries to read them.</summary>
internal sealed class NewerMessageFilter(EventTypes types, LeftToNewerRelease left) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        SchemaHeader.Of(context.TransportHeaders) is { } name && types.WhyNewer(name) is { } newer
            ? left.LeaveAsync(context, null, newer)
            : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("newerRelease");
}
