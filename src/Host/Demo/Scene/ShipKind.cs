namespace Swath.Host.Demo.Scene;

internal enum ShipKind
{
    Freighter,
    ContainerShip,
    Tanker,
    Ferry,
    Trawler,
    Tug,
    Barge,
    Yacht,
}
