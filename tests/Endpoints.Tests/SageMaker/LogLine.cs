using Microsoft.Extensions.Logging;

namespace Swath.Endpoints.Tests.SageMaker;

internal sealed record LogLine(LogLevel Level, string Text);
