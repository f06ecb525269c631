using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Jobs;

/// <summary>One live image job: its state, and the table's current state beside it.</summary>
public sealed class ImageJobSaga : EventSourcedSaga<ImageJob>;
