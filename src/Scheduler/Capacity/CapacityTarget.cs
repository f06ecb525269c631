namespace Swath.Scheduler.Capacity;

/// <summary>How much of an endpoint's capacity may be reserved.</summary>
public static class CapacityTarget
{
    /// <summary>target = max capacity x percentage, rounded down; at least 1 of an endpoint that takes anything at all.</summary>
    /// <param name="maxCapacity">Inference requests at once, 0 or more.</param>
    /// <param name="percentage">Greater than 0; 1.0 is all of it.</param>
    public static int Of(int maxCapacity, double percentage)
    {
        // 0.7 x 10 is a little less than 7 in binary.
        var exact = Math.Floor((maxCapacity * percentage) + 1e-9);
        return maxCapacity == 0 ? 0 : (int)Math.Clamp(exact, 1, int.MaxValue);
    }
}
