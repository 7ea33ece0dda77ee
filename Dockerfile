# Built from the lock, runs as nobody in particular, keeps everything it writes in /data.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/zhitui
COPY requirements.lock ./
RUN /opt/zhitui/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY rules rules
COPY connectors connectors
COPY service service
RUN /opt/zhitui/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home zhitui
COPY --from=build /opt/zhitui /opt/zhitui
ENV PATH=/opt/zhitui/bin:$PATH PYTHONUNBUFFERED=1 ZHITUI_HOME=/data ZHITUI_HOST=0.0.0.0
USER zhitui
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health/ready', timeout=4)"]
CMD ["sh", "-c", "zhitui init && exec zhitui serve"]
