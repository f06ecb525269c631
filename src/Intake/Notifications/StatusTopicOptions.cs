using System.ComponentModel;
using Swath.Configuration;

namespace Swath.Intake.Notifications;

/// <summary>The SNS topics that subscribers hear of jobs on. The names are those of osml-model-runner.</summary>
public sealed class StatusTopicOptions
{
    [Setting("IMAGE_STATUS_TOPIC")]
    [Description("The ARN of the SNS topic that is told what becomes of jobs; the intake role tells. Not set: nobody is told.")]
    public string? ImageTopic { get; set; }

    [Setting("REGION_STATUS_TOPIC")]
    [Description("The ARN of the SNS topic that is told what becomes of regions; may be the same. Not set: nobody is told.")]
    public string? RegionTopic { get; set; }

    /// <summary>Whether anybody is told anything.</summary>
    public bool AreSet => !string.IsNullOrWhiteSpace(ImageTopic) || !string.IsNullOrWhiteSpace(RegionTopic);
}
