namespace Swath.Endpoints.Aws.Kinesis;

/// <summary>A record to be written.</summary>
/// <param name="PartitionKey">Decides the shard; at most 256 characters.</param>
/// <param name="Data">The payload; must stay valid until the call ends.</param>
public readonly record struct KinesisRecord(string PartitionKey, ReadOnlyMemory<byte> Data);
