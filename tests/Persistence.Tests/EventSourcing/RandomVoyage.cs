using FsCheck;
using FsCheck.Fluent;

namespace Swath.Persistence.Tests.EventSourcing;

/// <summary>Random messages for one voyage, in any order; the job is filled in by the test.</summary>
internal static class RandomVoyage
{
    public static Arbitrary<object[]> Of()
    {
        Gen<object> message = Gen.Frequency(
            (1, Gen.Constant((object)new VoyageStarted { JobId = Guid.Empty, Ship = "Argo", Master = "Iason" })),
            (6, from port in Gen.Elements("Lemnos", "Kolchis", "\"Ae,a\"", "Κόρινθος", "", "back\\slash", "null", "{brace}")
                from cargo in Gen.Choose(-5, 1_000_000)
                select (object)new PortReached { JobId = Guid.Empty, Port = port, Cargo = cargo }),
            (2, Gen.Constant((object)new VoyageHeld { JobId = Guid.Empty })),
            (2, Gen.Constant((object)new VoyageResumed { JobId = Guid.Empty })),
            (1, Gen.Constant((object)new VoyageEnded { JobId = Guid.Empty })),
            (1, Gen.Constant((object)new WhistleBlown { JobId = Guid.Empty })));
        var sequence = from messages in message.ListOf()
                       select messages.Prepend(new VoyageStarted { JobId = Guid.Empty, Ship = "Argo" }).ToArray();
        return Arb.From(sequence);
    }
}
