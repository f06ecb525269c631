namespace Swath.Bench.Load;

/// <summary>One table: its rows, what was done to them since the database was made, and its size.</summary>
/// <param name="Live">Rows, estimated.</param>
/// <param name="Dead">Versions of rows that nobody needs and no vacuum has removed, estimated.</param>
/// <param name="Inserted">Rows inserted.</param>
/// <param name="Updated">Rows updated.</param>
/// <param name="Deleted">Rows deleted.</param>
/// <param name="Bytes">The table with what is stored out of line.</param>
/// <param name="IndexBytes">Its indexes.</param>
internal sealed record TableFigures(long Live, long Dead, long Inserted, long Updated, long Deleted, long Bytes, long IndexBytes)
{
    public static readonly TableFigures None = new(0, 0, 0, 0, 0, 0, 0);
}
