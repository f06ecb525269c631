using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace Swath.Endpoints.Aws;

/// <summary>Reads the answer of an AWS Query call, or the SDK's own error from it.</summary>
internal sealed class AwsQueryUnmarshaller : XmlResponseUnmarshaller
{
    public static readonly AwsQueryUnmarshaller Instance = new();

    public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext input)
    {
        var response = new AwsQueryResponse();
        ReadTo(response.Result, input);
        return response;
    }

    public override AmazonServiceException UnmarshallException(XmlUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var error = new Dictionary<string, string>(StringComparer.Ordinal);
        ReadTo(error, input);
        var type = error.GetValueOrDefault("Type") is "Sender" ? ErrorType.Sender : ErrorType.Receiver;
        return new AmazonServiceException(
            error.GetValueOrDefault("Message"), innerException, type, error.GetValueOrDefault("Code"), error.GetValueOrDefault("RequestId"), statusCode);
    }

    private static void ReadTo(Dictionary<string, string> texts, XmlUnmarshallerContext input)
    {
        while (input.Read())
        {
            var name = input.CurrentPath[(input.CurrentPath.LastIndexOf('/') + 1)..];
            if (input.IsStartElement && name is "MessageId" or "RequestId" or "Code" or "Message" or "Type")
                texts[name] = input.ReadText();
        }
    }
}
