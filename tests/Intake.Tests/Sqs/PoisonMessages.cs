namespace Swath.Intake.Tests.Sqs;

/// <summary>Bodies that can't be jobs, with a part of the reason that the log must give.</summary>
internal static class PoisonMessages
{
    private const string Model = "\"imageProcessor\":{\"name\":\"ships\"}";
    private const string Outputs = "\"outputs\":[{\"type\":\"S3\",\"bucket\":\"b\",\"prefix\":\"p\"}]";

    public static IReadOnlyList<(string Body, string Reason)> All { get; } =
    [
        ("not JSON at all", "must be a JSON object"),
        ("{\"jobId\":\"half", "must be a JSON object"),
        ("<request><jobId>7</jobId></request>", "must be a JSON object"),
        (new string('x', 200_000), "must be a JSON object"),
        (new string('[', 5_000), "at most 64 levels"),
        ("[]", "it is of kind Array"),
        ("null", "it is of kind Null"),
        ("\"text\"", "it is of kind String"),
        ("{}", "The body is no request"),
        ("{\"Type\":\"Notification\",\"TopicArn\":\"arn:aws:sns:us-east-1:000000000000:t\",\"Message\":\"{}\"}", "raw message delivery"),
        ($"{{\"imageUrls\":[\"/a.tif\"],{Model},{Outputs}}}", "jobId is missing"),
        ($"{{\"jobId\":7,\"imageUrls\":[\"/a.tif\"],{Model},{Outputs}}}", "jobId must be a text"),
        ($"{{\"jobId\":\"{new string('j', 100_000)}\",\"imageUrls\":[\"/a.tif\"],{Model},{Outputs}}}", "jobId must be no longer than"),
        ($"{{\"jobId\":\"a\\u0000b\",\"imageUrls\":[\"/a.tif\"],{Model},{Outputs}}}", "without U+0000"),
        ($"{{\"jobId\":\"\\ud800\",\"imageUrls\":[\"/a.tif\"],{Model},{Outputs}}}", "half of a surrogate pair"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[\"/a.tif\",\"/b.tif\"],{Model},{Outputs}}}", "names 2 images"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[],{Model},{Outputs}}}", "imageUrls must be a list of one text"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[\"/a.tif\"],\"imageProcessor\":{{\"name\":\"m\",\"type\":\"LAMBDA\"}},{Outputs}}}", "must be one of SM_ENDPOINT"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[\"/a.tif\"],{Outputs}}}", "imageProcessor is missing"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[\"/a.tif\"],{Model},{Outputs},\"imageProcessorTileSize\":\"large\"}}", "must be a whole number"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[\"/a.tif\"],{Model},{Outputs},\"imageProcessorTileSize\":-1}}", "must be 16..8192"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[\"/a.tif\"],{Model},{Outputs},\"regionOfInterest\":{{\"type\":\"Point\"}}}}", "regionOfInterest must be a text"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[\"/a.tif\"],{Model},{Outputs},\"featureProperties\":[{{\"a\":1e999999}}]}}", "a double's range"),
        ($"{{\"jobId\":\"j\",\"imageUrls\":[\"/a.tif\"],{Model},\"outputs\":[{{\"type\":\"FTP\"}}]}}", "must be one of S3, Kinesis"),
        ("{\"messageType\":[\"urn:message:Other:Thing\"],\"message\":{}}", "messageType must be a list with"),
        ("{\"messageType\":[\"urn:message:Swath.Contracts:ImageRequested\"],\"message\":{\"jobId\":\"no uuid\"}}", "message.jobId"),
        ("{\"messageType\":[\"urn:message:Swath.Contracts:ImageRequested\"],\"message\":null}", "message must be a JSON object"),
        ("{\"messageType\":[\"urn:message:Swath.Contracts:ImageRequested\"],\"message\":{\"jobId\":\"6f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c\",\"imageUrl\":\"\",\"endpoint\":{\"name\":\"http://m/\"},\"outputs\":[{\"type\":\"File\",\"path\":\"a\"}]}}", "imageUrl must name an image"),
    ];
}
