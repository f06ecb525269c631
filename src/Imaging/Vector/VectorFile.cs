using System.Runtime.InteropServices;
using Swath.Imaging.Native;

namespace Swath.Imaging;

/// <summary>
/// Writes geographic features in WGS 84 (longitude first) through GDAL's vector drivers, one after another. The file is whole only after
/// <see cref="Complete"/>; without it, it is to be thrown away. One thread at a time.
/// </summary>
public sealed unsafe class VectorFile : IDisposable
{
    private static readonly Lock Registering = new();

    private readonly string _path;
    private readonly IReadOnlyList<VectorField> _fields;
    private readonly DatasetHandle _dataset;
    private readonly nint _layer;
    private readonly bool _inTransaction;

    private VectorFile(string path, VectorFormat format, string layer, IReadOnlyList<VectorField> fields)
    {
        _path = path;
        _fields = fields;
        GdalErrors.Reset();
        _dataset = Gdal.GDALCreate(Gdal.GDALGetDriverByName(DriverOf(format)), path, 0, 0, 0, 0, null);
        if (_dataset.IsInvalid)
            throw Failure("it can't be created");
        try
        {
            _layer = CreateLayer(layer);
            foreach (var field in fields)
                CreateField(field);
            // Else each feature were a transaction of its own.
            _inTransaction = GdalVector.GDALDatasetTestCapability(_dataset, "Transactions") != 0 && GdalVector.GDALDatasetStartTransaction(_dataset, 0) == 0;
        }
        catch (ImageException)
        {
            _dataset.Dispose();
            throw;
        }
    }

    /// <summary>Whether this machine's GDAL writes the format.</summary>
    public static bool CanWrite(VectorFormat format)
    {
        GdalRuntime.Initialize();
        lock (Registering)
        {
            // Registered only when one is wanted. Images are opened by a list of drivers, and can't become vectors by this.
            if (Gdal.GDALGetDriverByName(DriverOf(format)) == 0
                && NativeLibrary.TryGetExport(GdalLibrary.Handle, format == VectorFormat.FlatGeobuf ? "RegisterOGRFlatGeobuf" : "RegisterOGRGeoPackage", out var register))
            {
                ((delegate* unmanaged<void>)register)();
            }
        }

        return Gdal.GDALGetDriverByName(DriverOf(format)) != 0;
    }

    /// <summary>Creates a file.</summary>
    /// <param name="path">A path of the machine; its ending must be the format's own.</param>
    /// <param name="format">See <see cref="CanWrite"/>.</param>
    /// <param name="layer">The name of the one layer.</param>
    /// <param name="fields">The columns.</param>
    /// <exception cref="ImageException">The file can't be created; the message is GDAL's.</exception>
    public static VectorFile Create(string path, VectorFormat format, string layer, IReadOnlyList<VectorField> fields)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(fields);
        if (!CanWrite(format))
            throw new ImageException(ImageErrorKind.EncodeFailed, path, $"this machine's GDAL {GdalRuntime.Version} was built without the {DriverOf(format)} driver");
        return new VectorFile(path, format, layer, fields);
    }

    /// <summary>Adds a feature.</summary>
    /// <param name="geometry">A GeoJSON geometry in WGS 84; null for none, which a FlatGeobuf can't hold.</param>
    /// <param name="values">One per column: text, number, or null for no value.</param>
    /// <exception cref="ImageException">GDAL refused it.</exception>
    public void Add(string? geometry, params ReadOnlySpan<object?> values)
    {
        GdalErrors.Reset();
        var feature = GdalVector.OGR_F_Create(GdalVector.OGR_L_GetLayerDefn(_layer));
        try
        {
            for (var i = 0; i < _fields.Count; i++)
            {
                if (values[i] is string text)
                    GdalVector.OGR_F_SetFieldString(feature, i, text);
                else if (values[i] is double number)
                    GdalVector.OGR_F_SetFieldDouble(feature, i, number);
            }

            if (geometry is not null && GdalVector.OGR_F_SetGeometryDirectly(feature, GdalVector.OGR_G_CreateGeometryFromJson(geometry)) != 0)
                throw Failure("a geometry can't be stored");
            if (GdalVector.OGR_L_CreateFeature(_layer, feature) != 0)
                throw Failure("a feature can't be stored");
        }
        finally
        {
            GdalVector.OGR_F_Destroy(feature);
        }
    }

    /// <summary>Ends the file.</summary>
    /// <exception cref="ImageException">Its last bytes could not be written.</exception>
    public void Complete()
    {
        GdalErrors.Reset();
        if (_inTransaction && GdalVector.GDALDatasetCommitTransaction(_dataset) != 0)
            throw Failure("it can't be ended");
        _dataset.Dispose();
        if (GdalErrors.Any)
            throw Failure("it can't be ended");
    }

    public void Dispose() => _dataset.Dispose();

    private static string DriverOf(VectorFormat format) => format == VectorFormat.FlatGeobuf ? "FlatGeobuf" : "GPKG";

    private nint CreateLayer(string name)
    {
        var world = GdalVector.OSRNewSpatialReference(0);
        try
        {
            if (GdalVector.OSRImportFromEPSG(world, 4326) != 0)
                throw Failure("GDAL does not find WGS 84 (is PROJ's database installed?)");
            GdalVector.OSRSetAxisMappingStrategy(world, GdalVector.LongitudeFirst);
            // Both formats index the places by default.
            var layer = GdalVector.GDALDatasetCreateLayer(_dataset, name, world, GdalVector.AnyGeometry, null);
            return layer != 0 ? layer : throw Failure("its layer can't be created");
        }
        finally
        {
            GdalVector.OSRRelease(world);
        }
    }

    private void CreateField(VectorField field)
    {
        var definition = GdalVector.OGR_Fld_Create(field.Name, field.IsNumber ? GdalVector.RealField : GdalVector.TextField);
        try
        {
            if (GdalVector.OGR_L_CreateField(_layer, definition, 0) != 0)
                throw Failure($"its column {field.Name} can't be created");
        }
        finally
        {
            GdalVector.OGR_Fld_Destroy(definition);
        }
    }

    private ImageException Failure(string what) => new(ImageErrorKind.EncodeFailed, _path, $"{what}: {GdalErrors.Message}");
}
