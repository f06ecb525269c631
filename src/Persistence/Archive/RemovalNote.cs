namespace Swath.Persistence.Archive;

/// <summary>What is written down of jobs that leave or come back.</summary>
/// <param name="Kind">archived, erased or imported.</param>
/// <param name="Who">Who did it: a person's account, or a process.</param>
/// <param name="Reason">Why; not empty.</param>
/// <param name="File">The archive's file; null where jobs are erased.</param>
/// <param name="Sha256">What the file says of itself, in hexadecimal digits.</param>
internal sealed record RemovalNote(string Kind, string Who, string Reason, string? File = null, string? Sha256 = null);
