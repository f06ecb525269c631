using System.Net.Mime;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;

namespace Swath.Persistence.EventSourcing;

/// <summary>MassTransit's JSON, with the upcasters of stored events in front of it: what an older release sent is lifted before anybody reads it.</summary>
internal sealed class LiftingDeserializer(EventTypes types) : IMessageDeserializer, ISerializerFactory
{
    private static readonly JsonNodeOptions AnyCase = new() { PropertyNameCaseInsensitive = true };
    private static readonly SystemTextJsonMessageSerializer Json = SystemTextJsonMessageSerializer.Instance;

    public ContentType ContentType => SystemTextJsonMessageSerializer.JsonContentType;

    public ConsumeContext Deserialize(ReceiveContext receiveContext) =>
        new BodyConsumeContext(receiveContext, Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));

    /// <exception cref="NewerReleaseException">The message is newer than what this binary knows.</exception>
    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        var read = Json.Deserialize(body, headers, destinationAddress);
        var name = SchemaHeader.Of(headers) ?? SchemaHeader.Of(read.Headers) ?? types.FirstNameOf(read.SupportedMessageTypes);
        if (name is null || types.IsCurrent(name))
            return read;

        var envelope = JsonNode.Parse(body.GetBytes(), AnyCase)!.AsObject();
        envelope["message"] = types.Lift(name, envelope["message"]!.AsObject());
        return Json.Deserialize(new StringMessageBody(envelope.ToJsonString()), headers, destinationAddress);
    }

    public MessageBody GetMessageBody(string text) => Json.GetMessageBody(text);

    public IMessageSerializer CreateSerializer() => Json;

    public IMessageDeserializer CreateDeserializer() => this;

    public void Probe(ProbeContext context) => Json.Probe(context);
}
