using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>Why a queued job was not admitted yet.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WaitingReason>))]
public enum WaitingReason
{
    /// <summary>Not yet looked at by an admission cycle.</summary>
    NotConsidered,

    /// <summary>The endpoint variant has less room than the job's load.</summary>
    WaitingForCapacity,

    /// <summary>There is room, but it is being saved for a larger job that waited longer.</summary>
    BehindLargerJob,

    /// <summary>No living worker meets the job's hard rules.</summary>
    NoEligibleWorker,

    /// <summary>Eligible workers exist, but none has a free slot.</summary>
    NoFreeSlot,

    /// <summary>The tenant runs as many jobs as its tier allows.</summary>
    TenantLimit,

    /// <summary>The endpoint does not exist or can't be described.</summary>
    EndpointUnknown,

    /// <summary>The database refused to admit the job; the detail says why. It is tried again, at growing intervals, and nobody else waits for it.</summary>
    AdmissionRefused,
}
