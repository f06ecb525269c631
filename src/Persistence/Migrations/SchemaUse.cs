namespace Swath.Persistence.Migrations;

/// <summary>What a binary is about to do with a database.</summary>
public enum SchemaUse
{
    /// <summary>Look at jobs, and say things to them.</summary>
    Read,

    /// <summary>Move jobs on, and so write their rows.</summary>
    Write,
}
