using Swath.Host.Composition;

namespace Swath.Host.Tests.Transports;

public sealed class StoredAddressTests
{
    [Theory]
    [InlineData("urn:message:Swath.Contracts:RegionCompleted", "queue:image-job")]
    [InlineData("urn:message:Swath.Contracts:ImageRequested", "queue:image-job")]
    [InlineData("queue:select-variant", "queue:select-variant")]
    [InlineData("urn:message:Elsewhere:RegionCompleted", "urn:message:Elsewhere:RegionCompleted")]
    public void Of_WhatAnEarlierReleaseStored_GoesWhereItGoesNow(string stored, string expected) =>
        Assert.Equal(new Uri(expected), StoredAddress.Of(new Uri(stored)));
}
