# syntax=docker/dockerfile:1
# One image for every role: docker run swath up --roles worker. Build: docker build -t swath .
# Without the Amazon SQS transport (where its packages can't be had): docker build --build-arg AMAZON_SQS=false -t swath .

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG AMAZON_SQS=true
WORKDIR /source
COPY Directory.Build.props Directory.Build.targets Directory.Packages.props global.json .editorconfig ./
COPY eng/ eng/
COPY src/ src/
RUN dotnet publish src/Host -c Release -o /out -p:AmazonSqs=${AMAZON_SQS} --nologo

# Only for its files: the runtime is the same on every glibc, and libgdal is to be Debian's.
FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS runtime

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libgdal32 libgssapi-krb5-2 libssl3 libstdc++6 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/swath --create-home swath \
    && mkdir /data && chown swath /data
COPY --from=runtime /usr/share/dotnet /usr/share/dotnet
COPY --from=build /out /opt/swath
# MALLOC_ARENA_MAX: as ./swath sets it.
ENV DOTNET_ROOT=/usr/share/dotnet MALLOC_ARENA_MAX=4 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_EnableDiagnostics=0 SWATH_HOME=/var/lib/swath
USER swath
WORKDIR /var/lib/swath
EXPOSE 5080
STOPSIGNAL SIGTERM
# Every role answers /health at its --url: database and broker.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["/usr/share/dotnet/dotnet", "/opt/swath/swath.dll", "health"]
ENTRYPOINT ["/usr/share/dotnet/dotnet", "/opt/swath/swath.dll"]
CMD ["up", "--url", "http://0.0.0.0:5080"]
