using System.Text;
using System.Text.Json;
using MassTransit;
using MassTransit.Metadata;
using MassTransit.Serialization;
using Swath.Contracts;
using Swath.Intake.Sqs.Osml;

namespace Swath.Intake.Sqs;

/// <summary>A request in one of its two forms, MassTransit's envelope of <see cref="ImageRequested"/> or osml-model-runner's JSON, understood.</summary>
/// <param name="Request">What is asked for; it breaks no rule.</param>
/// <param name="Envelope">The same as the consumers take it: the body itself where it was an envelope.</param>
internal sealed record RequestBody(ImageRequested Request, byte[] Envelope)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false };
    private static readonly string MessageType = MessageUrn.ForType<ImageRequested>().ToString();

    /// <exception cref="RefusedRequestException">The body can't be a job, now or later.</exception>
    public static RequestBody Read(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Read(document.RootElement, body);
        }
        catch (JsonException mistake)
        {
            throw new RefusedRequestException(RefusalKind.NotJson, $"The body must be a JSON object of at most 64 levels that has no member twice: {mistake.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new RefusedRequestException(RefusalKind.NotJson, "The body must be Unicode text: one of its strings has half of a surrogate pair.");
        }
    }

    private static RequestBody Read(JsonElement json, string body)
    {
        if (json.ValueKind is not JsonValueKind.Object)
            throw new RefusedRequestException(RefusalKind.NotARequest, $"The body must be a JSON object; it is of kind {json.ValueKind}.");
        if (json.TryGetProperty("messageType", out var types) && json.TryGetProperty("message", out var message))
            return new RequestBody(Enveloped(types, message), Encoding.UTF8.GetBytes(body));
        if (OsmlRequest.IsOne(json))
        {
            var request = OsmlRequest.Read(json);
            return new RequestBody(request, Wrap(request));
        }
        throw new RefusedRequestException(RefusalKind.NotARequest, json.TryGetProperty("TopicArn", out _)
            ? "The body is a notification of SNS: turn on raw message delivery for the queue's subscription."
            : "The body is no request: send MassTransit's envelope of ImageRequested (members messageType and message), or osml-model-runner's request (jobId, imageUrls, imageProcessor, outputs).");
    }

    private static ImageRequested Enveloped(JsonElement types, JsonElement message)
    {
        var known = types.ValueKind is JsonValueKind.Array && types.EnumerateArray().Any(type => type.ValueKind is JsonValueKind.String && type.ValueEquals(MessageType));
        if (!known)
            throw new RefusedRequestException(RefusalKind.NotARequest, $"The envelope's messageType must be a list with {MessageType}.");
        ImageRequested? request;
        try
        {
            request = message.Deserialize<ImageRequested>(Json);
        }
        catch (JsonException mistake)
        {
            throw new RefusedRequestException(RefusalKind.InvalidRequest, $"message{mistake.Path?.TrimStart('$')}: {mistake.Message}");
        }
        var problems = request is null ? ["message must be a JSON object."] : ImageRequestRules.Problems(request);
        return problems.Count == 0 ? request! : throw new RefusedRequestException(RefusalKind.InvalidRequest, problems);
    }

    private static byte[] Wrap(ImageRequested request)
    {
        var envelope = new JsonMessageEnvelope
        {
            MessageId = NewId.NextGuid().ToString(),
            CorrelationId = request.JobId.ToString(),
            MessageType = [MessageType],
            Message = request,
            Host = HostMetadataCache.Host,
        };
        return JsonSerializer.SerializeToUtf8Bytes(envelope, SystemTextJsonMessageSerializer.Options);
    }
}
