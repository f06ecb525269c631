using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Persistence.Archive;

/// <summary>When jobs that are over leave the database by themselves, and where to.</summary>
public sealed class ArchiveOptions
{
    [Setting("ARCHIVE_AFTER_DAYS"), Range(0.01, 36_500.0)]
    [Description("Jobs that ended so many days ago are moved to files, by the schedulers, once an hour. Not set: they stay until 'swath archive' moves them.")]
    public double? AfterDays { get; set; }

    [Setting("ARCHIVE_FOLDER")]
    [Description("Where the archive's files are written; the folder 'archive' in SWATH_HOME when not set. It must outlast the process: what is moved there is nowhere else.")]
    public string? Folder { get; set; }
}
